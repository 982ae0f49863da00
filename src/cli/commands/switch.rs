//! `deploy`, `disable`, `enable`: one instance.

use super::act::{failed, report};
use crate::cli::Variables;
use crate::cli::args::{AtArgs, DeployArgs, WhichInstance};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::lookup::{self, id_of};
use crate::cli::tenant::Chosen;
use crate::cli::ui::Ui;
use crate::cli::{progress, project, runtime};
use crate::model::InstanceId;
use crate::prismatic::catalog::Record;
use crate::prismatic::platform::InstanceUpdate;

/// Runs `deploy`.
pub(super) async fn deploy(
    ui: &Ui,
    args: &DeployArgs,
    variables: &Variables,
) -> Result<Exit, CliError> {
    let signals = runtime::signals()?;
    let work = async |tenant: Chosen| {
        let id = find(&args.which, &tenant).await?;
        let waiting = progress::waiting(ui, "Deploying");
        let sent = tenant.platform.deploy_instance(&id, args.force).await;
        drop(waiting);
        sent.map_err(|error| failed(error, &format!("get instance {id}")))?;
        report(ui, &tenant, Record::Instance, id.as_str(), "Deployed").await?;
        Ok(Exit::Done)
    };
    let work = project::on_tenant(ui, args.at.both(), variables, work);
    runtime::or_interrupt(&signals, work).await
}

/// Runs `enable` and `disable`: which instance, where, and whether it shall run.
pub(super) async fn run(
    ui: &Ui,
    (which, at, enabled): (&WhichInstance, &AtArgs, bool),
    variables: &Variables,
) -> Result<Exit, CliError> {
    let signals = runtime::signals()?;
    let work = async |tenant: Chosen| {
        let id = find(which, &tenant).await?;
        let update = InstanceUpdate {
            enabled: Some(enabled),
            ..InstanceUpdate::of(id.clone())
        };
        let sent = tenant.platform.update_instance(&update).await;
        sent.map_err(|error| failed(error, &format!("get instance {id}")))?;
        let done = if enabled { "Enabled" } else { "Disabled" };
        report(ui, &tenant, Record::Instance, id.as_str(), done).await?;
        Ok(Exit::Done)
    };
    let work = project::on_tenant(ui, at.both(), variables, work);
    runtime::or_interrupt(&signals, work).await
}

async fn find(which: &WhichInstance, tenant: &Chosen) -> Result<InstanceId, CliError> {
    let customer = which.customer.as_deref();
    let found = lookup::instance(&tenant.client, &which.instance, customer).await?;
    Ok(InstanceId::new(id_of(&found)))
}
