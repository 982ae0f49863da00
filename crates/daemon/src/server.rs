//! The daemon over HTTP: health, readiness, metrics and status.
//!
//! Sees the controller's [`Status`](crate::controller::Status), and reaches it through
//! [`Control`](crate::controller::control::Control) alone. Health, readiness and
//! metrics are public; access to `/api/v1` is decided by [`api::access`], and webhooks ([`hooks`]) check a
//! signature.
//!
//! # Invariants
//!
//! - Every answer, errors included, is JSON, but for `/metrics`, the event stream and the files of the page.
//! - Other requests never take the places of probes: see `connections`.
//! - Every request is answered within [`TIMEOUT`], and a body is read only by webhooks
//!   and by a pause.

pub mod api;
mod bind;
mod connections;
mod digest;
mod environments;
pub mod hooks;
mod layers;
mod metrics;
mod page;
mod reply;
mod routes;

use std::future::IntoFuture as _;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use futures::future::join_all;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

pub use api::{Access, Api, ApiOptions, Peer, Reads};
pub use bind::{BindError, bind};
pub use environments::{Environments, Served};

use crate::runtime::clock::Clock;
use crate::runtime::readiness::Limits;

/// The longest time a request may take.
pub const TIMEOUT: Duration = Duration::from_secs(10);

/// What the routes rest on.
#[derive(Debug, Clone)]
pub struct ServerState {
    /// What is served.
    pub environments: Environments,
    /// The clock, for the age of the status.
    pub clock: Arc<dyn Clock>,
    /// When the daemon counts as live and ready.
    pub limits: Limits,
    /// What `/api/v1` rests on besides.
    pub api: Api,
}

/// All routes, with everything around them.
pub fn router(state: ServerState, hooks: Option<hooks::Hooks>) -> Router {
    let reading = api::reading(&state);
    let writing = api::writing(&state);
    let places = Arc::new(Semaphore::new(connections::OTHERS));
    let bounded =
        |routes: Router| routes.layer(from_fn_with_state(Arc::clone(&places), layers::bounded));
    let probes = Router::new()
        .route("/healthz", get(routes::healthz))
        .route("/readyz", get(routes::readyz))
        .route("/metrics", get(routes::metrics))
        .method_not_allowed_fallback(reply::method_not_allowed)
        .with_state(state)
        .fallback(reply::not_found);
    let writing = match hooks {
        Some(hooks) => writing.merge(hooks::router(hooks)),
        None => writing,
    };
    let reading = reading.merge(page::routes());
    layers::around(probes.merge(bounded(reading)), bounded(writing))
}

/// Serves until `done`, then lets requests under way finish.
///
/// # Errors
///
/// When the listener breaks.
pub async fn serve(
    listener: TcpListener,
    state: ServerState,
    hooks: Option<hooks::Hooks>,
    done: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let events = Arc::clone(&state.api.events);
    let statuses = state.environments.all().iter();
    let noting = statuses.map(|one| Arc::clone(&events).follow(one.status.clone()));
    let noting = join_all(noting.collect::<Vec<_>>());
    let routes = router(state, hooks)
        .layer(from_fn(connections::mark))
        .into_make_service_with_connect_info::<connections::Link>();
    let done = async move {
        done.await;
        // Streams would never end by themselves.
        events.close();
    };
    let serving = axum::serve(connections::Bounded::new(listener), routes);
    let serving = serving.with_graceful_shutdown(done).into_future();
    let mut serving = std::pin::pin!(serving);
    tokio::select! {
        served = &mut serving => return served,
        _ = noting => {}
    }
    serving.await
}
