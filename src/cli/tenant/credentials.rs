//! Flags, environment, Project and prism's profile file to a connection.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::cli::Variables;
use crate::cli::args::TenantArgs;
use crate::cli::error::{CliError, LOG_IN};
use crate::config::{self, CredentialsError, Flags, Inputs, ProfileFile};
use crate::model::{Auth, Environment, Project, SecretValues};
use crate::prismatic::Connection;
use crate::source::secrets::{self, Permission};

/// Finds where to connect, and with which identity.
pub(super) async fn find(
    args: &TenantArgs,
    project: &Project,
    declared: Option<&Environment>,
    root: &Path,
    variables: &Variables,
) -> Result<Connection, CliError> {
    let trust = args.reach.trust.trust();
    let flags = flags(args);
    let mut inputs = Inputs {
        env: variables,
        profiles: &profile_file(variables),
        flags: &flags,
        environment: declared,
        secrets: &SecretValues::default(),
        trust: &trust,
    };
    config::vet(&inputs).map_err(|error| untold(&error))?;
    let auth = declared.and_then(|environment| environment.auth.as_ref());
    let wanted: BTreeSet<_> = auth
        .map(|(Auth::RefreshToken(secret) | Auth::AccessToken(secret))| secret.clone())
        .into_iter()
        .collect();
    let grants = args.reach.trust.grants(variables);
    let permission = Permission::of(project, &grants).for_auth();
    let secrets = secrets::resolve(wanted, root, &permission).await;
    inputs.secrets = &secrets;
    config::resolve(&inputs).map_err(|error| untold(&error))
}

fn untold(error: &CredentialsError) -> CliError {
    let what = "cannot tell which tenant to work on, and as whom";
    let failed = CliError::user(what).because(error);
    match error {
        CredentialsError::None => failed.hint(LOG_IN),
        _ => failed,
    }
}

fn flags(args: &TenantArgs) -> Flags {
    Flags {
        profile: args.reach.profile.clone(),
        url: args.reach.url.clone(),
        tenant_id: args.reach.tenant_id.clone(),
    }
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
