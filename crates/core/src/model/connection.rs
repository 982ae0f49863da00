//! Connections that instances share, as manifests declare them and as the API shows them.
//!
//! In the API a connection is a scoped config variable, and its value for a customer a customer config
//! variable. Neither has labels: what would be labels stands at the end of the description.

use indexmap::IndexMap;

use super::desired::declared;
use super::{
    Adopt, ConnectionId, ConnectionInput, ConnectionValueId, Customer, CustomerRef, DriftMode,
    Kind, Listing, LiveInput, LiveObject, LiveRecord, Location, Marker, ResourceName, SecretRef,
    VariableStatus,
};

/// Which connection of which component: what the inputs mean.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionType {
    /// The key of the component.
    pub component: String,
    /// One of Prismatic's own components; otherwise the organization's.
    pub public: bool,
    /// The key of the connection in the component.
    pub connection: String,
}

impl std::fmt::Display for ConnectionType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let whose = if self.public { "public " } else { "" };
        let (connection, component) = (&self.connection, &self.component);
        write!(f, "{connection:?} of {whose}component {component:?}")
    }
}

/// Whose values a connection has. Never changes: the API takes it when it is created only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionScope {
    /// One value for all customers.
    Organization,
    /// A value for each customer.
    Customer,
}

impl ConnectionScope {
    /// The word of manifests.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Organization => "organization",
            Self::Customer => "customer",
        }
    }
}

/// Who fills in the values. Never changes: no update of the API takes it (FACTS §10).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ManagedBy {
    /// The organization.
    Org,
    /// Customers themselves.
    Customer,
}

impl ManagedBy {
    /// The word of manifests, and of the API when it is written to.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Org => "org",
            Self::Customer => "customer",
        }
    }
}

/// A declared connection that instances share.
///
/// Found by its stable key. Deleted only where it is pruned and nothing is bound to it.
#[derive(Debug, Clone, PartialEq)]
pub struct DesiredConnection {
    /// What git calls it.
    pub name: ResourceName,
    /// The key that definitions know it by, fixed for life.
    pub stable_key: String,
    /// What people see.
    pub display_name: String,
    /// What its inputs mean.
    pub kind: ConnectionType,
    /// Whose values it has.
    pub scope: ConnectionScope,
    /// Who fills the values in; absent leaves it to the server.
    pub managed_by: Option<ManagedBy>,
    /// What it is for; absent leaves it.
    pub description: Option<String>,
    /// The inputs that are managed, the same for all customers.
    pub inputs: IndexMap<String, ConnectionInput>,
    /// The values for customers that are managed.
    pub customers: Vec<DesiredConnectionValue>,
    /// Deploy the instances that are bound to a value when it is written.
    pub redeploy: bool,
    /// Which existing one it takes over.
    pub adopt: Option<Adopt>,
    /// What the daemon does about changes made elsewhere; as the policy says if absent.
    pub drift: Option<DriftMode>,
    /// Where it is declared.
    pub location: Location,
}

/// The declared value of a connection for one customer.
#[derive(Debug, Clone, PartialEq)]
pub struct DesiredConnectionValue {
    /// For whom.
    pub customer: CustomerRef,
    /// The customer as the manifest has it.
    pub written: String,
    /// The inputs that are managed.
    pub inputs: IndexMap<String, ConnectionInput>,
    /// Where it is declared.
    pub location: Location,
}

impl DesiredConnection {
    /// The secrets that its inputs refer to.
    pub fn secret_refs(&self) -> impl Iterator<Item = &SecretRef> {
        let values = self.customers.iter().map(|value| &value.inputs);
        let inputs = std::iter::once(&self.inputs).chain(values);
        let inputs = inputs.flat_map(IndexMap::values);
        inputs.filter_map(|input| match input {
            ConnectionInput::Secret(reference) => Some(reference),
            ConnectionInput::Plain(_) => None,
        })
    }
}

declared!(DesiredConnection, connection);

/// A live connection that instances share.
#[derive(Debug, Clone, PartialEq)]
pub struct ConnectionRecord {
    /// Its id.
    pub id: ConnectionId,
    /// What people see: the API's `key`.
    pub display_name: String,
    /// The key that definitions know it by.
    pub stable_key: String,
    /// Its description without the labels at its end.
    pub text: String,
    /// The labels at the end of its description, markers included.
    pub labels: Vec<String>,
    /// What its inputs mean; `None` where the API names no connection of a component.
    pub kind: Option<ConnectionType>,
    /// Whose values it has; `None` for a word that is not known.
    pub scope: Option<ConnectionScope>,
    /// Who fills them in; `None` for a word that is not known.
    pub managed_by: Option<ManagedBy>,
    /// Whether it works, if the API says.
    pub status: Option<VariableStatus>,
    /// A person consents to it, by OAuth.
    pub oauth: bool,
    /// Its inputs. May be secret.
    pub inputs: Listing<LiveInput>,
    /// Its values but for those of tests, one for each customer.
    pub values: Listing<ConnectionValue>,
    /// Whether the API says that something uses it.
    pub in_use: bool,
}

/// The live value of a connection for one customer.
#[derive(Debug, Clone, PartialEq)]
pub struct ConnectionValue {
    /// Its id: what instances are bound to.
    pub id: ConnectionValueId,
    /// For whom; `None` where it is the organization's.
    pub customer: Option<Customer>,
    /// Whether it works, if the API says.
    pub status: Option<VariableStatus>,
    /// Its inputs. May be secret.
    pub inputs: Listing<LiveInput>,
}

impl ConnectionRecord {
    /// The markers on it.
    pub fn markers(&self) -> impl Iterator<Item = Marker> + '_ {
        Marker::among(&self.labels)
    }
}

impl LiveRecord for ConnectionRecord {
    fn object(&self) -> LiveObject<'_> {
        LiveObject {
            kind: Kind::Connection,
            id: self.id.as_str(),
            display_name: &self.display_name,
            customer: None,
            labels: &self.labels,
            text: &self.text,
            enabled: true,
            in_use: self.in_use,
        }
    }
}

/// A description with the labels that an object without labels bears at its end: `Shared login [gitops:acme/erp]`.
#[must_use]
pub fn described(text: &str, labels: &[String]) -> String {
    let own = labels.iter().filter(|label| Marker::is_reserved(label));
    let own = own.map(|label| format!("[{label}]"));
    let text = Some(text.to_owned()).filter(|text| !text.is_empty());
    text.into_iter().chain(own).collect::<Vec<_>>().join(" ")
}

/// A description without the labels at its end, and these.
#[must_use]
pub fn undescribed(description: &str) -> (String, Vec<String>) {
    let mut text = description.trim_end();
    let mut labels = Vec::new();
    while let Some((before, label)) = last_label(text) {
        labels.push(label.to_owned());
        text = before.trim_end();
    }
    labels.reverse();
    (text.to_owned(), labels)
}

fn last_label(text: &str) -> Option<(&str, &str)> {
    let (before, label) = text.strip_suffix(']')?.rsplit_once('[')?;
    (Marker::is_reserved(label) && !label.contains(']')).then_some((before, label))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_stand_at_the_end_of_a_description_and_nowhere_else() {
        let labels = |all: &[&str]| all.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        for (text, all, whole) in [
            ("", &[][..], ""),
            ("Shared [login]", &[], "Shared [login]"),
            ("", &["gitops:p/erp"], "[gitops:p/erp]"),
            (
                "Shared login",
                &["gitops:p/erp", "gitops:hold=2027-01-01T00:00:00Z"],
                "Shared login [gitops:p/erp] [gitops:hold=2027-01-01T00:00:00Z]",
            ),
        ] {
            assert_eq!(described(text, &labels(all)), whole);
            assert_eq!(
                undescribed(whole),
                (text.to_owned(), labels(all)),
                "{whole}"
            );
        }
        let odd = "[gitops:p/erp] is not at the end";
        assert_eq!(undescribed(odd), (odd.to_owned(), Vec::new()));
        // Only what belongs to the scheme is written there.
        assert_eq!(described("a", &labels(&["paid"])), "a");
    }
}
