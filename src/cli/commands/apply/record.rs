//! Carries out a plan, and records it in the history.

use super::carry_out as carry_out_noting;
use crate::cli::error::CliError;
use crate::cli::project::Decided;
use crate::cli::ui::Ui;
use crate::controller::history::{About, Historian, counts};
use crate::execute::Outcome;
use crate::model::history::{PassEnd, PassOutcome};
use crate::plan::Plan;
use crate::runtime::clock::{Clock as _, SystemClock};
use crate::runtime::shutdown::Shutdown;

/// Carries a plan out, and records it in the history. A run that is cut off stays without an end there,
/// because nothing more is known of it.
pub(super) async fn carry_out(
    ui: &Ui,
    decided: &Decided,
    signals: &Shutdown,
    historian: &Historian,
) -> Result<Outcome, CliError> {
    let plan = &decided.planned.plan;
    let began = SystemClock.instant();
    let about = About {
        environment: &plan.environment,
        trigger: decided.approved.clone(),
        revision: Some(&decided.revision),
        began: decided.began,
    };
    let start = historian.start(&about, Some(&decided.planned));
    let end = |outcome: &Outcome| PassEnd {
        ended_at: SystemClock.now(),
        duration_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
        outcome: word(plan, outcome),
        counts: counts(plan, outcome, 0),
        error: None,
    };
    decided.planned.recorder.note_finished(plan);
    if plan.is_empty() {
        let outcome = Outcome::default();
        historian.quiet(start, end(&outcome));
        return Ok(outcome);
    }
    // Whether it is drift follows from the records; a single run has seen nothing before.
    let places = std::sync::Arc::clone(&decided.planned.places);
    historian.keep_drafts(&decided.planned, SystemClock.now());
    let mut notes = historian.begin(start, places, std::collections::BTreeSet::new());
    let outcome = carry_out_noting(ui, decided, signals, &mut notes).await?;
    notes.stopped(plan, &outcome, SystemClock.now());
    notes.end(end(&outcome));
    Ok(outcome)
}

fn word(plan: &Plan, outcome: &Outcome) -> PassOutcome {
    match outcome {
        outcome if outcome.interrupted => PassOutcome::Interrupted,
        outcome if outcome.failed() => PassOutcome::Incomplete,
        outcome if outcome.closed.is_some() => PassOutcome::Interrupted,
        _ if plan.is_empty() => PassOutcome::Unchanged,
        _ => PassOutcome::Applied,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::commands::testing::plan_with;

    #[test]
    fn an_apply_that_a_window_cut_short_is_not_applied() {
        let plan = plan_with(&[]);
        let closed = Outcome {
            closed: Some("no changes on Fridays".to_owned()),
            ..Outcome::default()
        };
        assert_eq!(word(&plan, &closed), PassOutcome::Interrupted);
        let stopped = Outcome {
            interrupted: true,
            ..Outcome::default()
        };
        assert_eq!(word(&plan, &stopped), PassOutcome::Interrupted);
        assert_eq!(word(&plan, &Outcome::default()), PassOutcome::Unchanged);
    }
}
