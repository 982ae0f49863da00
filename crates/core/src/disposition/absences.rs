//! What vanished from the files, and whether that is believed.
//!
//! Pure: readings come in with their times. A folder may be read while its files are saved and moved, so that
//! a file missing from one reading may be in the next. It is believed to be gone when two readings, [`AGREE`]
//! apart, lack it, and all those between them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::Moment;
use crate::model::{Address, Desired};
use crate::plan::Plan;

/// How far apart two readings are at least that agree on something being gone.
pub const AGREE: Duration = Duration::from_secs(5);

/// How far one reading proves that what is not in it is not declared any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Absence {
    /// It does: a commit is whole.
    #[default]
    Proven,
    /// It does not by itself: a folder may be read while files are saved and moved in it.
    Momentary,
    /// It does not at all: git is half-way through this in the folder.
    Midway(&'static str),
}

/// One reading of the files.
#[derive(Debug, Clone, Copy)]
pub struct Reading {
    /// Before the first file was read.
    pub began: Moment,
    /// After the last one.
    pub ended: Moment,
    /// What it proves.
    pub absence: Absence,
}

/// Why something that is gone is not believed to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doubt {
    /// No second reading has agreed; one from then on may.
    Once(Moment),
    /// Git is half-way through this.
    Midway(&'static str),
}

/// What was missing, and since which reading.
#[derive(Debug, Clone, Default)]
pub struct Absences {
    since: BTreeMap<Address, Moment>,
}

impl Absences {
    /// Records a reading that lacks these. Returns those that are not yet believed to be gone.
    pub fn read(&mut self, gone: &BTreeSet<Address>, reading: Reading) -> BTreeMap<Address, Doubt> {
        match reading.absence {
            Absence::Proven => {
                self.forget();
                return BTreeMap::new();
            }
            Absence::Midway(what) => {
                self.forget();
                let doubt = |address: &Address| (address.clone(), Doubt::Midway(what));
                return gone.iter().map(doubt).collect();
            }
            Absence::Momentary => {}
        }
        self.since.retain(|address, _| gone.contains(address));
        let mut doubts = BTreeMap::new();
        for address in gone {
            let first = *self.since.entry(address.clone()).or_insert(reading.ended);
            if reading.began < first + AGREE {
                doubts.insert(address.clone(), Doubt::Once(first + AGREE));
            }
        }
        doubts
    }

    /// Records what a reading contained, regardless of the outcome of the pass.
    pub fn present(&mut self, desired: &Desired) {
        if self.since.is_empty() {
            return;
        }
        for address in desired.addresses() {
            self.since.remove(&address);
        }
    }

    /// Records a reading that does not show what is missing.
    pub fn forget(&mut self) {
        self.since.clear();
    }
}

/// What a plan would remove because the files do not declare it.
#[must_use]
pub fn vanished(plan: &Plan) -> BTreeSet<Address> {
    let orphans = plan.resources.iter().filter(|resource| resource.orphan);
    let pruned = orphans.filter(|resource| !resource.actions.is_empty());
    pruned.map(|resource| resource.address.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disposition::testing::{desired_with, start};
    use crate::model::DriftMode;
    use crate::plan::testing::instance;

    fn reading(at: Moment, absence: Absence) -> Reading {
        Reading {
            began: at,
            ended: at,
            absence,
        }
    }

    /// The doubts of readings that begin in these milliseconds and lack `a`, `b` or both.
    fn doubts(readings: &[(u64, &str)]) -> Vec<String> {
        let begin = start();
        let mut absences = Absences::default();
        let one = |(at, gone): &(u64, &str)| {
            let at = begin + Duration::from_millis(*at);
            let gone = gone.chars().map(|c| instance(&c.to_string())).collect();
            let doubts = absences.read(&gone, reading(at, Absence::Momentary));
            doubts
                .keys()
                .map(|address| address.name.to_string())
                .collect()
        };
        readings.iter().map(one).collect()
    }

    #[test]
    fn what_is_gone_is_believed_when_readings_five_seconds_apart_agree() {
        assert_eq!(
            doubts(&[(0, "a"), (4999, "a"), (5000, "a")]),
            ["a", "a", ""]
        );
        // It was there in between: counted anew.
        assert_eq!(
            doubts(&[(0, "a"), (2000, ""), (5000, "a"), (9999, "a"), (10000, "a")]),
            ["a", "", "a", "a", ""]
        );
        // Each for itself.
        assert_eq!(
            doubts(&[(0, "a"), (3000, "ab"), (5000, "ab"), (8000, "ab")]),
            ["a", "ab", "b", ""]
        );
    }

    #[test]
    fn a_reading_takes_time() {
        let begin = start();
        let second = Duration::from_secs(1);
        let gone = BTreeSet::from([instance("a")]);
        let mut absences = Absences::default();
        let long = |at| Reading {
            began: begin + second * at,
            ended: begin + second * (at + 3),
            absence: Absence::Momentary,
        };
        assert_eq!(absences.read(&gone, long(0)).len(), 1);
        assert_eq!(absences.read(&gone, long(7)).len(), 1);
        assert_eq!(absences.read(&gone, long(8)).len(), 0);
    }

    #[test]
    fn a_commit_needs_one_reading_and_a_rebase_has_none() {
        let now = start();
        let gone = BTreeSet::from([instance("a")]);
        let mut absences = Absences::default();
        assert!(
            absences
                .read(&gone, reading(now, Absence::Proven))
                .is_empty()
        );
        absences.read(&gone, reading(now, Absence::Momentary));
        let doubts = absences.read(&gone, reading(now + AGREE, Absence::Midway("a rebase")));
        assert_eq!(doubts[&instance("a")], Doubt::Midway("a rebase"));
        let doubts = absences.read(&gone, reading(now + AGREE, Absence::Momentary));
        assert_eq!(doubts[&instance("a")], Doubt::Once(now + AGREE * 2));
    }

    #[test]
    fn what_was_seen_is_present_whatever_became_of_the_pass() {
        let now = start();
        let gone = BTreeSet::from([instance("a")]);
        let mut absences = Absences::default();
        absences.read(&gone, reading(now, Absence::Momentary));
        absences.present(&desired_with(DriftMode::Correct));
        assert!(
            absences
                .read(&gone, reading(now + AGREE, Absence::Momentary))
                .is_empty()
        );
        absences.forget();
        assert_eq!(
            absences
                .read(&gone, reading(now + AGREE, Absence::Momentary))
                .len(),
            1
        );
    }
}
