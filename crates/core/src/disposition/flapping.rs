//! Resources that something else keeps changing back.
//!
//! Pure. Correcting the same drift again and again is useless: it floods the tenant with deploys and hides
//! the other writer. After [`HEALS`] corrections within [`WINDOW`] a resource is left alone until the files
//! change, or until its live state has been stable for [`QUIET`].

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use super::Moment;
use crate::model::Address;

/// A resource is flapping after this many corrections …
pub(super) const HEALS: usize = 5;
/// … within this time.
pub(super) const WINDOW: Duration = Duration::from_secs(10 * 60);
/// It stops flapping once its live state has been stable for this long.
pub(super) const QUIET: Duration = Duration::from_secs(10 * 60);

/// A digest of how a resource differs; equal while nothing changes.
pub(super) type Difference = u64;

/// The resources that are flapping.
#[derive(Debug, Clone, Default)]
pub(super) struct Flapping {
    heals: BTreeMap<Address, VecDeque<Moment>>,
    truces: BTreeMap<Address, Truce>,
}

#[derive(Debug, Clone, Copy)]
struct Truce {
    until: Moment,
    seen: Option<Difference>,
}

impl Flapping {
    /// Records a correction of a resource. Returns whether it began to flap.
    pub(super) fn healed(&mut self, address: &Address, now: Moment) -> bool {
        let heals = self.heals.entry(address.clone()).or_default();
        heals.push_back(now);
        while heals.front().is_some_and(|first| *first + WINDOW < now) {
            heals.pop_front();
        }
        if heals.len() < HEALS {
            return false;
        }
        self.heals.remove(address);
        let truce = Truce {
            until: now + QUIET,
            seen: None,
        };
        self.truces.insert(address.clone(), truce);
        true
    }

    /// Records how a resource differs now: a change of it extends the time for which it is left alone.
    pub(super) fn see(&mut self, address: &Address, difference: Difference, now: Moment) {
        let Some(truce) = self.truces.get_mut(address) else {
            return;
        };
        if truce.until <= now {
            self.truces.remove(address);
        } else if truce.seen.replace(difference) != Some(difference) {
            truce.until = now + QUIET;
        }
    }

    /// Until when a resource is left alone, if its live state stays stable.
    pub(super) fn holds(&self, address: &Address) -> Option<Moment> {
        self.truces.get(address).map(|truce| truce.until)
    }

    /// Forgets everything: the files changed.
    pub(super) fn clear(&mut self) {
        self.heals.clear();
        self.truces.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disposition::testing::start;
    use crate::plan::testing::instance;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn five_heals_in_ten_minutes_are_a_fight() {
        let start = start();
        let mut flapping = Flapping::default();
        let heal =
            |flapping: &mut Flapping, n: u32| flapping.healed(&instance("a"), start + n * MINUTE);
        assert!((0..4).all(|n| !heal(&mut flapping, 2 * n)));
        assert!(heal(&mut flapping, 8));
        assert!(flapping.holds(&instance("a")).is_some());
        assert!(flapping.holds(&instance("b")).is_none());
    }

    #[test]
    fn slow_drift_is_none() {
        let start = start();
        let mut flapping = Flapping::default();
        assert!((0..100).all(|n| !flapping.healed(&instance("a"), start + n * 3 * MINUTE)));
    }

    #[test]
    fn only_quiet_ends_a_truce() {
        let start = start();
        let mut flapping = Flapping::default();
        let a = instance("a");
        for _ in 0..HEALS {
            flapping.healed(&a, start);
        }
        for (minute, difference) in [(1, 7), (6, 8), (11, 7), (20, 7)] {
            flapping.see(&a, difference, start + minute * MINUTE);
            assert!(flapping.holds(&a).is_some(), "minute {minute}");
        }
        flapping.see(&a, 7, start + 21 * MINUTE);
        assert_eq!(flapping.holds(&a), None);
    }
}
