//! The routes.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

use super::metrics::{self as exposition, Form};
use super::{ServerState, reply};
use crate::runtime::readiness;

/// Whether a restart would help.
pub(super) async fn healthz(State(state): State<ServerState>) -> Response {
    let facts = state.status.borrow().facts(state.clock.as_ref());
    verdict(readiness::live(&facts, &state.limits).err())
}

/// Whether what the daemon says can be relied on.
pub(super) async fn readyz(State(state): State<ServerState>) -> Response {
    let facts = state.status.borrow().facts(state.clock.as_ref());
    verdict(readiness::ready(&facts, &state.limits).err())
}

/// How much of the status.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Parts {
    resources: Option<bool>,
}

/// Everything that is known; without the resources where nobody wants them.
pub(super) async fn status(
    State(state): State<ServerState>,
    parts: Result<Query<Parts>, QueryRejection>,
) -> Response {
    let parts = match parts {
        Ok(Query(parts)) => parts,
        Err(wrong) => return reply::error(StatusCode::BAD_REQUEST, &wrong.body_text()),
    };
    let mut status = state.status.borrow().clone();
    if parts.resources == Some(false) {
        status.resources = [].into();
    }
    let json = status.to_json(state.clock.now());
    match json {
        Ok(json) => Json(json).into_response(),
        Err(_) => failed(),
    }
}

/// The same in numbers.
pub(super) async fn metrics(State(state): State<ServerState>, headers: HeaderMap) -> Response {
    let status = state.status.borrow().clone();
    let accept = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok());
    let form = Form::wanted(accept.unwrap_or_default());
    match exposition::text(status, state.clock.now()) {
        Ok(text) => ([(CONTENT_TYPE, form.content_type())], form.of(text)).into_response(),
        Err(_) => failed(),
    }
}

fn verdict(against: Option<impl std::fmt::Display>) -> Response {
    match against {
        None => Json(json!({ "status": "ok" })).into_response(),
        Some(reason) => {
            let body = json!({ "status": "failing", "reason": reason.to_string() });
            (StatusCode::SERVICE_UNAVAILABLE, Json(body)).into_response()
        }
    }
}

pub(super) fn failed() -> Response {
    reply::error(
        StatusCode::INTERNAL_SERVER_ERROR,
        "the answer could not be written",
    )
}
