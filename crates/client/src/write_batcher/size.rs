//! How many writes go into one request: few at first, more while that is quick.

use std::time::Duration;

use crate::retry::Repeat;

/// With how many a line begins.
const FIRST: usize = 5;

/// The first size of a request whose writes must not be repeated: single writes show how long they take, as a
/// gateway timeout leaves all writes of a request unknown.
const FIRST_ONCE: usize = 1;

/// More are of little use: a request is counted once, regardless of its size.
const MOST: usize = 25;

/// A request that is this quick may be twice as large.
const QUICK: Duration = Duration::from_secs(3);

/// One that is this slow is half as large next time: gateways cut off long requests.
const SLOW: Duration = Duration::from_secs(10);

/// The size that the next request may have.
#[derive(Debug)]
pub(super) struct Size {
    now: usize,
    most: usize,
}

impl Size {
    pub(super) fn of(repeat: Repeat) -> Self {
        let now = match repeat {
            Repeat::Once => FIRST_ONCE,
            Repeat::Read | Repeat::Idempotent => FIRST,
        };
        Self { now, most: MOST }
    }

    /// From now on each is a request of its own.
    pub(super) fn alone(&mut self) {
        *self = Self { now: 1, most: 1 };
    }

    pub(super) fn now(&self) -> usize {
        self.now
    }

    /// A request of `count` writes was answered in this time.
    pub(super) fn went_well(&mut self, count: usize, took: Duration) {
        if took >= SLOW {
            self.went_badly(count);
        } else if took <= QUICK && count >= self.now {
            self.now = (self.now * 2).min(self.most);
        }
    }

    /// A request of `count` writes failed as a whole, or in parts that cannot be distinguished.
    pub(super) fn went_badly(&mut self, count: usize) {
        self.now = self.now.min(count / 2).max(1);
    }

    /// The server does not accept `count` writes; it will not accept them later either.
    pub(super) fn refused(&mut self, count: usize) {
        self.most = self.most.min(count * 2 / 3).max(1);
        self.now = self.now.min(count / 2).clamp(1, self.most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_grows_while_quick_and_shrinks_when_slow_or_refused() {
        let mut size = Size::of(Repeat::Idempotent);
        let mut seen = vec![size.now()];
        for _ in 0..4 {
            size.went_well(size.now(), Duration::from_millis(80));
            seen.push(size.now());
        }
        assert_eq!(seen, [5, 10, 20, 25, 25]);
        size.went_well(10, Duration::ZERO);
        assert_eq!(
            size.now(),
            25,
            "a small request proves nothing about a large one"
        );
        size.went_well(25, Duration::from_secs(5));
        assert_eq!(size.now(), 25);
        size.went_well(25, Duration::from_secs(11));
        assert_eq!(size.now(), 12);
        size.refused(12);
        size.went_well(6, Duration::ZERO);
        assert_eq!(size.now(), 8, "what was refused is not tried again");
        size.refused(2);
        size.refused(1);
        size.went_badly(1);
        assert_eq!(size.now(), 1);
    }

    #[test]
    fn what_must_not_be_sent_again_begins_alone_and_can_stay_so() {
        let mut size = Size::of(Repeat::Once);
        assert_eq!(size.now(), 1);
        size.went_well(1, Duration::from_millis(80));
        assert_eq!(size.now(), 2);
        size.alone();
        size.went_well(1, Duration::ZERO);
        assert_eq!(size.now(), 1);
    }
}
