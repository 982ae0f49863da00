//! Config variables as a manifest declares them.

use indexmap::IndexMap;

use super::Location;

/// One declared config variable of an instance.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfigEntry {
    /// What it should be.
    pub value: ConfigValue,
    /// Set only where the variable is empty; afterwards it is the customer's.
    pub seed: bool,
    /// Where the manifest says so.
    pub location: Location,
}

/// The kinds of value.
#[derive(Debug, Clone, PartialEq)]
pub enum ConfigValue {
    /// A single value, as the text it was written as; the API takes texts only.
    Scalar(String),
    /// A list of texts (`collectionType` VALUELIST).
    List(Vec<String>),
    /// A structured value, sent as JSON text.
    Structured(serde_json::Value),
    /// A schedule: cron text and time zone.
    Schedule {
        /// Five-field cron text.
        cron: String,
        /// IANA name; absent leaves the server's default.
        time_zone: Option<String>,
    },
    /// A value that lives elsewhere.
    Secret(SecretRef),
    /// The inputs of a connection.
    Connection(IndexMap<String, ConnectionInput>),
    /// A connection that a person consents to: reported, never written.
    PendingConnection,
}

impl ConfigValue {
    /// The secrets it refers to.
    pub fn secret_refs(&self) -> impl Iterator<Item = &SecretRef> {
        let (own, inputs) = match self {
            Self::Secret(reference) => (Some(reference), None),
            Self::Connection(inputs) => (None, Some(inputs.values())),
            Self::Scalar(_)
            | Self::List(_)
            | Self::Structured(_)
            | Self::Schedule { .. }
            | Self::PendingConnection => (None, None),
        };
        let inputs = inputs
            .into_iter()
            .flatten()
            .filter_map(|input| match input {
                ConnectionInput::Secret(reference) => Some(reference),
                ConnectionInput::Plain(_) => None,
            });
        own.into_iter().chain(inputs)
    }
}

/// One input of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConnectionInput {
    /// Written in the manifest.
    Plain(String),
    /// Lives elsewhere.
    Secret(SecretRef),
}

/// Where a secret is kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SecretRef {
    /// An environment variable of the process.
    Env(String),
    /// A file; a trailing line break is not part of the secret.
    File(String),
    /// What a program prints, run without a shell; a trailing line break is not part of the secret.
    Exec {
        /// A path, or a name that is looked for in `PATH`.
        program: String,
        /// Handed over as they are.
        args: Vec<String>,
    },
}

impl std::fmt::Display for SecretRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Env(name) => write!(f, "env:{name}"),
            Self::File(path) => write!(f, "file:{path}"),
            // Arguments are for the program, not for logs.
            Self::Exec { program, .. } => write!(f, "exec:{program}"),
        }
    }
}
