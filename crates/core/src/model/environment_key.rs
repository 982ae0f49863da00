//! The identity of a tenant, independent of the environment's name in a Project.

use sha2::{Digest as _, Sha256};

use super::{Identity, hex};

/// Where something is written to: two environments with one key are one tenant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EnvironmentKey {
    /// The host of the API, with its port unless that is the usual one.
    pub host: String,
    /// The id of the organization.
    pub organization: String,
    /// The id of the tenant, where the API or the settings say one.
    pub tenant: Option<String>,
}

impl EnvironmentKey {
    /// The key of the tenant of a login. The API's answer about the tenant takes precedence over the
    /// settings.
    #[must_use]
    pub fn new(url: &str, identity: &Identity, tenant_id: Option<&str>) -> Self {
        let tenant = identity.tenant_id.as_deref().or(tenant_id);
        Self {
            host: host(url),
            organization: identity.organization_id.clone(),
            tenant: tenant.map(str::to_owned),
        }
    }

    /// A name for files: 16 hexadecimal digits.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut digest = Sha256::new();
        for part in [
            self.host.as_str(),
            self.organization.as_str(),
            self.tenant.as_deref().unwrap_or_default(),
        ] {
            digest.update(part.len().to_be_bytes());
            digest.update(part.as_bytes());
        }
        hex(&digest.finalize()[..8])
    }
}

impl std::fmt::Display for EnvironmentKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "organization {} at {}", self.organization, self.host)?;
        match &self.tenant {
            Some(tenant) => write!(f, ", tenant {tenant}"),
            None => Ok(()),
        }
    }
}

/// The host of a URL; the names that this machine has for itself are one.
fn host(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("https", url));
    let rest = rest.split('/').next().unwrap_or(rest).to_ascii_lowercase();
    let usual = match scheme {
        "http" => ":80",
        _ => ":443",
    };
    let rest = rest.strip_suffix(usual).unwrap_or(&rest);
    let (name, port) = match rest.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => (name, Some(port)),
        _ => (rest, None),
    };
    let name = name.trim_end_matches('.');
    let here = name == "[::1]" || is_loopback(name);
    let name = if here { "localhost" } else { name };
    match port {
        Some(port) => format!("{name}:{port}"),
        None => name.to_owned(),
    }
}

/// `127.0.0.1` and its like.
fn is_loopback(name: &str) -> bool {
    let mut parts = name.split('.');
    let numbers = || name.split('.').all(|part| part.parse::<u8>().is_ok());
    parts.next() == Some("127") && parts.count() == 3 && numbers()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(tenant: Option<&str>) -> Identity {
        Identity {
            email: "a@b".to_owned(),
            name: "a".to_owned(),
            organization_id: "org-1".to_owned(),
            organization: "Acme".to_owned(),
            tenant_id: tenant.map(str::to_owned),
        }
    }

    fn key(url: &str, said: Option<&str>, set: Option<&str>) -> EnvironmentKey {
        EnvironmentKey::new(url, &identity(said), set)
    }

    #[test]
    fn one_tenant_has_one_key_however_it_is_written() {
        for (one, other) in [
            ("https://app.prismatic.io", "https://APP.prismatic.io:443/"),
            ("http://localhost:8787", "http://127.0.0.1:8787"),
            ("http://[::1]:8787", "http://localhost:8787/"),
            ("http://[::1]", "http://localhost:80"),
            ("https://app.prismatic.io.", "https://app.prismatic.io"),
        ] {
            assert_eq!(
                key(one, None, None),
                key(other, None, None),
                "{one} {other}"
            );
        }
        let set = key("https://a", Some("t1"), Some("t2"));
        assert_eq!(set, key("https://a", Some("t1"), None));
    }

    #[test]
    fn other_tenants_have_other_keys_and_other_files() {
        let all = [
            key("https://a", None, None),
            key("https://b", None, None),
            key("https://a:8443", None, None),
            key("https://a", Some("t1"), None),
            key("https://a", None, Some("t2")),
        ];
        let digests: std::collections::BTreeSet<_> =
            all.iter().map(EnvironmentKey::digest).collect();
        assert_eq!(digests.len(), all.len());
        assert!(digests.iter().all(|digest| digest.len() == 16));
        insta::assert_snapshot!(all[3], @"organization org-1 at a, tenant t1");
    }
}
