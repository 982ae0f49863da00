//! How a pass ended: for the status, the log and the metrics alike.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::error::PassError;
use super::history;
use super::log;
use super::queue::Reason;
use super::status::{ErrorStatus, PassCounts, PassOutcome, PassStatus, Phase, Status};
use crate::disposition::{Hold, Holds};
use crate::execute::Outcome;
use crate::model::chain;
use crate::model::history::PassEnd;
use crate::plan::{Excluded, Part, Plan};
use crate::source::Revision;

/// How a pass ended.
#[derive(Debug)]
pub(super) enum End {
    /// It came to its end.
    Done {
        revision: Revision,
        counts: PassCounts,
        /// Nothing failed, and nothing waits after a failure or for something held.
        clean: bool,
        /// A window that closed ended it half-way.
        cut: bool,
    },
    /// It gave way.
    Stopped {
        revision: Revision,
        counts: PassCounts,
        /// To newer files, rather than to a shutdown or a pause.
        superseded: bool,
    },
    /// It came to nothing.
    Failed(PassError),
}

impl End {
    /// The end of a pass that carried its plan out.
    pub(super) fn done(
        revision: &Revision,
        plan: &Plan,
        holds: &Holds,
        excluded: &Excluded,
        outcome: &Outcome,
    ) -> Self {
        let counts = counts(plan, holds, excluded, outcome);
        let waiting = holds.values().any(|hold| {
            matches!(
                hold,
                Hold::Backoff { .. } | Hold::Paused { .. } | Hold::Vanished(_) | Hold::Approval
            ) || matches!(hold, Hold::ByHand(it) if it.because.is_some())
        });
        let dragged = excluded.keys().any(|address| !holds.contains_key(address));
        Self::Done {
            revision: revision.clone(),
            counts,
            clean: counts.failed == 0 && !waiting && !dragged && outcome.closed.is_none(),
            cut: outcome.closed.is_some(),
        }
    }

    fn result(&self) -> PassOutcome {
        match self {
            Self::Done { counts, .. } if counts.failed > 0 => PassOutcome::Incomplete,
            Self::Done { cut: true, .. } => PassOutcome::Interrupted,
            Self::Done { counts, .. } if counts.applied > 0 => PassOutcome::Applied,
            Self::Done { counts, .. } if counts.held > 0 => PassOutcome::Held,
            Self::Done { .. } => PassOutcome::Unchanged,
            Self::Stopped {
                superseded: true, ..
            } => PassOutcome::Superseded,
            Self::Stopped { .. } => PassOutcome::Interrupted,
            Self::Failed(PassError::Invalid(_)) => PassOutcome::Invalid,
            Self::Failed(_) => PassOutcome::Failed,
        }
    }

    fn counts(&self) -> PassCounts {
        match self {
            Self::Done { counts, .. } | Self::Stopped { counts, .. } => *counts,
            Self::Failed(_) => PassCounts::default(),
        }
    }
}

/// What a plan and its execution come to, in numbers.
pub(super) fn counts(
    plan: &Plan,
    holds: &Holds,
    excluded: &Excluded,
    outcome: &Outcome,
) -> PassCounts {
    let held: BTreeSet<_> = holds.keys().chain(excluded.keys()).collect();
    history::counts(plan, outcome, held.len())
}

/// A pass that has ended.
#[derive(Debug)]
pub(super) struct Report<'a> {
    pub(super) reason: Reason,
    pub(super) began: (Timestamp, Instant),
    pub(super) ended: (Timestamp, Instant),
    /// When the next one is due.
    pub(super) next: Instant,
    pub(super) end: &'a End,
    /// What it was limited to.
    pub(super) part: Option<&'a Part>,
}

impl Report<'_> {
    /// Logs exactly one line for any outcome.
    pub(super) fn log(&self) {
        let (result, counts) = (self.end.result(), self.end.counts());
        tracing::Span::current().record("result", result.as_str());
        match self.end {
            // Its findings were logged when they were new.
            End::Failed(PassError::Invalid(_)) => {}
            End::Failed(error) => log::pass_failed(error, Some(self.pause())),
            End::Done { revision, .. } | End::Stopped { revision, .. } => {
                log::pass_finished(self.reason, revision, result, &counts, self.duration());
            }
        }
    }

    /// Enters it in the status.
    pub(super) fn note(&self, status: &mut Status) {
        let result = self.end.result();
        status.alive_at = self.ended.1;
        status.phase = Phase::Idle;
        status.generation += 1;
        status.totals.pass(result, self.duration());
        status.last_pass = Some(PassStatus {
            started_at: self.began.0,
            finished_at: self.ended.0,
            duration_ms: u64::try_from(self.duration().as_millis()).unwrap_or(u64::MAX),
            result,
            counts: self.end.counts(),
            part: self.part.cloned(),
        });
        if self.part.is_some() {
            // The state of the whole, and the time of the next whole pass, stay as they were.
            return;
        }
        status.next_pass_at = self.ended.0.checked_add(self.pause()).ok();
        match self.end {
            End::Failed(error) => status.error = Some(error_status(error)),
            End::Stopped { .. } => {}
            End::Done {
                revision, clean, ..
            } => {
                status.error = None;
                if *clean {
                    status.last_success_at = Some(self.ended.0);
                    status.applied_revision = Some(revision.into());
                }
            }
        }
    }

    /// The same for the history.
    pub(super) fn record(&self) -> PassEnd {
        PassEnd {
            ended_at: self.ended.0,
            duration_ms: u64::try_from(self.duration().as_millis()).unwrap_or(u64::MAX),
            outcome: self.end.result(),
            counts: self.end.counts(),
            error: match self.end {
                End::Failed(error) => Some(chain(error)),
                End::Done { .. } | End::Stopped { .. } => None,
            },
        }
    }

    fn duration(&self) -> Duration {
        self.ended.1.saturating_duration_since(self.began.1)
    }

    fn pause(&self) -> Duration {
        self.next.saturating_duration_since(self.ended.1)
    }
}

fn error_status(error: &PassError) -> ErrorStatus {
    let diagnostics = match error {
        PassError::Invalid(diagnostics) => diagnostics.clone().into(),
        _ => [].into(),
    };
    ErrorStatus {
        class: error.class(),
        message: chain(error),
        hint: error.hint(),
        diagnostics,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    use crate::controller::testing::{deploy, plan_of, succeeding};

    #[test]
    fn a_pass_that_a_window_ended_is_not_an_applied_revision() {
        let plan = plan_of(vec![deploy(0, "a", &[])]);
        let revision = Revision {
            id: "r1".to_owned(),
            label: "r1".to_owned(),
            commit: None,
        };
        for (closed, result) in [
            (None, PassOutcome::Applied),
            (
                Some("no changes on Fridays".to_owned()),
                PassOutcome::Interrupted,
            ),
        ] {
            let whole = closed.is_none();
            let outcome = Outcome {
                closed,
                ..succeeding(&plan)
            };
            let end = End::done(
                &revision,
                &plan,
                &BTreeMap::new(),
                &Excluded::new(),
                &outcome,
            );
            assert_eq!(end.result(), result);
            assert!(matches!(end, End::Done { clean, .. } if clean == whole));
        }
    }
}
