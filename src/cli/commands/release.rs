//! `release`: takes our markers off, and says what remains.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::apply::{self, Agreed, Turn};
use crate::cli::Variables;
use crate::cli::args::{ConsentArgs, ReleaseArgs, ShowArgs};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::locking::Writing;
use crate::cli::progress;
use crate::cli::project::{self, Decided};
use crate::cli::recording::Recording;
use crate::cli::runtime;
use crate::cli::tenant::{self, Chosen};
use crate::cli::ui::Ui;
use crate::controller::gate::Gate;
use crate::controller::pass::{self, Planned};
use crate::controller::remembered::Recorder;
use crate::manifest;
use crate::model::{Address, Desired, Location, Scope, VersionRecord};
use crate::plan::{self, Context};
use crate::runtime::clock::{Clock as _, SystemClock};
use crate::source::{Revision, Source as _};

/// Runs the command.
pub(super) async fn run(
    ui: &Ui,
    args: &ReleaseArgs,
    variables: &Variables,
) -> Result<Exit, CliError> {
    let signals = runtime::signals()?;
    let root = project::root(&args.path);
    let writing = Writing::new(args.folder.of(&root), args.lock, "release");
    let asking = ask(ui, args, variables, &writing);
    let (turn, desired) = runtime::or_interrupt(&signals, asking).await?;
    let recording = Recording::start(&args.folder, args.keep, &root, "release", variables);
    let exit = apply::finish(ui, turn, &signals, recording, &ConsentArgs::default()).await?;
    if exit == Exit::Done {
        ui.say(&remains(&args.addresses, &desired));
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
    let desired = manifest::load(&snapshot.files).desired;
    let root = project::root(&args.path);
    let tenant = tenant::choose(ui, &args.tenant, &desired.project, &root, variables).await?;
    let releasing = Releasing {
        desired,
        revision: snapshot.revision,
        addresses: &args.addresses,
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
    apply::show_and_ask(ui, show, args.auto_approve, &decided).await?;
    let agreed = Agreed::of(args.auto_approve);
    let turn = apply::enter(ui, (writing, &seen), show, agreed, decided, again).await?;
    Ok((turn, releasing.desired))
}

/// What is released, and from which project.
struct Releasing<'a> {
    desired: Desired,
    revision: Revision,
    addresses: &'a [Address],
}

impl Releasing<'_> {
    /// Reads the tenant and makes the plan. Writes nothing.
    async fn plan(
        &self,
        ui: &Ui,
        tenant: &Chosen,
        only: Option<BTreeSet<String>>,
    ) -> Result<Planned, CliError> {
        let waiting = progress::waiting(ui, "Reading the tenant");
        let observed_at = SystemClock.now();
        let before = tenant.requests.requests();
        let organization = tenant.organization.as_deref();
        let live = pass::observe(tenant.platform.as_ref(), organization, &Scope::default()).await;
        drop(waiting);
        let live = live.map_err(|error| CliError::from(error).of(&tenant.connection))?;
        let project = &self.desired.project;
        let context = Context {
            project: project.name.to_string(),
            environment: tenant.environment.clone(),
            organization: live.identity.organization_id.clone(),
            revision: Some(self.revision.label.clone()),
            observed_at,
            provenance: VersionRecord::default(),
            reads: tenant.requests.requests().saturating_sub(before),
            policy: project.policy.clone(),
            allow_delete: false,
            closed: None,
            only,
        };
        let plan = plan::release(&live, &project.name, self.addresses, &context);
        let plan = plan.map_err(|error| {
            CliError::user(error.to_string()).hint(format!(
                "the project is \"{}\", as the folder has it; nothing was written",
                project.name
            ))
        })?;
        Ok(Planned {
            recorder: Recorder::forgetful(&tenant.environment, &live.identity),
            plan,
            tenant: Arc::new(live),
            gate: Gate::default(),
            places: Arc::default(),
        })
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
    let integrations = desired
        .integrations
        .iter()
        .map(|it| (it.address(), &it.location));
    let instances = desired
        .instances
        .iter()
        .map(|it| (it.address(), &it.location));
    let all: std::collections::BTreeMap<Address, &Location> =
        integrations.chain(instances).collect();
    let found = addresses.iter().filter_map(|it| Some((it, *all.get(it)?)));
    found.collect()
}
