//! What can be listed, and how it is asked for.

use super::filters::{self, Filter};

/// What can be listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Collection {
    /// Integrations.
    Integrations,
    /// Instances.
    Instances,
    /// Customers.
    Customers,
    /// Components.
    Components,
    /// The flows of an integration, by its id.
    Flows(String),
    /// The records of an integration's version sequence, by its id; newest first.
    Versions(String),
}

/// How a list is asked for.
pub(super) struct Shape {
    /// The operation's name.
    pub(super) name: &'static str,
    /// The field that lists.
    pub(super) field: &'static str,
    pub(super) filters: &'static [Filter],
    /// An order that is stable while pages are read.
    pub(super) order: &'static str,
    pub(super) selection: &'static str,
}

impl Collection {
    /// The filters it takes.
    #[must_use]
    pub fn filters(&self) -> &'static [Filter] {
        self.shape().filters
    }

    pub(super) fn shape(&self) -> Shape {
        let oldest = "sortBy: [{field: CREATED_AT, direction: ASC}]";
        let (name, field, filters, order, selection) = match self {
            Self::Integrations => (
                "listIntegrations",
                "integrations",
                filters::INTEGRATIONS,
                oldest,
                include_str!("integration.fields"),
            ),
            Self::Instances => (
                "listInstances",
                "instances",
                filters::INSTANCES,
                oldest,
                include_str!("instance.fields"),
            ),
            Self::Customers => (
                "listCustomers",
                "customers",
                filters::CUSTOMERS,
                oldest,
                include_str!("customer.fields"),
            ),
            Self::Components => (
                "listComponents",
                "components",
                filters::COMPONENTS,
                "sortBy: [{field: LABEL, direction: ASC}]",
                include_str!("component.fields"),
            ),
            Self::Flows(_) => (
                "listFlows",
                "flows",
                [].as_slice(),
                "",
                include_str!("flow.fields"),
            ),
            Self::Versions(_) => (
                "listVersions",
                "versionSequence",
                filters::VERSIONS,
                "sortBy: [{field: VERSION_NUMBER, direction: DESC}]",
                include_str!("version.fields"),
            ),
        };
        Shape {
            name,
            field,
            filters,
            order,
            selection,
        }
    }

    pub(super) fn parent(&self) -> Option<&str> {
        match self {
            Self::Flows(id) | Self::Versions(id) => Some(id),
            Self::Integrations | Self::Instances | Self::Customers | Self::Components => None,
        }
    }
}
