//! `completion`: a script for a shell.

use crate::cli::args::CompletionArgs;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::ui::Ui;

/// Runs the command.
pub(super) fn run(ui: &Ui, args: &CompletionArgs) -> Result<Exit, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(
        args.shell,
        &mut crate::cli::command(),
        "prism-gitops",
        &mut script,
    );
    ui.result_bytes(&script)?;
    Ok(Exit::Done)
}
