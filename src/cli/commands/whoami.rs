//! `whoami`: the identity, the tenant, and the source of both. Never the token.

use crate::api::Versioned;
use crate::api::whoami::{Organization, User, Whoami};
use crate::cli::Variables;
use crate::cli::args::{Output, WhoamiArgs};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::project;
use crate::cli::runtime;
use crate::cli::show::yaml;
use crate::cli::tenant::Chosen;
use crate::cli::ui::Ui;
use crate::harmless::owned as harmless;
use crate::model::Identity;

/// Runs the command.
pub(super) async fn run(
    ui: &Ui,
    args: &WhoamiArgs,
    variables: &Variables,
) -> Result<Exit, CliError> {
    let signals = runtime::signals()?;
    let at = (args.path.as_path(), &args.tenant);
    let ask = project::on_tenant(ui, at, variables, async |tenant| {
        let identity = tenant.platform.identity().await?;
        // Of the token that was used just now, whether it was given or got.
        let expires = tenant.client.token_expires().await;
        Ok((tenant, identity, expires))
    });
    let (tenant, identity, expires) = runtime::or_interrupt(&signals, ask).await?;
    match ui.output() {
        Output::Json => ui.document(&document(&tenant, &identity, expires))?,
        Output::Yaml => ui.result(&yaml::document(&document(&tenant, &identity, expires)))?,
        _ => ui.result(&human(&tenant, &identity, expires))?,
    }
    Ok(Exit::Done)
}

fn tenant_id(tenant: &Chosen, identity: &Identity) -> Option<String> {
    identity
        .tenant_id
        .clone()
        .or_else(|| tenant.connection.tenant_id.clone())
}

/// The environment, with the place where a Project declares it.
fn environment(tenant: &Chosen) -> String {
    match &tenant.declared {
        Some(declared) => format!("{} ({declared})", tenant.environment),
        None => tenant.environment.clone(),
    }
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
        ("Environment", environment(tenant)),
        ("Credentials", tenant.connection.origin.clone()),
        (
            "Token expires",
            expires.map_or_else(unknown, |at| at.to_string()),
        ),
    ];
    rows.iter()
        .map(|(label, value)| format!("{label:<14} {}\n", harmless(value)))
        .collect()
}

fn document(
    tenant: &Chosen,
    identity: &Identity,
    expires: Option<jiff::Timestamp>,
) -> Versioned<Whoami> {
    Versioned::from(Whoami {
        user: User {
            email: identity.email.clone(),
            name: identity.name.clone(),
        },
        organization: Organization {
            id: identity.organization_id.clone(),
            name: identity.organization.clone(),
        },
        tenant_id: tenant_id(tenant, identity),
        url: tenant.connection.url.as_str().to_owned(),
        environment: tenant.environment.clone(),
        declared_in: tenant.declared.clone(),
        credentials: tenant.connection.origin.clone(),
        token_expires_at: expires,
    })
}
