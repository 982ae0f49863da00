//! Who looks by the page: a token is exchanged for a cookie, which lives in memory and for half a day.
//!
//! # Invariants
//!
//! - The cookie is out of reach of scripts and of other sites' pages; a write needs a second token, which only
//!   a page of this origin can read.
//! - The token of the daemon is compared and never kept or answered.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Json;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderName};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use jiff::{SignedDuration, Timestamp};

use super::{Api, access, commands, page};
use crate::api::http;
use crate::api::page::{EnvironmentAbout, Role, Session, SignIn};
use crate::server::hooks::signature;
use crate::server::layers::without_body;
use crate::server::{Served, ServerState};

/// How long a session lasts.
const LASTS: SignedDuration = SignedDuration::from_hours(12);
/// How many sessions there are at most; the one that ends first makes room.
const MOST: usize = 100;
const NAME: &str = "prism-gitops-session";
const CSRF: HeaderName = HeaderName::from_static("x-csrf-token");

#[derive(Debug, Clone)]
struct Entry {
    csrf: String,
    ends: Timestamp,
}

/// Who signed in.
#[derive(Debug, Default)]
pub struct Sessions(Mutex<BTreeMap<String, Entry>>);

impl Sessions {
    fn all(&self) -> MutexGuard<'_, BTreeMap<String, Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The session that a request belongs to, if it has not ended.
    fn entry(&self, headers: &HeaderMap, now: Timestamp) -> Option<Entry> {
        let id = cookie(headers)?;
        let found = self.all().get(id).cloned();
        found.filter(|entry| entry.ends > now)
    }

    /// What its writes have to bear.
    pub(super) fn of(&self, headers: &HeaderMap, now: Timestamp) -> Option<String> {
        Some(self.entry(headers, now)?.csrf)
    }

    fn begin(&self, now: Timestamp) -> (String, Entry) {
        let entry = Entry {
            csrf: drawn(),
            ends: now.checked_add(LASTS).unwrap_or(now),
        };
        let id = drawn();
        let mut all = self.all();
        all.retain(|_, entry| entry.ends > now);
        if all.len() >= MOST {
            let first = all.iter().min_by_key(|(_, entry)| entry.ends);
            if let Some(first) = first.map(|(id, _)| id.clone()) {
                all.remove(&first);
            }
        }
        all.insert(id.clone(), entry.clone());
        (id, entry)
    }

    fn end(&self, headers: &HeaderMap) {
        if let Some(id) = cookie(headers) {
            self.all().remove(id);
        }
    }
}

/// What a request that may read may do besides.
#[derive(Debug, Clone, Copy)]
pub(super) struct Caller {
    pub(super) may_write: bool,
}

impl Caller {
    /// By the session or by the rules for clients without one.
    pub(super) fn of(api: &Api, request: &Request, now: Timestamp) -> Self {
        let session = api.sessions.of(request.headers(), now).is_some();
        Self {
            may_write: session || access::may_write(&api.access, request).is_ok(),
        }
    }
}

/// 244 random bits.
fn drawn() -> String {
    let one = || uuid::Uuid::new_v4().simple().to_string();
    one() + &one()
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let all = headers.get_all(COOKIE).iter();
    let all = all.filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|all| all.split(';'));
    pairs.find_map(|pair| pair.trim().strip_prefix(NAME)?.strip_prefix('='))
}

/// Whether a request may write: as every client may, or by a session with its own token.
pub(super) fn may_write(
    api: &Api,
    request: &Request,
    now: Timestamp,
) -> Result<(), access::Refusal> {
    let headers = request.headers();
    let session = api.sessions.of(headers, now);
    let (Some(csrf), false) = (session, access::has_token(&api.access, headers)) else {
        return access::may_write(&api.access, request);
    };
    access::same_site(headers)?;
    let given = headers.get(CSRF).map(axum::http::HeaderValue::as_bytes);
    let same = given.is_some_and(|given| signature::same(given, csrf.as_bytes()));
    same.then_some(()).ok_or(access::Refusal::Forged)
}

/// Asking who looks, signing in, and signing out.
pub(super) fn route(state: &ServerState) -> Router<ServerState> {
    let api = state.api.clone();
    let clock = Arc::clone(&state.clock);
    let reads = from_fn(move |request: Request, next: Next| {
        let known = api.sessions.of(request.headers(), clock.now()).is_some();
        let refused = access::may_read(&api.access, &request).err();
        super::pass_on(refused.filter(|_| !known), request, next)
    });
    let asking = get(look).layer(reads).layer(from_fn(without_body));
    Router::new().route(http::SESSION, asking.post(sign_in).delete(sign_out))
}

async fn look(State(state): State<ServerState>, request: Request) -> Response {
    let now = state.clock.now();
    let entry = state.api.sessions.entry(request.headers(), now);
    let may = access::may_write(&state.api.access, &request).is_ok();
    Json(about(&state, entry.as_ref(), may)).into_response()
}

async fn sign_in(State(state): State<ServerState>, headers: HeaderMap, body: Body) -> Response {
    if let Err(refusal) = access::same_site(&headers) {
        return refusal.into_response();
    }
    let wanted: SignIn = match commands::wanted(&headers, body, "{\"token\": …}").await {
        Ok(wanted) => wanted,
        Err(refused) => return refused,
    };
    if !access::is_token(&state.api.access, &wanted.token) {
        tracing::warn!(
            event = "session.refused",
            "a wrong token was given to the page"
        );
        return access::Refusal::Token.into_response();
    }
    let (id, entry) = state.api.sessions.begin(state.clock.now());
    let age = LASTS.as_secs();
    let cookie = format!("{NAME}={id}; HttpOnly; SameSite=Strict; Max-Age={age}; Path=/");
    let body = about(&state, Some(&entry), true);
    ([(SET_COOKIE, cookie)], Json(body)).into_response()
}

async fn sign_out(State(state): State<ServerState>, headers: HeaderMap) -> Response {
    if let Err(refusal) = access::same_site(&headers) {
        return refusal.into_response();
    }
    state.api.sessions.end(&headers);
    let cookie = format!("{NAME}=; HttpOnly; SameSite=Strict; Max-Age=0; Path=/");
    let body = about(&state, None, false);
    ([(SET_COOKIE, cookie)], Json(body)).into_response()
}

fn about(state: &ServerState, entry: Option<&Entry>, may_write: bool) -> Session {
    let (name, via) = match (entry, may_write) {
        (Some(_), _) => ("the token's owner", "the token of the daemon"),
        (None, true) => ("this machine", "loopback"),
        (None, false) => ("reader", "no token"),
    };
    let writes = entry.is_some() || may_write;
    let can: &[&str] = match writes {
        true => &["read", "sync", "pause", "hold", "approve"],
        false => &["read"],
    };
    let environments = state.environments.all().iter();
    Session {
        name: name.to_owned(),
        role: if writes { Role::Approver } else { Role::Reader },
        via: via.to_owned(),
        csrf: entry.map(|entry| entry.csrf.clone()),
        expires_at: entry.map(|entry| entry.ends),
        can: can.iter().map(|it| (*it).to_owned()).collect(),
        environments: environments.map(|one| environment(one, state)).collect(),
        build: env!("CARGO_PKG_VERSION").to_owned(),
    }
}

fn environment(served: &Served, state: &ServerState) -> EnvironmentAbout {
    let status = served.status.borrow().clone();
    let (worst, person) = page::worst(&status, state.clock.now());
    EnvironmentAbout {
        name: served.name.clone(),
        organization: status.tenant.map(|it| it.organization),
        state: worst,
        person,
    }
}
