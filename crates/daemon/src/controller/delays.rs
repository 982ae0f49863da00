//! How long to wait: the resync interval and the pause after failures, with jitter.
//!
//! Jitter keeps daemons that were started together from staying together.

use std::time::Duration;

/// The pause after the first failure.
pub const SHORTEST: Duration = Duration::from_secs(5);
/// The longest pause.
pub const LONGEST: Duration = Duration::from_secs(5 * 60);

/// The share of an interval by which it varies in each direction.
const SPREAD: f64 = 0.10;
/// The share by which a pause is lengthened at most.
const STRETCH: f64 = 0.25;

/// Computes delays. The same seed gives the same delays.
#[derive(Debug, Clone)]
pub struct Delays {
    random: fastrand::Rng,
}

impl Delays {
    /// Delays that a seed determines.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self {
            random: fastrand::Rng::with_seed(seed),
        }
    }

    /// Delays that differ from process to process.
    #[must_use]
    pub fn random() -> Self {
        Self {
            random: fastrand::Rng::new(),
        }
    }

    /// Delays of their own, for one more that waits.
    #[must_use]
    pub fn fork(&mut self) -> Self {
        Self {
            random: self.random.fork(),
        }
    }

    /// An interval, a tenth longer or shorter at most.
    pub fn around(&mut self, interval: Duration) -> Duration {
        interval.mul_f64(1.0 - SPREAD + 2.0 * SPREAD * self.random.f64())
    }

    /// The pause after `failures` failures in a row, from [`SHORTEST`] to [`LONGEST`]: twice as long each
    /// time, plus up to a quarter of jitter.
    pub fn after(&mut self, failures: u32) -> Duration {
        let doublings = failures.saturating_sub(1).min(16);
        let base = SHORTEST.saturating_mul(1 << doublings);
        let base = base.min(LONGEST.div_f64(1.0 + STRETCH));
        base.mul_f64(1.0 + STRETCH * self.random.f64()).min(LONGEST)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn stay_within_their_bounds(seed: u64, failures: u32, seconds in 1_u64..100_000) {
            let mut delays = Delays::seeded(seed);
            let interval = Duration::from_secs(seconds);
            let around = delays.around(interval);
            prop_assert!(around >= interval.mul_f64(0.9) && around <= interval.mul_f64(1.1));
            let pause = delays.after(failures);
            prop_assert!((SHORTEST..=LONGEST).contains(&pause), "{pause:?}");
        }
    }

    #[test]
    fn pauses_double_until_the_longest() {
        let mut delays = Delays::seeded(1);
        for (failures, base) in [
            (1, 5),
            (2, 10),
            (3, 20),
            (4, 40),
            (5, 80),
            (6, 160),
            (7, 240),
            (99, 240),
        ] {
            let pause = delays.after(failures).as_secs_f64() / f64::from(base);
            assert!((1.0..=1.25).contains(&pause), "{failures}: {pause}");
        }
    }

    #[test]
    fn jitter_varies_and_a_seed_repeats_it() {
        let draw = |seed| {
            let mut delays = Delays::seeded(seed);
            [(); 3].map(|()| delays.around(Duration::from_secs(60)))
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
        assert_ne!(draw(7)[0], draw(7)[1]);
    }
}
