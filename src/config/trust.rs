//! Which hosts a token may be sent to, and where a token may be taken from.
//!
//! Many users can propose files of a project. A token belongs to the operator, so a file decides neither
//! where it is sent nor which value is used as one, beyond what the operator allowed or the defaults allow.

use std::collections::BTreeSet;

use url::Url;

use super::credentials::{ACCESS_TOKEN, REFRESH_TOKEN, REFRESH_TOKEN_TOO};
use crate::prismatic::BaseUrl;

/// The stacks of Prismatic's public regions, as its documentation of deployment regions lists them.
pub const REGIONS: [&str; 7] = [
    BaseUrl::DEFAULT,
    "https://app.us-gov-west-1.prismatic.io",
    "https://app.eu-west-1.prismatic.io",
    "https://app.eu-west-2.prismatic.io",
    "https://app.ca-central-1.prismatic.io",
    "https://app.ap-southeast-2.prismatic.io",
    "https://app.af-south-1.prismatic.io",
];

/// The variables that hold this tool's own tokens: they are for a tenant, and for nothing else.
pub const TOKENS: [&str; 3] = [ACCESS_TOKEN, REFRESH_TOKEN, REFRESH_TOKEN_TOO];

/// Variables that a Project's `auth` may name without asking: Prismatic's own, and this tool's.
const OWN: [&str; 2] = ["PRISM_", "PRISMATIC_"];

/// What the operator allows beyond that.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trust {
    hosts: Vec<Host>,
    variables: BTreeSet<String>,
}

/// A host that the operator named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    name: String,
    /// Any port, where none was named.
    port: Option<u16>,
}

impl Host {
    /// Reads `HOST`, `HOST:PORT` or the URL of a stack.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in lower case.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let wrong = || "write a host, such as stack.acme.example, perhaps with its port".to_owned();
        if text.contains("://") {
            let stack = BaseUrl::parse(text).map_err(|error| error.to_string())?;
            return Self::of(&stack).ok_or_else(wrong);
        }
        let url = Url::parse(&format!("https://{text}")).map_err(|_| wrong())?;
        let bare = matches!(url.path(), "" | "/") && !text.contains(['/', '?', '#', '@', '*']);
        let name = url.host_str().filter(|_| bare).ok_or_else(wrong)?;
        // The default port is left out of a parsed URL, but it was written on purpose.
        let port = url.port().or_else(|| text.ends_with(":443").then_some(443));
        Ok(Self {
            name: name.to_owned(),
            port,
        })
    }

    /// The host of a stack, with its port.
    fn of(stack: &BaseUrl) -> Option<Self> {
        let url = Url::parse(stack.as_str()).ok()?;
        Some(Self {
            name: url.host_str()?.to_owned(),
            port: url.port_or_known_default(),
        })
    }

    fn is(&self, stack: &Self) -> bool {
        self.name == stack.name && (self.port.is_none() || self.port == stack.port)
    }
}

impl Trust {
    /// Exactly what the operator named.
    #[must_use]
    pub fn new(hosts: Vec<Host>, variables: impl IntoIterator<Item = String>) -> Self {
        Self {
            hosts,
            variables: variables.into_iter().collect(),
        }
    }

    /// Whether a token may be sent to a stack that only a file names.
    #[must_use]
    pub fn knows(&self, stack: &BaseUrl) -> bool {
        let named = |stack| self.hosts.iter().any(|host| host.is(&stack));
        REGIONS.contains(&stack.as_str()) || Host::of(stack).is_some_and(named)
    }

    /// Whether a file may name this variable as that of a token.
    #[must_use]
    pub fn may_hold_a_token(&self, variable: &str) -> bool {
        OWN.iter().any(|own| variable.starts_with(own)) || self.variables.contains(variable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn knows(hosts: &[&str], stack: &str) -> bool {
        let hosts = hosts.iter().map(|host| Host::parse(host).unwrap());
        Trust::new(hosts.collect(), []).knows(&BaseUrl::parse(stack).unwrap())
    }

    #[test]
    fn public_regions_are_known_and_what_looks_like_them_is_not() {
        for region in REGIONS {
            assert!(knows(&[], region), "{region}");
        }
        assert!(knows(&[], "https://APP.prismatic.io/"));
        for other in [
            "https://app.prismatic.io:8443",
            "https://app.prismatic.io.evil.example",
            "https://evil-app.prismatic.io",
            "https://prismatic.io",
            "https://app.eu-west-9.prismatic.io",
            "https://аpp.prismatic.io",
            "http://localhost:8787",
            "http://127.0.0.1:1",
        ] {
            assert!(!knows(&[], other), "{other}");
        }
    }

    #[test]
    fn the_operator_names_hosts_with_or_without_a_port() {
        for (host, stack, expected) in [
            ("stack.acme.example", "https://stack.acme.example", true),
            (
                "Stack.Acme.example",
                "https://stack.acme.example:8443",
                true,
            ),
            (
                "stack.acme.example:8443",
                "https://stack.acme.example:8443",
                true,
            ),
            (
                "stack.acme.example:8443",
                "https://stack.acme.example",
                false,
            ),
            (
                "stack.acme.example:443",
                "https://stack.acme.example:8443",
                false,
            ),
            (
                "https://stack.acme.example",
                "https://stack.acme.example",
                true,
            ),
            (
                "https://stack.acme.example",
                "https://stack.acme.example:1",
                false,
            ),
            ("acme.example", "https://stack.acme.example", false),
            ("127.0.0.1", "http://127.0.0.1:8787", true),
            ("127.0.0.1:8787", "http://127.0.0.1:8787", true),
            ("[::1]:8787", "http://[::1]:8787", true),
            ("127.0.0.1:8788", "http://127.0.0.1:8787", false),
        ] {
            assert_eq!(knows(&[host], stack), expected, "{host} {stack}");
        }
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for wrong in [
            "",
            "*",
            "*.acme.example",
            "acme.example/x",
            "a@b",
            "a b",
            "https://a/b",
            "a?b",
        ] {
            assert!(Host::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn tokens_come_from_variables_that_are_for_tokens() {
        let trust = Trust::new(Vec::new(), ["ACME_TOKEN".to_owned()]);
        for (variable, expected) in [
            ("PRISM_REFRESH_TOKEN", true),
            ("PRISMATIC_REFRESH_TOKEN", true),
            ("PRISM_GITOPS_TOKEN_EU", true),
            ("ACME_TOKEN", true),
            ("ACME_TOKEN_2", false),
            ("AWS_SECRET_ACCESS_KEY", false),
            ("GITHUB_TOKEN", false),
            ("prism_refresh_token", false),
        ] {
            assert_eq!(trust.may_hold_a_token(variable), expected, "{variable}");
        }
    }
}
