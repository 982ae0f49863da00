//! `schema`: the JSON Schemas of the manifests and of the documents.

use crate::cli::args::{SchemaArgs, SchemaOf};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::ui::Ui;
use crate::manifest;

/// What is checked in of one, made of the types in `crates/api`.
macro_rules! published {
    ($name:literal) => {
        include_str!(concat!("../../../docs/schema/", $name, ".schema.json"))
    };
}

/// Runs the command. Editors complete and check manifests with it; `validate` says more.
pub(super) fn run(ui: &Ui, args: &SchemaArgs) -> Result<Exit, CliError> {
    let published = match args.of {
        SchemaOf::Manifest => {
            ui.document(&manifest::json_schema())?;
            return Ok(Exit::Done);
        }
        SchemaOf::Plan => published!("plan"),
        SchemaOf::Result => published!("result"),
        SchemaOf::Error => published!("error"),
        SchemaOf::Validate => published!("validate"),
        SchemaOf::Status => published!("status"),
        SchemaOf::Resources => published!("resources"),
        SchemaOf::Sync => published!("sync"),
        SchemaOf::Pause => published!("pause"),
        SchemaOf::Event => published!("event"),
        SchemaOf::History => published!("history"),
        SchemaOf::Draft => published!("draft"),
        SchemaOf::Why => published!("why"),
        SchemaOf::Diff => published!("diff"),
        SchemaOf::Dedupe => published!("dedupe"),
        SchemaOf::Export => published!("export"),
        SchemaOf::Whoami => published!("whoami"),
        SchemaOf::List => published!("list"),
        SchemaOf::Notice => published!("notice"),
    };
    ui.result_bytes(published.as_bytes())?;
    Ok(Exit::Done)
}
