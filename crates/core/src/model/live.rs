//! What live objects of all kinds have in common, so that code for all of them is written once.

use std::sync::Arc;

use super::{CustomerRecord, Instance, Integration, Kind, Listing, Marker, Tenant};

/// A live object of any kind.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LiveObject<'a> {
    /// What it is.
    pub kind: Kind,
    /// Its id.
    pub id: &'a str,
    /// Its display name.
    pub display_name: &'a str,
    /// The name of the customer, for instances.
    pub customer: Option<&'a str>,
    /// Its labels, markers included.
    pub labels: &'a [String],
    /// The text before its labels, for kinds that bear them in their description.
    pub text: &'a str,
    /// Whether it runs. What cannot be switched off always does.
    pub enabled: bool,
    /// Whether customers may depend on it: an instance that was ever deployed, an integration with a version.
    /// An unknown counts as in use.
    pub in_use: bool,
}

impl LiveObject<'_> {
    /// The markers on it.
    pub fn markers(&self) -> impl Iterator<Item = Marker> + '_ {
        Marker::among(self.labels)
    }

    /// Whether it bears the label that says: never disable or delete.
    #[must_use]
    pub fn is_protected(&self) -> bool {
        self.labels.iter().any(|label| label == Marker::PROTECT)
    }
}

/// A record that can bear a marker.
pub trait LiveRecord {
    /// What it has in common with records of other kinds.
    fn object(&self) -> LiveObject<'_>;
}

impl LiveRecord for CustomerRecord {
    fn object(&self) -> LiveObject<'_> {
        LiveObject {
            kind: Kind::Customer,
            id: self.customer.id.as_str(),
            display_name: &self.customer.name,
            customer: None,
            labels: &self.labels,
            text: "",
            enabled: true,
            in_use: true,
        }
    }
}

impl LiveRecord for Integration {
    fn object(&self) -> LiveObject<'_> {
        LiveObject {
            kind: Kind::Integration,
            id: self.id.as_str(),
            display_name: &self.name,
            customer: None,
            labels: &self.labels,
            text: "",
            enabled: true,
            // Without a version there can be no instance of it.
            in_use: !self.versions.items.is_empty() || self.versions.incomplete.is_some(),
        }
    }
}

impl LiveRecord for Instance {
    fn object(&self) -> LiveObject<'_> {
        LiveObject {
            kind: Kind::Instance,
            id: self.id.as_str(),
            display_name: &self.name,
            customer: Some(&self.customer.name),
            labels: &self.labels,
            text: "",
            enabled: self.enabled,
            in_use: self.deployed,
        }
    }
}

/// The list of one kind, its records reduced to what all kinds have in common.
fn objects<T: LiveRecord>(listing: &Listing<T>) -> Vec<LiveObject<'_>> {
    listing.items.iter().map(LiveRecord::object).collect()
}

impl Tenant {
    /// Everything of a kind that can bear a marker, as far as it was read, in the order of the list.
    #[must_use]
    pub fn objects_of(&self, kind: Kind) -> Vec<LiveObject<'_>> {
        match kind {
            Kind::Customer => self.all_customers.as_ref().map_or_else(Vec::new, objects),
            Kind::Connection => self.connections.as_ref().map_or_else(Vec::new, objects),
            Kind::Integration => objects(&self.integrations),
            Kind::Instance => objects(&self.instances),
        }
    }

    /// Everything that can bear a marker, as far as it was read, kind by kind.
    pub fn objects(&self) -> impl Iterator<Item = LiveObject<'_>> {
        Kind::ALL.into_iter().flat_map(|kind| self.objects_of(kind))
    }

    /// Why the list of a kind ends too early; `None` where it is whole, or was not asked for.
    #[must_use]
    pub fn incomplete(&self, kind: Kind) -> Option<&Arc<str>> {
        match kind {
            Kind::Customer => self.all_customers.as_ref()?.incomplete.as_ref(),
            Kind::Connection => self.connections.as_ref()?.incomplete.as_ref(),
            Kind::Integration => self.integrations.incomplete.as_ref(),
            Kind::Instance => self.instances.incomplete.as_ref(),
        }
    }

    /// Whether the list of a kind was asked for.
    #[must_use]
    pub fn was_asked_for(&self, kind: Kind) -> bool {
        match kind {
            Kind::Customer => self.all_customers.is_some(),
            Kind::Connection => self.connections.is_some(),
            Kind::Integration | Kind::Instance => true,
        }
    }
}
