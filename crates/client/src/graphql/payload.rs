//! What a mutation gives back.

use serde::Deserialize;

use super::{Failure, Fault, classify, or_default};
use crate::error::{Effect, Refusal};
use crate::retry::Repeat;

/// What a mutation gives back: the object, or why not.
#[derive(Deserialize)]
struct Payload<T> {
    /// The object; every mutation names its own, so operations alias it.
    #[serde(default = "none")]
    object: Option<T>,
    #[serde(default, deserialize_with = "or_default")]
    errors: Vec<PayloadError>,
}

fn none<T>() -> Option<T> {
    None
}

#[derive(Deserialize)]
struct PayloadError {
    #[serde(default, deserialize_with = "or_default")]
    field: String,
    #[serde(default, deserialize_with = "or_default")]
    messages: Vec<String>,
}

/// The data of a mutation: its one root field, under a fixed alias.
#[derive(Deserialize)]
pub(crate) struct Mutation<T> {
    payload: Option<Payload<T>>,
}

impl<T> Mutation<T> {
    /// The object that a mutation gives back.
    ///
    /// # Errors
    ///
    /// [`Failure`] for payload errors, and where there is neither object nor error.
    pub(crate) fn object(self, repeat: Repeat) -> Result<T, Failure> {
        self.accepted(repeat)?
            .ok_or_else(|| nothing("the payload's object", repeat))
    }

    /// The object, where a mutation may leave none behind.
    ///
    /// # Errors
    ///
    /// [`Failure`] for payload errors, and where there is no payload.
    pub(crate) fn accepted(self, repeat: Repeat) -> Result<Option<T>, Failure> {
        let payload = self.payload.ok_or_else(|| nothing("the payload", repeat))?;
        if payload.errors.is_empty() {
            return Ok(payload.object);
        }
        Err(Failure {
            kind: classify::refusal(payload.errors.into_iter().map(Refusal::from).collect()),
            effect: Effect::None,
        })
    }
}

fn nothing(what: &str, repeat: Repeat) -> Failure {
    Fault(format!("{what} is null without an error")).failure(repeat)
}

impl From<PayloadError> for Refusal {
    fn from(error: PayloadError) -> Self {
        Self {
            field: error.field,
            messages: error.messages,
        }
    }
}
