//! The one source of time.
//!
//! Decisions take time as a value. Everything else asks a [`Clock`], so that
//! tests run on a paused tokio clock and wall time moves with it.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

/// Wall time and monotonic time that agree with each other.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// The current wall time.
    fn now(&self) -> Timestamp;

    /// The current monotonic time, which a paused tokio runtime controls.
    fn instant(&self) -> Instant {
        Instant::now()
    }
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that asks the machine"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// A clock that starts at a fixed moment and advances with tokio's clock.
///
/// Under `tokio::time::pause` it stands still until a sleep moves it, so that
/// token expiry, schedules and back-off all see the same time.
#[derive(Debug, Clone, Copy)]
pub struct TokioClock {
    epoch: Timestamp,
    origin: Instant,
}

impl TokioClock {
    /// A clock that shows `epoch` now. Call inside a tokio runtime.
    #[must_use]
    pub fn starting_at(epoch: Timestamp) -> Self {
        Self {
            epoch,
            origin: Instant::now(),
        }
    }
}

impl Clock for TokioClock {
    fn now(&self) -> Timestamp {
        let elapsed: Duration = self.origin.elapsed();
        self.epoch + elapsed
    }
}
