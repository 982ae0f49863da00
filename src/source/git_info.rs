//! Which commit a folder is at, asked of the `git` binary if there is one.
//!
//! A repository's own configuration can name programs to run. What is asked
//! here runs with the user's and the system's configuration left out, hooks
//! and the file monitor off, and no access to a terminal.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use url::Url;

use super::Commit;

/// Git answers at once or something is wrong with the disk.
const PATIENCE: Duration = Duration::from_secs(10);

/// The commit of the work tree a folder is in; `None` without git or a repository.
pub async fn commit(folder: &Path) -> Option<Commit> {
    let hash = git(folder, &["rev-parse", "--verify", "HEAD^{commit}"]).await?;
    let branch = git(folder, &["symbolic-ref", "--short", "--quiet", "HEAD"]).await;
    let remote = git(folder, &["config", "--get", "remote.origin.url"]).await;
    // Files whose names begin with a dot are not read, so they do not count.
    let changes = git(
        folder,
        &[
            "status",
            "--porcelain",
            "--",
            ".",
            ":(exclude,glob)**/.*",
            ":(exclude,glob)**/.*/**",
        ],
    )
    .await;
    Some(Commit {
        hash,
        branch,
        remote: remote.as_deref().and_then(without_credentials),
        dirty: changes.is_none_or(|changes| !changes.is_empty()),
    })
}

/// What git prints, without the line break; `None` if it fails.
async fn git(folder: &Path, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new("git");
    command
        .arg("-C")
        .arg(folder)
        .args(["-c", "core.hooksPath=/dev/null"])
        .args(["-c", "core.fsmonitor=false"])
        .args(["-c", "submodule.recurse=false"])
        .args(arguments)
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    // Set inside hooks: they would name another repository than the folder's.
    for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"] {
        command.env_remove(variable);
    }
    let output = tokio::time::timeout(PATIENCE, command.output()).await;
    let output = output.ok()?.ok()?;
    if !output.status.success() {
        return None;
    }
    let text = String::from_utf8(output.stdout).ok()?;
    Some(text.trim_end_matches(['\r', '\n']).to_owned())
}

/// A remote's URL without user name and password; `None` if that is not certain.
fn without_credentials(remote: &str) -> Option<String> {
    let Ok(mut url) = Url::parse(remote) else {
        // `git@host:path` and plain paths hold no password.
        let plain = !remote.contains("://") && !remote.split('@').next()?.contains(':');
        return (plain && !remote.is_empty()).then(|| remote.to_owned());
    };
    url.set_query(None);
    if url.cannot_be_a_base() {
        return None;
    }
    if matches!(url.scheme(), "http" | "https") {
        let _ = url.set_username("");
    }
    let _ = url.set_password(None);
    Some(url.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remotes_lose_their_credentials() {
        for (remote, kept) in [
            (
                "https://github.com/a/b.git",
                Some("https://github.com/a/b.git"),
            ),
            (
                "https://x:ghp_123@github.com/a/b",
                Some("https://github.com/a/b"),
            ),
            (
                "https://ghp_123@github.com/a/b?token=1",
                Some("https://github.com/a/b"),
            ),
            ("ssh://git:pw@host/a", Some("ssh://git@host/a")),
            ("git@github.com:a/b.git", Some("git@github.com:a/b.git")),
            ("/srv/git/a.git", Some("/srv/git/a.git")),
            ("user:pw@host:a/b", None),
            ("", None),
        ] {
            assert_eq!(without_credentials(remote).as_deref(), kept, "{remote}");
        }
    }
}
