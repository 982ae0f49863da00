//! `rollout approve`: notes that a person accepts exactly the failures that are there.

use jiff::SignedDuration;

use super::find::{self, Found};
use crate::cli::Variables;
use crate::cli::args::RolloutApproveArgs;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::provenance;
use crate::cli::recording::{self, Recording, millis};
use crate::cli::ui::Ui;
use crate::cli::{project, runtime};
use crate::controller::history::Deed;
use crate::harmless::owned as harmless;
use crate::model::history::StepOutcome;
use crate::rollout::{Acceptable, NotedApproval, RolloutNotes, acceptable};
use crate::runtime::clock::{Clock as _, SystemClock};

/// At most this many failures are listed.
const SHOWN: usize = 20;

/// Runs the command.
pub(super) async fn run(
    ui: &Ui,
    args: &RolloutApproveArgs,
    variables: &Variables,
) -> Result<Exit, CliError> {
    let signals = runtime::signals()?;
    runtime::or_interrupt(&signals, approve(ui, args, variables)).await
}

async fn approve(
    ui: &Ui,
    args: &RolloutApproveArgs,
    variables: &Variables,
) -> Result<Exit, CliError> {
    if args.reason.trim().is_empty() {
        return Err(CliError::user("--reason must not be empty")
            .hint("say why these failures do not matter: it is shown wherever the approval is"));
    }
    let began = recording::now();
    let found = find::planned(ui, &args.which, variables).await?;
    let version = found.version(args.which.version_number)?;
    let covered = acceptable(&found.rollout().derived, version, args.wave.as_deref());
    let covered = covered.map_err(|why| {
        CliError::user(format!("nothing is approved: {why}"))
            .hint("see `prism-gitops rollout status` for what fails where")
    })?;
    let noted = note(args, &found, &covered, version, variables)?;
    let recording = Recording::beside(
        &args.which.state.folder,
        &project::root(&args.which.path),
        "rollout approve",
        variables,
    );
    let subject = format!(
        "{} {version}, wave {}: {}",
        found.rollout().address,
        covered.wave,
        noted.reason
    );
    recording.historian.single(&Deed {
        environment: &found.tenant.environment,
        verb: "approve",
        subject: &subject,
        customer: None,
        address: Some(found.rollout().address.clone()),
        reason: Some(&noted.reason),
        changes: &[],
        began: began.0,
        ended: (SystemClock.now(), millis(began)),
        outcome: (StepOutcome::Applied, None),
    });
    recording.finish().await;
    ui.result(&shown(&found, &covered, &noted))?;
    Ok(Exit::Done)
}

/// Keeps the approval. One for the same version and wave is replaced.
fn note(
    args: &RolloutApproveArgs,
    found: &Found,
    covered: &Acceptable,
    version: i64,
    variables: &Variables,
) -> Result<NotedApproval, CliError> {
    let sequence = found.sequence()?;
    let now = found.tenant.platform.server_now();
    let now = now.ok_or_else(|| CliError::world("the time of the server is not known"))?;
    let lasts = SignedDuration::try_from(args.lasts).unwrap_or(SignedDuration::MAX);
    let until = now
        .checked_add(lasts)
        .map_err(|error| CliError::user("--for ends beyond all times").because(&error))?;
    let noted = NotedApproval {
        version,
        wave: covered.wave.clone(),
        failures: covered.failures.clone(),
        at: now,
        until,
        by: who(&found.planned.tenant.identity.email, variables),
        reason: args.reason.trim().to_owned(),
    };
    let add = |notes: &mut RolloutNotes| {
        notes.forget_ended(now);
        let all = &mut notes.of_mut(sequence).approvals;
        all.retain(|it| it.version != version || it.wave != noted.wave);
        all.push(noted.clone());
    };
    let kept = found
        .planned
        .recorder
        .rollouts
        .update(&found.tenant.environment, add);
    kept.map_err(|error| {
        CliError::world("the approval could not be noted")
            .because(&error)
            .hint(
                "where no state folder outlives the job, approve in git: `approve:` of the rollout",
            )
    })?;
    Ok(noted)
}

/// The user of the token; what the environment says of a login is a claim.
fn who(user: &str, variables: &Variables) -> String {
    let claimed = provenance::actor(variables).login;
    match (user.is_empty(), claimed) {
        (false, Some(login)) => format!("{user}, claimed to be {login}"),
        (false, None) => user.to_owned(),
        (true, Some(login)) => format!("claimed to be {login}"),
        (true, None) => "an unknown user".to_owned(),
    }
}

fn shown(found: &Found, covered: &Acceptable, noted: &NotedApproval) -> String {
    let mut lines = vec![format!(
        "Approved: version {} of {} in wave {}, until {} ({}).",
        noted.version,
        found.rollout().address,
        harmless(&covered.wave),
        noted.until.strftime("%Y-%m-%d %H:%M UTC"),
        harmless(&noted.by)
    )];
    if covered.failures.is_empty() {
        lines.push("It covers that runs are lacking, and no failure.".to_owned());
    } else {
        lines.push(
            "It covers exactly these failures; any other stops the rollout again:".to_owned(),
        );
        let all = covered.failures.iter().take(SHOWN);
        lines.extend(all.map(|(member, flow)| format!("  {member}  {}", harmless(flow))));
        let more = covered.failures.len().saturating_sub(SHOWN);
        if more > 0 {
            lines.push(format!("  and {more} more"));
        }
    }
    if covered.beyond > 0 {
        lines.push(format!(
            "It does not cover {} of later waves.",
            crate::model::counted(covered.beyond, "failure")
        ));
    }
    lines.push(
        "The next `apply`, or pass of the daemon with this state folder, goes on.".to_owned(),
    );
    lines.join("\n") + "\n"
}
