//! What a person asks for by the page: the same commands as those of the command line.
//!
//! # Invariants
//!
//! - A request with the `Idempotency-Key` of an earlier one is answered as that was, and does nothing.
//! - An approval is of exactly the plan that was looked at.

mod live;

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodRouter, post};
use jiff::Timestamp;
use serde::Deserialize;

use super::{commands, page, whose_one};
use crate::api::http::{self, EnvironmentQuery, ErrorCode};
use crate::api::page::{Asked, AskedStatus, PlanApproval, Refusal};
use crate::model::{Pause, check_reason};
use crate::server::{Served, ServerState, reply};

/// How many answers are kept for requests that come twice.
const KEPT: usize = 256;
/// The longest key, in bytes.
const LONGEST_KEY: usize = 100;

/// The routes, with their paths.
pub(super) fn routes() -> [(&'static str, MethodRouter<ServerState>); 4] {
    [
        (http::ACTS, post(act)),
        (http::HOLDS, post(live::hold).delete(live::release)),
        (http::ROLLOUT_ACT, post(live::rollout)),
        (http::PLAN_APPROVALS, post(approve)),
    ]
}

/// The answers to what was asked lately, by their keys.
#[derive(Debug, Default)]
pub struct AskedLately(Mutex<VecDeque<(String, Asked)>>);

impl AskedLately {
    fn all(&self) -> MutexGuard<'_, VecDeque<(String, Asked)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn of(&self, key: &str) -> Option<Asked> {
        let all = self.all();
        let found = all.iter().find(|(known, _)| known == key);
        found.map(|(_, answer)| answer.clone())
    }

    fn keep(&self, key: String, answer: Asked) {
        let mut all = self.all();
        all.push_back((key, answer));
        if all.len() > KEPT {
            all.pop_front();
        }
    }
}

/// The key of a request, with whom it is about: the same key elsewhere is another request.
pub(super) fn key(headers: &HeaderMap, about: &str) -> Option<String> {
    let key = headers.get("idempotency-key")?.to_str().ok()?;
    (key.len() <= LONGEST_KEY).then(|| format!("{about} {key}"))
}

/// Does what is asked, unless that was done before.
pub(super) async fn once(
    state: &ServerState,
    key: Option<String>,
    doing: impl Future<Output = Result<(AskedStatus, String), Response>>,
) -> Response {
    if let Some(known) = key.as_deref().and_then(|key| state.api.asked.of(key)) {
        return (StatusCode::ACCEPTED, Json(known)).into_response();
    }
    let (status, text) = match doing.await {
        Ok(done) => done,
        Err(refused) => return refused,
    };
    let asked = Asked {
        id: uuid::Uuid::new_v4().simple().to_string(),
        status,
        text: Some(text),
    };
    if let Some(key) = key {
        state.api.asked.keep(key, asked.clone());
    }
    (StatusCode::ACCEPTED, Json(asked)).into_response()
}

/// A refusal that names the field of the form.
pub(super) fn wrong(field: &str, message: &str) -> Response {
    let body = Refusal {
        error: message.to_owned(),
        code: ErrorCode::InvalidRequest.into(),
        field: Some(field.to_owned()),
        suggestion: None,
        digest: None,
    };
    (StatusCode::BAD_REQUEST, Json(body)).into_response()
}

/// What a pause takes; nothing of it for the others.
#[derive(Debug, Default, Deserialize)]
struct Why {
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    until: Option<Timestamp>,
}

/// A pass, a pause or its end.
async fn act(
    State(state): State<ServerState>,
    name: Result<Path<String>, PathRejection>,
    whose: Result<Query<EnvironmentQuery>, QueryRejection>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let Ok(Path(name)) = name else {
        return page::unreadable();
    };
    let served = match whose_one(&state, whose) {
        Ok(one) => one.clone(),
        Err(refusal) => return refusal.into_response(),
    };
    let key = key(&headers, &format!("{} {name}", served.name));
    match name.as_str() {
        "sync" => once(&state, key, async { Ok(sync(&served)) }).await,
        "resume" => once(&state, key, async { Ok(resume(&served).await) }).await,
        "pause" => once(&state, key, pause(&state, &served, &headers, body)).await,
        _ => reply::error(ErrorCode::NotFound, "it is one of sync, pause, resume"),
    }
}

fn sync(served: &Served) -> (AskedStatus, String) {
    let generation = served.control.sync();
    tracing::info!(
        event = "sync.asked",
        environment = served.name,
        generation,
        "a pass was requested from the page"
    );
    (
        AskedStatus::Done,
        format!("pass {generation} will have done it"),
    )
}

async fn resume(served: &Served) -> (AskedStatus, String) {
    served.control.resume().await;
    (AskedStatus::Done, "the pause has ended".to_owned())
}

async fn pause(
    state: &ServerState,
    served: &Served,
    headers: &HeaderMap,
    body: Body,
) -> Result<(AskedStatus, String), Response> {
    let wanted: Why = commands::wanted(headers, body, "{\"reason\": …, \"until\": …}").await?;
    let reason = wanted.reason.unwrap_or_default();
    Pause::check_reason(&reason).map_err(|why| wrong("reason", &why))?;
    if wanted.until.is_some_and(|until| until <= state.clock.now()) {
        return Err(wrong("until", "that is in the past"));
    }
    served.control.pause(reason, wanted.until).await;
    Ok((
        AskedStatus::Done,
        "nothing is written until it ends".to_owned(),
    ))
}

/// Approves the plan that is looked at.
async fn approve(
    State(state): State<ServerState>,
    digest: Result<Path<String>, PathRejection>,
    whose: Result<Query<EnvironmentQuery>, QueryRejection>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let Ok(Path(digest)) = digest else {
        return page::unreadable();
    };
    let served = match whose_one(&state, whose) {
        Ok(one) => one.clone(),
        Err(refusal) => return refusal.into_response(),
    };
    let key = key(&headers, &format!("{} approve {digest}", served.name));
    once(&state, key, approved(&served, &digest, &headers, body)).await
}

async fn approved(
    served: &Served,
    digest: &str,
    headers: &HeaderMap,
    body: Body,
) -> Result<(AskedStatus, String), Response> {
    let form = "{\"reason\": …, \"confirm\": …}";
    let wanted: PlanApproval = commands::wanted(headers, body, form).await?;
    check_reason("an approval", &wanted.reason).map_err(|why| wrong("reason", &why))?;
    let status = served.status.borrow().clone();
    let Some(instances) = page::is_latest(&status, digest) else {
        return Err(superseded(&status));
    };
    if wanted.confirm.is_some_and(|typed| typed != instances) {
        return Err(wrong(
            "confirm",
            &format!("it touches {instances} instances"),
        ));
    }
    let Some(awaited) = &status.approval else {
        let message = "nothing waits for approval";
        return Err(reply::error(ErrorCode::NotAwaited, message));
    };
    let given = served.control.approve(&awaited.digest, wanted.reason, None);
    match given.await {
        Ok(_) => Ok((
            AskedStatus::Done,
            "a pass begins now and carries it out".to_owned(),
        )),
        Err(error) => Err(reply::error(ErrorCode::NotAwaited, &error.to_string())),
    }
}

fn superseded(status: &crate::controller::Status) -> Response {
    let body = Refusal {
        error: "a newer plan was made: nothing was approved".to_owned(),
        code: ErrorCode::NotAwaited.into(),
        field: None,
        suggestion: None,
        digest: page::latest_digest(status),
    };
    (StatusCode::CONFLICT, Json(body)).into_response()
}
