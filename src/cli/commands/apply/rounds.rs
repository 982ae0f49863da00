//! `apply --wait`: goes on with what rollouts open, until they have ended or stopped.

use std::time::Duration;

use super::{Turn, decide_and_ask, finish_with};
use crate::cli::Variables;
use crate::cli::args::ApplyArgs;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::locking::Writing;
use crate::cli::recording::Recording;
use crate::cli::runtime;
use crate::cli::ui::Ui;
use crate::plan::Plan;
use crate::rollout::Phase;
use crate::runtime::shutdown::Shutdown;

/// How often in a row the tenant may fail to answer before it is given up.
const PATIENCE: u32 = 3;

/// Carries out the first turn, and as many as rollouts open after it.
pub(super) async fn all(
    ui: &Ui,
    (args, variables): (&ApplyArgs, &Variables),
    writing: &Writing,
    signals: &Shutdown,
    mut turn: Turn,
    record: impl Fn() -> Recording,
) -> Result<Exit, CliError> {
    let mut told = None;
    loop {
        let goes_on = args.wait && goes_on(&turn.decided.planned.plan);
        tell(ui, &turn.decided.planned.plan, goes_on, &mut told);
        let exit = finish_with(ui, turn, signals, record(), &args.consents, !goes_on).await?;
        if !goes_on || !matches!(exit, Exit::Done | Exit::Leftovers) {
            return Ok(exit);
        }
        turn = next(ui, (args, variables), writing, signals).await?;
    }
}

/// The next plan. A tenant that does not answer for a moment is asked again.
async fn next(
    ui: &Ui,
    (args, variables): (&ApplyArgs, &Variables),
    writing: &Writing,
    signals: &Shutdown,
) -> Result<Turn, CliError> {
    let mut failures = 0;
    loop {
        runtime::or_interrupt(signals, pause(args.poll)).await?;
        let deciding = decide_and_ask(ui, args, variables, writing, true);
        let decided = runtime::or_interrupt(signals, deciding).await;
        let unread = |turn: &Turn| turn.decided.planned.plan.is_unread();
        failures += 1;
        match decided {
            Ok(turn) if !unread(&turn) || failures >= PATIENCE => return Ok(turn),
            Err(error) if error.exit() != Exit::Error || failures >= PATIENCE => return Err(error),
            Err(error) => ui.say(&format!("{}; trying again.", error.message())),
            Ok(_) => ui.say("Not all of the tenant could be read; trying again."),
        }
    }
}

async fn pause(poll: Duration) -> Result<(), CliError> {
    tokio::time::sleep(poll).await;
    Ok(())
}

/// Whether a rollout goes on by itself. One that is standing, paused or stopped waits for a person.
fn goes_on(plan: &Plan) -> bool {
    plan.rollouts.iter().any(|it| match it.derived.phase {
        Phase::Moving | Phase::Soaking | Phase::Waiting | Phase::GoingBack => true,
        Phase::Settled
        | Phase::Standing
        | Phase::Stopped
        | Phase::Withdrawn
        | Phase::Paused
        | Phase::Finished => false,
    })
}

/// Reports the state of rollouts, once for each change.
fn tell(ui: &Ui, plan: &Plan, goes_on: bool, told: &mut Option<String>) {
    let under_way = plan.rollouts.iter().filter(|it| it.is_to_come());
    let lines: Vec<String> = under_way
        .map(|it| format!("Waiting for {}: {}.", it.address, it.derived.reason))
        .collect();
    let lines = lines.join("\n");
    if goes_on && told.as_ref() != Some(&lines) {
        ui.say(&lines);
        *told = Some(lines);
    }
}
