//! Config variables as a manifest declares them.

use std::sync::Arc;

use indexmap::IndexMap;

use super::{Location, ResourceName};

/// The declared config variables of an instance, by key. Shared, since thousands of instances may declare the same.
pub type Config = Arc<IndexMap<String, Arc<ConfigEntry>>>;

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
    /// A schedule.
    Schedule(Schedule),
    /// A value that lives elsewhere.
    Secret(SecretRef),
    /// The inputs of a connection.
    Connection(IndexMap<String, ConnectionInput>),
    /// The inputs of a connection that a person consents to once they are there.
    ConsentedConnection(IndexMap<String, ConnectionInput>),
    /// A connection that a person consents to: reported, never written.
    PendingConnection,
    /// The value that a declared connection has for the customer of the instance.
    SharedConnection(ResourceName),
}

/// When something runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// How it is meant.
    pub kind: ScheduleKind,
    /// Five-field cron text for [`ScheduleKind::Custom`]; if absent, the live value is kept.
    pub value: Option<String>,
    /// IANA name; absent leaves the server's default.
    pub time_zone: Option<String>,
}

impl Schedule {
    /// A cron text in the server's own time zone.
    #[must_use]
    pub fn cron(text: impl Into<String>) -> Self {
        Self {
            kind: ScheduleKind::Custom,
            value: Some(text.into()),
            time_zone: None,
        }
    }
}

/// The `scheduleType` of the API. How type and value depend on each other on the server is not
/// known, so both are written and both are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ScheduleKind {
    /// Never.
    None,
    /// By minutes.
    Minute,
    /// By hours.
    Hour,
    /// By days.
    Day,
    /// By weeks.
    Week,
    /// By cron text.
    #[default]
    Custom,
}

impl ScheduleKind {
    /// All of them, in the order of the API.
    pub const ALL: [Self; 6] = [
        Self::None,
        Self::Minute,
        Self::Hour,
        Self::Day,
        Self::Week,
        Self::Custom,
    ];

    /// The word of manifests, and of the API when it is written to.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Custom => "custom",
        }
    }

    /// Reads a word in any case; the API answers in capitals.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        (Self::ALL.into_iter()).find(|kind| kind.word().eq_ignore_ascii_case(word))
    }
}

impl ConfigValue {
    /// The secrets it refers to.
    pub fn secret_refs(&self) -> impl Iterator<Item = &SecretRef> {
        let (own, inputs) = match self {
            Self::Secret(reference) => (Some(reference), None),
            Self::Connection(inputs) | Self::ConsentedConnection(inputs) => {
                (None, Some(inputs.values()))
            }
            Self::Scalar(_)
            | Self::List(_)
            | Self::Structured(_)
            | Self::Schedule(_)
            | Self::PendingConnection
            | Self::SharedConnection(_) => (None, None),
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
