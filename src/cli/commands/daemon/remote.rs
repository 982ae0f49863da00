//! From arguments to a git remote and webhooks.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::mpsc;

use super::environments::Wanted;
use crate::cli::args::{DaemonArgs, GitArgs};
use crate::cli::error::CliError;
use crate::daemon::Polled;
use crate::manifest;
use crate::model::{Secret, SecretRef};
use crate::server::hooks::{Hooks, Provider};
use crate::source::git::{Access, GitSource, Reference, Remote, Settings};
use crate::source::secrets::{self, Permission};

/// The variable with a token, where no file is named. It has no flag: arguments can be read by all.
const TOKEN: &str = "PRISM_GITOPS_GIT_TOKEN";

/// The remote that was asked for, if one was. Nothing is sent yet.
pub(super) fn source(
    args: &DaemonArgs,
    root: &Path,
    variables: &crate::cli::Variables,
) -> Result<Option<Arc<GitSource>>, CliError> {
    let Some(url) = &args.git.git else {
        return Ok(None);
    };
    let git = &args.git;
    let wrong = |flag: &str, why: String| CliError::user(format!("{flag}: {why}"));
    let remote = Remote::parse(url, git.git_allow_http).map_err(|why| wrong("--git", why))?;
    let settings = Settings {
        remote,
        reference: reference(git)?,
        sub_path: sub_path(git).map_err(|why| wrong("--sub-path", why))?,
        access: access(git, variables),
        root: root.to_owned(),
        cache: cache(args, root),
        timeout: git.git_timeout,
        max_size: git.git_max_size,
    };
    Ok(Some(Arc::new(GitSource::new(
        settings,
        manifest::references,
    ))))
}

fn reference(git: &GitArgs) -> Result<Reference, CliError> {
    let parsed = match (&git.branch, &git.tag, &git.commit) {
        (Some(name), _, _) => Reference::branch(name).map_err(|why| ("--branch", why)),
        (_, Some(name), _) => Reference::tag(name).map_err(|why| ("--tag", why)),
        (_, _, Some(hash)) => Reference::commit(hash).map_err(|why| ("--commit", why)),
        _ => Ok(Reference::Default),
    };
    parsed.map_err(|(flag, why)| CliError::user(format!("{flag}: {why}")))
}

/// Below the repository, without a way out of it.
fn sub_path(git: &GitArgs) -> Result<String, String> {
    let text = git.sub_path.as_deref().unwrap_or_default();
    let parts = text
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".");
    let parts: Vec<&str> = parts.collect();
    if parts.contains(&"..") || text.starts_with('/') || text.chars().any(char::is_control) {
        return Err("it must be a folder below the repository's root, without `..`".to_owned());
    }
    Ok(parts.join("/"))
}

fn access(git: &GitArgs, variables: &crate::cli::Variables) -> Access {
    let named = git.git_token_file.as_ref();
    let file = named.map(|path| SecretRef::File(path.display().to_string()));
    let set = variables
        .get(TOKEN)
        .is_some_and(|token| !token.trim().is_empty());
    Access {
        token: file.or_else(|| set.then(|| SecretRef::Env(TOKEN.to_owned()))),
        username: git.git_username.clone(),
        ssh_key: git.git_ssh_key.clone(),
        known_hosts: git.git_known_hosts.clone(),
    }
}

fn cache(args: &DaemonArgs, root: &Path) -> PathBuf {
    let state = args.state.folder.of(root);
    // Git is run in no particular folder.
    std::path::absolute(&state).unwrap_or(state).join("git")
}

/// Everything that is woken by webhooks.
#[derive(Default)]
pub(super) struct Woken {
    pub(super) hooks: Option<Hooks>,
    pub(super) polled: Option<Polled>,
    /// For each environment, in their order; `None` where no hook is configured.
    pub(super) events: Vec<Option<mpsc::Receiver<()>>>,
    /// Has the remote looked at; `None` without one.
    pub(super) pushes: Option<mpsc::Sender<()>>,
}

/// Connects webhooks with what they wake.
pub(super) async fn woken(
    args: &DaemonArgs,
    root: &Path,
    source: Option<Arc<GitSource>>,
    environments: &[Wanted],
) -> Result<Woken, CliError> {
    let secrets = webhook_secrets(&args.git, root).await?;
    let push = secrets.iter().find(|(who, _)| *who != Provider::Prismatic);
    if let (Some((who, _)), None) = (push, &source) {
        let what = format!(
            "the webhook of {} announces pushes, and there is no --git",
            who.as_str()
        );
        return Err(CliError::user(what).hint("a folder is watched without one"));
    }
    let (pushes, pushed) = mpsc::channel(1);
    let channels = environments.iter().map(|one| {
        let (event, changed) = mpsc::channel(1);
        ((one.name.clone(), event), changed)
    });
    let (events, changed): (Vec<_>, Vec<_>) = channels.unzip();
    let any = !secrets.is_empty();
    let branch = args.git.branch.clone();
    let polled = source.map(|source| Polled {
        source,
        every: args.git.git_interval,
        pushes: pushed,
    });
    Ok(Woken {
        pushes: polled.is_some().then(|| pushes.clone()),
        hooks: any.then(|| Hooks::new(secrets, branch, pushes, events)),
        polled,
        events: changed.into_iter().map(|one| any.then_some(one)).collect(),
    })
}

async fn webhook_secrets(git: &GitArgs, root: &Path) -> Result<Vec<(Provider, Secret)>, CliError> {
    let mut found = Vec::new();
    for text in &git.webhooks {
        let (provider, reference) = webhook(text)?;
        let values =
            secrets::resolve([reference.clone()].into(), root, &Permission::operator()).await;
        let secret = values.get(&reference).map_err(|error| {
            let what = format!("--webhook {}", provider.as_str());
            CliError::user(what).because(&error)
        })?;
        found.push((provider, secret.clone()));
    }
    Ok(found)
}

/// The value itself is never given here, so a wrong one may be shown up to its kind.
fn webhook(text: &str) -> Result<(Provider, SecretRef), CliError> {
    let wrong = || {
        CliError::user("--webhook: write WHO=file:PATH or WHO=env:NAME")
            .hint("WHO is one of github, gitlab, bitbucket, generic and prismatic; the secret itself does not belong on a command line")
    };
    let (who, place) = text.split_once('=').ok_or_else(wrong)?;
    let provider = Provider::parse(who.trim()).ok_or_else(wrong)?;
    let reference = match place.split_once(':') {
        Some(("file", path)) if !path.is_empty() => SecretRef::File(path.to_owned()),
        Some(("env", name)) if !name.is_empty() => SecretRef::Env(name.to_owned()),
        _ => return Err(wrong()),
    };
    Ok((provider, reference))
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        daemon: DaemonArgs,
    }

    fn args(line: &str) -> DaemonArgs {
        let words = std::iter::once("x").chain(line.split_whitespace());
        Line::try_parse_from(words)
            .map_err(|error| error.to_string())
            .unwrap()
            .daemon
    }

    #[test]
    fn wrong_remotes_are_named_by_their_flag() {
        let none = crate::cli::Variables::new();
        for (line, expected) in [
            ("--git ext::sh", "--git: "),
            ("--git https://a/b --branch a..b", "--branch: "),
            ("--git https://a/b --tag v~1", "--tag: "),
            ("--git https://a/b --commit 123", "--commit: "),
            ("--git https://a/b --sub-path a/../../b", "--sub-path: "),
            ("--git https://a/b --sub-path /a", "--sub-path: "),
        ] {
            let error = source(&args(line), Path::new("."), &none).err().unwrap();
            assert!(
                error.message().starts_with(expected),
                "{line}: {}",
                error.message()
            );
        }
        let found = source(
            &args("--git https://a/b --sub-path ./a//b/"),
            Path::new("."),
            &none,
        );
        assert_eq!(found.ok().flatten().unwrap().status().sub_path, "a/b");
    }

    #[test]
    fn what_excludes_each_other_is_refused() {
        for line in [
            "--branch a",
            "--git https://a/b --branch a --tag b",
            "--sub-path a",
        ] {
            let words = std::iter::once("x").chain(line.split_whitespace());
            assert!(Line::try_parse_from(words).is_err(), "{line}");
        }
    }

    #[tokio::test]
    async fn webhooks_name_where_their_secret_is() {
        for wrong in [
            "github",
            "github=s3cret",
            "gitea=env:X",
            "github=file:",
            "github=env:",
        ] {
            let error = webhook(wrong).err().unwrap();
            assert!(!error.message().contains("s3cret"));
        }
        let line = "--webhook github=env:PATH";
        let wanted = [Wanted {
            name: "prod".to_owned(),
            chosen: None,
        }];
        let error = woken(&args(line), Path::new("."), None, &wanted)
            .await
            .err()
            .unwrap();
        assert!(
            error.message().contains("there is no --git"),
            "{}",
            error.message()
        );
        let line = "--webhook prismatic=env:PATH";
        let woken = woken(&args(line), Path::new("."), None, &wanted).await;
        assert!(woken.ok().unwrap().events[0].is_some());
    }
}
