//! `apply`: plan, ask, carry out, report.

mod report;
mod saved;

use tokio::sync::{mpsc, watch};

use super::plan;
use crate::cli::Variables;
use crate::cli::args::{ApplyArgs, Output, ShowArgs};
use crate::cli::confirm;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::progress::Steps;
use crate::cli::project::{Decided, decide};
use crate::cli::runtime;
use crate::cli::ui::Ui;
use crate::controller::pass;
use crate::execute::{AtOnce, Outcome, StepEvent};
use crate::plan::Plan;
use crate::runtime::shutdown::Shutdown;

/// Runs the command.
pub(super) async fn run(
    ui: &Ui,
    args: &ApplyArgs,
    variables: &Variables,
) -> Result<Exit, CliError> {
    let signals = runtime::signals()?;
    let decided = runtime::or_interrupt(&signals, decide_and_ask(ui, args, variables)).await?;
    finish(ui, &decided, &signals).await
}

/// Carries out what was decided and asked for, and reports it.
pub(super) async fn finish(
    ui: &Ui,
    decided: &Decided,
    signals: &Shutdown,
) -> Result<Exit, CliError> {
    let plan = &decided.planned.plan;
    let outcome = if plan.is_empty() {
        Outcome::default()
    } else {
        carry_out(ui, decided, signals).await?
    };
    report::write(ui, plan, &outcome)?;
    Ok(Exit::of_apply(plan, &outcome))
}

/// Everything before the first write.
async fn decide_and_ask(
    ui: &Ui,
    args: &ApplyArgs,
    variables: &Variables,
) -> Result<Decided, CliError> {
    let saved = args.plan.as_deref().map(saved::read).transpose()?;
    let decided = decide(
        ui,
        &args.path,
        args.decide,
        &args.state,
        &args.tenant,
        variables,
    )
    .await?;
    let plan = &decided.planned.plan;
    if let Some(saved) = &saved {
        saved.same_as(plan)?;
    }
    let guarded = guards(plan, args.approve.as_deref());
    let ask = saved.is_none() && !args.auto_approve && !plan.is_empty();
    if ask && guarded.is_ok() {
        confirm::possible(ui)?;
    }
    if guarded.is_ok() || !ui.is_json() {
        show(ui, args.show, args.auto_approve, &decided).await?;
    }
    guarded?;
    if ask {
        confirm::ask(ui, &plan.environment).await?;
    }
    Ok(decided)
}

/// Refuses a plan that exceeds a limit, unless somebody approved this very plan.
fn guards(plan: &Plan, approved: Option<&str>) -> Result<(), CliError> {
    if plan.violations.is_empty() || approved == Some(plan.digest.as_str()) {
        return Ok(());
    }
    let messages: Vec<_> = plan.violations.iter().map(|v| v.message.as_str()).collect();
    Err(
        CliError::refused(format!("refused by a guard: {}", messages.join("; "))).hint(format!(
            "review the plan; to approve it and no other, add --approve {}; nothing was written",
            plan.digest
        )),
    )
}

/// The plan, before it is carried out. The one JSON document comes at the end;
/// whoever has to answer sees the plan on stderr then.
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

/// Shows a plan, and asks where somebody is to be asked.
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
    if ask {
        confirm::ask(ui, &plan.environment).await?;
    }
    Ok(())
}

async fn carry_out(ui: &Ui, decided: &Decided, signals: &Shutdown) -> Result<Outcome, CliError> {
    let (stop, stopped) = watch::channel(false);
    let (events, received) = mpsc::unbounded_channel();
    let work = async {
        let apply = pass::apply(
            &decided.planned,
            decided.tenant.platform.as_ref(),
            AtOnce::requests(decided.tenant.rate.concurrency),
            stopped,
            events,
        );
        let (outcome, ()) = tokio::join!(apply, follow(ui, decided, received));
        Ok(outcome)
    };
    let asked = || ui.say("Stopping: steps under way finish first. Ctrl-C again stops at once.");
    runtime::or_drain(signals, &stop, asked, work).await
}

/// Shows every event until there are no more.
async fn follow(ui: &Ui, decided: &Decided, mut events: mpsc::UnboundedReceiver<StepEvent>) {
    let steps = Steps::new(ui, &decided.planned.plan);
    while let Some(event) = events.recv().await {
        steps.note(&event);
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
        assert!(guards(&plan, None).is_ok());
        plan.violations.push(GuardViolation {
            guard: "deletes",
            message: "deletes: 8 of 20 managed instances; the limit is 30%".to_owned(),
        });
        for approved in [None, Some("sha256:1")] {
            let refused = guards(&plan, approved).unwrap_err();
            assert_eq!(refused.exit(), Exit::Refused);
            assert!(refused.message().contains("8 of 20"));
            assert!(refused.hint_text().unwrap().contains(&plan.digest));
        }
        assert!(guards(&plan, Some("sha256:0")).is_ok());
    }
}
