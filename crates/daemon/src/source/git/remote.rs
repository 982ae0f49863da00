//! The URL of a remote: what is accepted, and what could mislead git or ssh.

use prism_gitops_http::is_loopback;
use url::Url;

/// How git talks to a remote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// `https://`.
    Https,
    /// `http://`, in the clear.
    Http,
    /// `ssh://` or `user@host:path`.
    Ssh,
    /// `file://`, on this machine.
    File,
}

impl Protocol {
    /// Git's own name for it, as `GIT_ALLOW_PROTOCOL` takes it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Https => "https",
            Self::Http => "http",
            Self::Ssh => "ssh",
            Self::File => "file",
        }
    }
}

/// A URL that was checked: it holds no password and cannot be taken for an option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remote {
    url: String,
    protocol: Protocol,
    host: Option<String>,
}

impl Remote {
    /// Checks a URL. `http://` is for loopback, unless `allow_http`.
    ///
    /// # Errors
    ///
    /// Why it is not taken, in words that follow the flag's name.
    pub fn parse(text: &str, allow_http: bool) -> Result<Self, String> {
        if text.chars().any(|c| c.is_control() || c == ' ') {
            return Err("it holds blanks or control characters".to_owned());
        }
        if text.starts_with('-') {
            return Err("it must not begin with a dash".to_owned());
        }
        if !text.contains("://") {
            return scp(text);
        }
        let url = Url::parse(text).map_err(|error| error.to_string())?;
        let protocol = match url.scheme() {
            "https" => Protocol::Https,
            "http" => Protocol::Http,
            "ssh" => Protocol::Ssh,
            "file" => Protocol::File,
            other => {
                return Err(format!(
                    "{other}:// is not supported: use https, ssh or file"
                ));
            }
        };
        check_parts(&url, protocol)?;
        if protocol == Protocol::Http && !allow_http && !is_loopback(&url) {
            return Err(
                "http:// sends everything in the clear: use https, or add --git-allow-http"
                    .to_owned(),
            );
        }
        Ok(Self {
            url: text.to_owned(),
            protocol,
            host: url.host_str().map(str::to_owned),
        })
    }

    /// The URL as git is given it, and as people may see it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.url
    }

    /// How git talks to it.
    #[must_use]
    pub fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// The host, but for `file://`.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        self.host.as_deref()
    }
}

fn check_parts(url: &Url, protocol: Protocol) -> Result<(), String> {
    if url.query().is_some() || url.fragment().is_some() {
        return Err("it must not have a query or a fragment".to_owned());
    }
    let http = matches!(protocol, Protocol::Https | Protocol::Http);
    if url.password().is_some() || http && !url.username().is_empty() {
        return Err(
            "it must not hold credentials, which every process of this machine could read: use --git-token-file"
                .to_owned(),
        );
    }
    if protocol == Protocol::File {
        if url.host_str().is_some_and(|host| !host.is_empty()) {
            return Err("write file:///PATH, with three slashes".to_owned());
        }
    } else if url.host_str().is_none_or(str::is_empty) {
        return Err("it has no host".to_owned());
    }
    for part in [url.host_str().unwrap_or_default(), url.username()] {
        if part.starts_with('-') {
            return Err("neither host nor user may begin with a dash".to_owned());
        }
    }
    if url.path().trim_matches('/').is_empty() {
        return Err("it names no repository".to_owned());
    }
    Ok(())
}

/// `user@host:path`, as git and people write it.
fn scp(text: &str) -> Result<Remote, String> {
    let unknown =
        || format!("{text:?} is no URL: write https://…, ssh://…, user@host:path or file:///path");
    let (authority, path) = text.split_once(':').ok_or_else(unknown)?;
    let (user, host) = authority.split_once('@').unwrap_or(("", authority));
    let word = |text: &str| {
        !text.is_empty()
            && !text.starts_with('-')
            && text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
    };
    // `ext::…` and the like name a program to run.
    if !word(host) || (authority.contains('@') && !word(user)) || path.starts_with(':') {
        return Err(unknown());
    }
    if path.is_empty() || path.starts_with('-') {
        return Err("it names no repository".to_owned());
    }
    Ok(Remote {
        url: text.to_owned(),
        protocol: Protocol::Ssh,
        host: Some(host.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_forms_are_taken() {
        for (text, protocol, host) in [
            (
                "https://github.com/a/b.git",
                Protocol::Https,
                Some("github.com"),
            ),
            (
                "ssh://git@host.example:2222/a/b",
                Protocol::Ssh,
                Some("host.example"),
            ),
            ("git@github.com:a/b.git", Protocol::Ssh, Some("github.com")),
            ("host:a/b", Protocol::Ssh, Some("host")),
            ("file:///srv/git/a.git", Protocol::File, None),
            ("http://127.0.0.1:8080/a", Protocol::Http, Some("127.0.0.1")),
            ("http://localhost/a", Protocol::Http, Some("localhost")),
            ("http://[::1]:1/a", Protocol::Http, Some("[::1]")),
        ] {
            let remote = Remote::parse(text, false).unwrap();
            assert_eq!(
                (remote.protocol(), remote.host()),
                (protocol, host),
                "{text}"
            );
            assert_eq!(remote.as_str(), text);
        }
        assert!(Remote::parse("http://git.example/a", true).is_ok());
    }

    #[test]
    fn what_could_mislead_git_is_refused() {
        for (text, why) in [
            ("--upload-pack=sh", "dash"),
            ("ext::sh -c id", "blanks"),
            ("ext::sh", "is no URL"),
            ("fd::3", "is no URL"),
            ("git://host/a", "not supported"),
            ("/srv/git/a.git", "is no URL"),
            ("-oProxyCommand=x:a", "dash"),
            ("a@-oProxyCommand=x:a", "is no URL"),
            ("ssh://-oProxyCommand=x/a", "dash"),
            ("ssh://-x@host/a", "dash"),
            ("ssh://git:pw@host/a", "credentials"),
            ("https://token@host/a", "credentials"),
            ("https://a:b@host/a", "credentials"),
            ("https://host/a?token=1", "query"),
            ("https://host", "no repository"),
            ("host:", "no repository"),
            ("file://host/a", "three slashes"),
            ("http://git.example/a", "in the clear"),
            ("http://127.0.0.1.evil.example/a", "in the clear"),
            ("https://host/a\nb", "control"),
        ] {
            let error = Remote::parse(text, false).unwrap_err();
            assert!(error.contains(why), "{text}: {error}");
        }
    }
}
