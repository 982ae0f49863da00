//! Where a client connects, and with which identity.

use prism_gitops_http::is_loopback;
use url::Url;

use crate::model::Secret;

/// The address of a stack: scheme, host and port, nothing else.
///
/// `https`, or `http` on this machine, because every request carries a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(String);

/// Why a text is not the address of a stack. Never shows credentials.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{shown:?} is not the address of a Prismatic stack: {why}")]
pub struct BaseUrlError {
    /// The address without anything that may be secret.
    pub shown: String,
    /// What is wrong, in lower case.
    pub why: &'static str,
}

impl BaseUrl {
    /// The stack in the United States, where nothing else is said.
    pub const DEFAULT: &'static str = "https://app.prismatic.io";

    /// Checks an address. Surrounding space and trailing slashes are tolerated.
    ///
    /// # Errors
    ///
    /// [`BaseUrlError`] for a path, a query, credentials, another scheme, or
    /// `http` to another machine.
    pub fn parse(text: &str) -> Result<Self, BaseUrlError> {
        let text = text.trim();
        let url = Url::parse(text).map_err(|_| BaseUrlError {
            shown: without_credentials(text),
            why: "it is not a URL; write it as https://host",
        })?;
        let origin = url.origin().ascii_serialization();
        match objection(&url) {
            Some(why) => Err(BaseUrlError { shown: origin, why }),
            None => Ok(Self(origin)),
        }
    }

    /// The address without a trailing slash.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address of an endpoint: `endpoint("api")`.
    #[must_use]
    pub fn endpoint(&self, path: &str) -> String {
        format!("{}/{path}", self.0)
    }
}

impl Default for BaseUrl {
    fn default() -> Self {
        Self(Self::DEFAULT.to_owned())
    }
}

impl std::fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

fn objection(url: &Url) -> Option<&'static str> {
    if !matches!(url.scheme(), "https" | "http") || url.host().is_none() {
        return Some("it has to begin with https://");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Some("it must not hold credentials; tokens are given on their own");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Some("it must not have a query or a fragment");
    }
    if !url.path().trim_matches('/').is_empty() {
        return Some("it must not have a path; leave out what follows the host");
    }
    if url.scheme() == "http" && !is_loopback(url) {
        return Some("http would show the token to the network; write https://");
    }
    None
}

/// The text before an `@` may be a password.
fn without_credentials(text: &str) -> String {
    match text.rsplit_once('@') {
        Some((_, host)) => format!("…@{host}"),
        None => text.to_owned(),
    }
}

/// How to get an access token.
#[derive(Debug, Clone)]
pub enum TokenSource {
    /// It is given, and cannot be renewed.
    Access(Secret),
    /// It is exchanged for a long-lived refresh token.
    Refresh(Secret),
}

/// Everything needed to talk to one tenant.
#[derive(Debug, Clone)]
pub struct Connection {
    /// The stack.
    pub url: BaseUrl,
    /// Which tenant of the user, where a user has several.
    pub tenant_id: Option<String>,
    /// How to get an access token.
    pub token: TokenSource,
    /// An access token to begin with, as long as it lasts; saves an exchange.
    pub access: Option<Secret>,
    /// Where the token comes from, for people.
    pub origin: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_an_origin() {
        for (text, expected) in [
            ("https://app.prismatic.io", "https://app.prismatic.io"),
            (" https://APP.prismatic.io/ ", "https://app.prismatic.io"),
            ("https://stack.example:8443//", "https://stack.example:8443"),
            ("http://localhost:8787", "http://localhost:8787"),
            ("http://127.8.8.8:1/", "http://127.8.8.8:1"),
            ("http://[::1]:8787", "http://[::1]:8787"),
        ] {
            assert_eq!(BaseUrl::parse(text).unwrap().as_str(), expected, "{text}");
        }
    }

    #[test]
    fn everything_else_is_refused_with_a_reason() {
        for (text, reason) in [
            ("app.prismatic.io", "not a URL"),
            ("", "not a URL"),
            ("ftp://app.prismatic.io", "begin with https"),
            ("https://app.prismatic.io/api", "must not have a path"),
            ("https://app.prismatic.io?x=1", "query"),
            ("http://app.prismatic.io", "show the token"),
            ("http://localhost.evil.example", "show the token"),
            ("http://10.0.0.1", "show the token"),
        ] {
            let error = BaseUrl::parse(text).unwrap_err().to_string();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }

    #[test]
    fn credentials_are_refused_and_not_shown() {
        for text in [
            "https://me:canary@host",
            "https://canary@host/",
            "me:canary@host:x",
        ] {
            let error = BaseUrl::parse(text).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
        }
    }
}
