//! The lists that can be requested, and their queries.

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
    /// The outcomes of an execution's steps, by its id; in the order they ran.
    Steps(String),
    /// The log of an execution, by its id; in the order of time.
    Logs(String),
    /// The executions of all instances, the newest first.
    Executions,
    /// What all executions logged, in the order of time.
    AllLogs,
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

const EXECUTIONS: Shape = Shape {
    name: "listExecutions",
    field: "executionResults",
    filters: filters::EXECUTIONS,
    order: "sortBy: [{field: STARTED_AT, direction: DESC}]",
    selection: include_str!("run.fields"),
};

const ALL_LOGS: Shape = Shape {
    name: "listAllLogs",
    field: "logs",
    filters: filters::LOGS,
    order: "sortBy: [{field: TIMESTAMP, direction: ASC}]",
    selection: include_str!("line.fields"),
};

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
            Self::Steps(_) => (
                "listSteps",
                "stepResults",
                [].as_slice(),
                "sortBy: [{field: STARTED_AT, direction: ASC}]",
                include_str!("step.fields"),
            ),
            Self::Logs(_) => (
                "listLogs",
                "logs",
                [].as_slice(),
                "sortBy: [{field: TIMESTAMP, direction: ASC}]",
                include_str!("log.fields"),
            ),
            Self::Executions => return EXECUTIONS,
            Self::AllLogs => return ALL_LOGS,
        };
        Shape {
            name,
            field,
            filters,
            order,
            selection,
        }
    }

    /// The record that a list belongs to: the field that reads it, and its id.
    pub(super) fn parent(&self) -> Option<(&'static str, &str)> {
        match self {
            Self::Flows(id) | Self::Versions(id) => Some(("integration", id)),
            Self::Steps(id) | Self::Logs(id) => Some(("executionResult", id)),
            Self::Integrations
            | Self::Instances
            | Self::Customers
            | Self::Components
            | Self::Executions
            | Self::AllLogs => None,
        }
    }

    /// The fields of its records, as paths: `customer.name`.
    #[must_use]
    pub fn fields(&self) -> Vec<String> {
        leaves(self.shape().selection)
    }

    /// The fields that the server orders by, each with the API's name for it.
    #[must_use]
    pub fn orders(&self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Integrations => &[
                ("name", "NAME"),
                ("description", "DESCRIPTION"),
                ("category", "CATEGORY"),
                ("customer.name", "CUSTOMER"),
                ("versionNumber", "VERSION_NUMBER"),
                ("createdAt", "CREATED_AT"),
                ("updatedAt", "UPDATED_AT"),
            ],
            Self::Instances => &[
                ("name", "NAME"),
                ("description", "DESCRIPTION"),
                ("customer.name", "CUSTOMER"),
                ("integration.name", "INTEGRATION"),
                ("integration.versionNumber", "VERSION"),
                ("enabled", "ENABLED"),
                ("lastExecutedAt", "LAST_EXECUTED_AT"),
                ("createdAt", "CREATED_AT"),
                ("updatedAt", "UPDATED_AT"),
            ],
            Self::Customers => &[
                ("name", "NAME"),
                ("description", "DESCRIPTION"),
                ("createdAt", "CREATED_AT"),
                ("updatedAt", "UPDATED_AT"),
            ],
            Self::Components => &[
                ("label", "LABEL"),
                ("description", "DESCRIPTION"),
                ("category", "CATEGORY"),
                ("customer.name", "CUSTOMER"),
                ("versionNumber", "VERSION_NUMBER"),
                ("versionCreatedAt", "VERSION_CREATED_AT"),
            ],
            Self::Versions(_) => &[("versionNumber", "VERSION_NUMBER")],
            Self::Executions => &[("startedAt", "STARTED_AT"), ("endedAt", "ENDED_AT")],
            Self::AllLogs => &[("timestamp", "TIMESTAMP")],
            Self::Flows(_) | Self::Steps(_) | Self::Logs(_) => &[],
        }
    }
}

/// The paths of a selection's leaves.
fn leaves(selection: &str) -> Vec<String> {
    let mut above: Vec<&str> = Vec::new();
    let mut found = Vec::new();
    let mut words = selection.split_whitespace().peekable();
    while let Some(word) = words.next() {
        if word == "}" {
            above.pop();
        } else if words.next_if(|next| *next == "{").is_some() {
            above.push(word);
        } else {
            let path = above.iter().copied().chain([word]);
            found.push(path.collect::<Vec<_>>().join("."));
        }
    }
    found
}
