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
mod acts;
mod commands;
mod events;
mod history;
mod page;
mod resources;
mod session;

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequestParts, Query, RawQuery, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use axum::{Json, Router};

pub use access::{Access, Peer, Reads};
pub use acts::AskedLately;
pub use events::Events;
pub use session::Sessions;

use super::environments::{Chosen, Refusal};
use super::layers::without_body;
use super::{Served, ServerState, reply, routes};
use crate::api::http::{self, EnvironmentQuery, ErrorCode, ShapeQuery};
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
    /// Who signed in by the page.
    pub sessions: Arc<Sessions>,
    /// What was asked for lately, so that a request that is sent twice is done once.
    pub asked: Arc<AskedLately>,
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
            sessions: Arc::default(),
            asked: Arc::default(),
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

/// A path as the router has it: names may hold slashes.
fn routed(path: &str) -> String {
    path.replace("{kind}/{name}", "{kind}/{*name}")
        .replace("customers/{key}", "customers/{*key}")
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
    let pages = page::routes().map(|(path, _)| path);
    let commands = commands().map(|(path, _)| path);
    let acts = acts::routes().map(|(path, _)| path);
    let open = [http::OPENAPI, http::SESSION];
    let all = reads.into_iter().chain(pages).chain(commands);
    all.chain(acts).chain(open).collect()
}

/// What is read, behind who may read.
pub(super) fn reading(state: &ServerState) -> Router {
    let api = state.api.clone();
    let clock = Arc::clone(&state.clock);
    let gate = from_fn(move |mut request: Request, next: Next| {
        let known = api.sessions.of(request.headers(), clock.now()).is_some();
        let caller = session::Caller::of(&api, &request, clock.now());
        request.extensions_mut().insert(caller);
        let refused = access::may_read(&api.access, &request).err();
        pass_on(refused.filter(|_| !known), request, next)
    });
    let routes = reads().into_iter().chain(page::routes());
    let routes = routes.fold(Router::new(), |all, (path, route)| {
        all.route(&routed(path), route)
    });
    routes
        .route_layer(gate)
        .route(http::OPENAPI, get(openapi))
        .method_not_allowed_fallback(reply::method_not_allowed)
        .with_state(state.clone())
}

/// What is wished for, behind who may write.
pub(super) fn writing(state: &ServerState) -> Router {
    let api = state.api.clone();
    let clock = Arc::clone(&state.clock);
    let gate = from_fn(move |request: Request, next: Next| {
        let refused = session::may_write(&api, &request, clock.now()).err();
        pass_on(refused, request, next)
    });
    let routes = commands().into_iter().chain(acts::routes());
    let routes = routes.fold(Router::new(), |all, (path, route)| all.route(path, route));
    let session = session::route(state).method_not_allowed_fallback(reply::method_not_allowed);
    let acts = routes
        .method_not_allowed_fallback(reply::only_post)
        .layer(gate);
    acts.with_state(state.clone())
        .merge(session.with_state(state.clone()))
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
    RawQuery(raw): RawQuery,
    whose: Result<Query<ShapeQuery>, QueryRejection>,
    asker: page::Asker,
) -> Response {
    let groups = |it: &Query<ShapeQuery>| it.0.shape.as_deref() == Some("groups");
    if whose.as_ref().is_ok_and(groups) {
        return page::latest(&state, "latest", raw.as_deref(), &asker);
    }
    let status = match shaped_one(&state, whose) {
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

/// The same, before anything else of a request is looked at.
struct One(Served);

impl FromRequestParts<ServerState> for One {
    type Rejection = Response;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &ServerState,
    ) -> Result<Self, Self::Rejection> {
        let whose = Query::from_request_parts(parts, state).await;
        let one = whose_one(state, whose).map_err(IntoResponse::into_response)?;
        Ok(Self(one.clone()))
    }
}

/// The one environment that a request is about whose shape may be chosen: here the usual one.
fn shaped_one(
    state: &ServerState,
    whose: Result<Query<ShapeQuery>, QueryRejection>,
) -> Result<&Served, Refusal> {
    let Query(whose) = whose.map_err(|wrong| Refusal::Wrong(wrong.body_text()))?;
    if let Some(shape) = whose.shape {
        return Err(Refusal::Wrong(format!("there is no shape {shape:?} of it")));
    }
    state.environments.one(whose.environment.as_deref())
}

async fn openapi() -> Response {
    ([(CONTENT_TYPE, "application/json")], OPENAPI).into_response()
}
