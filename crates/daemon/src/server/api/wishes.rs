//! What a person may ask of the daemon: a pass now, a pause, its end.

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Whose, whose_one};
use crate::model::Pause;
use crate::server::environments::Chosen;
use crate::server::{Served, ServerState, reply};

/// The largest body, in bytes: a reason and a time.
const MAX_BODY: usize = 16 * 1024;

/// What pausing takes.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    reason: String,
    #[serde(default)]
    until: Option<Timestamp>,
}

/// Wakes the loop.
///
/// A pass does no harm to who did not ask for one, so no environment has to be named.
pub(super) async fn sync(
    State(state): State<ServerState>,
    whose: Result<Query<Whose>, QueryRejection>,
) -> Response {
    let chosen = match super::whose(&state, whose) {
        Ok(chosen) => chosen,
        Err(refusal) => return refusal.into_response(),
    };
    let body = match chosen {
        Chosen::One(one) => {
            let mut body = woken(one);
            body["status"] = "accepted".into();
            body
        }
        Chosen::All(all) => {
            let each: Vec<_> = all.iter().map(woken).collect();
            json!({ "status": "accepted", "environments": each })
        }
    };
    (StatusCode::ACCEPTED, Json(body)).into_response()
}

fn woken(one: &Served) -> Value {
    let generation = one.control.sync();
    tracing::info!(
        event = "sync.asked",
        environment = one.name,
        generation,
        "somebody asked for a pass"
    );
    let paused = one.control.paused();
    json!({ "environment": one.name, "generation": generation, "paused": paused })
}

/// Pauses, in place of a pause that holds.
pub(super) async fn pause(
    State(state): State<ServerState>,
    whose: Result<Query<Whose>, QueryRejection>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let (name, control) = match whose_one(&state, whose) {
        Ok(one) => (one.name.clone(), one.control.clone()),
        Err(refusal) => return refusal.into_response(),
    };
    let wanted = match wanted(&headers, body).await {
        Ok(wanted) => wanted,
        Err(response) => return response,
    };
    if let Err(wrong) = Pause::check_reason(&wanted.reason) {
        return reply::error(StatusCode::BAD_REQUEST, wrong);
    }
    if wanted.until.is_some_and(|until| until <= state.clock.now()) {
        return reply::error(
            StatusCode::BAD_REQUEST,
            "the end of the pause is in the past",
        );
    }
    let (pause, kept) = control.pause(wanted.reason, wanted.until).await;
    Json(json!({ "environment": name, "paused": pause, "kept": kept })).into_response()
}

/// Ends a pause. Without one it does nothing.
pub(super) async fn resume(
    State(state): State<ServerState>,
    whose: Result<Query<Whose>, QueryRejection>,
) -> Response {
    let (name, control) = match whose_one(&state, whose) {
        Ok(one) => (one.name.clone(), one.control.clone()),
        Err(refusal) => return refusal.into_response(),
    };
    let kept = control.resume().await;
    Json(json!({ "environment": name, "paused": null, "kept": kept })).into_response()
}

async fn wanted(headers: &HeaderMap, body: Body) -> Result<Wanted, Response> {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next());
    // A page of another site cannot send this without asking first.
    if !kind.is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json")) {
        return Err(reply::error(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "the body has to be application/json",
        ));
    }
    let body = to_bytes(body, MAX_BODY).await.map_err(|_| {
        let message = "the body could not be read, or is larger than 16 KiB";
        reply::error(StatusCode::PAYLOAD_TOO_LARGE, message)
    })?;
    serde_json::from_slice(&body).map_err(|error| {
        let message = format!("the body is not {{\"reason\": …, \"until\": …}}: {error}");
        reply::error(StatusCode::BAD_REQUEST, &message)
    })
}
