//! Which environments a daemon works on: decided once, at its start.

use crate::cli::args::DaemonArgs;
use crate::cli::error::CliError;
use crate::manifest;
use crate::source::{Source, snapshot_in_time};

/// An environment to keep in step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    /// What it is called.
    pub(super) name: String,
    /// What it was named as; `None` where the Project's only one is meant.
    pub(super) chosen: Option<String>,
}

impl Wanted {
    fn named(name: String) -> Self {
        Self {
            chosen: Some(name.clone()),
            name,
        }
    }
}

/// The environments that were asked for, each once; at least one.
pub(super) async fn wanted(
    args: &DaemonArgs,
    source: &dyn Source,
    remote: bool,
) -> Result<Vec<Wanted>, CliError> {
    let mut wanted = if args.environments.all_envs {
        all(source).await?
    } else {
        let named = args.environments.env.iter();
        named.map(|name| Wanted::named(name.clone())).collect()
    };
    let mut known = std::collections::BTreeSet::new();
    wanted.retain(|one: &Wanted| known.insert(one.name.clone()));
    match wanted.as_slice() {
        [] => {
            let name = only(args, source, remote).await?;
            Ok(vec![Wanted { name, chosen: None }])
        }
        [_] if args.reach.sandbox => Ok(wanted
            .into_iter()
            .map(|one| Wanted {
                name: "sandbox".to_owned(),
                ..one
            })
            .collect()),
        [_] => Ok(wanted),
        _ => several(args).map(|()| wanted),
    }
}

/// What is said of one tenant cannot hold for several.
fn several(args: &DaemonArgs) -> Result<(), CliError> {
    let reach = &args.reach;
    let given = [
        ("--sandbox", reach.sandbox),
        ("--url", reach.url.is_some()),
        ("--tenant-id", reach.tenant_id.is_some()),
        ("--profile", reach.profile.is_some()),
    ];
    match given.iter().find(|(_, given)| *given) {
        None => Ok(()),
        Some((flag, _)) => Err(CliError::user(format!(
            "{flag} says where one tenant is, and several environments are asked for"
        ))
        .hint("give each its url and auth under spec.environments of the Project")),
    }
}

/// Every environment of the Project.
async fn all(source: &dyn Source) -> Result<Vec<Wanted>, CliError> {
    let snapshot = snapshot_in_time(source).await?;
    let environments = manifest::load(&snapshot.files).desired.project.environments;
    if environments.is_empty() {
        return Err(
            CliError::user("--all-envs: the Project declares no environments")
                .hint("declare them under spec.environments, or leave --all-envs out"),
        );
    }
    Ok(environments.into_keys().map(Wanted::named).collect())
}

/// What the environment is called: its URL is not known before the first pass.
async fn only(args: &DaemonArgs, source: &dyn Source, remote: bool) -> Result<String, CliError> {
    if args.reach.sandbox {
        return Ok("sandbox".to_owned());
    }
    let snapshot = match snapshot_in_time(source).await {
        Ok(snapshot) => snapshot,
        // The remote may come back; the status says why there is nothing yet.
        Err(_) if remote => return Ok("default".to_owned()),
        Err(error) => return Err(error.into()),
    };
    let environments = manifest::load(&snapshot.files).desired.project.environments;
    Ok(match environments.keys().next() {
        Some(name) if environments.len() == 1 => name.clone(),
        _ => "default".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::source::memory::MemorySource;

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        daemon: DaemonArgs,
    }

    async fn names(line: &str, environments: &str) -> Result<Vec<String>, String> {
        let words = std::iter::once("x").chain(line.split_whitespace());
        let args = Line::try_parse_from(words).map_err(|error| error.to_string())?;
        let project = format!(
            "apiVersion: prism-gitops/v1\nkind: Project\nmetadata: {{name: acme}}\n\
             spec: {{environments: {{{environments}}}}}\n"
        );
        let source = MemorySource::new([("p.yaml", project)]);
        let wanted = wanted(&args.daemon, &source, false).await;
        let wanted = wanted.map_err(|error| error.message().to_owned())?;
        Ok(wanted.into_iter().map(|one| one.name).collect())
    }

    #[tokio::test]
    async fn the_environments_are_the_named_the_only_one_or_all() {
        let two = "us: {url: \"https://us.example\"}, eu: {url: \"https://eu.example\"}";
        let one = "us: {url: \"https://us.example\"}";
        for (line, environments, expected) in [
            ("", one, vec!["us"]),
            ("", two, vec!["default"]),
            ("--env eu --env us --env eu", two, vec!["eu", "us"]),
            ("--env eu,us", two, vec!["eu", "us"]),
            ("--all-envs", two, vec!["us", "eu"]),
            ("--all-envs --url https://x.example", one, vec!["us"]),
            ("--env us --sandbox", two, vec!["sandbox"]),
            ("--sandbox", two, vec!["sandbox"]),
        ] {
            let found = names(line, environments).await;
            assert_eq!(found.unwrap(), expected, "{line}");
        }
    }

    #[tokio::test]
    async fn what_is_said_of_one_tenant_is_refused_for_several() {
        let two = "us: {url: \"https://us.example\"}, eu: {url: \"https://eu.example\"}";
        for (line, environments, expected) in [
            ("--all-envs --sandbox", two, "--sandbox says where one"),
            (
                "--env us --env eu --url https://x.example",
                two,
                "--url says",
            ),
            ("--env us,eu --profile work", two, "--profile says"),
            ("--all-envs", "", "--all-envs: the Project declares no"),
            ("--all-envs --env us", two, "cannot be used with"),
        ] {
            let wrong = names(line, environments).await.unwrap_err();
            assert!(wrong.contains(expected), "{line}: {wrong}");
        }
    }
}
