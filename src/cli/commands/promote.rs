//! `promote`: the versions that one environment runs, into the manifests of another.

use super::edited;
use crate::cli::Variables;
use crate::cli::args::{PromoteArgs, TenantArgs};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::progress;
use crate::cli::project;
use crate::cli::runtime;
use crate::cli::tenant::{self, Chosen};
use crate::cli::ui::Ui;
use crate::controller::pass;
use crate::fleet;
use crate::manifest::{self, ManifestAddress};
use crate::model::{CustomersWanted, Desired, Scope, SourceFile, Tenant, counted};
use crate::promote::{self, Changed, NotPromoted, Promoted, Promotion};
use crate::runtime::clock::{Clock as _, SystemClock};
use crate::source::Source as _;

/// Runs the command.
pub(super) async fn run(
    ui: &Ui,
    args: &PromoteArgs,
    variables: &Variables,
) -> Result<Exit, CliError> {
    let signals = runtime::signals()?;
    let (promoted, changed) = runtime::or_interrupt(&signals, decide(ui, args, variables)).await?;
    for one in &promoted {
        ui.say(&line(one, &args.to));
    }
    let difference: String = changed
        .iter()
        .map(|file| file.difference.as_str())
        .collect();
    ui.result(&difference)?;
    if changed.is_empty() {
        return Ok(Exit::Done);
    }
    if args.check {
        return Ok(Exit::Changes);
    }
    edited::write(&project::root(&args.path), &changed)?;
    let files = counted(changed.len(), "file");
    ui.say(&format!(
        "Changed {files}. Nothing was sent: review, commit, and apply to {}.",
        args.to
    ));
    Ok(Exit::Done)
}

/// Everything before the first write.
async fn decide(
    ui: &Ui,
    args: &PromoteArgs,
    variables: &Variables,
) -> Result<(Vec<Promoted>, Vec<Changed>), CliError> {
    let files = project::source(&args.path).snapshot().await?.files;
    let from = declared(&files, &args.from)?;
    let to = declared(&files, &args.to)?;
    if args.from == args.to {
        return Err(CliError::user("FROM and TO are the same environment")
            .hint("name the one whose versions count first, then the one that gets them"));
    }
    let at = TenantArgs {
        env: Some(args.from.clone()),
        reach: args.reach.clone(),
    };
    let root = project::root(&args.path);
    let tenant = tenant::choose(ui, &at, &from.project, &root, variables).await?;
    let waiting = progress::waiting(ui, "Reading the tenant");
    // Who is a member of a fleet is known once the customers were read.
    let all_customers = (!from.fleets.is_empty()).then(CustomersWanted::default);
    let lists = Scope {
        all_customers,
        ..Scope::default()
    };
    let live = observed(&tenant, &lists).await?;
    let from = fleet::expand(&from, &live, SystemClock.now())
        .desired
        .into_owned();
    let scope = promote::scope((&args.from, &from, &live)).map_err(refused)?;
    let live = observed(&tenant, &scope).await?;
    drop(waiting);
    let promotion = Promotion {
        from: (&args.from, &from, &live),
        to: (&args.to, &to),
        addresses: &args.addresses,
    };
    let promoted = promote::decide(&promotion).map_err(refused)?;
    let changed = promote::changed(&files, &args.to, &promoted).map_err(|fault| {
        CliError::user(format!("nothing was written: {fault}")).hint(fault.hint.clone())
    })?;
    Ok((promoted, changed))
}

/// What an environment declares; only of files without an error anything may be said.
fn declared(files: &[SourceFile], environment: &str) -> Result<Desired, CliError> {
    let loaded = manifest::load_for(files, Some(environment));
    tenant::environment_of(Some(environment), &loaded.desired.project)?;
    if loaded.has_errors() {
        return Err(CliError::files(loaded.diagnostics));
    }
    Ok(loaded.desired)
}

async fn observed(tenant: &Chosen, scope: &Scope) -> Result<Tenant, CliError> {
    let organization = tenant.organization.as_deref();
    let live = pass::observe(tenant.platform.as_ref(), organization, scope).await;
    live.map_err(|error| CliError::from(error).of(&tenant.connection))
}

fn refused(why: NotPromoted) -> CliError {
    CliError::user(why.message).hint(why.hint)
}

fn line(promoted: &Promoted, to: &str) -> String {
    let Promoted {
        integration,
        commit,
        number,
        changes,
        unchanged,
    } = promoted;
    let short: String = commit.chars().take(12).collect();
    let changes = manifests(changes);
    let same = match unchanged.len() {
        0 => String::new(),
        count => format!(", {count} unchanged"),
    };
    format!("{integration}: version {number}, commit {short}; {changes} of {to}{same}.")
}

/// How many manifests change, by what they are.
fn manifests(changes: &[ManifestAddress]) -> String {
    let is_fleet = |one: &&ManifestAddress| matches!(one, ManifestAddress::Fleet(_));
    let fleets = changes.iter().filter(is_fleet).count();
    match (changes.len() - fleets, fleets) {
        (instances, 0) => counted(instances, "instance"),
        (0, fleets) => counted(fleets, "fleet"),
        (instances, fleets) => format!(
            "{} and {}",
            counted(instances, "instance"),
            counted(fleets, "fleet")
        ),
    }
}
