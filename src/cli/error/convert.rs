//! Errors of the other modules: who has to act, and how.

use super::CliError;
use crate::controller::connect::ConnectError;
use crate::controller::error::{Class, PassError};
use crate::prismatic::Connection;
use crate::prismatic::error::{ErrorKind, PlatformError};
use crate::prismatic::transport::TransportError;
use crate::source::SourceError;

/// The operation that exchanges a refresh token for an access token.
const EXCHANGE: &str = "auth/refresh";

const SILENT: &str = "the tenant did not answer as needed";

/// Where an id or a token may be looked for in vain.
const OTHER_TENANT: &str = "ids count in their own tenant only: is this the right one \
     (--tenant-id, --env, --profile)?";

/// How to get credentials, or do without.
pub(crate) const LOG_IN: &str = "set PRISM_REFRESH_TOKEN to the output of \
     `prism me:token --type refresh`, or log in with `prism login`; to try things without an \
     account, add --sandbox";

impl From<PassError> for CliError {
    fn from(error: PassError) -> Self {
        let hint = error.hint();
        let converted = match error {
            PassError::Source(error) => return error.into(),
            PassError::Invalid(diagnostics) => return Self::files(diagnostics),
            PassError::Platform(error) => return error.into(),
            PassError::Connect(error) => match error.class {
                Class::User => Self::user("cannot connect to the tenant").because(&error),
                Class::World => Self::world("cannot connect to the tenant").because(&error),
                Class::Bug => Self::bug("cannot connect to the tenant").because(&error),
            },
            PassError::WrongOrganization { .. } | PassError::SameTenant { .. } => {
                Self::refused(error.to_string())
            }
            PassError::Busy(busy) => Self::world(busy.to_string()),
            PassError::Bug(_) => Self::bug(error.to_string()),
        };
        match hint {
            Some(hint) => converted.hint(hint),
            None => converted,
        }
    }
}

impl CliError {
    /// The same error for the daemon, which goes on trying.
    pub(crate) fn into_connect(self) -> ConnectError {
        let mut message = self.message;
        for cause in self.causes {
            message.push_str(": ");
            message.push_str(&cause);
        }
        ConnectError {
            message,
            hint: self.hint,
            class: self.kind,
        }
    }
}

impl CliError {
    /// Says which tenant did not answer: the URL may come from the environment, a profile
    /// or nowhere, and is the first thing to doubt.
    pub(crate) fn of(mut self, connection: &Connection) -> Self {
        if self.message == SILENT {
            self.message = format!("the tenant at {} did not answer as needed", connection.url);
        }
        self
    }
}

impl From<SourceError> for CliError {
    fn from(error: SourceError) -> Self {
        let missing = matches!(error, SourceError::Missing(_));
        let read = Self::user("cannot read the files").because(&error);
        if let Some(hint) = error.hint() {
            return read.hint(hint);
        }
        if missing {
            return read.hint(
                "give the folder that holds the manifests; without one, the current folder is taken",
            );
        }
        read
    }
}

impl From<PlatformError> for CliError {
    fn from(error: PlatformError) -> Self {
        let world = Self::world(SILENT).because(&error);
        let refused = matches!(error.kind, ErrorKind::Unauthenticated { .. });
        if refused && error.operation == EXCHANGE {
            return world.hint(format!(
                "is it a token of this stack and tenant (--url, --tenant-id)? Otherwise {LOG_IN}"
            ));
        }
        match hint(&error.kind) {
            Some(hint) => world.hint(hint),
            None => world,
        }
    }
}

fn hint(kind: &ErrorKind) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::Unauthenticated { .. } => LOG_IN,
        ErrorKind::Forbidden { .. } => {
            "give the user a role that may do this, or use another token or tenant (--tenant-id)"
        }
        ErrorKind::RateLimited { .. } => {
            "try again later, or lower the rate with --requests-per-second"
        }
        ErrorKind::Transport(TransportError::Connect { .. }) => {
            "check the URL (--url or PRISMATIC_URL), the network and the proxy"
        }
        ErrorKind::Transport(TransportError::Certificate { .. }) => {
            "give its own certificate, or that of its authority, with --ca-file, if you trust it"
        }
        ErrorKind::Transport(_) => "try again; nothing is lost",
        ErrorKind::Protocol { .. } => {
            "check that the URL is that of a Prismatic stack, and that no proxy answers in its place"
        }
        ErrorKind::Status { status, .. } if *status >= 500 => "try again later; nothing is lost",
        ErrorKind::Status { .. } => "check that the URL is that of a Prismatic stack",
        ErrorKind::Mismatch(_) => {
            "a newer prism-gitops may know this server; please report it, and check that the URL is that of a Prismatic stack"
        }
        ErrorKind::NotFound { .. } => OTHER_TENANT,
        ErrorKind::Refused(_) | ErrorKind::GraphQl(_) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Secret;
    use crate::prismatic::{BaseUrl, TokenSource};

    #[test]
    fn a_silent_tenant_is_named_by_its_url_and_other_errors_stay() {
        let connection = Connection {
            url: BaseUrl::parse("https://prismatic.example").unwrap(),
            tenant_id: None,
            token: TokenSource::Refresh(Secret::new("hidden".to_owned())),
            access: None,
            origin: "a test".to_owned(),
        };
        let silent = CliError::world(SILENT).of(&connection);
        insta::assert_snapshot!(silent.message(), @"the tenant at https://prismatic.example did not answer as needed");
        let other = CliError::user("something else").of(&connection);
        assert_eq!(other.message(), "something else");
    }
}
