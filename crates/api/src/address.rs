//! What names a resource, and a place in a file.

use serde::{Deserialize, Serialize};

words! {
    /// What a manifest can declare as a resource.
    pub enum Kind {
        /// A customer, whom instances are for.
        Customer = "Customer",
        /// A connection that instances share, with its values for customers.
        Connection = "Connection",
        /// An integration and its published versions.
        Integration = "Integration",
        /// A deployment of an integration for one customer.
        Instance = "Instance",
    }
}

impl Kind {
    /// Several of it, in a sentence.
    #[must_use]
    pub const fn plural(self) -> &'static str {
        match self {
            Self::Customer => "customers",
            Self::Connection => "connections",
            Self::Integration => "integrations",
            Self::Instance => "instances",
        }
    }
}

/// Kind and `metadata.name` of a resource: `Instance/smith-erp`. A member of a fleet is named after the fleet and
/// its customer: `Instance/acme-prod/cust-0042`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Address(pub String);

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
impl schemars::JsonSchema for Address {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Address".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let kinds: Vec<&str> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
        let kinds = kinds.join("|");
        schemars::json_schema!({
            "type": "string",
            "pattern": format!("^({kinds})(/[a-z0-9]([a-z0-9._-]*[a-z0-9])?){{1,2}}$"),
            "description": "Kind and metadata.name; of a member of a fleet its customer, too.",
        })
    }

    fn inline_schema() -> bool {
        true
    }
}

/// A place in a file of the project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Place {
    /// The path relative to the project's root, with forward slashes.
    pub file: String,
    /// The line, from 1; 0 where the file as a whole is meant.
    pub line: u32,
    /// The column in characters, from 1; 0 where the line as a whole is meant.
    pub column: u32,
}
