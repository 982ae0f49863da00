//! `accept`: live values into the manifests that declare others.

use super::edited;
use crate::accept::{self, Acceptance};
use crate::cli::Variables;
use crate::cli::args::{AcceptArgs, DecideArgs};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::project;
use crate::cli::runtime;
use crate::cli::ui::Ui;
use crate::controller::pass::Planned;
use crate::model::{Address, SourceFile, SyncStatus, counted};
use crate::plan::PlannedResource;
use crate::promote::{self, Changed};
use crate::source::Source as _;

/// Runs the command.
pub(super) async fn run(
    ui: &Ui,
    args: &AcceptArgs,
    variables: &Variables,
) -> Result<Exit, CliError> {
    let signals = runtime::signals()?;
    let changed = runtime::or_interrupt(&signals, decide(ui, args, variables)).await?;
    let differences = changed.iter().map(|file| file.difference.as_str());
    ui.result(&differences.collect::<String>())?;
    if changed.is_empty() {
        return Ok(Exit::Done);
    }
    if args.check {
        return Ok(Exit::Changes);
    }
    edited::write(&project::root(&args.path), &changed)?;
    let files = counted(changed.len(), "file");
    ui.say(&format!(
        "Changed {files}. Nothing was sent: review and commit."
    ));
    Ok(Exit::Done)
}

/// Everything before the first write.
async fn decide(
    ui: &Ui,
    args: &AcceptArgs,
    variables: &Variables,
) -> Result<Vec<Changed>, CliError> {
    // Of what is not ours yet a manifest may say what it is, too.
    let everything = DecideArgs {
        adopt: true,
        allow_delete: false,
    };
    let mut files = project::source(&args.path).snapshot().await?.files;
    let path = &args.path;
    let (basis, tenant) =
        project::read(ui, path, everything, &args.state, &args.tenant, variables).await?;
    let planned = basis.plan(ui, &tenant, None).await?;
    let environment = args.tenant.env.as_deref().or_else(|| {
        // The only one, which needs no naming.
        let declared = tenant.declared.as_ref();
        declared.map(|_| tenant.environment.as_str())
    });
    let mut before = Vec::new();
    for address in &args.addresses {
        let acceptance = of_one(&planned, address)?;
        say(ui, address, &acceptance);
        let manifest = accept::manifest(address);
        let changed = promote::with_values(&files, environment, &manifest, &acceptance.values);
        let changed = changed.map_err(|fault| {
            CliError::user(format!("nothing was written: {fault}")).hint(fault.hint.clone())
        })?;
        for one in changed {
            // The next address may be in the same file.
            files.retain(|file| file.path != one.path);
            files.push(SourceFile::new(&*one.path, one.after.clone().into_bytes()));
            before.push(one);
        }
    }
    Ok(joined(before))
}

/// What is taken over of one resource.
fn of_one(planned: &Planned, address: &Address) -> Result<Acceptance, CliError> {
    let resource = resource(planned, address)?;
    if resource.changes.is_empty() {
        return match resource.sync {
            SyncStatus::Synced => Ok(Acceptance::default()),
            SyncStatus::OutOfSync | SyncStatus::Unknown => Err(uncompared(resource)),
        };
    }
    let id = resource.preconditions.iter().find(|it| it.what == "object");
    let id = id.map(|it| it.seen.as_str()).filter(|id| *id != "none");
    let id = id.ok_or_else(|| {
        CliError::user(format!("{address} does not exist in the tenant"))
            .hint("there is nothing to take over; `apply` creates it")
    })?;
    let about = (address, id);
    let desired = &planned.desired;
    accept::decide(desired, &planned.tenant, about, &resource.changes).ok_or_else(|| {
        CliError::user(format!("{address} has no manifest of its own"))
            .hint("of a member of a fleet, write an override, or change the template")
    })
}

fn resource<'a>(planned: &'a Planned, address: &Address) -> Result<&'a PlannedResource, CliError> {
    let found = planned
        .plan
        .resources
        .iter()
        .find(|it| it.address == *address);
    let found = found.filter(|it| !it.orphan);
    found.ok_or_else(|| undeclared(planned, address))
}

/// It differs in nothing that is known: it is blocked, could not be read, or only waits for a deploy.
fn uncompared(resource: &PlannedResource) -> CliError {
    let (address, reason) = (&resource.address, &resource.reason);
    let error = CliError::user(format!("{address} differs in no field: {reason}"));
    match &resource.hint {
        Some(hint) => error.hint(hint.clone()),
        None => error.hint("`plan` shows more"),
    }
}

fn undeclared(planned: &Planned, address: &Address) -> CliError {
    let all = planned
        .plan
        .resources
        .iter()
        .map(|it| it.address.to_string());
    let all: Vec<String> = all.collect();
    let error = CliError::user(format!("no manifest declares {address}"));
    match crate::model::nearest(&address.to_string(), all.iter().map(String::as_str)) {
        Some(near) => error.hint(format!("did you mean {near}?")),
        None => error.hint("`plan --all` lists what is declared"),
    }
}

fn say(ui: &Ui, address: &Address, acceptance: &Acceptance) {
    let Acceptance { fields, left, .. } = acceptance;
    match fields.is_empty() {
        true => ui.say(&format!("{address}: nothing to take over.")),
        false => ui.say(&format!("{address}: {}.", fields.join(", "))),
    }
    for (field, why) in left {
        ui.say(&format!("  left as declared: {field}: {why}"));
    }
}

/// One change for each file, though several resources are in it.
fn joined(all: Vec<Changed>) -> Vec<Changed> {
    let mut joined: Vec<Changed> = Vec::new();
    for one in all {
        match joined.iter_mut().find(|it| it.path == one.path) {
            None => joined.push(one),
            Some(first) => {
                first.after = one.after;
                first.difference.push_str(&one.difference);
            }
        }
    }
    joined
}
