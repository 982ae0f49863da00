//! A pass that a person asked for about a part of what the files declare.
//!
//! It reads, compares and holds back as every pass does, and writes what belongs to the part only. It says nothing of the
//! rest, so it leaves nothing for later passes: they find what it wrote as they find everything.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures::FutureExt as _;
use jiff::Timestamp;
use tokio::sync::watch;

use super::{End, Reconciler, Report};
use crate::controller::error::PassError;
use crate::controller::log;
use crate::controller::pass::{Loaded, Planned};
use crate::controller::phases::{Asked, ReadMode};
use crate::controller::queue::Reason;
use crate::controller::report;
use crate::controller::resources::{self, After};
use crate::disposition::Holds;
use crate::execute::Outcome;
use crate::plan::{Excluded, Names, Part, Plan, exclude};
use crate::runtime::tasks::panic_message;
use crate::source::snapshot_in_time;

impl Reconciler {
    /// Keeps what a wish for a part may name.
    pub(super) fn keep_names(&self, planned: &Planned) {
        let names = Names::known(&planned.plan, &planned.desired, &planned.tenant);
        self.progress(|status| status.names = Some(Arc::new(names)));
    }

    /// One pass about a part. `stop` turning true ends it as soon as no step is half-way.
    pub async fn part_pass(
        &mut self,
        part: &Part,
        reading: Option<String>,
        stop: watch::Receiver<bool>,
    ) {
        let began = (self.clock.now(), self.clock.instant());
        self.state.noted.begin();
        self.state.noted.part = Some(part.to_string());
        // What files and tenant are like now decides what is held; what comes of it, the next pass learns.
        let memory = self.state.memory.clone();
        let last_good = self.state.last_good.clone();
        let attempt = AssertUnwindSafe(self.part_attempt(part, (Reason::Part, began.0), stop));
        let attempt = attempt.catch_unwind().await;
        let end = attempt
            .unwrap_or_else(|panic| End::Failed(PassError::Bug(panic_message(panic.as_ref()))));
        if let End::Failed(PassError::Invalid(findings)) = &end {
            log::part_refused(part, findings);
        }
        self.state.memory = memory;
        self.state.last_good = last_good;
        self.progress(|status| status.reading = reading);
        let report = Report {
            reason: Reason::Part,
            began,
            ended: (self.clock.now(), self.clock.instant()),
            next: self.clock.instant(),
            end: &end,
            part: Some(part),
        };
        report.log();
        let start = self.state.noted.start.take();
        let start = start.unwrap_or_else(|| self.start((Reason::Part, began.0), None));
        match self.state.noted.notes.take() {
            Some(notes) => notes.end(report.record()),
            None => self.history.quiet(start, report.record()),
        }
        self.status.send_modify(|status| {
            report.note(status);
            status.history = self.history.health();
        });
    }

    async fn part_attempt(
        &mut self,
        part: &Part,
        why: (Reason, Timestamp),
        stop: watch::Receiver<bool>,
    ) -> End {
        let snapshot = match snapshot_in_time(self.source.as_ref()).await {
            Ok(snapshot) => snapshot,
            Err(error) => return End::Failed(PassError::Source(error)),
        };
        self.state.noted.revision = Some(snapshot.revision.clone());
        match self.phases.load(snapshot).await {
            Ok(loaded) => {
                self.state.memory.begin(&loaded.revision.id);
                self.state.last_good = Some(Arc::clone(&loaded));
                self.write_part(&loaded, part, why, stop).await
            }
            Err(error) => End::Failed(error),
        }
    }

    async fn write_part(
        &mut self,
        loaded: &Loaded,
        part: &Part,
        why: (Reason, Timestamp),
        stop: watch::Receiver<bool>,
    ) -> End {
        let asked = Asked {
            mode: ReadMode::Full,
            part: Some(part),
        };
        let (mut prepared, turn) = match self.turn(loaded, asked, &stop).await {
            Ok(turn) => turn,
            Err(end) => return end,
        };
        let holds = self.holds(&prepared.planned);
        let held = holds.keys().cloned().collect();
        let excluded = exclude(&mut prepared.planned.plan, &held);
        self.begin(why, &prepared);
        let outcome = self.carry_out(&prepared, stop).await;
        let plan = &prepared.planned.plan;
        self.show_part(plan, &holds, &excluded, &outcome);
        self.exclusion.leave(turn).await;
        if outcome.interrupted {
            let counts = report::counts(plan, &holds, &excluded, &outcome);
            return self.stopped(&loaded.revision, counts);
        }
        End::done(&loaded.revision, plan, &holds, &excluded, &outcome)
    }

    /// Shows the results for the resources of the part, in place of what was shown of them; the others stay as they were.
    fn show_part(&self, plan: &Plan, holds: &Holds, excluded: &Excluded, outcome: &Outcome) {
        let fresh = resources::after(&After {
            plan,
            holds,
            excluded,
            outcome,
            memory: &self.state.memory,
            now: (self.clock.now(), self.moment()),
        });
        self.progress(|status| {
            let mut all = status.resources.to_vec();
            for one in fresh {
                match all.iter_mut().find(|it| it.address == one.address) {
                    Some(old) => *old = one,
                    None => all.push(one),
                }
            }
            all.sort_by(|a, b| a.address.cmp(&b.address));
            status.resources = all.into();
        });
    }
}
