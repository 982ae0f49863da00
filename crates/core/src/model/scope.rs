//! What a reading of the tenant has to cover beyond the lists.

use std::collections::BTreeSet;

use super::{ConnectionType, CustomerRef, Integration, Marker, ResourceName, VersionRef};

/// What the declared resources need to know about the tenant.
///
/// Derived from the declared resources alone, never from what changed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scope {
    /// Integrations of which more than the list record is needed.
    pub integrations: Vec<IntegrationWanted>,
    /// Customers to find.
    pub customers: BTreeSet<CustomerRef>,
    /// Read all customers, to compare them with what is declared.
    pub all_customers: Option<CustomersWanted>,
    /// Read all shared connections, to compare them with what is declared.
    pub connections: Option<ConnectionsWanted>,
    /// Read all versions of the integrations that this project marked.
    pub all_versions_of: Option<ResourceName>,
    /// Read definitions with `LATEST` in place of the component versions they were imported with.
    pub latest_components: bool,
}

/// What to read of all customers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CustomersWanted {
    /// Also their limits of concurrent executions.
    pub limits: bool,
}

/// What to read besides the shared connections themselves.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConnectionsWanted {
    /// The ids of these connections of components, which a new one is created with.
    pub types: BTreeSet<ConnectionType>,
}

/// Integrations to read more of. Any of marker, id and name selects.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IntegrationWanted {
    /// All of them.
    pub every: bool,
    /// Those with this marker.
    pub marker: Option<Marker>,
    /// The one with this id.
    pub id: Option<String>,
    /// Those with this display name.
    pub name: Option<String>,
    /// Read the draft's definition.
    pub definition: bool,
    /// Find these versions and what they require.
    pub versions: BTreeSet<VersionRef>,
}

impl IntegrationWanted {
    /// Whether this asks about an integration.
    #[must_use]
    pub fn selects(&self, integration: &Integration) -> bool {
        self.every
            || self.id.as_deref() == Some(integration.id.as_str())
            || self.name.as_deref() == Some(integration.name.as_str())
            || self
                .marker
                .as_ref()
                .is_some_and(|wanted| integration.labels.iter().any(|label| wanted.is(label)))
    }
}

impl Scope {
    /// Whether any entry wants the definition of this integration.
    #[must_use]
    pub fn wants_definition(&self, integration: &Integration) -> bool {
        self.integrations
            .iter()
            .any(|wanted| wanted.definition && wanted.selects(integration))
    }

    /// Whether all versions of this integration are wanted.
    #[must_use]
    pub fn wants_all_versions(&self, integration: &Integration) -> bool {
        let project = self.all_versions_of.as_ref();
        project.is_some_and(|project| {
            Marker::among(&integration.labels).any(|marker| marker.project == *project)
        })
    }

    /// The versions that any entry wants of this integration.
    #[must_use]
    pub fn versions_of(&self, integration: &Integration) -> BTreeSet<VersionRef> {
        let selected = self
            .integrations
            .iter()
            .filter(|wanted| wanted.selects(integration));
        selected
            .flat_map(|wanted| wanted.versions.iter().cloned())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::testing::{World, definition};

    #[test]
    fn what_several_ask_of_an_integration_is_read_together() {
        let mut world = World::new();
        let live = world
            .live("i1", &definition("Acme ERP", "https://a"))
            .clone();
        let wanted = |id: &str, name: &str, version: VersionRef| IntegrationWanted {
            id: Some(id.to_owned()),
            name: Some(name.to_owned()),
            versions: BTreeSet::from([version]),
            ..IntegrationWanted::default()
        };
        let scope = Scope {
            integrations: vec![
                wanted("i1", "-", VersionRef::Latest),
                wanted("i9", "Acme ERP", VersionRef::Number(2)),
                wanted("i9", "Other", VersionRef::Number(3)),
            ],
            ..Scope::default()
        };
        let both = BTreeSet::from([VersionRef::Latest, VersionRef::Number(2)]);
        assert_eq!(scope.versions_of(&live), both);
        assert!(!scope.wants_definition(&live));
    }
}
