//! Webhooks: a push, or a change in the tenant.
//!
//! # Invariants
//!
//! - Nothing is looked at before the signature was checked, in constant time.
//! - A call carries no input: it wakes the loop, which asks the remote and the
//!   tenant itself. So a replayed call costs a look and nothing else.
//! - Wake-ups are deduplicated: however many come, one at most waits.

mod event;
pub(super) mod signature;

use axum::Json;
use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use serde_json::Value;
use tokio::sync::{mpsc, watch};

use super::reply;
use crate::api::http::ErrorCode;
pub use crate::api::http::Provider;
use crate::api::wish::{Accepted, Heard};
use crate::controller::Status;
use crate::model::Secret;

/// The largest body that is read, in bytes. A push of hundreds of commits is smaller.
const MAX_BODY: usize = 4 * 1024 * 1024;

/// The accepted webhooks, and what they wake.
#[derive(Debug, Clone)]
pub struct Hooks {
    /// The secret of each provider that may.
    pub secrets: Vec<(Provider, Secret)>,
    /// The branch that is followed: a push to another has no effect.
    pub branch: Option<String>,
    /// Receives a message for each push.
    pub pushes: mpsc::Sender<()>,
    /// Receive a message for each change in the tenant, by environment.
    pub events: Vec<(String, mpsc::Sender<()>)>,
    /// Where calls are counted.
    counts: Option<watch::Sender<Status>>,
}

impl Hooks {
    /// For the providers with a secret, and the channels that they wake.
    #[must_use]
    pub fn new(
        secrets: Vec<(Provider, Secret)>,
        branch: Option<String>,
        pushes: mpsc::Sender<()>,
        events: Vec<(String, mpsc::Sender<()>)>,
    ) -> Self {
        Self {
            secrets,
            branch,
            pushes,
            events,
            counts: None,
        }
    }

    /// The same, with calls counted in the status.
    #[must_use]
    pub fn counted(mut self, counts: watch::Sender<Status>) -> Self {
        self.counts = Some(counts);
        self
    }

    fn count(&self, provider: Provider, result: &'static str) {
        if let Some(counts) = &self.counts {
            counts.send_modify(|status| status.totals.webhook(provider.as_str(), result));
        }
    }

    /// Whether a verified body causes a wake-up, and of which environments.
    ///
    /// No documented field of a Prismatic body names its tenant, so the URL says whose event it is; without
    /// that all are woken.
    fn heard(
        &self,
        (provider, whose): (Provider, Option<&str>),
        headers: &HeaderMap,
        body: &[u8],
    ) -> bool {
        let value: Value = serde_json::from_slice(body).unwrap_or_default();
        if provider == Provider::Prismatic {
            let told = event::event(headers, &value);
            tracing::info!(
                event = "tenant.event",
                what = told.what,
                subject = told.subject,
                who = told.who,
                "the tenant says that something changed"
            );
            if !told.concerns_us() {
                return false;
            }
            let concerned = |name: &str| whose.is_none_or(|whose| whose == name);
            for (_, events) in self.events.iter().filter(|(name, _)| concerned(name)) {
                // Full: a wake-up is waiting already.
                let _ = events.try_send(());
            }
            return true;
        }
        let other = |branch: &String| event::pushed(&value).is_some_and(|to| !to.contains(branch));
        if self.branch.as_ref().is_some_and(other) {
            return false;
        }
        let _ = self.pushes.try_send(());
        true
    }
}

/// Which environment an event is about. Other parameters that a provider adds do not count.
#[derive(Debug, Default, serde::Deserialize)]
struct EnvironmentQuery {
    environment: Option<String>,
}

/// The route.
pub(super) fn router(hooks: Hooks) -> Router {
    Router::new()
        .route("/webhooks/{provider}", post(receive))
        // As it is typed into a form: a redirect would lose the body.
        .route("/webhooks/{provider}/", post(receive))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .method_not_allowed_fallback(reply::only_post)
        .with_state(hooks)
}

async fn receive(
    State(hooks): State<Hooks>,
    name: Result<Path<String>, PathRejection>,
    whose: Result<Query<EnvironmentQuery>, QueryRejection>,
    headers: HeaderMap,
    body: Result<Bytes, axum::extract::rejection::BytesRejection>,
) -> Response {
    let name = name.ok().and_then(|Path(name)| Provider::parse(&name));
    let known = name.and_then(|provider| {
        let found = hooks.secrets.iter().find(|(known, _)| *known == provider);
        found.map(|(provider, secret)| (*provider, secret))
    });
    let Some((provider, secret)) = known else {
        return reply::error(
            ErrorCode::UnknownWebhook,
            "no secret is set for this webhook",
        );
    };
    let Ok(body) = body else {
        hooks.count(provider, "too-large");
        return reply::error(
            ErrorCode::BodyTooLarge,
            "the body could not be read, or is larger than 4 MiB",
        );
    };
    if !signature::is_right(provider, secret, &headers, &body) {
        hooks.count(provider, "refused");
        tracing::warn!(
            event = "webhook.refused",
            provider = provider.as_str(),
            "a webhook was called with a wrong signature"
        );
        return reply::error(
            ErrorCode::SignatureWrong,
            "the signature is missing or wrong",
        );
    }
    let whose = whose.ok().and_then(|Query(whose)| whose.environment);
    let whose = whose.filter(|_| provider == Provider::Prismatic);
    let known = |name: &str| hooks.events.iter().any(|(known, _)| known == name);
    if let Some(unknown) = whose.as_deref().filter(|name| !known(name)) {
        hooks.count(provider, "refused");
        let message = format!("no environment {unknown:?} is kept in step here");
        return reply::error(ErrorCode::UnknownEnvironment, &message);
    }
    let woken = hooks.heard((provider, whose.as_deref()), &headers, &body);
    let status = if woken {
        Heard::Accepted
    } else {
        Heard::Ignored
    };
    hooks.count(provider, status.as_str());
    (StatusCode::ACCEPTED, Json(Accepted { status })).into_response()
}

#[cfg(test)]
mod tests;
