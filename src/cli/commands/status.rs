//! `status`: the state of a running daemon.

mod human;
mod one;
mod watch;

use crate::api::status::Status;
use crate::cli::Variables;
use crate::cli::args::{Output, StatusArgs};
use crate::cli::daemon_client::{Answer, DaemonClient, per_environment};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::runtime;
use crate::cli::show::yaml;
use crate::cli::ui::Ui;

/// Runs the command.
pub(super) async fn run(
    ui: &Ui,
    args: &StatusArgs,
    variables: &Variables,
) -> Result<Exit, CliError> {
    let client = DaemonClient::of(&args.client, variables).await?;
    match (&args.resource, &args.customer) {
        (Some(text), customer) => {
            return one::resource(ui, &client, text, customer.as_deref()).await;
        }
        (None, Some(customer)) => return one::customer(ui, &client, customer).await,
        (None, None) => {}
    }
    if !args.watch {
        show(ui, client.statuses(true).await?)?;
        return Ok(Exit::Done);
    }
    if ui.output() != Output::Human {
        return Err(CliError::user("--watch has no other form than human")
            .hint("programs read /api/v1/events, or ask again"));
    }
    let signals = runtime::signals()?;
    runtime::or_interrupt(&signals, watch::watch(ui, &client)).await?;
    Ok(Exit::Done)
}

fn show(ui: &Ui, statuses: Vec<Answer<Status>>) -> Result<(), CliError> {
    match ui.output() {
        Output::Json => ui.document(&per_environment(statuses)),
        Output::Yaml => ui.result(&yaml::document(&per_environment(statuses))),
        _ => ui.result(&page(&statuses)),
    }
}

/// The status of all environments, for people.
fn page(statuses: &[Answer<Status>]) -> String {
    let each = statuses.iter().map(|status| human::text(&status.read));
    each.collect::<Vec<_>>().join("\n")
}
