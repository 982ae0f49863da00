//! Wake-ups: keyed, without input, each key at most once at a time.
//!
//! Two kinds. A *timer* is due at a moment; of several the earliest wins. A *nudge* reports a change, and is
//! due once it has been quiet for a moment, so that a save of twenty files is one wake-up; it does not wait
//! for quiet for ever.
//!
//! All but [`Queue::next`] is plain state; the time is passed in.

use std::collections::BTreeMap;
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

/// The wake-ups that wait, by key.
#[derive(Debug, Clone)]
pub struct Queue<K> {
    waiting: BTreeMap<K, Waiting>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Waiting {
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

impl Waiting {
    fn due(&self) -> Option<Instant> {
        let timer = self.timer.map(|(at, _)| at);
        let nudge = self.nudge.map(Nudge::due);
        timer.into_iter().chain(nudge).min()
    }

    /// Takes what is due. A timer takes a nudge along: one pass serves both.
    fn take(&mut self, now: Instant) -> Option<Reason> {
        if let Some((_, reason)) = self.timer.take_if(|(at, _)| *at <= now) {
            self.nudge = None;
            return Some(reason);
        }
        let nudge = self.nudge.take_if(|nudge| nudge.due() <= now);
        nudge.map(|_| Reason::Source)
    }
}

impl<K> Default for Queue<K> {
    fn default() -> Self {
        Self {
            waiting: BTreeMap::new(),
        }
    }
}

impl<K: Ord + Clone> Queue<K> {
    /// No wake-ups.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a timer. An earlier one of the same key stands.
    pub fn schedule(&mut self, key: K, at: Instant, reason: Reason) {
        let timer = &mut self.waiting.entry(key).or_default().timer;
        if timer.is_none_or(|(earlier, _)| at < earlier) {
            *timer = Some((at, reason));
        }
    }

    /// Records a nudge.
    pub fn nudge(&mut self, key: K, now: Instant) {
        let nudge = &mut self.waiting.entry(key).or_default().nudge;
        let first = nudge.map_or(now, |nudge| nudge.first);
        *nudge = Some(Nudge { first, last: now });
    }

    /// Drops everything that waits for a key: a pass that begins now serves it.
    pub fn forget(&mut self, key: &K) {
        self.waiting.remove(key);
    }

    /// When the next wake-up is due.
    #[must_use]
    pub fn next_due(&self) -> Option<Instant> {
        self.waiting.values().filter_map(Waiting::due).min()
    }

    /// Takes a wake-up that is due, the longest overdue first.
    pub fn take(&mut self, now: Instant) -> Option<(K, Reason)> {
        let due = |(key, waiting): (&K, &Waiting)| Some((waiting.due()?, key.clone()));
        let (_, key) = self.waiting.iter().filter_map(due).min()?;
        let reason = self.waiting.get_mut(&key)?.take(now)?;
        Some((key, reason))
    }

    /// Waits for the next wake-up; for ever if there is none. Cancel-safe:
    /// nothing is taken before it is returned.
    pub async fn next(&mut self) -> (K, Reason) {
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
        let mut queue = Queue::new();
        queue.schedule("a", now + 100 * MS, Reason::Resync);
        queue.schedule("a", now + 20 * MS, Reason::Retry);
        queue.schedule("a", now + 50 * MS, Reason::Start);
        assert_eq!(queue.next().await, ("a", Reason::Retry));
        assert_eq!(now.elapsed(), 20 * MS);
        assert_eq!(queue.next_due(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn keys_do_not_disturb_each_other() {
        let now = Instant::now();
        let mut queue = Queue::new();
        queue.schedule("late", now + 30 * MS, Reason::Resync);
        queue.schedule("early", now + 10 * MS, Reason::Resync);
        queue.nudge("late", now);
        assert_eq!(queue.next().await, ("early", Reason::Resync));
        assert_eq!(queue.next().await, ("late", Reason::Resync));
        assert_eq!(now.elapsed(), 30 * MS);
    }

    #[tokio::test(start_paused = true)]
    async fn nudges_wait_for_quiet() {
        let now = Instant::now();
        let mut queue = Queue::new();
        for n in 0..5 {
            queue.nudge("a", now + n * 40 * MS);
        }
        assert_eq!(queue.next().await, ("a", Reason::Source));
        assert_eq!(now.elapsed(), 160 * MS + DEBOUNCE);
    }

    #[tokio::test(start_paused = true)]
    async fn nudges_do_not_wait_for_ever() {
        let now = Instant::now();
        let mut queue = Queue::new();
        for n in 0..100 {
            queue.nudge("a", now + n * 40 * MS);
        }
        assert_eq!(queue.next().await, ("a", Reason::Source));
        assert_eq!(now.elapsed(), PATIENCE);
    }

    #[tokio::test(start_paused = true)]
    async fn a_nudge_leaves_the_timer_and_a_timer_takes_the_nudge() {
        let now = Instant::now();
        let mut queue = Queue::new();
        queue.schedule("a", now + 500 * MS, Reason::Resync);
        queue.nudge("a", now);
        assert_eq!(queue.next().await, ("a", Reason::Source));
        queue.nudge("a", now + 490 * MS);
        assert_eq!(queue.next().await, ("a", Reason::Resync));
        assert_eq!(queue.next_due(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn dropping_the_wait_loses_nothing() {
        let now = Instant::now();
        let mut queue = Queue::new();
        queue.schedule("a", now + 20 * MS, Reason::Resync);
        let early = tokio::time::timeout(10 * MS, queue.next()).await;
        assert!(early.is_err());
        assert_eq!(queue.next().await, ("a", Reason::Resync));
        queue.schedule("a", now, Reason::Resync);
        queue.forget(&"a");
        assert_eq!(queue.take(Instant::now()), None);
    }
}
