//! `import`: a definition as it is, to a new integration or the draft of one.

use std::io::Read as _;
use std::path::Path;

use serde_json::Value;

use super::act::{Deed, failed, report, unheld};
use crate::cli::Variables;
use crate::cli::args::ImportArgs;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::lookup::{self, id_of};
use crate::cli::tenant::Chosen;
use crate::cli::ui::Ui;
use crate::cli::{project, runtime};
use crate::definition::to_send;
use crate::model::IntegrationId;
use crate::prismatic::catalog::Record;

/// Runs the command.
pub(super) async fn run(
    ui: &Ui,
    args: &ImportArgs,
    variables: &Variables,
) -> Result<Exit, CliError> {
    let signals = runtime::signals()?;
    runtime::or_interrupt(&signals, import(ui, args, variables)).await
}

async fn import(ui: &Ui, args: &ImportArgs, variables: &Variables) -> Result<Exit, CliError> {
    let definition = to_send(&read(&args.file)?.into());
    let work = async |tenant| send(ui, args, &definition, variables, &tenant).await;
    project::on_tenant(ui, args.at.both(), variables, work).await
}

async fn send(
    ui: &Ui,
    args: &ImportArgs,
    definition: &str,
    variables: &Variables,
    tenant: &Chosen,
) -> Result<Exit, CliError> {
    let found = match &args.integration {
        Some(text) => lookup::integration(tenant, text).await?,
        None => Value::Null,
    };
    unheld(tenant, &found, args.hold)?;
    let draft = (!found.is_null()).then(|| IntegrationId::new(id_of(&found)));
    let deed = Deed::begin(
        ui,
        "import",
        (&args.at, &args.folder, args.lock),
        variables,
        tenant,
    )
    .await?;
    let sent = tenant
        .platform
        .import_integration(draft.as_ref(), definition);
    let sent = deed.end(Record::Integration, &found, sent.await).await;
    let id = sent.map_err(|error| failed(error, "get integrations"))?.id;
    let done = match draft {
        Some(_) => "Overwrote the draft of",
        None => "Imported",
    };
    report(ui, tenant, Record::Integration, id.as_str(), done).await?;
    Ok(Exit::Done)
}

/// All of a file, or of stdin. GraphQL carries text, so it has to be UTF-8; nothing is changed.
pub(super) fn read(file: &Path) -> Result<String, CliError> {
    let stdin = file == Path::new("-");
    let shown = if stdin {
        "stdin".to_owned()
    } else {
        file.display().to_string()
    };
    let bytes = if stdin {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        std::fs::read(file)
    };
    let bytes =
        bytes.map_err(|error| CliError::user(format!("cannot read {shown}")).because(&error))?;
    String::from_utf8(bytes).map_err(|error| {
        CliError::user(format!("{shown} is not text in UTF-8")).because(&error.utf8_error())
    })
}
