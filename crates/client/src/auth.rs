//! Access tokens: kept, renewed before they expire, and never twice at once.
//!
//! A refresh token is exchanged at `/auth/refresh` (FACTS: route A). When a
//! token runs out is read from the token itself; one that is no JWT is used
//! until the server refuses it.

mod exchange;
mod jwt;

use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Mutex;
use tokio::time::Instant;

use self::exchange::{Granted, Grantor};
use self::jwt::Lifetime;
use super::connection::{Connection, TokenSource};
use super::error::{Effect, ErrorKind, PlatformError};
use super::platform::PlatformResult;
use super::retry::{Attempts, Repeat};
use super::wire::{Errand, Wire};
use crate::model::Secret;

const OPERATION: &str = "auth/refresh";

/// How long a failed renewal is not repeated while the old token still lasts.
const PATIENCE: Duration = Duration::from_secs(30);

/// An access token, for one request.
#[derive(Debug, Clone)]
pub(super) struct Token {
    secret: Secret,
    /// Counts renewals: distinguishes a token that was just renewed from the one refused.
    generation: u64,
    lifetime: Option<Lifetime>,
}

impl Token {
    /// The value of the `authorization` header.
    pub(super) fn header(&self) -> String {
        format!("Bearer {}", self.secret.expose())
    }

    fn of(text: Secret, generation: u64, now: Timestamp) -> Self {
        Self {
            lifetime: jwt::lifetime(text.expose(), now),
            secret: text,
            generation,
        }
    }
}

/// The tokens of one client.
#[derive(Debug)]
pub(super) struct Auth {
    grantor: Grantor,
    renewable: bool,
    /// Held while renewing, so that the others wait for the outcome.
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    refresh: Option<Secret>,
    given: Option<Secret>,
    token: Option<Token>,
    generation: u64,
    failure: Option<(Instant, PlatformError)>,
}

impl Auth {
    pub(super) fn new(connection: Connection) -> Self {
        let (refresh, given) = match connection.token {
            TokenSource::Access(access) => (None, Some(access)),
            TokenSource::Refresh(refresh) => (Some(refresh), connection.access),
        };
        Self {
            grantor: Grantor {
                endpoint: connection.url.endpoint(OPERATION),
                tenant_id: connection.tenant_id,
            },
            renewable: refresh.is_some(),
            state: Mutex::new(State {
                refresh,
                given,
                token: None,
                generation: 0,
                failure: None,
            }),
        }
    }

    /// When the access token in use ends, if there is one and it says so.
    pub(super) async fn expires(&self) -> Option<Timestamp> {
        let state = self.state.lock().await;
        Some(state.token.as_ref()?.lifetime?.ends())
    }

    /// Whether a refused token can be replaced.
    pub(super) fn can_renew(&self) -> bool {
        self.renewable
    }

    /// A token that is good for a while, renewed first if need be.
    pub(super) async fn token(&self, wire: &Wire) -> PlatformResult<Token> {
        let asked = wire.clock.instant();
        let mut state = self.state.lock().await;
        let now = wire.clock.now();
        if let Some(given) = state.given.take() {
            state.token = Some(Token::of(given, 0, now));
        }
        let current = state.token.clone();
        let due = |token: &Token| token.lifetime.is_some_and(|life| life.renewal_due(now));
        match (current, state.refresh.clone()) {
            (Some(token), Some(_)) if !due(&token) => Ok(token),
            (Some(token), None) => still_good(token, now),
            (None, None) => Err(unauthenticated("there is no token")),
            (current, Some(refresh)) => {
                // Those who waited while a renewal failed share its outcome.
                let shared = (state.failure.as_ref()).filter(|(at, _)| *at >= asked);
                let outcome = match shared {
                    Some((_, error)) => Err(error.clone()),
                    None => {
                        self.renew_unless_recent(wire, &mut state, refresh, &current)
                            .await
                    }
                };
                match (outcome, current) {
                    (Ok(token), _) => Ok(token),
                    (Err(_), Some(old)) if still_good(old.clone(), now).is_ok() => Ok(old),
                    (Err(error), _) => Err(error),
                }
            }
        }
    }

    /// The server refused this token: the next caller renews it.
    pub(super) async fn refused(&self, token: &Token) {
        let mut state = self.state.lock().await;
        if state.generation == token.generation {
            state.token = None;
        }
    }

    async fn renew_unless_recent(
        &self,
        wire: &Wire,
        state: &mut State,
        refresh: Secret,
        current: &Option<Token>,
    ) -> PlatformResult<Token> {
        if let (Some((at, error)), Some(_)) = (&state.failure, current)
            && wire.clock.instant() - *at < PATIENCE
        {
            return Err(error.clone());
        }
        match self.renew(wire, &refresh).await {
            Ok(granted) => {
                state.generation += 1;
                state.failure = None;
                let token = Token::of(granted.access, state.generation, wire.clock.now());
                state.token = Some(token.clone());
                state.refresh = granted.refresh.or(Some(refresh));
                tracing::debug!("renewed the access token");
                Ok(token)
            }
            Err(error) => {
                match current {
                    // Logged here, because no error is returned, and the token will expire.
                    Some(old) if still_good(old.clone(), wire.clock.now()).is_ok() => {
                        tracing::warn!("cannot renew the access token: {error}");
                    }
                    _ => tracing::debug!("cannot get an access token: {error}"),
                }
                state.failure = Some((wire.clock.instant(), error.clone()));
                Err(error)
            }
        }
    }

    async fn renew(&self, wire: &Wire, refresh: &Secret) -> PlatformResult<Granted> {
        // Not as a read, which is repeated after a 500 too: the current token may still be valid.
        let mut attempts = Attempts::new(Repeat::Idempotent);
        loop {
            let now = wire.clock.instant();
            attempts.begin(now);
            let errand = Errand {
                name: OPERATION,
                repeat: Repeat::Read,
                limit: attempts.limit(now),
            };
            let request = self.grantor.request(refresh);
            let outcome = wire.exchange(request, errand, exchange::judge).await;
            let error = match outcome {
                Ok(granted) => return Ok(granted),
                Err(failure) => failure.into_error(OPERATION),
            };
            wire.again(&mut attempts, error).await?;
        }
    }
}

/// A token that cannot be renewed is used until it ends.
fn still_good(token: Token, now: Timestamp) -> PlatformResult<Token> {
    match token.lifetime {
        Some(life) if life.ended(now) => Err(unauthenticated(
            "the access token has expired; give a refresh token, or a new access token",
        )),
        _ => Ok(token),
    }
}

fn unauthenticated(message: &str) -> PlatformError {
    PlatformError {
        operation: OPERATION,
        kind: ErrorKind::Unauthenticated {
            message: message.to_owned(),
        },
        effect: Effect::None,
    }
}

#[cfg(test)]
mod tests;
