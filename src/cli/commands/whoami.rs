//! `whoami`: as whom, where, and who said so. Never the token.

use serde_json::json;

use super::no_markdown;
use crate::cli::Variables;
use crate::cli::args::WhoamiArgs;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::project;
use crate::cli::runtime;
use crate::cli::tenant::{self, Chosen};
use crate::cli::ui::Ui;
use crate::manifest;
use crate::model::Identity;
use crate::source::Source as _;

/// Runs the command.
pub(super) async fn run(
    ui: &Ui,
    args: &WhoamiArgs,
    variables: &Variables,
) -> Result<Exit, CliError> {
    no_markdown(ui, "whoami")?;
    let signals = runtime::signals()?;
    let (tenant, identity) = runtime::or_interrupt(&signals, ask(args, variables)).await?;
    let expires = tenant.token_expiry();
    if ui.is_json() {
        ui.document(&document(&tenant, &identity, expires))?;
    } else {
        ui.result(&human(&tenant, &identity, expires))?;
    }
    Ok(Exit::Done)
}

/// Only the Project matters here: errors elsewhere in the files do not.
async fn ask(args: &WhoamiArgs, variables: &Variables) -> Result<(Chosen, Identity), CliError> {
    let snapshot = project::source(&args.path).snapshot().await?;
    let project = manifest::load(&snapshot.files).desired.project;
    let root = project::root(&args.path);
    let tenant = tenant::choose(&args.tenant, &project, &root, variables).await?;
    let identity = tenant.platform.identity().await;
    let identity = identity.map_err(|error| CliError::from(error).of(&tenant.connection))?;
    Ok((tenant, identity))
}

fn tenant_id(tenant: &Chosen, identity: &Identity) -> Option<String> {
    identity
        .tenant_id
        .clone()
        .or_else(|| tenant.connection.tenant_id.clone())
}

fn human(tenant: &Chosen, identity: &Identity, expires: Option<jiff::Timestamp>) -> String {
    let user = match identity.name.as_str() {
        "" => identity.email.clone(),
        name => format!("{name} <{}>", identity.email),
    };
    let unknown = || "not said".to_owned();
    let rows = [
        ("User", user),
        ("Organization", identity.organization.clone()),
        (
            "Tenant",
            tenant_id(tenant, identity).unwrap_or_else(unknown),
        ),
        ("URL", tenant.connection.url.as_str().to_owned()),
        ("Environment", tenant.environment.clone()),
        ("Credentials", tenant.connection.origin.clone()),
        (
            "Token expires",
            expires.map_or_else(unknown, |at| at.to_string()),
        ),
    ];
    rows.iter()
        .map(|(label, value)| format!("{label:<14} {value}\n"))
        .collect()
}

fn document(
    tenant: &Chosen,
    identity: &Identity,
    expires: Option<jiff::Timestamp>,
) -> serde_json::Value {
    json!({
        "formatVersion": "1.0",
        "user": {"email": identity.email, "name": identity.name},
        "organization": {"id": identity.organization_id, "name": identity.organization},
        "tenantId": tenant_id(tenant, identity),
        "url": tenant.connection.url.as_str(),
        "environment": tenant.environment,
        "credentials": tenant.connection.origin,
        "tokenExpiresAt": expires.map(|at| at.to_string()),
    })
}
