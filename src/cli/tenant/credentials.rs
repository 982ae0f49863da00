//! Flags, environment, Project and prism's profile file to a connection.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::cli::Variables;
use crate::cli::args::TenantArgs;
use crate::cli::error::{CliError, LOG_IN};
use crate::config::{self, CredentialsError, Flags, Inputs, ProfileFile};
use crate::model::{Auth, Environment, Location, Project};
use crate::prismatic::Connection;
use crate::source::secrets::{self, Permission};

/// Finds out where to connect, and as whom.
pub(super) async fn find(
    args: &TenantArgs,
    project: &Project,
    declared: Option<&Environment>,
    root: &Path,
    variables: &Variables,
) -> Result<Connection, CliError> {
    let declared = with_flags(args, declared);
    let auth = declared
        .as_ref()
        .and_then(|environment| environment.auth.as_ref());
    let wanted: BTreeSet<_> = auth
        .map(|(Auth::RefreshToken(secret) | Auth::AccessToken(secret))| secret.clone())
        .into_iter()
        .collect();
    let permission = Permission::of(project, args.reach.allow_exec);
    let secrets = secrets::resolve(wanted, root, &permission).await;
    let flags = Flags {
        profile: args.reach.profile.clone(),
    };
    let inputs = Inputs {
        env: variables,
        profiles: &profile_file(variables),
        flags: &flags,
        environment: declared.as_ref(),
        secrets: &secrets,
    };
    config::resolve(&inputs).map_err(|error| {
        let what = "cannot tell which tenant to work on, and as whom";
        let failed = CliError::user(what).because(&error);
        match error {
            CredentialsError::None => failed.hint(LOG_IN),
            _ => failed,
        }
    })
}

/// The environment as the Project has it, where the command line says nothing else.
fn with_flags(args: &TenantArgs, declared: Option<&Environment>) -> Option<Environment> {
    let mut environment = match declared {
        Some(environment) => environment.clone(),
        None if args.reach.url.is_none() && args.reach.tenant_id.is_none() => return None,
        None => Environment {
            url: None,
            tenant_id: None,
            organization: None,
            auth: None,
            location: Location::default(),
        },
    };
    if args.reach.url.is_some() {
        environment.url.clone_from(&args.reach.url);
    }
    if args.reach.tenant_id.is_some() {
        environment.tenant_id.clone_from(&args.reach.tenant_id);
    }
    Some(environment)
}

/// prism's own file, in its usual place or where `PRISM_CONFIG_FILE` says.
fn profile_file(variables: &Variables) -> ProfileFile {
    let named = variables
        .get("PRISM_CONFIG_FILE")
        .filter(|path| !path.trim().is_empty());
    let usual = || Some(std::env::home_dir()?.join(".config/prism/config.yml"));
    let Some(file) = named.map(PathBuf::from).or_else(usual) else {
        return ProfileFile::Missing;
    };
    let path = file.display().to_string();
    match std::fs::read_to_string(&file) {
        Ok(text) => ProfileFile::Text { path, text },
        Err(error) if error.kind() == ErrorKind::NotFound => ProfileFile::Missing,
        Err(error) => ProfileFile::Unreadable {
            path,
            why: format!("it cannot be read: {error}"),
        },
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        tenant: TenantArgs,
    }

    #[test]
    fn flags_beat_the_environment_of_the_project() {
        let args = |line: &str| Line::parse_from(line.split(' ')).tenant;
        let declared = with_flags(&args("x --url https://a.example --tenant-id t"), None);
        let declared = declared.unwrap();
        assert_eq!(declared.url.as_deref(), Some("https://a.example"));
        let changed = with_flags(&args("x --url https://b.example"), Some(&declared)).unwrap();
        assert_eq!(changed.url.as_deref(), Some("https://b.example"));
        assert_eq!(changed.tenant_id.as_deref(), Some("t"));
        assert_eq!(with_flags(&args("x"), None), None);
    }
}
