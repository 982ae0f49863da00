//! What went wrong, before it has the name of an operation.

use crate::error::{Effect, ErrorKind, PlatformError};
use crate::redact;
use crate::retry::Repeat;

/// What a response turned out to be, if it is not an answer.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    pub(crate) kind: ErrorKind,
    pub(crate) effect: Effect,
}

impl Failure {
    /// The failure of an operation, without any known secret in the words of the server.
    pub(crate) fn into_error(self, operation: &'static str) -> PlatformError {
        PlatformError {
            operation,
            kind: self.kind.redacted(redact::known()),
            effect: self.effect,
        }
    }
}

/// The effect of a request that was taken in, with an unknown end.
pub(crate) fn lost(repeat: Repeat) -> Effect {
    match repeat {
        Repeat::Read => Effect::None,
        Repeat::Idempotent | Repeat::Once => Effect::Unknown,
    }
}
