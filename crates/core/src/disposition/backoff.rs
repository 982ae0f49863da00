//! Resources that failed, and how long each is left alone.
//!
//! Pure: time and delays come in as values. A failure holds back its resource
//! and what depends on it, nothing else. The pause ends early when what is
//! wanted of the resource changes, because the change may be the remedy.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Moment;
use crate::model::Address;

/// A digest of what is wanted of a resource; `None` where no file declares it.
pub(super) type Wanted = Option<u64>;

/// One resource that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    /// How often in a row.
    pub(super) failures: u32,
    /// When it is tried again.
    pub(super) until: Moment,
    /// What the platform said last.
    pub(super) message: String,
    wanted: Wanted,
}

/// The resources that failed.
#[derive(Debug, Clone, Default)]
pub(super) struct Backoffs {
    failed: BTreeMap<Address, Failure>,
}

impl Backoffs {
    /// Notes the failures of one pass.
    ///
    /// `delay` is asked once for each number of failures: resources that fail
    /// together are tried again together, in one pass.
    pub(super) fn note(
        &mut self,
        failures: impl IntoIterator<Item = (Address, Wanted, String)>,
        now: Moment,
        mut delay: impl FnMut(u32) -> Duration,
    ) {
        let mut delays = BTreeMap::new();
        for (address, wanted, message) in failures {
            let before = self.failed.get(&address);
            let failures = before.map_or(0, |failure| failure.failures) + 1;
            let pause = *delays.entry(failures).or_insert_with(|| delay(failures));
            let failure = Failure {
                failures,
                until: now + pause,
                message,
                wanted,
            };
            self.failed.insert(address, failure);
        }
    }

    /// Forgets a resource that is well again.
    pub(super) fn forget(&mut self, address: &Address) {
        self.failed.remove(address);
    }

    /// Forgets resources of which something else is wanted now.
    pub(super) fn reconsider(&mut self, wanted: impl Fn(&Address) -> Wanted) {
        self.failed
            .retain(|address, failure| wanted(address) == failure.wanted);
    }

    /// The failure that holds a resource back now.
    pub(super) fn holds(&self, address: &Address, now: Moment) -> Option<&Failure> {
        self.failed
            .get(address)
            .filter(|failure| failure.until > now)
    }

    /// When a resource is to be tried again, if it failed.
    pub(super) fn retry_of(&self, address: &Address) -> Option<Moment> {
        self.failed.get(address).map(|failure| failure.until)
    }

    /// When the next resource is to be tried again.
    pub(super) fn next(&self) -> Option<Moment> {
        self.failed.values().map(|failure| failure.until).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disposition::testing::start;
    use crate::plan::testing::instance;

    const S: Duration = Duration::from_secs(1);

    fn fail(backoffs: &mut Backoffs, name: &str, now: Moment) {
        let failure = (instance(name), Some(1), "no".to_owned());
        backoffs.note([failure], now, |n| S * n);
    }

    #[test]
    fn each_failure_in_a_row_counts_and_success_forgets() {
        let start = start();
        let mut backoffs = Backoffs::default();
        fail(&mut backoffs, "a", start);
        fail(&mut backoffs, "a", start);
        let held = backoffs.holds(&instance("a"), start).unwrap();
        assert_eq!((held.failures, held.until), (2, start + 2 * S));
        assert_eq!(backoffs.next(), Some(start + 2 * S));
        assert_eq!(backoffs.holds(&instance("a"), start + 2 * S), None);
        assert_eq!(backoffs.holds(&instance("b"), start), None);
        backoffs.forget(&instance("a"));
        assert_eq!(backoffs.next(), None);
    }

    #[test]
    fn what_fails_together_is_tried_again_together() {
        let start = start();
        let mut backoffs = Backoffs::default();
        let failed = ["a", "b", "c"].map(|name| (instance(name), None, String::new()));
        let mut asked = 0;
        backoffs.note(failed, start, |_| {
            asked += 1;
            S * asked
        });
        assert_eq!(asked, 1);
        let until = |name| backoffs.holds(&instance(name), start).unwrap().until;
        assert_eq!(until("a"), until("c"));
    }

    #[test]
    fn another_wish_ends_the_pause() {
        let start = start();
        let mut backoffs = Backoffs::default();
        fail(&mut backoffs, "same", start);
        fail(&mut backoffs, "changed", start);
        fail(&mut backoffs, "gone", start);
        backoffs.reconsider(|address| match address.name.as_str() {
            "same" => Some(1),
            "changed" => Some(2),
            _ => None,
        });
        let held = |name| backoffs.holds(&instance(name), start).is_some();
        assert!(held("same") && !held("changed") && !held("gone"));
    }
}
