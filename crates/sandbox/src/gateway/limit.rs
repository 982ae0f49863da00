//! The rate limit: a bucket of requests that fills with time.

use tokio::time::Instant;

use crate::behaviour::Rate;

/// Requests that may come now.
#[derive(Debug, Default)]
pub(crate) struct Bucket {
    /// How full it was, and when; full before the first request.
    level: Option<(f64, Instant)>,
}

impl Bucket {
    /// Takes one request out; the seconds to wait if there is none.
    pub(crate) fn take(&mut self, rate: Rate, now: Instant) -> Result<(), f64> {
        let full = f64::from(rate.burst.max(1));
        let level = self.level.map_or(full, |(level, at)| {
            let filled = now.saturating_duration_since(at).as_secs_f64() * rate.requests_per_second;
            (level + filled).min(full)
        });
        if level < 1.0 {
            self.level = Some((level, now));
            return Err((1.0 - level) / rate.requests_per_second.max(f64::MIN_POSITIVE));
        }
        self.level = Some((level - 1.0, now));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_burst_passes_and_then_the_rate_holds() {
        let rate = Rate {
            requests_per_second: 2.0,
            burst: 3,
            retry_after: true,
        };
        let mut bucket = Bucket::default();
        let mut passed = 0;
        while bucket.take(rate, Instant::now()).is_ok() {
            passed += 1;
        }
        assert_eq!(passed, 3);
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert!(bucket.take(rate, Instant::now()).is_ok());
        let wait = bucket.take(rate, Instant::now()).unwrap_err();
        assert!((wait - 0.5).abs() < 0.01, "{wait}");
    }
}
