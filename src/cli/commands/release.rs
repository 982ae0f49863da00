//! `release`: takes our markers off, and says what remains.

use std::collections::BTreeSet;

use super::apply::{self, Agreed, Turn};
use super::marking;
use crate::cli::Variables;
use crate::cli::args::{ConsentArgs, ReleaseArgs, ShowArgs};
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
use crate::model::{Address, Desired, Location};
use crate::plan;
use crate::source::{Revision, Source as _};

/// Runs the command.
pub(super) async fn run(
    ui: &Ui,
    args: &ReleaseArgs,
    variables: &Variables,
) -> Result<Exit, CliError> {
    let signals = runtime::signals()?;
    let root = project::root(&args.path);
    let writing = Writing::new(args.marking.folder.of(&root), args.marking.lock, "release");
    let asking = ask(ui, args, variables, &writing);
    let (turn, desired) = runtime::or_interrupt(&signals, asking).await?;
    let recording = Recording::start(
        &args.marking.folder,
        args.marking.keep,
        &root,
        "release",
        variables,
    );
    let resources = turn.decided.planned.plan.resources.iter();
    let released: Vec<Address> = resources.map(|it| it.address.clone()).collect();
    let exit = apply::finish(ui, turn, &signals, recording, &ConsentArgs::default()).await?;
    if exit == Exit::Done {
        ui.say(&remains(&released, &desired));
    }
    Ok(exit)
}

/// Everything before the first write. Errors in the files do not matter here.
async fn ask(
    ui: &Ui,
    args: &ReleaseArgs,
    variables: &Variables,
    writing: &Writing,
) -> Result<(Turn, Desired), CliError> {
    let snapshot = project::source(&args.path).snapshot().await?;
    let desired = manifest::load_for(&snapshot.files, args.marking.tenant.env.as_deref()).desired;
    let root = project::root(&args.path);
    let tenant =
        tenant::choose(ui, &args.marking.tenant, &desired.project, &root, variables).await?;
    let releasing = Releasing {
        desired,
        revision: snapshot.revision,
        addresses: (!args.all).then_some(args.addresses.as_slice()),
    };
    let seen = writing.look();
    let planned = releasing.plan(ui, &tenant, None).await?;
    let decided = Decided {
        began: planned.plan.observed_at,
        revision: releasing.revision.clone(),
        approved: None,
        tenant,
        planned,
    };
    let show = ShowArgs {
        all: false,
        diff: false,
    };
    let again = async |tenant: &Chosen, only| releasing.plan(ui, tenant, only).await;
    apply::show_and_ask(ui, show, args.marking.auto_approve, &decided).await?;
    let agreed = Agreed::of(args.marking.auto_approve);
    let turn = apply::enter(ui, (writing, &seen), show, agreed, decided, again).await?;
    Ok((turn, releasing.desired))
}

/// What is released, and from which project.
struct Releasing<'a> {
    desired: Desired,
    revision: Revision,
    /// `None` for all that the project has.
    addresses: Option<&'a [Address]>,
}

impl Releasing<'_> {
    /// Reads the tenant and makes the plan. Writes nothing.
    async fn plan(
        &self,
        ui: &Ui,
        tenant: &Chosen,
        only: Option<BTreeSet<String>>,
    ) -> Result<Planned, CliError> {
        let project = &self.desired.project;
        let (live, context) = marking::read(ui, tenant, project, &self.revision, only).await?;
        let all = || plan::marked(&live, &project.name);
        let addresses = self.addresses.map_or_else(all, <[Address]>::to_vec);
        if addresses.is_empty() {
            return Err(CliError::user(format!(
                "nothing in this tenant bears a marker of the project \"{}\"",
                project.name
            ))
            .hint("is it the right environment, and was the project called otherwise?"));
        }
        let plan = plan::release(&live, &project.name, &addresses, &context);
        let plan = plan.map_err(|error| {
            CliError::user(error.to_string()).hint(format!(
                "the project is \"{}\", as the folder has it; nothing was written",
                project.name
            ))
        })?;
        Ok(marking::planned(tenant, live, plan))
    }
}

/// What is left in Prismatic, and in the files.
fn remains(addresses: &[Address], desired: &Desired) -> String {
    let mut lines = vec![
        "The objects stay in Prismatic as they are, with their other labels; nothing manages them now."
            .to_owned(),
    ];
    for (address, location) in declared(addresses, desired) {
        lines.push(format!(
            "{address} is still declared in {location}: remove it there, or the next plan claims it again."
        ));
    }
    lines.join("\n")
}

fn declared<'a>(
    addresses: &'a [Address],
    desired: &'a Desired,
) -> Vec<(&'a Address, &'a Location)> {
    let all: std::collections::BTreeMap<Address, &Location> = desired
        .resources()
        .map(|it| (it.address, it.location))
        .collect();
    let found = addresses.iter().filter_map(|it| Some((it, *all.get(it)?)));
    found.collect()
}
