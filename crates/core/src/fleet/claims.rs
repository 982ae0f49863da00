//! Which customer has an instance of which integration already, by a manifest or by another fleet.

use std::collections::{HashMap, HashSet};

use super::customers::Customers;
use crate::model::{CustomerRef, Desired, IntegrationRef, Marker, ResourceName, Tenant};

/// One customer and one integration.
pub(super) type Place = (usize, String);

/// What claims a place.
#[derive(Debug, Clone)]
pub(super) enum Claim {
    /// The Instance manifest of this name.
    Manifest(ResourceName),
    /// The fleet of this name.
    Fleet(ResourceName),
}

/// Everything that claims a place.
pub(super) struct Claims {
    /// Live integrations by everything that refers to them.
    integrations: HashMap<IntegrationRef, String>,
    claims: HashMap<Place, Claim>,
    /// The member that a manifest replaces.
    displaced: HashMap<ResourceName, ResourceName>,
}

impl Claims {
    /// The claims of manifests.
    pub(super) fn of(desired: &Desired, tenant: &Tenant, customers: &Customers<'_>) -> Self {
        let mut claims = Self {
            integrations: live_integrations(desired, tenant),
            claims: HashMap::new(),
            displaced: HashMap::new(),
        };
        for instance in &desired.instances {
            if let Some(customer) = customers.meant(&instance.customer) {
                let place = (customer, claims.integration(&instance.integration));
                let claim = Claim::Manifest(instance.name.clone());
                claims.claims.entry(place).or_insert(claim);
            }
        }
        claims
    }

    /// The key of an integration, the same for every form of reference.
    pub(super) fn integration(&self, reference: &IntegrationRef) -> String {
        let live = self.integrations.get(reference);
        live.cloned().unwrap_or_else(|| format!("{reference:?}"))
    }

    /// Claims a place for a fleet, and its member. What claimed it before keeps it, and is the answer.
    pub(super) fn take(
        &mut self,
        place: Place,
        fleet: &ResourceName,
        member: &ResourceName,
    ) -> Option<Claim> {
        let before = self.claims.get(&place).cloned();
        match &before {
            None => {
                self.claims.insert(place, Claim::Fleet(fleet.clone()));
            }
            Some(Claim::Manifest(name)) => {
                let displaced = self.displaced.entry(name.clone());
                displaced.or_insert_with(|| member.clone());
            }
            Some(Claim::Fleet(_)) => {}
        }
        before
    }

    /// The members that left their fleet in favour of a manifest for the same customer and integration, by that
    /// manifest: it takes the instance over, which is neither switched off nor made anew.
    pub(super) fn left_behind(
        &self,
        desired: &Desired,
        tenant: &Tenant,
        customers: &Customers<'_>,
        members: &HashSet<ResourceName>,
    ) -> HashMap<ResourceName, ResourceName> {
        let integrations = tenant.integrations.items.iter();
        let of_sequence: HashMap<_, &str> = integrations
            .filter_map(|it| Some((it.sequence.as_ref()?, it.id.as_str())))
            .collect();
        let left = marked(desired, tenant);
        let left = left.into_iter().filter_map(|(name, live)| {
            if name.fleet().is_none() || members.contains(&name) {
                return None;
            }
            let id = CustomerRef::Id(live.customer.id.as_str().to_owned());
            let integration = of_sequence.get(live.version.sequence.as_ref()?)?;
            let place = (customers.meant(&id)?, (*integration).to_owned());
            match self.claims.get(&place)? {
                Claim::Manifest(manifest) => Some((manifest.clone(), name)),
                Claim::Fleet(_) => None,
            }
        });
        left.collect()
    }

    /// The member that an instance with a manifest replaces.
    pub(super) fn displaced_by(&self, instance: &ResourceName) -> Option<&ResourceName> {
        self.displaced.get(instance)
    }
}

/// Keyed by marker, name and id. A managed integration is live once it bears its marker.
fn live_integrations(desired: &Desired, tenant: &Tenant) -> HashMap<IntegrationRef, String> {
    let mut found = HashMap::new();
    for live in &tenant.integrations.items {
        let id = live.id.as_str().to_owned();
        for marker in live
            .markers()
            .filter(|it| it.project == desired.project.name)
        {
            found
                .entry(IntegrationRef::Managed(marker.name))
                .or_insert_with(|| id.clone());
        }
        found
            .entry(IntegrationRef::Name(live.name.clone()))
            .or_insert_with(|| id.clone());
        found.insert(IntegrationRef::Id(id.clone()), id);
    }
    found
}

/// The live instances that bear a marker of this project, by what it says.
pub(super) fn marked<'a>(
    desired: &Desired,
    tenant: &'a Tenant,
) -> HashMap<ResourceName, &'a crate::model::Instance> {
    let mut marked = HashMap::new();
    for live in &tenant.instances.items {
        let ours = Marker::among(&live.labels).filter(|it| it.project == desired.project.name);
        for marker in ours {
            marked.entry(marker.name).or_insert(live);
        }
    }
    marked
}
