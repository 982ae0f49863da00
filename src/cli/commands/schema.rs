//! `schema`: the JSON Schemas of the manifests and of the documents.

use crate::cli::args::{SchemaArgs, SchemaOf};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::ui::Ui;
use crate::manifest;

const PLAN: &str = include_str!("../../../docs/schema/plan.schema.json");
const RESULT: &str = include_str!("../../../docs/schema/result.schema.json");
const ERROR: &str = include_str!("../../../docs/schema/error.schema.json");

/// Runs the command. Editors complete and check manifests with it; `validate` says more.
pub(super) fn run(ui: &Ui, args: &SchemaArgs) -> Result<Exit, CliError> {
    let published = match args.of {
        SchemaOf::Manifest => {
            ui.document(&manifest::json_schema())?;
            return Ok(Exit::Done);
        }
        SchemaOf::Plan => PLAN,
        SchemaOf::Result => RESULT,
        SchemaOf::Error => ERROR,
    };
    ui.result_bytes(published.as_bytes())?;
    Ok(Exit::Done)
}
