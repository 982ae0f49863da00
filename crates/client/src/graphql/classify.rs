//! What the words of an error mean.
//!
//! The API documents neither codes nor wording, so only whole phrases count, and everything else stays
//! unclassified: mistaking a refused value for a failed login would stop a whole run.

use std::time::Duration;

use super::{Failure, GraphQlError, lost};
use crate::error::{Effect, ErrorKind, Refusal};
use crate::retry::Repeat;

/// How messages begin that say that the token is no good.
const UNAUTHENTICATED: [&str; 13] = [
    "not authenticated",
    "unauthenticated",
    "user is not authenticated",
    "you are not authenticated",
    "user not authenticated",
    "authentication credentials were not provided",
    "authentication required",
    "invalid authentication",
    "invalid token",
    "token is expired",
    "token has expired",
    "signature has expired",
    "error decoding signature",
];

/// What messages contain that say that the user may not.
const FORBIDDEN: [&str; 6] = [
    "permission denied",
    "do not have permission",
    "does not have permission",
    "not have the permission",
    "not permitted",
    "not authorized",
];

const NOT_FOUND: &str = "record not found";

/// How messages begin of a server that does not know what it was asked for.
const MISMATCH: [&str; 12] = [
    "cannot query field",
    "unknown argument",
    "unknown type",
    "unknown fragment",
    "unknown directive",
    "unknown operation",
    "syntax error",
    "fragment \"",
    "fragment '",
    "argument \"",
    "argument '",
    "must provide",
];

/// The same where a name comes between: how they begin, and what they contain.
const MISMATCH_OF: [(&str, &[&str]); 4] = [
    (
        "variable ",
        &[
            "got invalid value",
            "of type",
            "of required type",
            "is not defined",
            "expected",
        ],
    ),
    (
        "field ",
        &[
            "selection of subfields",
            "must not have a selection",
            "argument",
        ],
    ),
    ("value ", &["does not exist in", "cannot represent"]),
    ("enum ", &["cannot represent"]),
];

#[derive(PartialEq, Eq, Clone, Copy)]
enum Sense {
    Unauthenticated,
    Forbidden,
    NotFound,
    Throttled,
    Mismatch,
    Other,
}

fn sense(message: &str, code: Option<&str>) -> Sense {
    match code {
        Some("UNAUTHENTICATED") => return Sense::Unauthenticated,
        Some("FORBIDDEN") => return Sense::Forbidden,
        Some("GRAPHQL_VALIDATION_FAILED" | "GRAPHQL_PARSE_FAILED") => return Sense::Mismatch,
        _ => {}
    }
    let words = message.trim().to_lowercase();
    if words == "unauthorized" || UNAUTHENTICATED.iter().any(|start| words.starts_with(start)) {
        Sense::Unauthenticated
    } else if words == "forbidden" || FORBIDDEN.iter().any(|part| words.contains(part)) {
        Sense::Forbidden
    } else if words.contains(NOT_FOUND) {
        Sense::NotFound
    } else if words.contains("request was throttled") {
        Sense::Throttled
    } else if is_mismatch(&words) {
        Sense::Mismatch
    } else {
        Sense::Other
    }
}

fn is_mismatch(words: &str) -> bool {
    let named = |(start, parts): &(&str, &[&str])| {
        words.starts_with(start) && parts.iter().any(|part| words.contains(part))
    };
    MISMATCH.iter().any(|start| words.starts_with(start)) || MISMATCH_OF.iter().any(named)
}

/// The class of top-level errors, their words kept as they are.
pub(crate) fn classify(errors: &[GraphQlError]) -> ErrorKind {
    let messages: Vec<String> = errors.iter().map(|error| error.message.clone()).collect();
    let senses: Vec<Sense> = (errors.iter())
        .map(|error| match sense(&error.message, error.code()) {
            // What has a place in the answer was understood.
            Sense::Mismatch if !error.path.is_empty() => Sense::Other,
            sense => sense,
        })
        .collect();
    let message = messages.join("; ");
    if senses.contains(&Sense::Unauthenticated) {
        ErrorKind::Unauthenticated { message }
    } else if senses.contains(&Sense::Forbidden) {
        ErrorKind::Forbidden { message }
    } else if senses.iter().all(|sense| *sense == Sense::NotFound) {
        // One of several is not enough: it may be about another object.
        ErrorKind::NotFound { message }
    } else if senses.contains(&Sense::Throttled) {
        ErrorKind::RateLimited {
            message,
            retry_after: None,
        }
    } else if senses.contains(&Sense::Mismatch) {
        ErrorKind::Mismatch(messages)
    } else {
        ErrorKind::GraphQl(messages)
    }
}

/// A status 403: usually a missing permission, sometimes a missing login.
pub(super) fn forbidden(message: String) -> ErrorKind {
    match sense(&message, None) {
        Sense::Unauthenticated => ErrorKind::Unauthenticated { message },
        _ => ErrorKind::Forbidden { message },
    }
}

/// A `{"detail": …}` with a status of success: throttled, in all known cases.
pub(super) fn detail(message: String, retry_after: Option<Duration>, repeat: Repeat) -> Failure {
    let sense = sense(&message, None);
    let effect = match sense {
        Sense::Unauthenticated | Sense::Forbidden => Effect::None,
        // A throttle may let a request through all the same.
        Sense::NotFound | Sense::Throttled | Sense::Mismatch | Sense::Other => lost(repeat),
    };
    let kind = match sense {
        Sense::Unauthenticated => ErrorKind::Unauthenticated { message },
        Sense::Forbidden => ErrorKind::Forbidden { message },
        Sense::NotFound | Sense::Throttled | Sense::Mismatch | Sense::Other => {
            ErrorKind::RateLimited {
                message,
                retry_after,
            }
        }
    };
    Failure { kind, effect }
}

/// Payload errors: the input is refused, or the object it is about is gone.
pub(super) fn refusal(refusals: Vec<Refusal>) -> ErrorKind {
    let gone = |refusal: &Refusal| {
        matches!(refusal.field.as_str(), "id" | "__all__")
            && !refusal.messages.is_empty()
            && (refusal.messages.iter()).all(|text| sense(text, None) == Sense::NotFound)
    };
    if refusals.iter().all(gone) {
        let messages: Vec<String> = refusals.into_iter().flat_map(|r| r.messages).collect();
        ErrorKind::NotFound {
            message: messages.join("; "),
        }
    } else {
        ErrorKind::Refused(refusals)
    }
}
