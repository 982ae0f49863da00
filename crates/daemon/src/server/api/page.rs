//! What the page at `/` asks: the state of the last pass in its own words, filtered and paged here.
//!
//! Answers are made by pure functions of a status; nothing is decided here that a pass decided before.
//!
//! # Invariants
//!
//! - An answer is bounded: pages have a largest size, texts a largest length.
//! - Equal answers have equal tags, whenever they are asked for: the time of the request does not count.
//! - What may be secret is not in what these functions are given.

#![expect(
    clippy::result_large_err,
    reason = "a refusal is the answer itself, and is moved once"
)]

mod about;
mod causes;
mod customer;
mod filter;
mod fleet;
mod plan;
mod query;
mod resource;
mod rollout;
mod timeline;

use std::convert::Infallible;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path, RawQuery, State};
use axum::http::header::ETAG;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodRouter, get};
use jiff::Timestamp;
use serde::Serialize;

use self::query::{Query, Wrong};
use super::session::Caller;
use crate::api::http::{self, ErrorCode};
use crate::api::page::{Refusal, State as Word, Waiting};
use crate::controller::Status;
use crate::controller::page::Page;
use crate::model::Address;
use crate::model::history::{PassRecord, WriteRecord};
use crate::server::{Served, ServerState, digest, reply};
use crate::store::history::HistoryQuery;

/// At most this many rows of history are shown with something else.
const TAIL: usize = 20;

/// The routes, with their paths.
pub(super) fn routes() -> [(&'static str, MethodRouter<ServerState>); 10] {
    [
        (http::OVERVIEW, get(overview)),
        (http::INTEGRATIONS, get(integrations)),
        (http::CUSTOMER, get(customer)),
        (http::SEARCH, get(search)),
        (http::PLAN, get(plan)),
        (http::PLAN_GROUP, get(plan_group)),
        (http::ROLLOUTS, get(rollouts)),
        (http::ROLLOUT, get(rollout)),
        (http::TIMELINE, get(timeline)),
        (http::WAITING, get(waiting)),
    ]
}

/// What an answer is made of.
pub(super) struct View<'a> {
    status: &'a Status,
    now: Timestamp,
    /// An observation that is older is of little use.
    stale_after: u64,
    /// Whether who asks may ask for acts, too.
    may_write: bool,
}

/// Who asks, and what they have already.
pub(super) struct Asker {
    headers: HeaderMap,
    may_write: bool,
}

impl<S: Send + Sync> FromRequestParts<S> for Asker {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let caller = parts.extensions.get::<Caller>();
        Ok(Self {
            headers: parts.headers.clone(),
            may_write: caller.is_some_and(|it| it.may_write),
        })
    }
}

impl View<'_> {
    fn page(&self) -> &Page {
        static NOTHING: std::sync::LazyLock<Page> = std::sync::LazyLock::new(Page::default);
        self.status.page.as_deref().unwrap_or(&NOTHING)
    }
}

/// The worst cause, and how many wait for a person.
pub(super) fn worst(status: &Status, now: Timestamp) -> (Option<Word>, u64) {
    let view = View {
        status,
        now,
        stale_after: 0,
        may_write: false,
    };
    let groups = causes::groups(&view);
    let persons = groups.iter().filter(|it| it.headline.person).count();
    (groups.first().map(|it| it.headline.state), persons as u64)
}

/// Whether a digest is that of the latest plan; how many instances that touches.
pub(super) fn is_latest(status: &Status, digest: &str) -> Option<u64> {
    let plan = status.plan.as_deref()?;
    (digest == plan.digest || digest == plan::short(plan)).then_some(plan.impact.instances)
}

/// The digest of the latest plan, as the page has it.
pub(super) fn latest_digest(status: &Status) -> Option<String> {
    Some(plan::short(status.plan.as_deref()?).to_owned())
}

/// Answers about the environment that a query names; a wrong query is refused with what was meant.
fn about<T: Serialize>(
    state: &ServerState,
    query: &Query,
    asker: &Asker,
    answer: impl FnOnce(&View<'_>) -> Result<T, Response>,
) -> Response {
    let served = match one(state, query) {
        Ok(served) => served,
        Err(refused) => return refused,
    };
    let status = served.status.borrow().clone();
    let view = View {
        status: &status,
        now: state.clock.now(),
        stale_after: state.limits.stale.as_secs(),
        may_write: asker.may_write,
    };
    match answer(&view) {
        Ok(body) => tagged(&asker.headers, &body),
        Err(refused) => refused,
    }
}

fn one<'a>(state: &'a ServerState, query: &Query) -> Result<&'a Served, Response> {
    let environment = query.one("environment").map_err(refused)?;
    let chosen = state.environments.one(environment);
    chosen.map_err(axum::response::IntoResponse::into_response)
}

fn refused(wrong: Wrong) -> Response {
    let body = Refusal {
        error: wrong.message,
        code: ErrorCode::InvalidRequest.into(),
        field: Some(wrong.field),
        suggestion: wrong.suggestion,
        digest: None,
    };
    (StatusCode::BAD_REQUEST, Json(body)).into_response()
}

/// The body with a tag over all of it but the time of the request; nothing where the client has it already.
fn tagged<T: Serialize>(headers: &HeaderMap, body: &T) -> Response {
    let Ok(body) = serde_json::to_value(body) else {
        return super::routes::failed();
    };
    let mut timeless = body.clone();
    if let Some(as_of) = timeless.get_mut("asOf").and_then(|it| it.as_object_mut()) {
        as_of.remove("now");
    }
    let tag = digest::tag(timeless.to_string());
    match digest::is_known(headers, &tag) {
        true => (StatusCode::NOT_MODIFIED, [(ETAG, tag)]).into_response(),
        false => ([(ETAG, tag)], Json(body)).into_response(),
    }
}

async fn overview(
    State(state): State<ServerState>,
    RawQuery(raw): RawQuery,
    asker: Asker,
) -> Response {
    let query = Query::of(raw.as_deref());
    match query.only(&["environment"]) {
        Ok(()) => about(&state, &query, &asker, |view| Ok(fleet::overview(view))),
        Err(wrong) => refused(wrong),
    }
}

async fn integrations(
    State(state): State<ServerState>,
    RawQuery(raw): RawQuery,
    asker: Asker,
) -> Response {
    let query = Query::of(raw.as_deref());
    if let Err(wrong) = query.only(&["environment", "seen", "after"]) {
        return refused(wrong);
    }
    about(&state, &query, &asker, |view| {
        let seen = query.one("seen").map_err(refused)? == Some("true");
        let after = query.one("after").map_err(refused)?;
        Ok(fleet::integrations(view, seen, after))
    })
}

/// The page of resources that `resources?shape=page` asks for.
pub(super) fn resources(state: &ServerState, raw: Option<&str>, asker: &Asker) -> Response {
    let query = Query::of(raw);
    about(state, &query, asker, |view| {
        filter::page(view, &query).map_err(refused)
    })
}

/// One resource, as `resources/KIND/NAME?shape=page` asks for it.
pub(super) async fn resource(
    state: &ServerState,
    address: Address,
    raw: Option<&str>,
    asker: &Asker,
) -> Response {
    let query = Query::of(raw);
    let served = match one(state, &query) {
        Ok(served) => served,
        Err(refused) => return refused,
    };
    let past = HistoryQuery {
        environment: several(state, served),
        address: Some(address.clone()),
        limit: TAIL,
        ..HistoryQuery::default()
    };
    // Without a history the rest is as useful.
    let writes = writes(state, past).await.unwrap_or_default();
    about(state, &query, asker, |view| {
        resource::answer(view, &address.to_string(), &writes)
            .ok_or_else(|| reply::error(ErrorCode::UnknownResource, "there is no such resource"))
    })
}

async fn customer(
    State(state): State<ServerState>,
    key: Result<Path<String>, PathRejection>,
    RawQuery(raw): RawQuery,
    asker: Asker,
) -> Response {
    let Ok(Path(key)) = key else {
        return unreadable();
    };
    let query = Query::of(raw.as_deref());
    let served = match one(&state, &query) {
        Ok(served) => served,
        Err(refused) => return refused,
    };
    let past = HistoryQuery {
        environment: several(&state, served),
        limit: 200,
        ..HistoryQuery::default()
    };
    let writes = writes(&state, past).await.unwrap_or_default();
    about(&state, &query, &asker, |view| {
        customer::answer(view, &key, &writes)
            .ok_or_else(|| reply::error(ErrorCode::UnknownResource, "there is no such customer"))
    })
}

async fn search(
    State(state): State<ServerState>,
    RawQuery(raw): RawQuery,
    asker: Asker,
) -> Response {
    let query = Query::of(raw.as_deref());
    if let Err(wrong) = query.only(&["environment", "q", "limit"]) {
        return refused(wrong);
    }
    about(&state, &query, &asker, |view| {
        let text = query.one("q").map_err(refused)?.unwrap_or_default();
        Ok(customer::search(view, text))
    })
}

async fn plan(
    State(state): State<ServerState>,
    digest: Result<Path<String>, PathRejection>,
    RawQuery(raw): RawQuery,
    asker: Asker,
) -> Response {
    let Ok(Path(digest)) = digest else {
        return unreadable();
    };
    latest(&state, &digest, raw.as_deref(), &asker)
}

/// The plan by groups: the latest one, since no other is kept.
pub(super) fn latest(
    state: &ServerState,
    digest: &str,
    raw: Option<&str>,
    asker: &Asker,
) -> Response {
    let query = Query::of(raw);
    about(state, &query, asker, |view| {
        let plan = plan::kept(view, digest).map_err(|why| reply::error(ErrorCode::NoPlan, why))?;
        Ok(plan::answer(view, plan))
    })
}

async fn plan_group(
    State(state): State<ServerState>,
    which: Result<Path<(String, String)>, PathRejection>,
    RawQuery(raw): RawQuery,
    asker: Asker,
) -> Response {
    let Ok(Path((digest, group))) = which else {
        return unreadable();
    };
    let query = Query::of(raw.as_deref());
    about(&state, &query, &asker, |view| {
        plan::kept(view, &digest).map_err(|why| reply::error(ErrorCode::NoPlan, why))?;
        let after = query.one("after").map_err(refused)?;
        plan::steps(view, &group, after)
            .ok_or_else(|| reply::error(ErrorCode::NotFound, "the plan has no such group"))
    })
}

async fn rollouts(
    State(state): State<ServerState>,
    RawQuery(raw): RawQuery,
    asker: Asker,
) -> Response {
    let query = Query::of(raw.as_deref());
    about(&state, &query, &asker, |view| Ok(rollout::all(view)))
}

async fn rollout(
    State(state): State<ServerState>,
    name: Result<Path<String>, PathRejection>,
    RawQuery(raw): RawQuery,
    asker: Asker,
) -> Response {
    let Ok(Path(name)) = name else {
        return unreadable();
    };
    let query = Query::of(raw.as_deref());
    about(&state, &query, &asker, |view| {
        rollout::one(view, &name).ok_or_else(|| {
            reply::error(
                ErrorCode::UnknownResource,
                "that integration has no rollout",
            )
        })
    })
}

async fn timeline(
    State(state): State<ServerState>,
    RawQuery(raw): RawQuery,
    asker: Asker,
) -> Response {
    let query = Query::of(raw.as_deref());
    let served = match one(&state, &query) {
        Ok(served) => served,
        Err(refused) => return refused,
    };
    let wanted = match timeline::Wanted::of(&query, several(&state, served)) {
        Ok(wanted) => wanted,
        Err(wrong) => return refused(wrong),
    };
    let read = match past(&state, &wanted).await {
        Ok(read) => read,
        Err(problem) => return reply::error(ErrorCode::HistoryUnread, &problem),
    };
    about(&state, &query, &asker, |view| {
        Ok(timeline::answer(view, &wanted, &read))
    })
}

async fn waiting(
    State(state): State<ServerState>,
    RawQuery(raw): RawQuery,
    asker: Asker,
) -> Response {
    let query = Query::of(raw.as_deref());
    about(&state, &query, &asker, |view| {
        Ok(Waiting {
            as_of: about::as_of(view),
            groups: causes::groups(view),
        })
    })
}

pub(super) fn unreadable() -> Response {
    reply::error(ErrorCode::InvalidRequest, "the path is not UTF-8")
}

/// A single environment may have been called otherwise before it had a name.
fn several(state: &ServerState, served: &Served) -> Option<String> {
    (state.environments.all().len() > 1).then(|| served.name.clone())
}

async fn writes(state: &ServerState, query: HistoryQuery) -> Result<Vec<WriteRecord>, String> {
    let read = super::history::ask(&state.api, move |reader| reader.writes(&query)).await?;
    Ok(read.unwrap_or_default())
}

/// Passes with their writes, as far as a page of the timeline needs them.
async fn past(
    state: &ServerState,
    wanted: &timeline::Wanted,
) -> Result<Vec<(PassRecord, Vec<WriteRecord>)>, String> {
    let (passes, each) = (wanted.passes(), timeline::WRITES);
    let read = super::history::ask(&state.api, move |reader| {
        let passes = reader.passes(&passes)?;
        let with = |pass: PassRecord| {
            let writes = reader.writes(&HistoryQuery {
                pass: Some(pass.id),
                limit: each,
                ..HistoryQuery::default()
            })?;
            Ok((pass, writes))
        };
        passes.into_iter().map(with).collect()
    });
    Ok(read.await?.unwrap_or_default())
}
