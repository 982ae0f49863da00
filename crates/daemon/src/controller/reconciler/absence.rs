//! What of a plan waits until its absence from the files is believed.

use tokio::time::Instant;

use super::Reconciler;
use crate::controller::log;
use crate::disposition::{self, Doubt, Holds, Reading};
use crate::plan::Plan;
use crate::source::{Absence, Snapshot};

impl Reconciler {
    /// Records a reading that succeeded.
    pub(super) fn note_reading(&mut self, began: Instant, snapshot: &Snapshot) {
        self.state.reading = Some(Reading {
            began: began.saturating_duration_since(self.origin),
            ended: self.moment(),
            absence: snapshot.absence,
        });
    }

    /// Holds what vanished from the files as long as that is not believed.
    pub(super) fn hold_vanished(&mut self, plan: &Plan, holds: &mut Holds) {
        let gone = disposition::vanished(plan);
        let now = self.moment();
        let reading = self.state.reading.take().unwrap_or(Reading {
            began: now,
            ended: now,
            absence: Absence::Momentary,
        });
        let doubts = self.state.absences.read(&gone, reading);
        let until = doubts.values().filter_map(|doubt| match doubt {
            Doubt::Once(until) => Some(*until),
            Doubt::Midway(_) => None,
        });
        self.state.recheck = until.min().map(|at| self.origin + at);
        if let Some(doubt) = doubts.values().next() {
            log::vanished(doubts.len(), doubt);
        }
        disposition::hold_vanished(holds, doubts);
    }
}
