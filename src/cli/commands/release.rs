//! `release`: takes our markers off, and says what remains.

use std::sync::Arc;

use super::apply;
use crate::cli::Variables;
use crate::cli::args::{ReleaseArgs, ShowArgs};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::progress;
use crate::cli::project::{self, Decided};
use crate::cli::recording::Recording;
use crate::cli::runtime;
use crate::cli::tenant;
use crate::cli::ui::Ui;
use crate::controller::pass::{self, Planned};
use crate::controller::remembered::Recorder;
use crate::manifest;
use crate::model::{Address, Desired, Location, Scope, VersionRecord};
use crate::plan::{self, Context};
use crate::runtime::clock::{Clock as _, SystemClock};
use crate::source::Source as _;

/// Runs the command.
pub(super) async fn run(
    ui: &Ui,
    args: &ReleaseArgs,
    variables: &Variables,
) -> Result<Exit, CliError> {
    let signals = runtime::signals()?;
    let (decided, desired) = runtime::or_interrupt(&signals, ask(ui, args, variables)).await?;
    let root = project::root(&args.path);
    let recording = Recording::start(&args.folder, args.keep, &root, "release", variables);
    let exit = apply::finish(ui, &decided, &signals, recording).await?;
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
) -> Result<(Decided, Desired), CliError> {
    let snapshot = project::source(&args.path).snapshot().await?;
    let desired = manifest::load(&snapshot.files).desired;
    let root = project::root(&args.path);
    let tenant = tenant::choose(&args.tenant, &desired.project, &root, variables).await?;
    let waiting = progress::waiting(ui, "Reading the tenant");
    let observed_at = SystemClock.now();
    let organization = tenant.organization.as_deref();
    let live = pass::observe(tenant.platform.as_ref(), organization, &Scope::default()).await?;
    drop(waiting);
    let context = Context {
        project: desired.project.name.to_string(),
        environment: tenant.environment.clone(),
        revision: Some(snapshot.revision.label.clone()),
        observed_at,
        provenance: VersionRecord::default(),
        reads: tenant.requests.requests(),
        policy: desired.project.policy.clone(),
        allow_delete: false,
        closed: None,
    };
    let plan = plan::release(&live, &desired.project.name, &args.addresses, &context);
    let plan = plan.map_err(|error| {
        let project = &desired.project.name;
        CliError::user(error.to_string()).hint(format!(
            "the project is {project:?}, as the folder has it; nothing was written"
        ))
    })?;
    let organization = &live.identity.organization_id;
    let planned = Planned {
        recorder: Recorder::forgetful(&tenant.environment, organization),
        plan,
        places: Arc::default(),
        tenant: Arc::new(live),
    };
    let decided = Decided {
        tenant,
        planned,
        revision: snapshot.revision,
        began: observed_at,
    };
    let show = ShowArgs {
        all: false,
        diff: false,
    };
    apply::show_and_ask(ui, show, args.auto_approve, &decided).await?;
    Ok((decided, desired))
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
