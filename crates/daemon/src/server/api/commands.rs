//! What a person may ask of the daemon: a pass now, a pause, its end, the approval of new files.

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::de::DeserializeOwned;

use super::{One, whose_one};
use crate::api::PerEnvironment;
use crate::api::http::{EnvironmentQuery, ErrorCode};
use crate::api::wish::{
    ApproveWanted, Approved, Heard, PauseWanted, Paused, SyncAccepted, SyncAnswer,
};
use crate::model::{Diagnostic, Pause, check_reason};
use crate::plan::Part;
use crate::server::layers::has_body;
use crate::server::{Served, ServerState, reply};

/// The largest body, in bytes: a reason and a time.
const MAX_BODY: usize = 16 * 1024;

/// Wakes the loop; with a body for a pass that writes a part only.
///
/// A pass does no harm to who did not ask for one, so no environment has to be named. A part is one of an environment.
pub(super) async fn sync(
    State(state): State<ServerState>,
    whose: Result<Query<EnvironmentQuery>, QueryRejection>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    if has_body(&headers) {
        return match wanted(&headers, body, PART).await {
            Ok(part) => sync_part(&state, whose, part),
            Err(response) => response,
        };
    }
    let chosen = match super::whose(&state, whose) {
        Ok(chosen) => chosen,
        Err(refusal) => return refusal.into_response(),
    };
    let status = Heard::Accepted;
    let body = match chosen.answer(woken) {
        PerEnvironment::One(accepted) => SyncAnswer::One { accepted, status },
        PerEnvironment::Several { environments } => SyncAnswer::Several {
            status,
            environments,
        },
    };
    (StatusCode::ACCEPTED, Json(body)).into_response()
}

/// What a body says.
const PART: &str = "{\"targets\": […], \"customers\": […], \"labels\": […], \"exclude\": […]}";

/// A pass about a part, if that is bounded and names what was there last.
fn sync_part(
    state: &ServerState,
    whose: Result<Query<EnvironmentQuery>, QueryRejection>,
    part: Part,
) -> Response {
    let one = match whose_one(state, whose) {
        Ok(one) => one,
        Err(refusal) => return refusal.into_response(),
    };
    if part.is_whole() {
        let message = "the body names nothing: for a pass about everything, send none";
        return reply::error(ErrorCode::InvalidRequest, message);
    }
    if let Err(wrong) = part.check() {
        return reply::error(ErrorCode::InvalidRequest, &wrong);
    }
    let names = one.status.borrow().names.clone();
    let unmatched = names
        .map(|names| names.unmatched(&part))
        .unwrap_or_default();
    if let Some(first) = unmatched.first() {
        return reply::error(ErrorCode::UnknownResource, &unknown(first));
    }
    let named = part.to_string();
    match one.control.sync_part(part) {
        Ok(generation) => {
            tracing::info!(
                event = "sync.asked",
                environment = one.name,
                generation,
                part = named,
                "a pass about a part was asked for"
            );
            let accepted = accepted(one, generation);
            let status = Heard::Accepted;
            let body = SyncAnswer::One { accepted, status };
            (StatusCode::ACCEPTED, Json(body)).into_response()
        }
        Err(error) => reply::error(ErrorCode::Busy, &error.to_string()),
    }
}

/// What is named and not there, with what it may have meant.
fn unknown(finding: &Diagnostic) -> String {
    let hint = finding.hint.as_deref();
    let hint = hint.map(|it| format!("; {it}")).unwrap_or_default();
    format!(
        "{}{hint} (as of the last pass: what is new in the files is known after the next one)",
        finding.message
    )
}

fn woken(one: &Served) -> SyncAccepted {
    let generation = one.control.sync();
    tracing::info!(
        event = "sync.asked",
        environment = one.name,
        generation,
        "a pass was requested"
    );
    accepted(one, generation)
}

fn accepted(one: &Served, generation: u64) -> SyncAccepted {
    SyncAccepted {
        environment: one.name.clone(),
        generation,
        paused: one.control.paused(),
    }
}

/// Pauses, in place of a pause that holds.
pub(super) async fn pause(
    State(state): State<ServerState>,
    One(one): One,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let form = "{\"reason\": …, \"until\": …}";
    let wanted: PauseWanted = match wanted(&headers, body, form).await {
        Ok(wanted) => wanted,
        Err(response) => return response,
    };
    if let Err(wrong) = Pause::check_reason(&wanted.reason) {
        return reply::error(ErrorCode::InvalidRequest, &wrong);
    }
    if wanted.until.is_some_and(|until| until <= state.clock.now()) {
        return reply::error(
            ErrorCode::InvalidRequest,
            "the end of the pause is in the past",
        );
    }
    let (pause, kept) = one.control.pause(wanted.reason, wanted.until).await;
    standing(one.name, Some(pause), kept)
}

/// Approves what waits, if it still is what the person saw.
pub(super) async fn approve(One(one): One, headers: HeaderMap, body: Body) -> Response {
    let form = "{\"digest\": …, \"reason\": …, \"by\": …}";
    let wanted: ApproveWanted = match wanted(&headers, body, form).await {
        Ok(wanted) => wanted,
        Err(response) => return response,
    };
    let texts = [Some(&wanted.reason), wanted.by.as_ref()];
    let wrong = texts.into_iter().flatten();
    if let Some(wrong) = wrong
        .map(|text| check_reason("an approval", text))
        .find_map(Result::err)
    {
        return reply::error(ErrorCode::InvalidRequest, &wrong);
    }
    let given = one
        .control
        .approve(&wanted.digest, wanted.reason, wanted.by);
    match given.await {
        Ok((approval, kept)) => Json(Approved {
            environment: one.name,
            approval,
            kept,
        })
        .into_response(),
        Err(error) => reply::error(ErrorCode::NotAwaited, &error.to_string()),
    }
}

/// Ends a pause. Without one it does nothing.
pub(super) async fn resume(One(one): One) -> Response {
    let kept = one.control.resume().await;
    standing(one.name, None, kept)
}

fn standing(environment: String, paused: Option<Pause>, kept: bool) -> Response {
    let body = Paused {
        environment,
        paused,
        kept,
    };
    Json(body).into_response()
}

pub(super) async fn wanted<T: DeserializeOwned>(
    headers: &HeaderMap,
    body: Body,
    form: &str,
) -> Result<T, Response> {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next());
    // A page of another site cannot send this without asking first.
    if !kind.is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json")) {
        return Err(reply::error(
            ErrorCode::TypeUnsupported,
            "the body has to be application/json",
        ));
    }
    let body = to_bytes(body, MAX_BODY).await.map_err(|_| {
        let message = "the body could not be read, or is larger than 16 KiB";
        reply::error(ErrorCode::BodyTooLarge, message)
    })?;
    serde_json::from_slice(&body).map_err(|error| {
        let message = format!("the body is not {form}: {error}");
        reply::error(ErrorCode::InvalidRequest, &message)
    })
}
