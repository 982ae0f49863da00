//! A single action by hand, as the history keeps it: a pass with one write at most.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::{About, Historian};
use crate::model::history::{
    HistoryEvent, PassCounts, PassEnd, PassOutcome, StepOutcome, StepRecord, WriteStart, shorten,
};
use crate::model::{Address, FieldChange};

/// A single action that has ended.
#[derive(Debug, Clone)]
pub struct Deed<'a> {
    /// The environment.
    pub environment: &'a str,
    /// The verb.
    pub verb: &'static str,
    /// The name of the object that it was done to.
    pub subject: &'a str,
    /// Whose it is, for instances.
    pub customer: Option<&'a str>,
    /// What manifests call it, where it bears our marker.
    pub address: Option<Address>,
    /// Why, where a person said so.
    pub reason: Option<&'a str>,
    /// What it changes, as far as that is known.
    pub changes: &'a [FieldChange],
    /// When it was sent.
    pub began: Timestamp,
    /// When it was answered, and how long that took, in milliseconds.
    pub ended: (Timestamp, u64),
    /// How it ended, and what the API said where it did not succeed.
    pub outcome: (StepOutcome, Option<String>),
}

impl Historian {
    /// Records a single action.
    pub fn single(&self, deed: &Deed<'_>) {
        let about = About {
            environment: deed.environment,
            trigger: Some(deed.subject.to_owned()),
            revision: None,
            began: deed.began,
        };
        let start = self.start(&about, None);
        let notes = self.begin(start, Arc::default(), BTreeSet::new());
        if let Some(address) = &deed.address {
            let write = Box::new(deed.write(address));
            notes.sink.note(HistoryEvent::WriteBegan(notes.key, write));
            let step = HistoryEvent::Step(notes.key, address.clone(), deed.step());
            notes.sink.note(step);
        }
        notes.end(deed.end());
    }
}

impl Deed<'_> {
    fn write(&self, address: &Address) -> WriteStart {
        WriteStart {
            address: address.clone(),
            display_name: self.subject.to_owned(),
            customer: self.customer.map(str::to_owned),
            actions: vec![self.verb.to_owned()],
            source: None,
            reason: match self.reason {
                Some(reason) => format!("by hand: {reason}"),
                None => "by hand".to_owned(),
            },
            drift: false,
            started_at: self.began,
            changes: self.changes.to_vec(),
        }
    }

    fn step(&self) -> StepRecord {
        StepRecord {
            step: 0,
            operation: self.verb.to_owned(),
            started_at: self.began,
            ended_at: Some(self.ended.0),
            outcome: self.outcome.0,
            message: self.outcome.1.as_deref().map(shorten),
        }
    }

    fn end(&self) -> PassEnd {
        let done = self.outcome.0 == StepOutcome::Applied;
        let counts = PassCounts {
            changes: 1,
            applied: u64::from(done),
            failed: u64::from(!done),
            ..PassCounts::default()
        };
        PassEnd {
            ended_at: self.ended.0,
            duration_ms: self.ended.1,
            outcome: match done {
                true => PassOutcome::Applied,
                false => PassOutcome::Incomplete,
            },
            counts,
            error: self.outcome.1.as_deref().map(shorten),
        }
    }
}
