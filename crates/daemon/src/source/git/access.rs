//! Authentication of git: a token, or an ssh key with known hosts.
//!
//! A token goes to git through its environment, for the remote's host alone;
//! it is in no argument, no URL and no file of ours. It is read anew for each
//! call, so that a rotated one takes effect without a restart.

use std::path::{Path, PathBuf};

use super::error::GitError;
use super::remote::{Protocol, Remote};
use crate::model::{Secret, SecretRef};
use crate::source::secrets::{self, Permission};

/// Where credentials are.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// The token or password of an http(s) remote.
    pub token: Option<SecretRef>,
    /// The user name that goes with it; a fitting one if absent.
    pub username: Option<String>,
    /// The private key of an ssh remote; the agent's and the user's own if absent.
    pub ssh_key: Option<PathBuf>,
    /// The host keys to trust; the user's and the system's if absent.
    pub known_hosts: Option<PathBuf>,
}

/// Variables for git's environment.
pub(in crate::source) type Variables = Vec<(String, String)>;

impl Access {
    /// The environment variables of git for one call. Paths are below `root`.
    pub(super) async fn variables(
        &self,
        remote: &Remote,
        root: &Path,
    ) -> Result<Variables, GitError> {
        match remote.protocol() {
            Protocol::Https | Protocol::Http => match self.token(root).await? {
                Some(token) => self.credential(remote, &token),
                None => Ok(Vec::new()),
            },
            Protocol::Ssh => self.ssh(root),
            Protocol::File => Ok(Vec::new()),
        }
    }

    async fn token(&self, root: &Path) -> Result<Option<Secret>, GitError> {
        let Some(reference) = &self.token else {
            return Ok(None);
        };
        let values =
            secrets::resolve([reference.clone()].into(), root, &Permission::operator()).await;
        let token = values
            .get(reference)
            .map_err(|error| GitError::Access(error.to_string()))?;
        if token.expose().chars().any(char::is_control) {
            let why = "the git token holds a line break or a control character";
            return Err(GitError::Access(why.to_owned()));
        }
        Ok(Some(token.clone()))
    }

    /// A helper that answers with variables of its environment, and for this host only.
    fn credential(&self, remote: &Remote, token: &Secret) -> Result<Variables, GitError> {
        const HELPER: &str = "!f() { test \"$1\" = get && printf 'username=%s\\npassword=%s\\n' \
             \"$PRISM_GITOPS_GIT_HELPER_USER\" \"$PRISM_GITOPS_GIT_HELPER_PASSWORD\"; }; f";
        let origin = origin(remote).ok_or_else(|| {
            GitError::Access("the remote has no host to use a token for".to_owned())
        })?;
        let username = self.username.clone().unwrap_or_else(|| {
            // Both hosts take any name with personal tokens; these also fit their apps' tokens.
            let bitbucket = remote.host() == Some("bitbucket.org");
            if bitbucket {
                "x-token-auth"
            } else {
                "x-access-token"
            }
            .to_owned()
        });
        Ok([
            ("GIT_CONFIG_COUNT", "2".to_owned()),
            ("GIT_CONFIG_KEY_0", "credential.helper".to_owned()),
            ("GIT_CONFIG_VALUE_0", String::new()),
            ("GIT_CONFIG_KEY_1", format!("credential.{origin}.helper")),
            ("GIT_CONFIG_VALUE_1", HELPER.to_owned()),
            ("PRISM_GITOPS_GIT_HELPER_USER", username),
            (
                "PRISM_GITOPS_GIT_HELPER_PASSWORD",
                token.expose().to_owned(),
            ),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into())
    }

    fn ssh(&self, root: &Path) -> Result<Variables, GitError> {
        let mut command = "ssh -F /dev/null -o BatchMode=yes -o StrictHostKeyChecking=yes \
             -o ConnectTimeout=20 -o ServerAliveInterval=15 -o ClearAllForwardings=yes \
             -o PermitLocalCommand=no -o ControlMaster=no"
            .to_owned();
        if let Some(key) = &self.ssh_key {
            let key = readable(root, key, "the ssh key")?;
            command.push_str(&format!(" -o IdentitiesOnly=yes -i '{key}'"));
        }
        if let Some(hosts) = &self.known_hosts {
            let hosts = readable(root, hosts, "the file of known hosts")?;
            command.push_str(&format!(
                " -o 'UserKnownHostsFile=\"{hosts}\"' -o GlobalKnownHostsFile=/dev/null"
            ));
        }
        let mut variables = vec![
            ("GIT_SSH_COMMAND".to_owned(), command),
            ("GIT_SSH_VARIANT".to_owned(), "ssh".to_owned()),
        ];
        if self.ssh_key.is_none()
            && let Some(agent) = agent()
        {
            variables.push(("SSH_AUTH_SOCK".to_owned(), agent));
        }
        Ok(variables)
    }
}

fn agent() -> Option<String> {
    std::env::var("SSH_AUTH_SOCK").ok()
}

/// Scheme, host and port: where a token may go.
fn origin(remote: &Remote) -> Option<String> {
    let url = url::Url::parse(remote.as_str()).ok()?;
    Some(url.origin().ascii_serialization())
}

/// A path as it can be written between quotes in a command line of the shell.
fn readable(root: &Path, path: &Path, what: &str) -> Result<String, GitError> {
    let full = root.join(path);
    let full = std::path::absolute(&full).unwrap_or(full);
    let shown = full.display().to_string();
    if !full.is_file() {
        return Err(GitError::Access(format!("{what} {shown} is not a file")));
    }
    let plain = |c: char| !c.is_control() && !matches!(c, '\'' | '"' | '\\' | '%' | '$');
    if full.to_str().is_none() || !shown.chars().all(plain) {
        let why = format!("{what} {shown} has a name with quotes, %, $ or a backslash");
        return Err(GitError::Access(why));
    }
    Ok(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value<'a>(variables: &'a Variables, name: &str) -> Option<&'a str> {
        let found = variables.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    #[tokio::test]
    async fn a_token_is_for_its_host_and_stands_in_no_configuration() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("token"), "s3cret\n").unwrap();
        let access = Access {
            token: Some(SecretRef::File("token".to_owned())),
            ..Access::default()
        };
        let remote = Remote::parse("https://git.example:8443/a/b.git", false).unwrap();
        let variables = access.variables(&remote, folder.path()).await.unwrap();
        assert_eq!(
            value(&variables, "GIT_CONFIG_KEY_1"),
            Some("credential.https://git.example:8443.helper")
        );
        for (name, text) in &variables {
            let password = name == "PRISM_GITOPS_GIT_HELPER_PASSWORD";
            assert_eq!(text.contains("s3cret"), password, "{name}");
        }
        std::fs::write(folder.path().join("token"), "two\nlines").unwrap();
        let refused = access.variables(&remote, folder.path()).await;
        assert!(refused.unwrap_err().to_string().contains("line break"));
        let file = Remote::parse("file:///a", false).unwrap();
        assert!(
            access
                .variables(&file, folder.path())
                .await
                .unwrap()
                .is_empty()
        );
    }

    #[tokio::test]
    async fn ssh_asks_nobody_and_trusts_only_what_was_given() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["key", "hosts", "it's"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let access = |key: &str| Access {
            ssh_key: Some(key.into()),
            known_hosts: Some("hosts".into()),
            ..Access::default()
        };
        let remote = Remote::parse("git@host:a", false).unwrap();
        let variables = access("key")
            .variables(&remote, folder.path())
            .await
            .unwrap();
        let command = value(&variables, "GIT_SSH_COMMAND").unwrap();
        for part in [
            "BatchMode=yes",
            "StrictHostKeyChecking=yes",
            "IdentitiesOnly=yes",
        ] {
            assert!(command.contains(part), "{command}");
        }
        for wrong in ["none", "it's"] {
            let refused = access(wrong).variables(&remote, folder.path()).await;
            assert!(matches!(refused, Err(GitError::Access(_))), "{wrong}");
        }
    }
}
