//! The wake-ups of one loop: without input, at most one at a time.
//!
//! Two kinds. A *timer* is due at a moment; of several the earliest wins. A *nudge* reports a change, and is
//! due once it has been quiet for a moment, so that a save of twenty files is one wake-up; it does not wait
//! for quiet for ever.
//!
//! All but [`Queue::next`] is plain state; the time is passed in.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// How long it must be quiet after a nudge.
pub const DEBOUNCE: Duration = Duration::from_millis(50);
/// How long a nudge waits for quiet at most.
pub const PATIENCE: Duration = Duration::from_secs(1);

/// Why something is due. A pass never learns it; only logs and the driver do,
/// which after a nudge asks first whether the files changed at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The process began.
    Start,
    /// The interval is over.
    Resync,
    /// The files changed.
    Source,
    /// The tenant says that something changed there.
    Event,
    /// A user requested a pass, or ended a pause.
    Sync,
    /// A user requested a pass that writes a part only.
    Part,
    /// A user requested a full reload.
    Reload,
    /// Something failed before.
    Retry,
    /// The pass before gave way to newer files.
    Superseded,
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Start => "start",
            Self::Resync => "resync",
            Self::Source => "source",
            Self::Event => "event",
            Self::Sync => "sync",
            Self::Part => "part",
            Self::Reload => "reload",
            Self::Retry => "retry",
            Self::Superseded => "superseded",
        })
    }
}

/// The wake-ups of one loop that wait.
#[derive(Debug, Clone, Copy, Default)]
pub struct Queue {
    timer: Option<(Instant, Reason)>,
    nudge: Option<Nudge>,
}

#[derive(Debug, Clone, Copy)]
struct Nudge {
    first: Instant,
    last: Instant,
}

impl Nudge {
    fn due(self) -> Instant {
        (self.last + DEBOUNCE).min(self.first + PATIENCE)
    }
}

impl Queue {
    /// Sets a timer. An earlier one stays.
    pub fn schedule(&mut self, at: Instant, reason: Reason) {
        if self.timer.is_none_or(|(earlier, _)| at < earlier) {
            self.timer = Some((at, reason));
        }
    }

    /// Records a nudge.
    pub fn nudge(&mut self, now: Instant) {
        let first = self.nudge.map_or(now, |nudge| nudge.first);
        self.nudge = Some(Nudge { first, last: now });
    }

    /// Drops everything that waits: a pass that begins now serves it.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// When the next wake-up is due.
    #[must_use]
    pub fn next_due(&self) -> Option<Instant> {
        let timer = self.timer.map(|(at, _)| at);
        let nudge = self.nudge.map(Nudge::due);
        timer.into_iter().chain(nudge).min()
    }

    /// Takes what is due. A timer takes a nudge along: one pass serves both.
    pub fn take(&mut self, now: Instant) -> Option<Reason> {
        if let Some((_, reason)) = self.timer.take_if(|(at, _)| *at <= now) {
            self.nudge = None;
            return Some(reason);
        }
        let nudge = self.nudge.take_if(|nudge| nudge.due() <= now);
        nudge.map(|_| Reason::Source)
    }

    /// Waits for the next wake-up; for ever if there is none. Cancel-safe:
    /// nothing is taken before it is returned.
    pub async fn next(&mut self) -> Reason {
        loop {
            match self.next_due() {
                Some(due) => sleep_until(due).await,
                None => std::future::pending().await,
            }
            if let Some(taken) = self.take(Instant::now()) {
                return taken;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[tokio::test(start_paused = true)]
    async fn of_several_timers_the_earliest_wins_and_there_is_one_wake_up() {
        let now = Instant::now();
        let mut queue = Queue::default();
        queue.schedule(now + 100 * MS, Reason::Resync);
        queue.schedule(now + 20 * MS, Reason::Retry);
        queue.schedule(now + 50 * MS, Reason::Start);
        assert_eq!(queue.next().await, Reason::Retry);
        assert_eq!(now.elapsed(), 20 * MS);
        assert_eq!(queue.next_due(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn nudges_wait_for_quiet() {
        let now = Instant::now();
        let mut queue = Queue::default();
        for n in 0..5 {
            queue.nudge(now + n * 40 * MS);
        }
        assert_eq!(queue.next().await, Reason::Source);
        assert_eq!(now.elapsed(), 160 * MS + DEBOUNCE);
    }

    #[tokio::test(start_paused = true)]
    async fn nudges_do_not_wait_for_ever() {
        let now = Instant::now();
        let mut queue = Queue::default();
        for n in 0..100 {
            queue.nudge(now + n * 40 * MS);
        }
        assert_eq!(queue.next().await, Reason::Source);
        assert_eq!(now.elapsed(), PATIENCE);
    }

    #[tokio::test(start_paused = true)]
    async fn a_nudge_leaves_the_timer_and_a_timer_takes_the_nudge() {
        let now = Instant::now();
        let mut queue = Queue::default();
        queue.schedule(now + 500 * MS, Reason::Resync);
        queue.nudge(now);
        assert_eq!(queue.next().await, Reason::Source);
        queue.nudge(now + 490 * MS);
        assert_eq!(queue.next().await, Reason::Resync);
        assert_eq!(queue.next_due(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn dropping_the_wait_loses_nothing() {
        let now = Instant::now();
        let mut queue = Queue::default();
        queue.schedule(now + 20 * MS, Reason::Resync);
        let early = tokio::time::timeout(10 * MS, queue.next()).await;
        assert!(early.is_err());
        assert_eq!(queue.next().await, Reason::Resync);
        queue.schedule(now, Reason::Resync);
        queue.clear();
        assert_eq!(queue.take(Instant::now()), None);
    }
}
