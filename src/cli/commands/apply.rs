//! `apply`: plan, ask, carry out, report.

mod record;
mod report;
mod reviewed;
mod rounds;
mod turn;
mod waits;

use tokio::sync::{mpsc, watch};

use super::plan;
use crate::cli::Variables;
use crate::cli::args::{ApplyArgs, ConsentArgs, Output, ShowArgs};
use crate::cli::confirm;
use crate::cli::consents::{self, Consents};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::locking::Writing;
use crate::cli::progress::Steps;
use crate::cli::project::{self, Decided};
use crate::cli::recording::{self, Recording};
use crate::cli::runtime;
use crate::cli::tenant::Chosen;
use crate::cli::ui::Ui;
use crate::controller::history::PassNotes;
use crate::controller::pass;
use crate::execute::{AtOnce, Outcome, StepEvent};
use crate::plan::{Plan, Reviewed};
use crate::runtime::clock::{Clock as _, SystemClock};
use crate::runtime::shutdown::Shutdown;
pub(super) use turn::{Agreed, Turn, enter};

/// Runs the command.
pub(super) async fn run(
    ui: &Ui,
    args: &ApplyArgs,
    variables: &Variables,
) -> Result<Exit, CliError> {
    consents::check(ui, &args.consents)?;
    let signals = runtime::signals()?;
    let began = recording::now();
    let folder = &args.state.folder;
    let root = project::root(&args.path);
    let writing = Writing::new(folder.of(&root), args.lock, "apply");
    let deciding = decide_and_ask(ui, args, variables, &writing, false);
    let decided = runtime::or_interrupt(&signals, deciding).await;
    if let (Err(error), Some(_)) = (&decided, args.keep.retention()) {
        let what = ("apply", began);
        recording::note_failure(what, folder, &root, &args.tenant, variables, error).await;
    }
    let turn = decided?;
    let record = || Recording::start(folder, args.keep, &root, "apply", variables);
    rounds::all(ui, (args, variables), &writing, &signals, turn, record).await
}

/// Carries out what was decided and asked for, and reports it.
pub(super) async fn finish(
    ui: &Ui,
    turn: Turn,
    signals: &Shutdown,
    recording: Recording,
    consents: &ConsentArgs,
) -> Result<Exit, CliError> {
    finish_with(ui, turn, signals, recording, consents, true).await
}

/// The same. Where it is not the `last` of several, nothing is reported of a round that did nothing, and no document is
/// written: there is one for a command.
async fn finish_with(
    ui: &Ui,
    turn: Turn,
    signals: &Shutdown,
    recording: Recording,
    consents: &ConsentArgs,
    last: bool,
) -> Result<Exit, CliError> {
    let Turn {
        decided,
        held,
        show,
    } = turn;
    let plan = &decided.planned.plan;
    let outcome = record::carry_out(ui, &decided, signals, &recording.historian).await;
    drop(held);
    let history = recording.file.clone();
    recording.finish().await;
    let outcome = outcome?;
    for notice in outcome.notices.iter().chain(&outcome.unconfirmed) {
        ui.say(&format!("Note: {notice}."));
    }
    let links = links(ui, consents, &decided, &outcome, signals).await;
    // The outcome is reported, even if the links could not be found.
    let shown = links.as_ref().ok().and_then(Option::as_ref);
    if last || !(ui.is_json() || plan.is_empty()) {
        report::write(ui, plan, &outcome, shown, show.all)?;
    }
    links?;
    let exit = Exit::of_apply(plan, &outcome);
    if last && exit == Exit::Leftovers && !ui.is_json() {
        let since = waits::since(history, &plan.environment).await;
        if let Some(told) = waits::summary_line(&plan.summary, since, SystemClock.now()) {
            ui.say(&told);
        }
    }
    Ok(exit)
}

/// The links for consents that are pending now. A stopped apply requests none.
async fn links(
    ui: &Ui,
    args: &ConsentArgs,
    decided: &Decided,
    outcome: &Outcome,
    signals: &Shutdown,
) -> Result<Option<Consents>, CliError> {
    if outcome.interrupted {
        return Ok(None);
    }
    let (plan, platform) = (&decided.planned.plan, decided.tenant.platform.as_ref());
    let found = consents::find(ui, args, plan, Some(outcome), platform);
    runtime::or_interrupt(signals, found).await
}

/// Everything before the first write. A plan without a step is not shown where `quiet`.
async fn decide_and_ask(
    ui: &Ui,
    args: &ApplyArgs,
    variables: &Variables,
    writing: &Writing,
    quiet: bool,
) -> Result<Turn, CliError> {
    let saved = args.plan.as_deref().map(reviewed::read).transpose()?;
    let (path, tenant) = (&args.path, &args.tenant);
    let (basis, tenant) =
        project::read(ui, path, args.decide, &args.state, tenant, variables).await?;
    let basis = basis.limited_to(args.part.clone().into());
    let seen = writing.look();
    let only = saved.as_ref().map(Reviewed::addresses);
    let planned = basis.plan(ui, &tenant, only).await?;
    if let Some(saved) = &saved {
        reviewed::still(saved, &planned.plan)?;
        reviewed::report_later(ui, &planned.plan);
    } else {
        basis.report_excluded(ui, &planned.plan);
    }
    let decided = basis.decided(tenant, planned);
    let approve = |plan: &Plan| guards(plan, args.approve.as_deref());
    if let Some(text) = unneeded(&decided.planned.plan, args.approve.as_deref()) {
        ui.say(&text);
    }
    let guarded = approve(&decided.planned.plan);
    let ask = saved.is_none() && !args.auto_approve;
    if guarded.is_err() && !ui.is_json() {
        show(ui, args.show, args.auto_approve, &decided).await?;
    }
    guarded?;
    let again = async |tenant: &Chosen, only| basis.plan(ui, tenant, only).await;
    if !quiet || !decided.planned.plan.is_empty() {
        show_and_ask(ui, args.show, !ask, &decided).await?;
    }
    let agreed = match saved {
        Some(_) => Agreed::Saved,
        None => Agreed::of(!ask),
    };
    let mut turn = enter(ui, (writing, &seen), args.show, agreed, decided, again).await?;
    turn.decided.approved = approve(&turn.decided.planned.plan)?;
    let environment = args.tenant.env.as_deref();
    let plan = &turn.decided.planned.plan;
    basis.still_gone(ui, environment, plan).await?;
    Ok(turn)
}

/// Refuses a plan that exceeds a limit, unless this very plan was approved: then what was
/// approved, for the history.
fn guards(plan: &Plan, approved: Option<&str>) -> Result<Option<String>, CliError> {
    if plan.violations.is_empty() {
        return Ok(None);
    }
    let digest = &plan.digest;
    let messages: Vec<_> = plan.violations.iter().map(|v| v.message.as_str()).collect();
    let messages = messages.join("; ");
    if approved == Some(digest.as_str()) {
        return Ok(Some(format!("approved {digest}, past {messages}")));
    }
    let message = match approved {
        Some(other) => format!(
            "--approve {other} is for another plan than this one, which is {digest}; this one is refused by a guard: {messages}"
        ),
        None => format!("refused by a guard: {messages}"),
    };
    Err(CliError::refused(message).hint(format!(
        "review the plan; to approve it and no other, add --approve {digest}; nothing was written"
    )))
}

/// What to say of an approval that no guard asks for.
fn unneeded(plan: &Plan, approved: Option<&str>) -> Option<String> {
    let approved = approved.filter(|_| plan.violations.is_empty())?;
    let digest = &plan.digest;
    (approved != digest).then(|| {
        format!("--approve {approved} is for another plan than this one, which is {digest} and needs no approval.")
    })
}

/// The plan, before it is carried out. The one JSON document comes at the end; a user who has to confirm sees
/// the plan on stderr then.
async fn show(
    ui: &Ui,
    args: ShowArgs,
    auto_approve: bool,
    decided: &Decided,
) -> Result<(), CliError> {
    match ui.output() {
        Output::Json if ui.can_ask() && !auto_approve => {
            ui.say(&plan::human(&decided.planned.plan, ui, args));
            Ok(())
        }
        Output::Json => Ok(()),
        _ => plan::show(ui, args, decided).await,
    }
}

/// Shows a plan, and asks for confirmation where that is required.
pub(super) async fn show_and_ask(
    ui: &Ui,
    args: ShowArgs,
    auto_approve: bool,
    decided: &Decided,
) -> Result<(), CliError> {
    let plan = &decided.planned.plan;
    let ask = !auto_approve && !plan.is_empty();
    if ask {
        confirm::possible(ui)?;
    }
    show(ui, args, auto_approve, decided).await?;
    if !ask {
        return Ok(());
    }
    confirm::ask(ui, &plan.environment).await
}

async fn carry_out(
    ui: &Ui,
    decided: &Decided,
    signals: &Shutdown,
    notes: &mut PassNotes,
) -> Result<Outcome, CliError> {
    let (stop, stopped) = watch::channel(false);
    let (events, received) = mpsc::unbounded_channel();
    let work = async {
        let apply = pass::apply(
            &decided.planned,
            decided.tenant.platform.as_ref(),
            &SystemClock,
            AtOnce::requests(decided.tenant.rate.concurrency),
            stopped,
            events,
        );
        let (outcome, ()) = tokio::join!(apply, follow(ui, decided, received, notes));
        if let Some(why) = &outcome.closed {
            ui.say(&format!(
                "Stopped by a guard: {why}. No further step was begun; run apply again when changes are allowed."
            ));
        }
        Ok(outcome)
    };
    let asked = || ui.say("Stopping: steps under way finish first. Ctrl-C again stops at once.");
    runtime::or_drain(signals, &stop, asked, work).await
}

/// Shows every event until there are no more.
async fn follow(
    ui: &Ui,
    decided: &Decided,
    mut events: mpsc::UnboundedReceiver<StepEvent>,
    notes: &mut PassNotes,
) {
    let mut steps = Steps::new(
        ui,
        &decided.planned.plan,
        decided.tenant.rate.requests_per_second,
    );
    while let Some(event) = events.recv().await {
        steps.note(&event);
        notes.step(&decided.planned.plan, &event, SystemClock.now());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::commands::testing::plan_with;
    use crate::plan::GuardViolation;

    #[test]
    fn a_guard_gives_way_to_the_digest_of_its_plan_and_to_nothing_else() {
        let mut plan = plan_with(&[]);
        assert_eq!(guards(&plan, None).unwrap(), None);
        assert_eq!(unneeded(&plan, Some("sha256:0")), None);
        assert!(unneeded(&plan, Some("sha256:1")).is_some());
        plan.violations.push(GuardViolation {
            guard: "deletes".to_owned(),
            message: "deletes: 8 of 20 managed instances; the limit is 30%".to_owned(),
        });
        for approved in [None, Some("sha256:1")] {
            let refused = guards(&plan, approved).unwrap_err();
            assert_eq!(refused.exit(), Exit::Refused);
            assert!(refused.message().contains("8 of 20"));
            assert!(refused.hint_text().unwrap().contains(&plan.digest));
        }
        let wrong = guards(&plan, Some("sha256:1")).unwrap_err();
        insta::assert_snapshot!(wrong.message(), @"--approve sha256:1 is for another plan than this one, which is sha256:0; this one is refused by a guard: deletes: 8 of 20 managed instances; the limit is 30%");
        let approved = guards(&plan, Some("sha256:0")).unwrap().unwrap();
        insta::assert_snapshot!(approved, @"approved sha256:0, past deletes: 8 of 20 managed instances; the limit is 30%");
        assert_eq!(unneeded(&plan, Some("sha256:1")), None);
    }
}
