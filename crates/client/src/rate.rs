//! The request budget of one client: the rate, the concurrency, and pauses.
//!
//! A token bucket on tokio's clock. A 429 halves the rate (never below one a
//! second), which then recovers over a minute; `Retry-After` holds back the
//! whole client, because the limit is the tenant's and not one request's.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex as Turnstile, Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep, sleep_until};

use crate::model::RateLimit;

/// The slowest rate that 429s may lead to, in requests per second.
const FLOOR: f64 = 1.0;

/// How long it takes to recover the full rate from nothing, in seconds.
const RECOVERY: f64 = 60.0;

/// Longer pauses are not waited for but reported.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(120);

/// A bucket this close to a token has one: seconds are not exact in binary.
const NEARLY: f64 = 1.0 - 1e-6;

#[derive(Debug)]
pub(super) struct Budget {
    slots: Semaphore,
    /// One waits for the next token at a time, the others in line behind it.
    turnstile: Turnstile<()>,
    bucket: Mutex<Bucket>,
}

#[derive(Debug)]
struct Bucket {
    /// The configured rate.
    ceiling: f64,
    /// The rate now.
    rate: f64,
    burst: f64,
    tokens: f64,
    /// When `tokens` and `rate` were last brought up to date.
    at: Instant,
    /// When a 429 last lowered the rate.
    lowered: Option<Instant>,
    not_before: Option<Instant>,
}

/// The server has asked for a longer pause than a user should wait for without a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Paused {
    /// How long it still lasts.
    pub(super) remaining: Duration,
}

impl Budget {
    pub(super) fn new(limit: RateLimit) -> Self {
        let rate = if limit.requests_per_second.is_finite() {
            limit.requests_per_second.max(0.1)
        } else {
            RateLimit::default().requests_per_second
        };
        let burst = f64::from(limit.burst.max(1));
        Self {
            slots: Semaphore::new(limit.concurrency.clamp(1, Semaphore::MAX_PERMITS)),
            turnstile: Turnstile::new(()),
            bucket: Mutex::new(Bucket {
                ceiling: rate,
                rate,
                burst,
                tokens: burst,
                at: Instant::now(),
                lowered: None,
                not_before: None,
            }),
        }
    }

    /// A place among the requests under way; given back on drop.
    pub(super) async fn slot(&self) -> Option<SemaphorePermit<'_>> {
        // The semaphore is never closed, so there always is one.
        self.slots.acquire().await.ok()
    }

    /// Waits for the next request to be due and counts it.
    ///
    /// # Errors
    ///
    /// [`Paused`] when the server has asked for a pause above [`LONGEST_PAUSE`].
    pub(super) async fn pass(&self) -> Result<(), Paused> {
        let _in_line = self.turnstile.lock().await;
        loop {
            let step = self.bucket().take();
            match step {
                Step::Go => return Ok(()),
                Step::Refill(wait) => sleep(wait).await,
                Step::Pause(until) => {
                    let remaining = until.saturating_duration_since(Instant::now());
                    if remaining > LONGEST_PAUSE {
                        return Err(Paused { remaining });
                    }
                    sleep_until(until).await;
                }
            }
        }
    }

    /// A request sent at `sent` was throttled.
    ///
    /// Requests that were under way together count as one: their answers say
    /// nothing about the lowered rate.
    pub(super) fn throttled(&self, sent: Instant) {
        let mut bucket = self.bucket();
        bucket.refill();
        if bucket.lowered.is_none_or(|lowered| sent > lowered) {
            bucket.rate = (bucket.rate / 2.0).max(FLOOR.min(bucket.ceiling));
            bucket.tokens = bucket.tokens.min(0.0);
            bucket.lowered = Some(bucket.at);
        }
    }

    /// Nothing is sent for this long.
    pub(super) fn pause(&self, wait: Duration) {
        let mut bucket = self.bucket();
        let until = Instant::now().checked_add(wait);
        bucket.not_before = bucket.not_before.max(until);
    }

    fn bucket(&self) -> MutexGuard<'_, Bucket> {
        self.bucket.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

enum Step {
    Go,
    Refill(Duration),
    Pause(Instant),
}

impl Bucket {
    fn take(&mut self) -> Step {
        self.refill();
        if let Some(until) = self.not_before.filter(|until| *until > self.at) {
            return Step::Pause(until);
        }
        self.not_before = None;
        if self.tokens >= NEARLY {
            self.tokens -= 1.0;
            return Step::Go;
        }
        Step::Refill(Duration::from_secs_f64((1.0 - self.tokens) / self.rate))
    }

    fn refill(&mut self) {
        let now = Instant::now();
        let elapsed = now.saturating_duration_since(self.at).as_secs_f64();
        self.at = now;
        self.tokens = (self.tokens + elapsed * self.rate).min(self.burst);
        self.rate = (self.rate + elapsed * self.ceiling / RECOVERY).min(self.ceiling);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn budget(requests_per_second: f64, burst: u32) -> Budget {
        Budget::new(RateLimit {
            requests_per_second,
            burst,
            concurrency: 4,
        })
    }

    async fn pass_times(budget: &Budget, count: u32) -> Duration {
        let begin = Instant::now();
        for _ in 0..count {
            budget.pass().await.unwrap();
        }
        begin.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_is_free_and_the_rest_takes_exactly_its_time() {
        let budget = budget(10.0, 5);
        assert_eq!(pass_times(&budget, 5).await, Duration::ZERO);
        assert_eq!(pass_times(&budget, 20).await, Duration::from_secs(2));
    }

    #[tokio::test(start_paused = true)]
    async fn a_throttled_burst_halves_the_rate_once_and_it_recovers() {
        let budget = budget(16.0, 1);
        let sent = Instant::now();
        for _ in 0..8 {
            budget.throttled(sent);
        }
        assert!((budget.bucket().rate - 8.0).abs() < 1e-9);
        sleep(Duration::from_millis(1)).await;
        for _ in 0..9 {
            budget.throttled(Instant::now());
            sleep(Duration::from_millis(1)).await;
        }
        assert!((budget.bucket().rate - FLOOR).abs() < 0.01);
        sleep(Duration::from_secs(30)).await;
        budget.bucket().refill();
        assert!((budget.bucket().rate - 9.0).abs() < 0.1);
        sleep(Duration::from_secs(60)).await;
        budget.bucket().refill();
        assert!((budget.bucket().rate - 16.0).abs() < 1e-9);
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_holds_everybody_and_a_long_one_is_reported() {
        let budget = budget(10.0, 10);
        let begin = Instant::now();
        budget.pause(Duration::from_secs(7));
        budget.pass().await.unwrap();
        assert!(begin.elapsed() >= Duration::from_secs(7));
        budget.pause(Duration::from_secs(600));
        let paused = budget.pass().await.unwrap_err();
        assert_eq!(paused.remaining, Duration::from_secs(600));
    }
}
