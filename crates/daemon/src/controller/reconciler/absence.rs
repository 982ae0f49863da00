//! What of a plan waits until its absence from the files is believed.

use std::collections::BTreeMap;

use tokio::time::Instant;

use super::Reconciler;
use crate::controller::absences::{self, Doubt, Reading};
use crate::controller::hold_state::Hold;
use crate::controller::log;
use crate::model::Address;
use crate::plan::Plan;
use crate::source::{Absence, Snapshot};

impl Reconciler {
    /// Records a reading that succeeded.
    pub(super) fn note_reading(&mut self, began: Instant, snapshot: &Snapshot) {
        self.state.reading = Some(Reading {
            began,
            ended: self.clock.instant(),
            absence: snapshot.absence,
        });
    }

    /// Holds what vanished from the files as long as that is not believed.
    pub(super) fn hold_vanished(&mut self, plan: &Plan, holds: &mut BTreeMap<Address, Hold>) {
        let gone = absences::vanished(plan);
        let now = self.clock.instant();
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
        self.state.recheck = until.min();
        if let Some(doubt) = doubts.values().next() {
            log::vanished(doubts.len(), doubt);
        }
        for (address, doubt) in doubts {
            holds.entry(address).or_insert(Hold::Vanished(doubt));
        }
    }
}
