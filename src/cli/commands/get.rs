//! `get`: lists and single records.

mod config;
mod execution;
mod list;
mod runs;

pub(super) use execution::{follow, outcome, show};

use serde_json::Value;

use crate::cli::Variables;
use crate::cli::args::{GetArgs, GetWhat};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::show::record;
use crate::cli::tenant::Chosen;
use crate::cli::ui::Ui;
use crate::cli::{lookup, project, runtime};
use crate::model::LiveHold;
use crate::prismatic::catalog::Record;

/// Runs the command.
pub(super) async fn run(ui: &Ui, args: &GetArgs, variables: &Variables) -> Result<Exit, CliError> {
    let signals = runtime::signals()?;
    let work = async |tenant| read(ui, &args.what, tenant).await;
    let work = project::on_tenant(ui, args.what.at().both(), variables, work);
    runtime::or_interrupt(&signals, work).await
}

async fn read(ui: &Ui, what: &GetWhat, tenant: Chosen) -> Result<Exit, CliError> {
    match what {
        GetWhat::Integrations(args) => list::integrations(ui, args, tenant).await,
        GetWhat::Instances(args) => list::instances(ui, args, tenant).await,
        GetWhat::Customers(args) => list::customers(ui, args, tenant).await,
        GetWhat::Components(args) => list::components(ui, args, tenant).await,
        GetWhat::Flows(args) => list::flows(ui, args, tenant).await,
        GetWhat::Versions(args) => list::versions(ui, args, tenant).await,
        GetWhat::Executions(args) => runs::executions(ui, args, tenant).await,
        GetWhat::Logs(args) => runs::logs(ui, args, tenant).await,
        GetWhat::Config(args) => config::run(ui, &args.which, &tenant).await,
        GetWhat::Integration(args) => {
            let found = lookup::integration(&tenant, &args.which).await?;
            one(ui, &tenant, Record::Integration, &found, "name").await
        }
        GetWhat::Instance(args) => {
            let customer = args.which.customer.as_deref();
            let found = lookup::instance(&tenant, &args.which.instance, customer).await?;
            one(ui, &tenant, Record::Instance, &found, "name").await
        }
        GetWhat::Customer(args) => {
            let found = lookup::customer(&tenant, &args.which).await?;
            one(ui, &tenant, Record::Customer, &found, "name").await
        }
        GetWhat::Component(args) => {
            let found = lookup::component(&tenant, &args.which).await?;
            one(ui, &tenant, Record::Component, &found, "key").await
        }
        GetWhat::Execution(args) => execution::run(ui, args, tenant).await,
    }
}

/// Shows all of a record that was found, perhaps in a list, which shows less.
async fn one(
    ui: &Ui,
    tenant: &Chosen,
    kind: Record,
    found: &Value,
    name: &str,
) -> Result<Exit, CliError> {
    let whole = tenant.client.get(kind, lookup::id_of(found)).await?;
    let labels = super::hold::labels_of(&whole).unwrap_or_default();
    if let Some(hold) = LiveHold::in_force(&labels, tenant.platform.server_now()) {
        ui.say(&format!("On hold {hold}: nothing is written to it."));
    }
    record::show(ui, &whole, name)?;
    Ok(Exit::Done)
}
