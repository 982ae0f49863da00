//! `get`: lists and single records.

mod execution;
mod list;

pub(super) use execution::{follow, outcome, show};

use serde_json::Value;

use crate::cli::Variables;
use crate::cli::args::{AtArgs, GetArgs, GetWhat};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::show::record;
use crate::cli::tenant::Chosen;
use crate::cli::ui::Ui;
use crate::cli::{lookup, project, runtime};
use crate::prismatic::catalog::Record;

/// Runs the command.
pub(super) async fn run(ui: &Ui, args: &GetArgs, variables: &Variables) -> Result<Exit, CliError> {
    let signals = runtime::signals()?;
    runtime::or_interrupt(&signals, read(ui, args, variables)).await
}

async fn read(ui: &Ui, args: &GetArgs, variables: &Variables) -> Result<Exit, CliError> {
    let connect = |at| connect(at, variables);
    match &args.what {
        GetWhat::Integrations(args) => list::integrations(ui, args, connect(&args.at).await?).await,
        GetWhat::Instances(args) => list::instances(ui, args, connect(&args.at).await?).await,
        GetWhat::Customers(args) => list::customers(ui, args, connect(&args.at).await?).await,
        GetWhat::Components(args) => list::components(ui, args, connect(&args.at).await?).await,
        GetWhat::Flows(args) => list::flows(ui, args, connect(&args.at).await?).await,
        GetWhat::Versions(args) => list::versions(ui, args, connect(&args.list.at).await?).await,
        GetWhat::Integration(args) => {
            let tenant = connect(&args.at).await?;
            let found = lookup::integration(&tenant.client, &args.which).await?;
            one(ui, &tenant, Record::Integration, &found, "name").await
        }
        GetWhat::Instance(args) => {
            let tenant = connect(&args.at).await?;
            let customer = args.which.customer.as_deref();
            let found = lookup::instance(&tenant.client, &args.which.instance, customer).await?;
            one(ui, &tenant, Record::Instance, &found, "name").await
        }
        GetWhat::Customer(args) => {
            let tenant = connect(&args.at).await?;
            let found = lookup::customer(&tenant.client, &args.which).await?;
            one(ui, &tenant, Record::Customer, &found, "name").await
        }
        GetWhat::Component(args) => {
            let tenant = connect(&args.at).await?;
            let found = lookup::component(&tenant.client, &args.which).await?;
            one(ui, &tenant, Record::Component, &found, "key").await
        }
        GetWhat::Execution(args) => execution::run(ui, args, connect(&args.at).await?).await,
    }
}

async fn connect(at: &AtArgs, variables: &Variables) -> Result<Chosen, CliError> {
    project::tenant(&at.path, &at.tenant, variables).await
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
    record::show(ui, &whole, name)?;
    Ok(Exit::Done)
}
