//! `schema`: the JSON Schema of the manifests.

use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::ui::Ui;
use crate::manifest;

/// Runs the command. Editors complete and check manifests with it; `validate` says more.
pub(super) fn run(ui: &Ui) -> Result<Exit, CliError> {
    ui.document(&manifest::json_schema())?;
    Ok(Exit::Done)
}
