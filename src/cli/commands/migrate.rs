//! `migrate`: takes over what a project marked under another name.

use std::collections::BTreeSet;

use super::apply::{self, Agreed, Turn};
use super::marking;
use crate::cli::Variables;
use crate::cli::args::{ConsentArgs, MigrateArgs, MigrateProjectArgs, MigrateWhat, ShowArgs};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::locking::Writing;
use crate::cli::project::{self, Decided};
use crate::cli::recording::Recording;
use crate::cli::runtime;
use crate::cli::tenant::{self, Chosen};
use crate::cli::ui::Ui;
use crate::controller::pass::Planned;
use crate::manifest;
use crate::model::Project;
use crate::plan;
use crate::source::{Revision, Source as _};

/// Runs the command.
pub(super) async fn run(
    ui: &Ui,
    args: &MigrateArgs,
    variables: &Variables,
) -> Result<Exit, CliError> {
    let MigrateWhat::Project(args) = &args.what;
    let signals = runtime::signals()?;
    let root = project::root(&args.path);
    let writing = Writing::new(args.marking.folder.of(&root), args.marking.lock, "migrate");
    let asking = ask(ui, args, variables, &writing);
    let turn = runtime::or_interrupt(&signals, asking).await?;
    let recording = Recording::start(
        &args.marking.folder,
        args.marking.keep,
        &root,
        "migrate",
        variables,
    );
    apply::finish(ui, turn, &signals, recording, &ConsentArgs::default()).await
}

/// Everything before the first write. Errors in the files do not matter here.
async fn ask(
    ui: &Ui,
    args: &MigrateProjectArgs,
    variables: &Variables,
    writing: &Writing,
) -> Result<Turn, CliError> {
    let snapshot = project::source(&args.path).snapshot().await?;
    let project = manifest::load_for(&snapshot.files, args.marking.tenant.env.as_deref())
        .desired
        .project;
    if project.name != args.new {
        let called = project.name.as_str();
        let message = format!(
            "the project in this folder is called {called:?}, not {:?}",
            args.new.as_str()
        );
        return Err(CliError::user(message).hint(format!(
            "plans look for {called:?}: name it as NEW, or change `metadata.name` of the Project first; nothing was written"
        )));
    }
    let root = project::root(&args.path);
    let tenant = tenant::choose(ui, &args.marking.tenant, &project, &root, variables).await?;
    let revision = snapshot.revision;
    let seen = writing.look();
    let planned = made(ui, args, (&project, &revision), &tenant, None).await?;
    let decided = Decided {
        began: planned.plan.observed_at,
        revision: revision.clone(),
        approved: None,
        tenant,
        planned,
    };
    let show = ShowArgs {
        all: false,
        diff: false,
    };
    let about = (&project, &revision);
    let again = async |tenant: &Chosen, only| made(ui, args, about, tenant, only).await;
    apply::show_and_ask(ui, show, args.marking.auto_approve, &decided).await?;
    let agreed = Agreed::of(args.marking.auto_approve);
    apply::enter(ui, (writing, &seen), show, agreed, decided, again).await
}

/// Reads the tenant and makes the plan. Writes nothing.
async fn made(
    ui: &Ui,
    args: &MigrateProjectArgs,
    (project, revision): (&Project, &Revision),
    tenant: &Chosen,
    only: Option<BTreeSet<String>>,
) -> Result<Planned, CliError> {
    let (live, context) = marking::read(ui, tenant, project, revision, only).await?;
    let plan = plan::migrate(&live, (&args.old, &args.new), &context);
    let plan =
        plan.map_err(|error| CliError::user(error.to_string()).hint("nothing was written"))?;
    Ok(marking::planned(tenant, live, plan))
}
