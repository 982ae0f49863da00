//! What can go wrong with the API, in classes that call for different answers.

use std::time::Duration;

use prism_gitops_core::redact::Redactor;
use prism_gitops_http::transport::TransportError;

/// Whether a request that failed may have had its effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Certainly none: never sent, or refused.
    None,
    /// Perhaps: the reply was lost or makes no sense.
    Unknown,
}

/// A failed operation.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{operation}: {kind}")]
pub struct PlatformError {
    /// The GraphQL operation or endpoint: `importIntegration`, `auth/refresh`.
    pub operation: &'static str,
    /// What happened.
    pub kind: ErrorKind,
    /// Whether it may have had its effect.
    pub effect: Effect,
}

/// What happened.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ErrorKind {
    /// The token is missing, expired or revoked.
    #[error("not authenticated: {message}")]
    Unauthenticated {
        /// The API's words.
        message: String,
    },
    /// The token lacks a permission.
    #[error("not permitted: {message}")]
    Forbidden {
        /// The API's words.
        message: String,
    },
    /// The object does not exist (or is not visible).
    #[error("not found: {message}")]
    NotFound {
        /// The API's words.
        message: String,
    },
    /// The mutation refused its input: payload `errors`.
    #[error("refused: {}", refusals(.0))]
    Refused(Vec<Refusal>),
    /// The server does not understand the request, and has not begun with it: a field, an argument or a
    /// value that its schema does not know. A fault between it and this program, not of the tenant.
    #[error("the server does not understand this request; its schema differs from the one this program knows: {}", .0.join("; "))]
    Mismatch(Vec<String>),
    /// Top-level GraphQL errors that are none of the above.
    #[error("{}", .0.join("; "))]
    GraphQl(Vec<String>),
    /// Too many requests, also after the client's own retries.
    #[error("rate limited: {message}")]
    RateLimited {
        /// The API's words.
        message: String,
        /// How long the server asks to wait.
        retry_after: Option<Duration>,
    },
    /// An HTTP status that is not one of the above.
    #[error("HTTP {status}: {message}")]
    Status {
        /// The status code.
        status: u16,
        /// The API's words, or the start of the body.
        message: String,
    },
    /// A body that is not what the schema promises.
    #[error("an answer that cannot be read: {message}")]
    Protocol {
        /// What is wrong with it.
        message: String,
    },
    /// No answer.
    #[error(transparent)]
    Transport(TransportError),
}

impl ErrorKind {
    /// The same without any secret that the redactor knows in the words of the server.
    #[must_use]
    pub fn redacted(self, redactor: &Redactor) -> Self {
        let clean = |text: String| redactor.foreign(&text).into_owned();
        match self {
            Self::Unauthenticated { message } => Self::Unauthenticated {
                message: clean(message),
            },
            Self::Forbidden { message } => Self::Forbidden {
                message: clean(message),
            },
            Self::NotFound { message } => Self::NotFound {
                message: clean(message),
            },
            Self::Refused(list) => Self::Refused(
                list.into_iter()
                    .map(|refusal| Refusal {
                        field: clean(refusal.field),
                        messages: refusal.messages.into_iter().map(clean).collect(),
                    })
                    .collect(),
            ),
            Self::Mismatch(messages) => Self::Mismatch(messages.into_iter().map(clean).collect()),
            Self::GraphQl(messages) => Self::GraphQl(messages.into_iter().map(clean).collect()),
            Self::RateLimited {
                message,
                retry_after,
            } => Self::RateLimited {
                message: clean(message),
                retry_after,
            },
            Self::Status { status, message } => Self::Status {
                status,
                message: clean(message),
            },
            Self::Protocol { message } => Self::Protocol {
                message: clean(message),
            },
            Self::Transport(error) => Self::Transport(error),
        }
    }

    /// The class in one word, without any foreign text: for traces.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Unauthenticated { .. } => "unauthenticated",
            Self::Forbidden { .. } => "forbidden",
            Self::NotFound { .. } => "not-found",
            Self::Refused(_) => "refused",
            Self::Mismatch(_) => "mismatch",
            Self::GraphQl(_) => "graphql",
            Self::RateLimited { .. } => "rate-limited",
            Self::Status { .. } => "http-status",
            Self::Protocol { .. } => "unreadable",
            Self::Transport(_) => "no-answer",
        }
    }
}

/// One entry of a payload's `errors`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The input field; `__all__` for no field in particular.
    pub field: String,
    /// The API's words.
    pub messages: Vec<String>,
}

fn refusals(list: &[Refusal]) -> String {
    let one = |refusal: &Refusal| match refusal.field.as_str() {
        "__all__" => refusal.messages.join("; "),
        field => format!("{field}: {}", refusal.messages.join("; ")),
    };
    list.iter().map(one).collect::<Vec<_>>().join("; ")
}

impl PlatformError {
    /// Whether the same request may succeed later without any action by a user.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match &self.kind {
            ErrorKind::RateLimited { .. }
            | ErrorKind::Transport(_)
            | ErrorKind::Protocol { .. } => true,
            ErrorKind::Status { status, .. } => *status >= 500,
            ErrorKind::Unauthenticated { .. }
            | ErrorKind::Forbidden { .. }
            | ErrorKind::NotFound { .. }
            | ErrorKind::Refused(_)
            | ErrorKind::Mismatch(_)
            | ErrorKind::GraphQl(_) => false,
        }
    }

    /// Whether the server says that the given id is not an id.
    #[must_use]
    pub fn is_about_id(&self) -> bool {
        match &self.kind {
            ErrorKind::GraphQl(messages) => are_about_id(messages),
            _ => false,
        }
    }

    /// The same without what this one request sent in confidence.
    #[must_use]
    pub fn without(self, redactor: &Redactor) -> Self {
        Self {
            kind: self.kind.redacted(redactor),
            ..self
        }
    }

    /// Whether nothing else can succeed either: there is no use in going on.
    #[must_use]
    pub fn is_fatal(&self) -> bool {
        matches!(self.kind, ErrorKind::Unauthenticated { .. })
    }
}

/// What messages contain that say that a text is no id.
const NO_ID: [&str; 8] = [
    "invalid id",
    "not a valid id",
    "invalid global id",
    "not a valid global id",
    "unable to parse global id",
    "not a valid uuid",
    "invalid uuid",
    "badly formed hexadecimal uuid",
];

/// Whether these words of a server say that it was given a text that is no id.
fn are_about_id(messages: &[String]) -> bool {
    let no_id = |message: &String| {
        let words = message.to_lowercase();
        let words = words.split(|letter: char| !letter.is_alphanumeric());
        let words = format!(" {} ", words.collect::<Vec<_>>().join(" "));
        NO_ID
            .iter()
            .any(|part| words.contains(&format!(" {part} ")))
    };
    !messages.is_empty() && messages.iter().all(no_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_no_id_is_told_from_other_faults() {
        for (message, expected) in [
            ("Invalid ID specified.", true),
            ("Unable to parse global ID \"x\".", true),
            ("[\"\u{201c}x\u{201d} is not a valid UUID.\"]", true),
            ("Internal server error", false),
            ("Invalid identity provider", false),
        ] {
            let messages = [message.to_owned()];
            assert_eq!(are_about_id(&messages), expected, "{message}");
        }
        assert!(!are_about_id(&[]));
    }
}
