//! What may be tried again, when, and how often.
//!
//! A request that is harmless to repeat is repeated after every transient failure. Any other is repeated only
//! if it certainly had no effect, since it was never sent. A 429 is no proof of that: a server may have
//! carried out a request that it rejected.

use std::time::Duration;

use tokio::time::Instant;

use super::error::{Effect, ErrorKind, PlatformError};
use super::transport::TransportError;

/// How often a call is sent at most.
pub(super) const MAX_ATTEMPTS: u32 = 6;

/// How long after its first attempt a call may still be tried again.
pub(super) const MAX_TIME: Duration = Duration::from_secs(120);

/// How long an attempt may take at least, however late it is.
const SHORTEST: Duration = Duration::from_secs(5);

const FIRST_DELAY: Duration = Duration::from_millis(500);
const LONGEST_DELAY: Duration = Duration::from_secs(30);

/// How often a connection is tried at most while nothing has ever answered and a person waits: a wrong URL or
/// a missing network is reported soon.
const FIRST_CONTACT: u32 = 2;

/// Notified of what delays a call.
pub trait RetryListener: Send + Sync + std::fmt::Debug {
    /// After this failure the request is sent again, `delay` from now.
    fn trying_again(&self, error: &PlatformError, delay: Duration);

    /// Nothing is sent for this long, because the server asked for it.
    fn held_back(&self, wait: Duration);

    /// This long after it was sent, a request has no complete answer.
    fn still_waiting(&self, operation: &'static str, since: Duration);
}

/// What repeating a call means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeat {
    /// It changes nothing.
    Read,
    /// It changes something, and twice is the same as once.
    Idempotent,
    /// It changes something each time.
    Once,
}

impl Repeat {
    /// How long one attempt may take.
    ///
    /// What is not repeated gets longer: a deploy may run hooks before it
    /// answers, and giving up on it leaves its effect unknown.
    pub(super) fn timeout(self) -> Duration {
        match self {
            Self::Read | Self::Idempotent => Duration::from_secs(50),
            Self::Once => Duration::from_secs(120),
        }
    }

    /// Whether this failure calls for another attempt.
    fn allows(self, error: &PlatformError) -> bool {
        match &error.kind {
            ErrorKind::RateLimited { .. }
            | ErrorKind::Transport(TransportError::Connect { .. }) => {
                self != Self::Once || error.effect == Effect::None
            }
            // Reading again costs a moment, even where the server fails on it every time.
            ErrorKind::Status { status: 500, .. } => self == Self::Read,
            // From 520 on they are made up by proxies for what 502 to 504 say.
            ErrorKind::Status {
                status: 502..=504 | 520..=599,
                ..
            }
            | ErrorKind::Transport(
                TransportError::Broken { .. } | TransportError::Timeout { .. },
            ) => self != Self::Once,
            ErrorKind::Unauthenticated { .. }
            | ErrorKind::Forbidden { .. }
            | ErrorKind::NotFound { .. }
            | ErrorKind::Refused(_)
            | ErrorKind::Mismatch(_)
            | ErrorKind::GraphQl(_)
            | ErrorKind::Status { .. }
            | ErrorKind::Protocol { .. }
            | ErrorKind::Transport(
                TransportError::TooLarge { .. } | TransportError::Certificate { .. },
            ) => false,
        }
    }
}

/// The attempts of one call.
#[derive(Debug)]
pub(super) struct Attempts {
    repeat: Repeat,
    /// When the first attempt was sent; waiting in line before it does not count.
    begun: Option<Instant>,
    made: u32,
    /// An earlier attempt may have had its effect, regardless of the last one's result.
    effect: Effect,
}

impl Attempts {
    pub(super) fn new(repeat: Repeat) -> Self {
        Self {
            repeat,
            begun: None,
            made: 0,
            effect: Effect::None,
        }
    }

    /// Counts an attempt that begins, and gives its number from 1.
    pub(super) fn begin(&mut self, now: Instant) -> u32 {
        self.begun.get_or_insert(now);
        self.made += 1;
        self.made
    }

    /// How long the attempt that begins now may take.
    pub(super) fn limit(&self, now: Instant) -> Duration {
        let spent = self.begun.map_or(Duration::ZERO, |begun| now - begun);
        let left = MAX_TIME.saturating_sub(spent).max(SHORTEST);
        self.repeat.timeout().min(left)
    }

    /// How long to wait before the next attempt.
    ///
    /// # Errors
    ///
    /// The failure itself when there is to be no further attempt, with the
    /// effect of all attempts together.
    pub(super) fn next(
        &mut self,
        error: PlatformError,
        now: Instant,
        random: &mut fastrand::Rng,
    ) -> Result<Duration, PlatformError> {
        if error.effect == Effect::Unknown {
            self.effect = Effect::Unknown;
        }
        let delay = delay(&error, self.made, random);
        let spent = self.begun.map_or(Duration::ZERO, |begun| now - begun);
        let late = spent + wait(&error).max(delay) > MAX_TIME;
        if self.made >= MAX_ATTEMPTS || late || !self.repeat.allows(&error) {
            return Err(self.end(error));
        }
        Ok(delay)
    }

    /// Whether there never was a connection, and further attempts would only keep a person waiting.
    pub(super) fn is_lost_cause(&self, error: &PlatformError) -> bool {
        let unconnected = matches!(
            error.kind,
            ErrorKind::Transport(TransportError::Connect { .. })
        );
        unconnected && self.made >= FIRST_CONTACT
    }

    /// The failure with the effect of all attempts together.
    pub(super) fn end(&self, mut error: PlatformError) -> PlatformError {
        if self.effect == Effect::Unknown {
            error.effect = Effect::Unknown;
        }
        error
    }
}

/// How long the server asks to wait; the request budget enforces it.
pub(super) fn wait(error: &PlatformError) -> Duration {
    match &error.kind {
        ErrorKind::RateLimited { retry_after, .. } => retry_after.unwrap_or_default(),
        _ => Duration::ZERO,
    }
}

/// Between half and all of a time that doubles with each attempt.
fn delay(error: &PlatformError, made: u32, random: &mut fastrand::Rng) -> Duration {
    if wait(error) > Duration::ZERO {
        return Duration::ZERO;
    }
    let doubled = FIRST_DELAY.saturating_mul(1 << made.saturating_sub(1).min(16));
    doubled.min(LONGEST_DELAY).mul_f64(0.5 + random.f64() / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(kind: ErrorKind, effect: Effect) -> PlatformError {
        PlatformError {
            operation: "test",
            kind,
            effect,
        }
    }

    fn status(status: u16) -> ErrorKind {
        ErrorKind::Status {
            status,
            message: String::new(),
        }
    }

    fn limited(seconds: Option<u64>) -> ErrorKind {
        ErrorKind::RateLimited {
            message: String::new(),
            retry_after: seconds.map(Duration::from_secs),
        }
    }

    fn broken() -> ErrorKind {
        ErrorKind::Transport(TransportError::Broken {
            message: String::new(),
        })
    }

    #[test]
    fn what_is_repeated_depends_on_what_repeating_means() {
        let connect = ErrorKind::Transport(TransportError::Connect {
            message: String::new(),
        });
        let timeout = ErrorKind::Transport(TransportError::Timeout { seconds: 1 });
        let large = ErrorKind::Transport(TransportError::TooLarge { limit: 1 });
        for (kind, effect, harmless, once) in [
            (limited(None), Effect::None, true, true),
            (limited(None), Effect::Unknown, true, false),
            (connect, Effect::None, true, true),
            (broken(), Effect::Unknown, true, false),
            (timeout, Effect::Unknown, true, false),
            (status(502), Effect::Unknown, true, false),
            (status(503), Effect::Unknown, true, false),
            (status(504), Effect::Unknown, true, false),
            (status(520), Effect::Unknown, true, false),
            (status(501), Effect::Unknown, false, false),
            (status(404), Effect::None, false, false),
            (large, Effect::Unknown, false, false),
            (ErrorKind::Refused(Vec::new()), Effect::None, false, false),
            (ErrorKind::GraphQl(Vec::new()), Effect::None, false, false),
        ] {
            let error = error(kind, effect);
            assert_eq!(Repeat::Read.allows(&error), harmless, "{error:?}");
            assert_eq!(Repeat::Idempotent.allows(&error), harmless, "{error:?}");
            assert_eq!(Repeat::Once.allows(&error), once, "{error:?}");
        }
        let broken = error(status(500), Effect::Unknown);
        assert!(Repeat::Read.allows(&broken));
        assert!(!Repeat::Idempotent.allows(&broken) && !Repeat::Once.allows(&broken));
    }

    #[tokio::test(start_paused = true)]
    async fn delays_double_within_bounds_and_end() {
        let mut random = fastrand::Rng::with_seed(7);
        let now = Instant::now();
        let mut attempts = Attempts::new(Repeat::Read);
        for expected in [500, 1000, 2000, 4000, 8000] {
            attempts.begin(now);
            let delay = attempts
                .next(error(status(503), Effect::None), now, &mut random)
                .unwrap()
                .as_millis();
            assert!((expected / 2..=expected).contains(&delay), "{delay}");
        }
        attempts.begin(now);
        let last = attempts.next(error(status(503), Effect::None), now, &mut random);
        assert!(last.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn an_earlier_lost_reply_outlives_a_later_refusal() {
        let mut random = fastrand::Rng::with_seed(7);
        let now = Instant::now();
        let mut attempts = Attempts::new(Repeat::Idempotent);
        attempts.begin(now);
        let lost = error(broken(), Effect::Unknown);
        assert!(attempts.next(lost, now, &mut random).is_ok());
        attempts.begin(now);
        let refused = error(ErrorKind::Refused(Vec::new()), Effect::None);
        let last = attempts.next(refused, now, &mut random).unwrap_err();
        assert_eq!(last.effect, Effect::Unknown);
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_longer_than_the_whole_time() {
        let mut random = fastrand::Rng::with_seed(7);
        let now = Instant::now();
        let mut attempts = Attempts::new(Repeat::Read);
        attempts.begin(now);
        let soon = attempts.next(error(limited(Some(60)), Effect::None), now, &mut random);
        assert_eq!(soon.unwrap(), Duration::ZERO);
        assert_eq!(attempts.limit(now), Duration::from_secs(50));
        assert_eq!(
            attempts.limit(now + Duration::from_secs(90)),
            Duration::from_secs(30)
        );
        assert_eq!(attempts.limit(now + MAX_TIME), SHORTEST);
        attempts.begin(now);
        let never = attempts.next(error(limited(Some(600)), Effect::None), now, &mut random);
        assert!(never.is_err());
    }
}
