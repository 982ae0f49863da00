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

    /// How long ago the machine started, with the time that it slept. Only differences mean anything, and
    /// only within one [`Self::boot`].
    fn boottime(&self) -> Duration;

    /// Which start of which machine that is; `None` where the system does not say.
    fn boot(&self) -> Option<String>;

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

    fn boottime(&self) -> Duration {
        // A clock that stops while a machine sleeps would take what is old for new.
        #[cfg(target_os = "linux")]
        let id = rustix::time::ClockId::Boottime;
        #[cfg(not(target_os = "linux"))]
        let id = rustix::time::ClockId::Monotonic;
        let now = rustix::time::clock_gettime(id);
        let seconds = u64::try_from(now.tv_sec).unwrap_or_default();
        Duration::new(seconds, u32::try_from(now.tv_nsec).unwrap_or_default())
    }

    fn boot(&self) -> Option<String> {
        let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
        Some(id.trim().to_owned()).filter(|id| !id.is_empty())
    }
}

/// A clock that starts at a fixed moment and advances with tokio's clock.
///
/// Under `tokio::time::pause` it does not advance until a sleep moves it, so that
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

    /// Clocks of one test agree, whenever they were made.
    fn boottime(&self) -> Duration {
        let since = self.now().duration_since(Timestamp::UNIX_EPOCH);
        since.max(jiff::SignedDuration::ZERO).unsigned_abs()
    }

    fn boot(&self) -> Option<String> {
        Some("test".to_owned())
    }
}
