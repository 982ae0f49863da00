//! The routes.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};

use super::metrics::{self as exposition, Form};
use super::{Served, ServerState, reply};
use crate::api::health::{HealthAnswer, Judgement};
use crate::api::http::{ErrorCode, StatusQuery};
use crate::runtime::readiness::{self, Facts, Limits};

/// Which environment. Probes add parameters of their own.
#[derive(Debug, Default, serde::Deserialize)]
pub(super) struct EnvironmentQuery {
    environment: Option<String>,
}

/// Whether a restart would help: the loops of all environments live.
pub(super) async fn healthz(State(state): State<ServerState>) -> Response {
    let judged = judge(&state, state.environments.all(), |facts, limits| {
        readiness::live(facts, limits).map_err(|reason| reason.to_string())
    });
    let living = judged.iter().all(|(_, judgement)| judgement.is_ok());
    verdict(&judged, living)
}

/// Whether what the daemon says can be relied on, in one environment at least.
pub(super) async fn readyz(
    State(state): State<ServerState>,
    whose: Result<Query<EnvironmentQuery>, QueryRejection>,
) -> Response {
    let whose = whose.map_or_else(|_| EnvironmentQuery::default(), |Query(whose)| whose);
    let chosen = match state.environments.chosen(whose.environment.as_deref()) {
        Ok(chosen) => chosen,
        Err(refusal) => return refusal.into_response(),
    };
    let judged = judge(&state, chosen.each(), |facts, limits| {
        readiness::ready(facts, limits).map_err(|reason| reason.to_string())
    });
    // A drain is the whole process's.
    let draining = |one: &Served| one.status.borrow().draining;
    let drains = chosen.each().iter().any(draining);
    let ready = judged.iter().any(|(_, judgement)| judgement.is_ok());
    verdict(&judged, ready && !drains)
}

/// The full status; the resources are left out where they were not requested.
pub(super) async fn status(
    State(state): State<ServerState>,
    parts: Result<Query<StatusQuery>, QueryRejection>,
) -> Response {
    let parts = match parts {
        Ok(Query(parts)) => parts,
        Err(wrong) => return reply::error(ErrorCode::InvalidRequest, &wrong.body_text()),
    };
    let chosen = match state.environments.chosen(parts.environment.as_deref()) {
        Ok(chosen) => chosen,
        Err(refusal) => return refusal.into_response(),
    };
    let now = state.clock.now();
    let resources = parts.resources != Some(false);
    Json(chosen.answer(|one| one.status.borrow().answer(now, resources))).into_response()
}

/// The same in numbers.
pub(super) async fn metrics(State(state): State<ServerState>, headers: HeaderMap) -> Response {
    let environments = state.environments.all().iter();
    let statuses = environments.map(|one| one.status.borrow().clone());
    let accept = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok());
    let form = Form::wanted(accept.unwrap_or_default());
    match exposition::text(statuses.collect(), state.clock.now()) {
        Ok(text) => ([(CONTENT_TYPE, form.content_type())], form.of(text)).into_response(),
        Err(_) => failed(),
    }
}

/// Why each environment is not well, if it is not.
type Judged<'a> = Vec<(&'a str, Result<(), String>)>;

fn judge<'a>(
    state: &ServerState,
    environments: &'a [Served],
    judge: impl Fn(&Facts, &Limits) -> Result<(), String>,
) -> Judged<'a> {
    let judged = environments.iter().map(|one| {
        let facts = one.status.borrow().facts(state.clock.as_ref());
        (one.name.as_str(), judge(&facts, &state.limits))
    });
    judged.collect()
}

/// The answer: with several environments each is named, with its own reason.
fn verdict(judged: &Judged<'_>, well: bool) -> Response {
    let reasons = judged.iter().filter_map(|(name, judgement)| {
        let reason = judgement.as_ref().err()?;
        Some(match judged.len() {
            1 => reason.clone(),
            _ => format!("{name}: {reason}"),
        })
    });
    let reason = reasons.collect::<Vec<_>>().join("; ");
    let each = judged.iter().map(|(name, judgement)| {
        let judgement = Judgement::of(judgement.clone().err());
        ((*name).to_owned(), judgement)
    });
    let body = HealthAnswer {
        whole: Judgement::of((!well).then_some(reason)),
        environments: (judged.len() > 1).then(|| each.collect()),
    };
    match well {
        true => Json(body).into_response(),
        false => (StatusCode::SERVICE_UNAVAILABLE, Json(body)).into_response(),
    }
}

pub(super) fn failed() -> Response {
    reply::error(ErrorCode::Internal, "the answer could not be written")
}
