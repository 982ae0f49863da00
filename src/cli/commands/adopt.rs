//! `adopt`: puts the markers on what the manifests name or match, and changes nothing else.

use super::apply::{self, Agreed, Turn};
use crate::cli::Variables;
use crate::cli::args::{AdoptArgs, ConsentArgs};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::locking::Writing;
use crate::cli::project::{self, read_adoptions};
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
    let root = project::root(&args.path);
    let writing = Writing::new(args.marking.folder.of(&root), args.marking.lock, "adopt");
    let turn = runtime::or_interrupt(&signals, ask(ui, args, variables, &writing)).await?;
    let recording = Recording::start(
        &args.marking.folder,
        args.marking.keep,
        &root,
        "adopt",
        variables,
    );
    apply::finish(ui, turn, &signals, recording, &ConsentArgs::default()).await
}

/// Everything before the first write.
async fn ask(
    ui: &Ui,
    args: &AdoptArgs,
    variables: &Variables,
    writing: &Writing,
) -> Result<Turn, CliError> {
    let (basis, tenant) = read_adoptions(ui, &args.path, &args.marking.tenant, variables).await?;
    let seen = writing.look();
    let planned = basis.plan(ui, &tenant, None).await?;
    let decided = basis.decided(tenant, planned);
    let again = async |tenant: &Chosen, only| basis.plan(ui, tenant, only).await;
    apply::show_and_ask(ui, args.show, args.marking.auto_approve, &decided).await?;
    let agreed = Agreed::of(args.marking.auto_approve);
    apply::enter(ui, (writing, &seen), args.show, agreed, decided, again).await
}
