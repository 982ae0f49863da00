//! How long to look for an effect, and how often.

use std::time::Duration;

/// How long a look is good to act on.
pub const LOOK_IS_GOOD: Duration = Duration::from_secs(5);

/// The shortest time after which absence is believed, unless the operator says otherwise. It covers a request
/// that is still carried out after its sender gave up, and a replica that lags by seconds.
pub const SETTLE: Duration = Duration::from_secs(10);

/// The longest: what lags more than half of this is not waited for.
const LONGEST_SETTLE: Duration = Duration::from_secs(120);

/// How far apart the looks are, from the first on; the last one repeats.
const PAUSES: [Duration; 5] = [
    Duration::ZERO,
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
];

/// What is known of how far the reads of a tenant lag behind its writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// The longest time after a reply at which a complete look still lacked our write.
    pub lag: Duration,
    /// How long absence must be seen before it is believed.
    pub settle: Duration,
    /// The same where no lag is known.
    pub shortest: Duration,
    /// After this long without a complete answer, this run gives up.
    pub bound: Duration,
}

impl Terms {
    /// The terms for a lag that was seen, and the shortest time after which absence is believed.
    #[must_use]
    pub fn of(lag: Duration, shortest: Duration) -> Self {
        let twice = lag.saturating_mul(2);
        let bound = LONGEST_SETTLE.max(shortest);
        Self {
            lag,
            settle: twice.clamp(shortest, bound),
            shortest,
            bound,
        }
    }

    /// The terms once reads were seen to lag so far, too.
    #[must_use]
    pub fn seeing(self, lag: Duration) -> Self {
        Self::of(self.lag.max(lag), self.shortest)
    }

    /// How long after the reply to a create another writer's is certain to show.
    #[must_use]
    pub fn before_second_look(self) -> Duration {
        self.lag.saturating_mul(2).min(self.settle)
    }
}

/// When the next of several looks is due. The first is due at once.
pub(super) fn pause_before(look: usize) -> Duration {
    let last = PAUSES.len() - 1;
    PAUSES[look.min(last)]
}

/// What a look at one effect came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// It was not seen for long enough: it may be sent again.
    Absent,
    /// Look once more, no sooner than this.
    Look(Duration),
    /// No complete answer came within the bound: it stays open.
    Unread,
}

/// Looks for one effect until it shows or is certain not to come.
#[derive(Debug, Clone, Copy)]
pub struct Settling {
    terms: Terms,
    since: Duration,
    looks: usize,
}

impl Settling {
    /// From this moment on nothing of the request is under way that this process could stop.
    #[must_use]
    pub fn since(terms: Terms, since: Duration) -> Self {
        Self {
            terms,
            since,
            looks: 0,
        }
    }

    /// A complete look that began at `began` did not show it.
    pub fn absent(&mut self, began: Duration) -> Settled {
        if began >= self.since + self.terms.settle {
            return Settled::Absent;
        }
        self.again(began)
    }

    /// A look that began at `began` brought no complete answer, which says nothing.
    pub fn unread(&mut self, began: Duration) -> Settled {
        if began >= self.since + self.terms.bound {
            return Settled::Unread;
        }
        self.again(began)
    }

    fn again(&mut self, began: Duration) -> Settled {
        self.looks += 1;
        Settled::Look(began + pause_before(self.looks))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(number: u64) -> Duration {
        Duration::from_millis(number)
    }

    #[test]
    fn absence_counts_after_settling_and_no_look_before() {
        let mut settling = Settling::since(Terms::of(Duration::ZERO, SETTLE), ms(5000));
        let mut at = ms(5000);
        let mut looks = vec![at];
        while let Settled::Look(next) = settling.absent(at) {
            at = next;
            looks.push(at);
        }
        let expected = [5000, 5250, 5750, 6750, 8750, 10_750, 12_750, 14_750, 16_750];
        assert_eq!(looks, expected.map(ms), "the last began after ten seconds");
    }

    #[test]
    fn what_cannot_be_read_never_counts_as_absent() {
        let mut settling = Settling::since(Terms::of(Duration::ZERO, SETTLE), ms(0));
        let mut at = ms(0);
        let end = loop {
            match settling.unread(at) {
                Settled::Look(next) => at = next,
                end => break end,
            }
        };
        assert_eq!(end, Settled::Unread);
        assert!(at >= LONGEST_SETTLE);
    }

    #[test]
    fn what_is_seen_on_the_way_stretches_the_terms_and_never_shortens_them() {
        let terms = Terms::of(ms(1000), ms(500)).seeing(ms(4000));
        assert_eq!((terms.lag, terms.settle), (ms(4000), ms(8000)));
        assert_eq!(terms.seeing(ms(10)), terms);
        assert_eq!(terms.seeing(ms(900_000)).settle, LONGEST_SETTLE);
    }

    #[test]
    fn a_slow_tenant_gets_more_time_within_bounds() {
        assert_eq!(Terms::of(ms(1500), SETTLE).settle, SETTLE);
        assert_eq!(Terms::of(ms(9000), SETTLE).settle, ms(18_000));
        assert_eq!(Terms::of(ms(900_000), SETTLE).settle, LONGEST_SETTLE);
        assert_eq!(Terms::of(ms(1500), SETTLE).before_second_look(), ms(3000));
    }
}
