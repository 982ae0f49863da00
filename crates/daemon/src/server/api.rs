//! `/api/v1`: what the daemon knows, in parts, and what a person may ask of it.
//!
//! `docs/openapi.json` describes every route; `tests/it/api.rs` holds the two together. Both are made of the
//! types of [`crate::api`].
//!
//! # Invariants
//!
//! - What is written here carries no input for a pass: see
//!   [`Control`](crate::controller::control::Control).
//! - Access is decided by [`access`] before anything of a request is looked at.
//! - No answer holds a secret: these routes are given none.

pub mod access;
mod commands;
mod events;
mod history;
mod resources;

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use axum::{Json, Router};

pub use access::{Access, Peer, Reads};
pub use events::Events;

use super::environments::{Chosen, Refusal};
use super::layers::without_body;
use super::{Served, ServerState, reply, routes};
use crate::api::http::{self, EnvironmentQuery, ErrorCode};
use crate::store::history::HistoryReader;

/// The description of all routes, as it is served.
pub const OPENAPI: &str = include_str!("../../../../docs/openapi.json");

/// What is chosen when the daemon is started.
#[derive(Clone, Default)]
pub struct ApiOptions {
    /// The access rules.
    pub access: Access,
    /// What was done, if that is kept.
    pub past: Option<Arc<dyn HistoryReader>>,
}

/// What the routes rest on besides the environments.
#[derive(Clone)]
pub struct Api {
    /// The access rules.
    pub access: Access,
    /// What was done, if that is kept.
    pub past: Option<Arc<dyn HistoryReader>>,
    /// What happens, for those who listen.
    pub events: Arc<Events>,
}

impl std::fmt::Debug for Api {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Api").finish_non_exhaustive()
    }
}

impl Api {
    /// What the routes rest on.
    #[must_use]
    pub fn new(options: ApiOptions) -> Self {
        Self {
            access: options.access,
            past: options.past,
            events: Arc::default(),
        }
    }
}

/// The routes that are read, with their paths.
fn reads() -> [(&'static str, MethodRouter<ServerState>); 6] {
    [
        (http::STATUS, get(routes::status)),
        (http::RESOURCES, get(resources::list)),
        (http::RESOURCE, get(resources::one)),
        (http::LATEST_PLAN, get(latest_plan)),
        (http::HISTORY, get(history::history)),
        (http::EVENTS, get(events::stream)),
    ]
}

/// The commands, with their paths. The end of a pause has no body.
fn commands() -> [(&'static str, MethodRouter<ServerState>); 4] {
    let bare = || from_fn(without_body);
    [
        (http::SYNC, post(commands::sync)),
        (http::PAUSE, post(commands::pause)),
        (http::APPROVE, post(commands::approve)),
        (http::RESUME, post(commands::resume).layer(bare())),
    ]
}

/// All paths of this interface, as the document names them.
#[must_use]
pub fn paths() -> Vec<&'static str> {
    let reads = reads().map(|(path, _)| path);
    let wishes = commands().map(|(path, _)| path);
    let open = [http::OPENAPI];
    reads.into_iter().chain(wishes).chain(open).collect()
}

/// What is read, behind who may read.
pub(super) fn reading(state: &ServerState) -> Router {
    let api = state.api.clone();
    let gate = from_fn(move |request: Request, next: Next| {
        let refused = access::may_read(&api.access, &request).err();
        pass_on(refused, request, next)
    });
    let routes = reads().into_iter();
    let routes = routes.fold(Router::new(), |all, (path, route)| all.route(path, route));
    routes
        .route_layer(gate)
        .route(http::OPENAPI, get(openapi))
        .method_not_allowed_fallback(reply::method_not_allowed)
        .with_state(state.clone())
}

/// What is wished for, behind who may write.
pub(super) fn writing(state: &ServerState) -> Router {
    let api = state.api.clone();
    let gate = from_fn(move |request: Request, next: Next| {
        let refused = access::may_write(&api.access, &request).err();
        pass_on(refused, request, next)
    });
    let routes = commands().into_iter();
    let routes = routes.fold(Router::new(), |all, (path, route)| all.route(path, route));
    routes
        .method_not_allowed_fallback(reply::only_post)
        .layer(gate)
        .with_state(state.clone())
}

async fn pass_on(refused: Option<access::Refusal>, request: Request, next: Next) -> Response {
    match refused {
        None => next.run(request).await,
        Some(refusal) => refusal.into_response(),
    }
}

/// The last plan, as `plan -o json` has it.
async fn latest_plan(
    State(state): State<ServerState>,
    whose: Result<Query<EnvironmentQuery>, QueryRejection>,
) -> Response {
    let status = match whose_one(&state, whose) {
        Ok(one) => one.status.borrow().clone(),
        Err(refusal) => return refusal.into_response(),
    };
    // Large plans take a while to write down, and the loop shares this runtime.
    match tokio::task::spawn_blocking(move || status.plan_json()).await {
        Ok(Some(plan)) => Json(plan).into_response(),
        Ok(None) => reply::error(ErrorCode::NoPlan, "no plan has been made yet"),
        Err(_) => routes::failed(),
    }
}

/// The environments that a request is about.
fn whose(
    state: &ServerState,
    whose: Result<Query<EnvironmentQuery>, QueryRejection>,
) -> Result<Chosen<'_>, Refusal> {
    let Query(whose) = whose.map_err(|wrong| Refusal::Wrong(wrong.body_text()))?;
    state.environments.chosen(whose.environment.as_deref())
}

/// The one environment that a request is about.
fn whose_one(
    state: &ServerState,
    whose: Result<Query<EnvironmentQuery>, QueryRejection>,
) -> Result<&Served, Refusal> {
    let Query(whose) = whose.map_err(|wrong| Refusal::Wrong(wrong.body_text()))?;
    state.environments.one(whose.environment.as_deref())
}

async fn openapi() -> Response {
    ([(CONTENT_TYPE, "application/json")], OPENAPI).into_response()
}
