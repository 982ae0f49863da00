//! What went wrong, before it has the name of an operation.

use crate::prismatic::error::{Effect, ErrorKind, PlatformError, Refusal};
use crate::prismatic::retry::Repeat;
use crate::redact::{self, Redactor};

/// What a response turned out to be, if it is not an answer.
#[derive(Debug, Clone)]
pub(in crate::prismatic) struct Failure {
    pub(in crate::prismatic) kind: ErrorKind,
    pub(in crate::prismatic) effect: Effect,
}

impl Failure {
    /// The failure of an operation, without any known secret in the words of the server.
    pub(in crate::prismatic) fn into_error(self, operation: &'static str) -> PlatformError {
        PlatformError {
            operation,
            kind: redacted(self.kind, redact::known()),
            effect: self.effect,
        }
    }
}

impl PlatformError {
    /// The same without what this one request sent in confidence.
    pub(in crate::prismatic) fn without(self, redactor: &Redactor) -> Self {
        Self {
            kind: redacted(self.kind, redactor),
            ..self
        }
    }
}

fn redacted(kind: ErrorKind, redactor: &Redactor) -> ErrorKind {
    let clean = |text: String| redactor.foreign(&text).into_owned();
    match kind {
        ErrorKind::Unauthenticated { message } => ErrorKind::Unauthenticated {
            message: clean(message),
        },
        ErrorKind::Forbidden { message } => ErrorKind::Forbidden {
            message: clean(message),
        },
        ErrorKind::NotFound { message } => ErrorKind::NotFound {
            message: clean(message),
        },
        ErrorKind::Refused(list) => ErrorKind::Refused(
            list.into_iter()
                .map(|refusal| Refusal {
                    field: clean(refusal.field),
                    messages: refusal.messages.into_iter().map(clean).collect(),
                })
                .collect(),
        ),
        ErrorKind::Mismatch(messages) => {
            ErrorKind::Mismatch(messages.into_iter().map(clean).collect())
        }
        ErrorKind::GraphQl(messages) => {
            ErrorKind::GraphQl(messages.into_iter().map(clean).collect())
        }
        ErrorKind::RateLimited {
            message,
            retry_after,
        } => ErrorKind::RateLimited {
            message: clean(message),
            retry_after,
        },
        ErrorKind::Status { status, message } => ErrorKind::Status {
            status,
            message: clean(message),
        },
        ErrorKind::Protocol { message } => ErrorKind::Protocol {
            message: clean(message),
        },
        ErrorKind::Transport(error) => ErrorKind::Transport(error),
    }
}

/// The effect of a request that was taken in, with no telling how it ended.
pub(in crate::prismatic) fn lost(repeat: Repeat) -> Effect {
    match repeat {
        Repeat::Read => Effect::None,
        Repeat::Idempotent | Repeat::Once => Effect::Unknown,
    }
}
