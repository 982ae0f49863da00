//! `deploy`, `disable`, `enable`: one instance.

use serde_json::Value;

use super::act::{ActContext, Deed, failed, report, unheld};
use crate::cli::Variables;
use crate::cli::args::{DeployArgs, DespiteHoldArgs, WhichInstance};
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
        let found = find(&args.which, &tenant).await?;
        unheld(&tenant, &found, args.hold)?;
        let id = InstanceId::new(id_of(&found));
        let deed = Deed::begin(
            ui,
            "deploy",
            (&args.at, &args.folder, args.lock),
            variables,
            &tenant,
        )
        .await?;
        let waiting = progress::waiting(ui, "Deploying");
        let sent = tenant.platform.deploy_instance(&id, args.force).await;
        drop(waiting);
        let sent = deed.end(Record::Instance, &found, sent).await;
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
    which: &WhichInstance,
    (at, folder, lock): ActContext<'_>,
    (enabled, hold): (bool, DespiteHoldArgs),
    variables: &Variables,
) -> Result<Exit, CliError> {
    let signals = runtime::signals()?;
    let work = async |tenant: Chosen| {
        let found = find(which, &tenant).await?;
        unheld(&tenant, &found, hold)?;
        let id = InstanceId::new(id_of(&found));
        let verb = if enabled { "enable" } else { "disable" };
        let deed = Deed::begin(ui, verb, (at, folder, lock), variables, &tenant).await?;
        let update = InstanceUpdate {
            enabled: Some(enabled),
            ..InstanceUpdate::of(id.clone())
        };
        let sent = tenant.platform.update_instance(&update).await;
        let sent = deed.end(Record::Instance, &found, sent).await;
        sent.map_err(|error| failed(error, &format!("get instance {id}")))?;
        let done = if enabled { "Enabled" } else { "Disabled" };
        report(ui, &tenant, Record::Instance, id.as_str(), done).await?;
        Ok(Exit::Done)
    };
    let work = project::on_tenant(ui, at.both(), variables, work);
    runtime::or_interrupt(&signals, work).await
}

async fn find(which: &WhichInstance, tenant: &Chosen) -> Result<Value, CliError> {
    let customer = which.customer.as_deref();
    lookup::instance(tenant, &which.instance, customer).await
}
