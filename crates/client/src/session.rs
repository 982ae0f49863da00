//! One call: budget, token, request, answer, and a retry where that is harmless.

use std::sync::Arc;

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tracing::Instrument as _;

use super::auth::{Auth, Token};
use super::connection::Connection;
use super::error::{Effect, ErrorKind, PlatformError};
use super::graphql::{self, Answer, Failure, Mutation};
use super::operations::Done;
use super::platform::PlatformResult;
use super::retry::{Attempts, Repeat, RetryListener};
use super::transport::{Method, Request};
use super::wire::{Errand, Reply, Wire};

/// A document with what is sent along.
pub(super) struct Call {
    /// The operation's name, for errors and logs.
    pub(super) name: &'static str,
    pub(super) repeat: Repeat,
    body: Bytes,
}

impl Call {
    /// Writes a call.
    ///
    /// # Errors
    ///
    /// When the variables cannot be written as JSON.
    pub(super) fn new<V: Serialize>(
        name: &'static str,
        repeat: Repeat,
        document: &str,
        variables: &V,
    ) -> PlatformResult<Self> {
        let body = graphql::write(document, variables).map_err(|kind| PlatformError {
            operation: name,
            kind,
            effect: Effect::None,
        })?;
        Ok(Self { name, repeat, body })
    }
}

/// A client's connection to one tenant.
#[derive(Debug)]
pub(super) struct Session {
    wire: Wire,
    auth: Auth,
    api: String,
}

impl Session {
    pub(super) fn new(wire: Wire, connection: Connection) -> Self {
        Self {
            api: connection.url.endpoint("api"),
            auth: Auth::new(connection),
            wire,
        }
    }

    /// For a person who waits: see [`Wire::attend`].
    pub(super) fn attend(&mut self, listener: Option<Arc<dyn RetryListener>>) {
        self.wire.attend(listener);
    }

    /// The newest time of the server that is known.
    pub(super) fn server_now(&self) -> Option<jiff::Timestamp> {
        self.wire.server_now()
    }

    /// A record of the server bears this time.
    pub(super) fn saw(&self, time: Option<jiff::Timestamp>) {
        self.wire.saw(time);
    }

    /// When the access token in use ends.
    pub(super) async fn token_expires(&self) -> Option<jiff::Timestamp> {
        self.auth.expires().await
    }

    /// The data of a query; any error fails it.
    pub(super) async fn read<T: DeserializeOwned>(&self, call: &Call) -> PlatformResult<T> {
        let judge = |reply: &Reply| graphql::open::<T>(reply, call.repeat)?.whole(call.repeat);
        self.run(call, judge).await
    }

    /// The object that a mutation gives back.
    pub(super) async fn write<T: DeserializeOwned>(&self, call: &Call) -> PlatformResult<T> {
        let judge = |reply: &Reply| {
            let answer = graphql::open::<Mutation<T>>(reply, call.repeat)?;
            answer.whole(call.repeat)?.object(call.repeat)
        };
        self.run(call, judge).await
    }

    /// The success of a mutation that may leave no object behind.
    pub(super) async fn remove(&self, call: &Call) -> PlatformResult<()> {
        let judge = |reply: &Reply| {
            let answer = graphql::open::<Mutation<Done>>(reply, call.repeat)?;
            answer.whole(call.repeat)?.accepted(call.repeat).map(drop)
        };
        self.run(call, judge).await
    }

    /// The data of a query with its errors beside it, unless they are about the caller.
    pub(super) async fn parts<T: DeserializeOwned>(
        &self,
        call: &Call,
    ) -> PlatformResult<Answer<T>> {
        let judge = |reply: &Reply| {
            let answer = graphql::open::<T>(reply, call.repeat)?.redacted();
            if answer.errors.is_empty() {
                return Ok(answer);
            }
            let failure = answer.failure(call.repeat);
            match failure.kind {
                ErrorKind::Unauthenticated { .. } | ErrorKind::RateLimited { .. } => Err(failure),
                _ => Ok(answer),
            }
        };
        self.run(call, judge).await
    }

    /// Sends a call, judges each answer, and sends it again where that is harmless.
    pub(super) async fn run<T>(
        &self,
        call: &Call,
        judge: impl Fn(&Reply) -> Result<T, Failure>,
    ) -> PlatformResult<T> {
        let span = tracing::debug_span!(
            "prismatic",
            operation = call.name,
            attempt = tracing::field::Empty,
            status = tracing::field::Empty,
            millis = tracing::field::Empty,
            outcome = tracing::field::Empty,
        );
        let begun = self.wire.clock.instant();
        let work = async {
            let outcome = self.attempts(call, &judge).await;
            let millis = (self.wire.clock.instant() - begun).as_millis();
            let span = tracing::Span::current();
            span.record("millis", u64::try_from(millis).unwrap_or(u64::MAX));
            let word = outcome
                .as_ref()
                .map_or_else(|error| error.kind.word(), |_| "done");
            span.record("outcome", word);
            match &outcome {
                Ok(_) => tracing::debug!("done"),
                Err(error) => tracing::debug!(effect = ?error.effect, "failed: {}", error.kind),
            }
            outcome
        };
        work.instrument(span).await
    }

    async fn attempts<T>(
        &self,
        call: &Call,
        judge: &impl Fn(&Reply) -> Result<T, Failure>,
    ) -> PlatformResult<T> {
        let mut attempts = Attempts::new(call.repeat);
        let mut renewed = false;
        loop {
            let slot = self.wire.budget.slot().await;
            let token = match self.auth.token(&self.wire).await {
                Ok(token) => token,
                Err(error) => return Err(attempts.end(error)),
            };
            let now = self.wire.clock.instant();
            let number = attempts.begin(now);
            tracing::Span::current().record("attempt", number);
            let errand = Errand {
                name: call.name,
                repeat: call.repeat,
                limit: attempts.limit(now),
            };
            let outcome = self.attempt(call, errand, &token, judge).await;
            drop(slot);
            let error = match outcome {
                Ok(value) => return Ok(value),
                Err(error) => error,
            };
            if !renewed && expired(&error) && self.auth.can_renew() {
                renewed = true;
                self.auth.refused(&token).await;
                continue;
            }
            self.wire.again(&mut attempts, error).await?;
        }
    }

    async fn attempt<T>(
        &self,
        call: &Call,
        errand: Errand,
        token: &Token,
        judge: &impl Fn(&Reply) -> Result<T, Failure>,
    ) -> PlatformResult<T> {
        let request = Request {
            method: Method::Post,
            url: self.api.clone(),
            headers: vec![
                ("authorization".to_owned(), token.header()),
                ("content-type".to_owned(), "application/json".to_owned()),
                ("accept".to_owned(), "application/json".to_owned()),
            ],
            body: call.body.clone(),
        };
        let outcome = self.wire.exchange(request, errand, judge).await;
        outcome.map_err(|failure| failure.into_error(call.name))
    }
}

/// The token is no good, and the request was not carried out.
fn expired(error: &PlatformError) -> bool {
    matches!(error.kind, ErrorKind::Unauthenticated { .. }) && error.effect == Effect::None
}
