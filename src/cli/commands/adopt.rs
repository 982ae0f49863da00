//! `adopt`: puts the markers on what the manifests name or match, and changes nothing else.

use super::apply;
use crate::cli::Variables;
use crate::cli::args::AdoptArgs;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::project::{self, Decided, read_adoptions};
use crate::cli::recording::Recording;
use crate::cli::runtime;
use crate::cli::tenant::Chosen;
use crate::cli::ui::Ui;

/// Runs the command.
pub(super) async fn run(
    ui: &Ui,
    args: &AdoptArgs,
    variables: &Variables,
) -> Result<Exit, CliError> {
    let signals = runtime::signals()?;
    let decided = runtime::or_interrupt(&signals, ask(ui, args, variables)).await?;
    let root = project::root(&args.path);
    let recording = Recording::start(&args.folder, args.keep, &root, "adopt", variables);
    apply::finish(ui, &decided, &signals, recording).await
}

/// Everything before the first write.
async fn ask(ui: &Ui, args: &AdoptArgs, variables: &Variables) -> Result<Decided, CliError> {
    let (basis, tenant) = read_adoptions(ui, &args.path, &args.tenant, variables).await?;
    let planned = basis.plan(ui, &tenant, None).await?;
    let decided = basis.decided(tenant, planned);
    let again = async |tenant: &Chosen, only| basis.plan(ui, tenant, Some(only)).await;
    apply::show_and_ask(ui, args.show, args.auto_approve, decided, again).await
}
