//! One file per verb.

mod adopt;
mod apply;
mod completion;
mod daemon;
mod export;
mod man;
mod plan;
mod release;
#[cfg(feature = "sandbox")]
mod sandbox;
mod schema;
mod validate;
mod whoami;

#[cfg(test)]
pub(crate) mod testing;

use super::Variables;
use super::args::{Cli, Command, Output};
use super::error::CliError;
use super::exit::Exit;
use super::runtime;
use super::telemetry;
use super::ui::Ui;

/// Runs the verb.
pub(crate) fn dispatch(ui: &Ui, cli: Cli, variables: &Variables) -> Result<Exit, CliError> {
    let daemon = matches!(cli.command, Command::Daemon(_));
    telemetry::start(ui, &cli.global, daemon)?;
    match cli.command {
        Command::Validate(args) => runtime::block_on(validate::run(ui, &args, variables)),
        Command::Plan(args) => runtime::block_on(plan::run(ui, &args, variables)),
        Command::Apply(args) => runtime::block_on(apply::run(ui, &args, variables)),
        Command::Daemon(args) => runtime::block_on(daemon::run(ui, &args, variables)),
        Command::Export(args) => runtime::block_on(export::run(ui, &args, variables)),
        Command::Adopt(args) => runtime::block_on(adopt::run(ui, &args, variables)),
        Command::Release(args) => runtime::block_on(release::run(ui, &args, variables)),
        Command::Whoami(args) => runtime::block_on(whoami::run(ui, &args, variables)),
        #[cfg(feature = "sandbox")]
        Command::Sandbox(args) => runtime::block_on(sandbox::run(ui, &args)),
        Command::Schema => schema::run(ui),
        Command::Completion(args) => completion::run(ui, &args),
        Command::Man => man::run(ui),
    }
}

/// Refuses a form that a command's result does not have.
fn no_markdown(ui: &Ui, verb: &str) -> Result<(), CliError> {
    if ui.output() == Output::Markdown {
        return Err(
            CliError::user(format!("{verb} has no markdown form")).hint("use -o human or -o json")
        );
    }
    Ok(())
}
