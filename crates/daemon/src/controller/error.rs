//! Why a pass came to nothing.

use std::time::Duration;

pub use prism_gitops_api::Class;

use super::connect::ConnectError;
use crate::model::{Diagnostic, Severity, diagnostic};
use crate::prismatic::error::{ErrorKind, PlatformError};
use crate::source::SourceError;
use crate::store::Busy;

/// A pass that came to nothing. Nothing was written.
#[derive(Debug, Clone, thiserror::Error)]
pub enum PassError {
    /// The files could not be read at all.
    #[error("the files cannot be read")]
    Source(#[source] SourceError),
    /// The files are wrong. Holds all findings, warnings included.
    #[error("{}", invalid(.0))]
    Invalid(Vec<Diagnostic>),
    /// There is no way to the tenant.
    #[error("cannot connect to the tenant")]
    Connect(#[source] ConnectError),
    /// The guard of the environment: this token belongs to another organization.
    #[error("the token belongs to organization {found:?}, but the project expects {expected:?}")]
    WrongOrganization {
        /// What the project expects.
        expected: String,
        /// Whose token it is.
        found: String,
    },
    /// Environments of this process that are one tenant.
    #[error("the environments {} are one tenant: {tenant}", quoted(.environments))]
    SameTenant {
        /// Their names.
        environments: Vec<String>,
        /// The tenant.
        tenant: String,
    },
    /// Another process writes to the tenant.
    #[error("another writer is at work")]
    Busy(#[source] Box<Busy>),
    /// The tenant could not be read.
    #[error("the tenant cannot be read")]
    Platform(#[source] PlatformError),
    /// This program is wrong.
    #[error("a defect in prism-gitops: {0}")]
    Bug(String),
}

fn invalid(diagnostics: &[Diagnostic]) -> String {
    match diagnostic::count(diagnostics, Severity::Error) {
        1 => "the files have 1 error".to_owned(),
        n => format!("the files have {n} errors"),
    }
}

fn quoted(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("{name:?}")).collect();
    names.join(" and ")
}

impl PassError {
    /// Whose move it is.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::Source(error) if error.needs_person() => Class::User,
            Self::Source(_) | Self::Busy(_) => Class::World,
            Self::Connect(error) => error.class,
            Self::Platform(error) if error.is_transient() => Class::World,
            Self::Platform(_)
            | Self::Invalid(_)
            | Self::WrongOrganization { .. }
            | Self::SameTenant { .. } => Class::User,
            Self::Bug(_) => Class::Bug,
        }
    }

    /// What to do about it, where that is known.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Connect(error) => error.hint.clone(),
            Self::WrongOrganization { .. } => Some(
                "use a token of that organization, or correct `organization` of the environment"
                    .to_owned(),
            ),
            Self::Platform(error) if error.is_fatal() => {
                Some("the token is missing, expired or revoked: give a valid one".to_owned())
            }
            Self::SameTenant { .. } => Some(
                "take one of them out, or correct its url, auth or tenantId; nothing is written for either"
                    .to_owned(),
            ),
            Self::Busy(_) => Some("the next pass tries again".to_owned()),
            Self::Bug(_) => Some("please report it, with the log around it".to_owned()),
            Self::Source(error) => error.hint().map(str::to_owned),
            Self::Invalid(_) | Self::Platform(_) => None,
        }
    }

    /// How long the tenant asks to be left alone.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Platform(PlatformError {
                kind: ErrorKind::RateLimited { retry_after, .. },
                ..
            }) => *retry_after,
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::chain;
    use crate::prismatic::error::Effect;

    fn platform(kind: ErrorKind) -> PassError {
        PassError::Platform(PlatformError {
            operation: "authenticatedUser",
            kind,
            effect: Effect::None,
        })
    }

    #[test]
    fn classes_hints_and_pauses_follow_the_cause() {
        let expired = platform(ErrorKind::Unauthenticated {
            message: "expired".to_owned(),
        });
        assert_eq!(expired.class(), Class::User);
        assert!(expired.hint().is_some());
        let busy = platform(ErrorKind::RateLimited {
            message: "slow down".to_owned(),
            retry_after: Some(Duration::from_secs(7)),
        });
        assert_eq!(busy.class(), Class::World);
        assert_eq!(busy.retry_after(), Some(Duration::from_secs(7)));
        assert_eq!(
            chain(&busy),
            "the tenant cannot be read: authenticatedUser: rate limited: slow down"
        );
    }

    #[test]
    fn counts_errors_and_not_warnings() {
        let error = PassError::Invalid(vec![
            Diagnostic::error("a", ""),
            Diagnostic::warning("b", ""),
        ]);
        assert_eq!(error.to_string(), "the files have 1 error");
        assert_eq!(
            PassError::Invalid(vec![Diagnostic::error("a", ""); 2]).to_string(),
            "the files have 2 errors"
        );
    }
}
