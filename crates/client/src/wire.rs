//! One exchange within the budget: its turn, a time limit, and the rate limit's feedback.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use tokio::time::{Instant, timeout};

use super::error::{Effect, ErrorKind, PlatformError};
use super::graphql::{Failure, lost};
use super::rate::{Budget, LONGEST_PAUSE, Paused};
use super::retry::{Attempts, Repeat, RetryListener, wait};
use super::transport::{Request, Response, Transport, TransportError};
use prism_gitops_runtime::clock::Clock;

/// What every request of a client goes through.
#[derive(Debug)]
pub(super) struct Wire {
    transport: Arc<dyn Transport>,
    pub(super) budget: Budget,
    pub(super) clock: Arc<dyn Clock>,
    /// Jitter, from a seed so that a test can be repeated.
    random: Mutex<fastrand::Rng>,
    /// The server has answered something.
    answered: AtomicBool,
    /// A person waits for the first answer.
    interactive: bool,
    listener: Option<Arc<dyn RetryListener>>,
    server: Mutex<ServerTime>,
    reported: Mutex<Reported>,
}

/// What is asked of the wire.
#[derive(Debug, Clone, Copy)]
pub(super) struct Errand {
    /// The operation's name.
    pub(super) name: &'static str,
    pub(super) repeat: Repeat,
    /// How long the whole answer may take, its last byte included.
    pub(super) limit: Duration,
}

/// Until when nothing more is said of waiting: many requests wait for the same.
#[derive(Debug, Default)]
struct Reported {
    pause: Option<Instant>,
    answer: Option<Instant>,
}

/// How long an answer is waited for silently.
const SILENCE: Duration = Duration::from_secs(15);

/// A pause so short is not worth a word.
const SHORT: Duration = Duration::from_secs(2);

/// What responses say of the server's time.
#[derive(Debug, Clone, Copy, Default)]
struct ServerTime {
    /// `Date` of the newest response.
    date: Option<Timestamp>,
    /// The greatest time of a record.
    shown: Option<Timestamp>,
}

/// A response with its `Retry-After` worked out.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) response: Response,
    pub(super) retry_after: Option<Duration>,
    /// From the sending on.
    pub(super) took: Duration,
}

impl Wire {
    pub(super) fn new(
        transport: Arc<dyn Transport>,
        budget: Budget,
        clock: Arc<dyn Clock>,
        seed: u64,
    ) -> Self {
        Self {
            transport,
            budget,
            clock,
            random: Mutex::new(fastrand::Rng::with_seed(seed)),
            answered: AtomicBool::new(false),
            interactive: false,
            listener: None,
            server: Mutex::default(),
            reported: Mutex::default(),
        }
    }

    /// Gives up soon on a server that has never answered, and reports every further attempt.
    pub(super) fn attend(&mut self, listener: Option<Arc<dyn RetryListener>>) {
        self.interactive = true;
        self.listener = listener;
    }

    /// The newest time of the server that is known: `Date` of the newest response, else the greatest
    /// time that a record bore.
    pub(super) fn server_now(&self) -> Option<Timestamp> {
        let known = *self.server.lock().unwrap_or_else(PoisonError::into_inner);
        known.date.or(known.shown)
    }

    /// A record of the server bears this time.
    pub(super) fn saw(&self, time: Option<Timestamp>) {
        let mut known = self.server.lock().unwrap_or_else(PoisonError::into_inner);
        known.shown = known.shown.max(time);
    }

    fn dated(&self, response: &Response) {
        let mut known = self.server.lock().unwrap_or_else(PoisonError::into_inner);
        known.date = date(response);
    }

    /// Waits for its turn, sends, judges the reply, and obeys a throttle in it.
    ///
    /// # Errors
    ///
    /// What `judge` finds, or [`Failure`] when no whole response arrived in
    /// time or the client is held back.
    pub(super) async fn exchange<T>(
        &self,
        request: Request,
        errand: Errand,
        judge: impl FnOnce(&Reply) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        self.budget.pass().await.map_err(paused)?;
        let sent = self.clock.instant();
        let answer = timeout(errand.limit, self.transport.send(request));
        let outcome = match self.watched(errand.name, answer).await {
            Ok(outcome) => outcome,
            Err(_) => Err(TransportError::Timeout {
                seconds: errand.limit.as_secs(),
            }),
        };
        let response = outcome.map_err(|error| no_response(error, errand.repeat))?;
        self.answered.store(true, Ordering::Relaxed);
        self.dated(&response);
        tracing::Span::current().record("status", response.status);
        let reply = Reply {
            retry_after: retry_after(&response, self.clock.now()),
            took: self.clock.instant().saturating_duration_since(sent),
            response,
        };
        let judged = judge(&reply);
        if let Err(failure) = &judged {
            self.obey(sent, failure, reply.retry_after);
        }
        judged
    }

    /// Waits for an answer, and says so when it takes long.
    async fn watched<F: Future>(&self, operation: &'static str, answer: F) -> F::Output {
        let sent = self.clock.instant();
        let mut answer = std::pin::pin!(answer);
        loop {
            tokio::select! {
                biased;
                outcome = &mut answer => return outcome,
                () = tokio::time::sleep(SILENCE) => self.still_waiting(operation, sent),
            }
        }
    }

    fn still_waiting(&self, operation: &'static str, sent: Instant) {
        let now = self.clock.instant();
        if !is_due(&mut self.reported().answer, now, SILENCE) {
            return;
        }
        let since = now.saturating_duration_since(sent);
        tracing::info!(operation, "no answer for {} s", since.as_secs());
        if let Some(listener) = &self.listener {
            listener.still_waiting(operation, since);
        }
    }

    /// Reports that nothing is sent for this long, once for all requests that wait for the same.
    fn held_back(&self, wait: Duration) {
        if wait < SHORT || !is_due(&mut self.reported().pause, self.clock.instant(), wait) {
            return;
        }
        tracing::info!("waiting {} s for the rate limit", wait.as_secs());
        if let Some(listener) = &self.listener {
            listener.held_back(wait);
        }
    }

    fn reported(&self) -> MutexGuard<'_, Reported> {
        self.reported.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn obey(&self, sent: Instant, failure: &Failure, retry_after: Option<Duration>) {
        match (&failure.kind, retry_after) {
            (ErrorKind::RateLimited { .. }, wait) => {
                self.budget.throttled(sent);
                self.pause(wait.unwrap_or_default());
            }
            (ErrorKind::Status { status: 503, .. }, Some(wait)) => self.pause(wait),
            _ => {}
        }
    }

    /// Sends nothing for this long. A pause too long to wait for is reported by the error.
    fn pause(&self, wait: Duration) {
        self.budget.pause(wait);
        if wait <= LONGEST_PAUSE {
            self.held_back(wait);
        }
    }

    /// Waits until a failed call may be sent again.
    ///
    /// # Errors
    ///
    /// The failure, where there is to be no further attempt.
    pub(super) async fn again(
        &self,
        attempts: &mut Attempts,
        error: PlatformError,
    ) -> Result<(), PlatformError> {
        let hasty = self.interactive && !self.answered.load(Ordering::Relaxed);
        if hasty && attempts.is_lost_cause(&error) {
            return Err(attempts.end(error));
        }
        let told = error.clone();
        let delay = {
            let mut random = self.random.lock().unwrap_or_else(PoisonError::into_inner);
            attempts.next(error, self.clock.instant(), &mut random)?
        };
        tracing::debug!(?delay, "trying again");
        if let Some(listener) = &self.listener
            && wait(&told) < SHORT
        {
            listener.trying_again(&told, delay);
        }
        tokio::time::sleep(delay).await;
        Ok(())
    }
}

/// Whether a report is due; if so, the next one is not due for `pause`.
fn is_due(silent_until: &mut Option<Instant>, now: Instant, pause: Duration) -> bool {
    if silent_until.is_some_and(|until| now < until) {
        return false;
    }
    *silent_until = now.checked_add(pause);
    true
}

fn paused(paused: Paused) -> Failure {
    let seconds = paused.remaining.as_secs();
    Failure {
        kind: ErrorKind::RateLimited {
            message: format!("the server asked for a pause, of which {seconds} s remain"),
            retry_after: Some(paused.remaining),
        },
        effect: Effect::None,
    }
}

fn no_response(error: TransportError, repeat: Repeat) -> Failure {
    let effect = match error {
        TransportError::Connect { .. } | TransportError::Certificate { .. } => Effect::None,
        TransportError::Broken { .. }
        | TransportError::Timeout { .. }
        | TransportError::TooLarge { .. } => lost(repeat),
    };
    Failure {
        kind: ErrorKind::Transport(error),
        effect,
    }
}

/// When the server says that it answered.
fn date(response: &Response) -> Option<Timestamp> {
    let text = response.header("date")?.trim();
    DateTimeParser::new().parse_timestamp(text).ok()
}

/// `Retry-After` in seconds or as an HTTP date; a date in the past is no wait.
fn retry_after(response: &Response, now: Timestamp) -> Option<Duration> {
    let text = response.header("retry-after")?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let until = DateTimeParser::new().parse_timestamp(text).ok()?;
    Some(Duration::try_from(until.duration_since(now)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_read_in_both_forms() {
        let now: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        for (text, expected) in [
            ("7", Some(7)),
            (" 0 ", Some(0)),
            ("Sun, 01 Mar 2026 12:00:30 GMT", Some(30)),
            ("Sun, 01 Mar 2026 11:00:00 GMT", Some(0)),
            ("soon", None),
            ("-3", None),
        ] {
            let response = Response {
                status: 429,
                headers: vec![("retry-after".to_owned(), text.to_owned())],
                body: bytes::Bytes::new(),
            };
            let expected = expected.map(Duration::from_secs);
            assert_eq!(retry_after(&response, now), expected, "{text}");
        }
    }
}
