//! `dedupe`: removes duplicates that two runs created, and lists duplicate versions.

mod look;
mod report;

use std::collections::BTreeSet;

use crate::cli::Variables;
use crate::cli::args::DedupeArgs;
use crate::cli::confirm;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::locking::Writing;
use crate::cli::recording::{self, Recording, millis};
use crate::cli::tenant::{self, Chosen};
use crate::cli::ui::Ui;
use crate::cli::{project, runtime};
use crate::controller::history;
use crate::manifest;
use crate::model::history::StepOutcome;
use crate::model::{Address, InstanceId, IntegrationId, Kind, chain};
use crate::plan::{Deduped, Fate, Twin};
use crate::prismatic::error::{Effect, ErrorKind, PlatformError, Refusal};
use crate::runtime::clock::{Clock as _, SystemClock};
use crate::source::Source as _;

/// Runs the command.
pub(super) async fn run(
    ui: &Ui,
    args: &DedupeArgs,
    variables: &Variables,
) -> Result<Exit, CliError> {
    let signals = runtime::signals()?;
    runtime::or_interrupt(&signals, dedupe(ui, args, variables)).await
}

async fn dedupe(ui: &Ui, args: &DedupeArgs, variables: &Variables) -> Result<Exit, CliError> {
    let root = project::root(&args.path);
    let snapshot = project::source(&args.path).snapshot().await?;
    let project = manifest::load_for(&snapshot.files, args.tenant.env.as_deref())
        .desired
        .project;
    let tenant = tenant::choose(ui, &args.tenant, &project, &root, variables).await?;
    let asked: BTreeSet<String> = args.remove.iter().cloned().collect();
    let look = look::Look {
        ui,
        tenant: &tenant,
        project: &project.name,
        asked: &asked,
    };
    let decided = look.decide().await?;
    let all = &decided.doubled;
    known(all, &asked)?;
    let ask = !args.auto_approve && going(all).next().is_some();
    if !ui.is_json() || ask && ui.can_ask() {
        report::plan(ui, &decided)?;
    }
    if going(all).next().is_none() {
        report::done(ui, &decided, &[])?;
        return Ok(exit(all, &[]));
    }
    if ask {
        confirm::possible(ui)?;
        confirm::ask(ui, &tenant.environment).await?;
    }
    let writing = Writing::new(args.folder.of(&root), args.lock, "dedupe");
    let held = writing.tenant(ui, &tenant, &decided.identity).await?;
    // Others may have written while the lock was not ours, and what goes now does not come back.
    let now = look.decide().await?;
    same(all, &now.doubled)?;
    let mut removed = Vec::new();
    for (address, twin, fate) in going(&now.doubled) {
        let recording = Recording::beside(&args.folder, &root, "dedupe", variables);
        let reason = args.reason.as_deref().filter(|_| fate == Fate::Asked);
        let result = remove(&tenant, recording, (address, twin), reason).await;
        removed.push((twin.id.clone(), result));
    }
    drop(held);
    report::done(ui, &now, &removed)?;
    Ok(exit(&now.doubled, &removed))
}

/// What is removed.
fn going(all: &[Deduped]) -> impl Iterator<Item = (&Address, &Twin, Fate)> {
    all.iter().flat_map(|one| {
        let twins = one.twins.iter().filter(|(_, fate)| fate.goes());
        twins.map(|(twin, fate)| (&one.address, twin, *fate))
    })
}

/// Refuses ids that are not among those that a person may decide on.
fn known(all: &[Deduped], asked: &BTreeSet<String>) -> Result<(), CliError> {
    let goes: BTreeSet<&str> = going(all).map(|(_, twin, _)| twin.id.as_str()).collect();
    let Some(wrong) = asked.iter().find(|id| !goes.contains(id.as_str())) else {
        return Ok(());
    };
    let mut twins = all.iter().flat_map(|one| &one.twins);
    let why = match twins.find(|(twin, _)| twin.id == *wrong) {
        Some((_, Fate::Kept)) => "it is the one that is kept".to_owned(),
        Some((_, Fate::Left(why))) => (*why).to_owned(),
        _ => "it shares its marker with nothing".to_owned(),
    };
    Err(CliError::user(format!("{wrong} cannot be removed: {why}"))
        .hint("`prism-gitops dedupe` lists what is there twice; nothing was written"))
}

/// Refuses to go on where not the very same would be removed any more.
fn same(before: &[Deduped], now: &[Deduped]) -> Result<(), CliError> {
    let ids = |all: &[Deduped]| -> BTreeSet<String> {
        going(all).map(|(_, twin, _)| twin.id.clone()).collect()
    };
    // A missing duplicate was removed by another writer.
    if ids(now).is_subset(&ids(before)) {
        return Ok(());
    }
    Err(
        CliError::refused("the tenant changed meanwhile: other objects would be removed now")
            .hint("run dedupe again and look at its plan; nothing was written"),
    )
}

fn never(operation: &'static str, why: &str) -> PlatformError {
    PlatformError {
        operation,
        kind: ErrorKind::Refused(vec![Refusal {
            field: "__all__".to_owned(),
            messages: vec![why.to_owned()],
        }]),
        effect: Effect::None,
    }
}

async fn remove(
    tenant: &Chosen,
    recording: Recording,
    (address, twin): (&Address, &Twin),
    reason: Option<&str>,
) -> Result<(), PlatformError> {
    let began = recording::now();
    let sent = match address.kind {
        Kind::Customer => Err(never("deleteCustomer", "customers are never removed")),
        Kind::Connection => Err(never(
            "deleteScopedConfigVariable",
            "connections are removed by a plan that prunes them",
        )),
        Kind::Instance => {
            tenant
                .platform
                .delete_instance(&InstanceId::new(&twin.id))
                .await
        }
        Kind::Integration => {
            let id = IntegrationId::new(&twin.id);
            tenant.platform.delete_integration(&id).await
        }
    };
    let outcome = match &sent {
        Ok(()) => (StepOutcome::Applied, None),
        Err(error) if error.effect == Effect::None => (StepOutcome::Failed, Some(chain(error))),
        Err(error) => (StepOutcome::Unfinished, Some(chain(error))),
    };
    let reason = reason.unwrap_or("made twice and never in use");
    recording.historian.single(&history::Deed {
        environment: &tenant.environment,
        verb: "delete",
        subject: &format!("{} ({}): {reason}", twin.name, twin.id),
        customer: twin.customer.as_deref(),
        address: Some(address.clone()),
        reason: None,
        changes: &[],
        began: began.0,
        ended: (SystemClock.now(), millis(began)),
        outcome,
    });
    recording.finish().await;
    sent
}

fn exit(all: &[Deduped], removed: &[(String, Result<(), PlatformError>)]) -> Exit {
    let left = |(_, fate): &(Twin, Fate)| matches!(fate, Fate::Left(_));
    if removed.iter().any(|(_, result)| result.is_err()) {
        Exit::Error
    } else if all.iter().any(|one| one.twins.iter().any(left)) {
        Exit::Leftovers
    } else {
        Exit::Done
    }
}
