//! The daemon over HTTP: health, readiness, metrics and status.
//!
//! Sees the controller's [`Status`] and nothing else of it, and changes
//! nothing: every route is a GET without authentication, so it belongs on
//! loopback or behind something that has one. The exception are the webhooks
//! of [`hooks`], which check a signature and can only wake the loop.
//!
//! # Invariants
//!
//! - Every answer, errors included, is JSON, but for `/metrics`.
//! - Every request ends within [`TIMEOUT`], and a body is read only by webhooks.

mod bind;
pub mod hooks;
mod layers;
mod metrics;
mod reply;
mod routes;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::sync::watch;

pub use bind::{BindError, bind};

use crate::controller::Status;
use crate::runtime::clock::Clock;
use crate::runtime::readiness::Limits;

/// The longest time a request may take.
pub const TIMEOUT: Duration = Duration::from_secs(10);

/// What the routes rest on.
#[derive(Debug, Clone)]
pub struct ServerState {
    /// What the daemon knows.
    pub status: watch::Receiver<Status>,
    /// Tells how old it is.
    pub clock: Arc<dyn Clock>,
    /// When the daemon counts as live and ready.
    pub limits: Limits,
}

/// All routes, with everything around them.
pub fn router(state: ServerState, hooks: Option<hooks::Hooks>) -> Router {
    let routes = Router::new()
        .route("/healthz", get(routes::healthz))
        .route("/readyz", get(routes::readyz))
        .route("/metrics", get(routes::metrics))
        .route("/api/v1/status", get(routes::status))
        .fallback(reply::not_found)
        .method_not_allowed_fallback(reply::method_not_allowed)
        .with_state(state);
    layers::around(routes, hooks.map(hooks::router))
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
    axum::serve(listener, router(state, hooks))
        .with_graceful_shutdown(done)
        .await
}
