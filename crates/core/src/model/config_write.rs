//! Config variables as they are written to the API.

use super::{ConnectionValueId, Schedule, Secret};

/// One variable to write.
#[derive(Debug, Clone)]
pub struct ConfigWrite {
    /// Which variable.
    pub key: String,
    /// What to write.
    pub value: WriteValue,
}

/// A value in one of the forms that `InputInstanceConfigVariable` takes.
#[derive(Debug, Clone)]
pub enum WriteValue {
    /// A text: single values, and lists or structures as JSON text.
    Text(String),
    /// A text that must not be seen.
    Secret(Secret),
    /// A schedule.
    Schedule(Schedule),
    /// The inputs of a connection that change, by name.
    Inputs(Vec<(String, InputWrite)>),
    /// The value of a shared connection that the variable is bound to.
    Shared(ConnectionValueId),
}

/// One input of a connection to write.
#[derive(Debug, Clone)]
pub enum InputWrite {
    /// A text.
    Text(String),
    /// A text that must not be seen.
    Secret(Secret),
}

impl InputWrite {
    /// The text, for the one request that needs it.
    #[must_use]
    pub fn expose(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Secret(secret) => secret.expose(),
        }
    }
}
