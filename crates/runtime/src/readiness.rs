//! Whether the process lives, and whether it is of use: pure judgements.
//!
//! *Live* means that a restart would not help. *Ready* means that what it says
//! about the tenant can be relied on.

use std::time::Duration;

/// Bounds within which a process counts as live and ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The longest silence of an idle loop.
    pub idle: Duration,
    /// The longest time a pass may take without any progress. Every single
    /// call of the platform is bounded well below it.
    pub stuck: Duration,
    /// The greatest age of a useful observation.
    pub stale: Duration,
}

impl Limits {
    /// Bounds that fit a resync interval.
    ///
    /// An observation may be missed while a retry waits its longest, 5 minutes,
    /// so fewer than 10 minutes say nothing.
    #[must_use]
    pub fn for_interval(interval: Duration) -> Self {
        let three = interval.saturating_mul(3);
        Self {
            idle: three.max(Duration::from_secs(5 * 60)),
            stuck: Duration::from_secs(15 * 60),
            stale: three.max(Duration::from_secs(10 * 60)),
        }
    }
}

/// What there is to judge by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// The process is shutting down.
    pub draining: bool,
    /// A pass is under way.
    pub working: bool,
    /// Time since the last sign of life.
    pub silence: Duration,
    /// A pass came to its end.
    pub passed_once: bool,
    /// Age of the last reading of the tenant, if there was one.
    pub observation_age: Option<Duration>,
}

/// Why a process should be restarted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotLive {
    /// The loop hangs.
    #[error("the loop gave no sign of life for {} s", .0.as_secs())]
    Silent(Duration),
    /// A pass hangs.
    #[error("the pass under way made no progress for {} s", .0.as_secs())]
    Stuck(Duration),
}

/// Why a process should not be relied on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotReady {
    /// It shuts down.
    #[error("shutting down")]
    Draining,
    /// It has only begun.
    #[error("the first pass has not ended yet")]
    Starting,
    /// It never read the tenant.
    #[error("the tenant could not be read yet")]
    NeverObserved,
    /// It has not read the tenant for too long.
    #[error("the tenant was last read {} s ago, more than the {} s allowed", .age.as_secs(), .limit.as_secs())]
    Stale {
        /// How old the last reading is.
        age: Duration,
        /// How old it may be.
        limit: Duration,
    },
}

/// Judges whether the process lives.
///
/// # Errors
///
/// [`NotLive`] where a restart would help.
pub fn live(facts: &Facts, limits: &Limits) -> Result<(), NotLive> {
    match facts.working {
        true if facts.silence > limits.stuck => Err(NotLive::Stuck(facts.silence)),
        false if facts.silence > limits.idle => Err(NotLive::Silent(facts.silence)),
        _ => Ok(()),
    }
}

/// Judges whether the process is of use.
///
/// # Errors
///
/// [`NotReady`] where it is not.
pub fn ready(facts: &Facts, limits: &Limits) -> Result<(), NotReady> {
    if facts.draining {
        return Err(NotReady::Draining);
    }
    if !facts.passed_once {
        return Err(NotReady::Starting);
    }
    match facts.observation_age {
        None => Err(NotReady::NeverObserved),
        // A long pass writes on the grounds of its own reading.
        Some(age) if age > limits.stale && !facts.working => Err(NotReady::Stale {
            age,
            limit: limits.stale,
        }),
        Some(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FINE: Facts = Facts {
        draining: false,
        working: false,
        silence: Duration::from_secs(60),
        passed_once: true,
        observation_age: Some(Duration::from_secs(60)),
    };

    fn minutes(n: u64) -> Duration {
        Duration::from_secs(n * 60)
    }

    #[test]
    fn limits_follow_the_interval_and_have_a_floor() {
        let short = Limits::for_interval(Duration::from_secs(60));
        assert_eq!((short.idle, short.stale), (minutes(5), minutes(10)));
        let long = Limits::for_interval(minutes(60));
        assert_eq!((long.idle, long.stale), (minutes(180), minutes(180)));
    }

    #[test]
    fn an_idle_loop_and_a_pass_have_their_own_bounds() {
        let limits = Limits::for_interval(minutes(1));
        let facts = |working, silence| Facts {
            working,
            silence,
            ..FINE
        };
        assert_eq!(live(&facts(false, minutes(5)), &limits), Ok(()));
        assert_eq!(
            live(&facts(false, minutes(6)), &limits),
            Err(NotLive::Silent(minutes(6)))
        );
        assert_eq!(live(&facts(true, minutes(15)), &limits), Ok(()));
        assert_eq!(
            live(&facts(true, minutes(16)), &limits),
            Err(NotLive::Stuck(minutes(16)))
        );
    }

    fn judged(change: impl FnOnce(&mut Facts)) -> String {
        let mut facts = FINE;
        change(&mut facts);
        match ready(&facts, &Limits::for_interval(minutes(1))) {
            Ok(()) => "ready".to_owned(),
            Err(why) => why.to_string(),
        }
    }

    #[test]
    fn readiness_names_the_first_thing_in_its_way() {
        assert_eq!(judged(|_| ()), "ready");
        assert_eq!(
            judged(|facts| (facts.draining, facts.passed_once) = (true, false)),
            "shutting down"
        );
        assert_eq!(
            judged(|facts| facts.passed_once = false),
            "the first pass has not ended yet"
        );
        assert_eq!(
            judged(|facts| facts.observation_age = None),
            "the tenant could not be read yet"
        );
    }

    #[test]
    fn an_old_observation_counts_only_between_passes() {
        let old = |facts: &mut Facts| facts.observation_age = Some(minutes(11));
        assert_eq!(
            judged(old),
            "the tenant was last read 660 s ago, more than the 600 s allowed"
        );
        let working = |facts: &mut Facts| {
            old(facts);
            facts.working = true;
        };
        assert_eq!(judged(working), "ready");
    }
}
