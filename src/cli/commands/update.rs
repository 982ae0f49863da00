//! `update`: name, description and labels, and nothing that is not given.

use super::act::{Deed, failed, report, unheld};
use crate::cli::Variables;
use crate::cli::args::{UpdateArgs, UpdateInstanceArgs, UpdateIntegrationArgs, UpdateWhat};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::lookup::{self, id_of};
use crate::cli::tenant::Chosen;
use crate::cli::ui::Ui;
use crate::cli::{project, runtime};
use crate::model::{InstanceId, IntegrationId};
use crate::prismatic::catalog::Record;
use crate::prismatic::platform::{InstanceUpdate, IntegrationUpdate};

/// Runs the command.
pub(super) async fn run(
    ui: &Ui,
    args: &UpdateArgs,
    variables: &Variables,
) -> Result<Exit, CliError> {
    let signals = runtime::signals()?;
    runtime::or_interrupt(&signals, update(ui, args, variables)).await
}

async fn update(ui: &Ui, args: &UpdateArgs, variables: &Variables) -> Result<Exit, CliError> {
    match &args.what {
        UpdateWhat::Integration(args) => {
            let work = async |tenant| integration(ui, args, variables, &tenant).await;
            project::on_tenant(ui, args.at.both(), variables, work).await
        }
        UpdateWhat::Instance(args) => {
            let work = async |tenant| instance(ui, args, variables, &tenant).await;
            project::on_tenant(ui, args.at.both(), variables, work).await
        }
    }
}

async fn integration(
    ui: &Ui,
    args: &UpdateIntegrationArgs,
    variables: &Variables,
    tenant: &Chosen,
) -> Result<Exit, CliError> {
    let found = lookup::integration(tenant, &args.integration).await?;
    unheld(tenant, &found, args.hold)?;
    let id = IntegrationId::new(id_of(&found));
    let update = IntegrationUpdate {
        id: id.clone(),
        name: args.details.name.clone(),
        description: args.details.description.clone(),
        labels: labels(args.details.labels.as_deref()),
    };
    let deed = Deed::begin(
        ui,
        "update",
        (&args.at, &args.folder, args.lock),
        variables,
        tenant,
    )
    .await?;
    let sent = tenant.platform.update_integration(&update).await;
    let sent = deed.end(Record::Integration, &found, sent).await;
    sent.map_err(|error| failed(error, &format!("get integration {id}")))?;
    report(ui, tenant, Record::Integration, id.as_str(), "Updated").await?;
    Ok(Exit::Done)
}

async fn instance(
    ui: &Ui,
    args: &UpdateInstanceArgs,
    variables: &Variables,
    tenant: &Chosen,
) -> Result<Exit, CliError> {
    let (which, customer) = (&args.which.instance, args.which.customer.as_deref());
    let found = lookup::instance(tenant, which, customer).await?;
    unheld(tenant, &found, args.hold)?;
    let id = InstanceId::new(id_of(&found));
    let update = InstanceUpdate {
        name: args.details.name.clone(),
        description: args.details.description.clone(),
        labels: labels(args.details.labels.as_deref()),
        ..InstanceUpdate::of(id.clone())
    };
    let deed = Deed::begin(
        ui,
        "update",
        (&args.at, &args.folder, args.lock),
        variables,
        tenant,
    )
    .await?;
    let sent = tenant.platform.update_instance(&update).await;
    let sent = deed.end(Record::Instance, &found, sent).await;
    sent.map_err(|error| failed(error, &format!("get instance {id}")))?;
    report(ui, tenant, Record::Instance, id.as_str(), "Updated").await?;
    Ok(Exit::Done)
}

/// The labels without blank ones: `--labels ''` means none at all.
fn labels(given: Option<&[String]>) -> Option<Vec<String>> {
    let labels = given?.iter().map(|label| label.trim().to_owned());
    Some(labels.filter(|label| !label.is_empty()).collect())
}
