//! Authorization: a bearer token, or a user on this machine.
//!
//! Without a token only a user on this machine may write. A page of another site can make the user's browser
//! send requests: so a request without a token must name this machine in `Host`, which a page elsewhere
//! cannot set, must not come from another site's page, and must not have been forwarded by a proxy, for which
//! every client is local.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Request};
use axum::http::header::{AUTHORIZATION, HOST, ORIGIN, WWW_AUTHENTICATE};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};

use crate::api::http::ErrorCode;
use crate::model::Secret;
use crate::server::{hooks::signature, reply};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// What proxies add.
const PASSED_ON: [&str; 4] = ["forwarded", "via", "x-forwarded-for", "x-real-ip"];

/// Whether reading takes a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reads {
    /// Any client that can connect may read.
    #[default]
    Open,
    /// Only with the token.
    Token,
}

/// The access rules.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// The token that every client needs for writing.
    pub token: Option<Secret>,
    /// Whether reading takes it too.
    pub reads: Reads,
    /// The server can be reached from this machine only.
    pub on_loopback: bool,
}

/// The address of the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub SocketAddr);

/// Why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// No token, or a wrong one.
    Token,
    /// `Host` names another machine.
    Host,
    /// A page of another site asks.
    Site,
    /// There is no token, and the caller is not on this machine.
    Elsewhere,
    /// A session without its own token against requests of other pages.
    Forged,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Token => {
                let message = "a bearer token is needed, and this request has none or a wrong one";
                let mut response = reply::error(ErrorCode::TokenRequired, message);
                let bearer = HeaderValue::from_static("Bearer");
                response.headers_mut().insert(WWW_AUTHENTICATE, bearer);
                response
            }
            Self::Host => reply::error(
                ErrorCode::HostRefused,
                "Host does not name this machine; use 127.0.0.1 or localhost",
            ),
            Self::Site => reply::error(
                ErrorCode::CrossSite,
                "requests of other sites' pages are refused",
            ),
            Self::Forged => reply::error(
                ErrorCode::CrossSite,
                "X-CSRF-Token is missing or not that of the session; load the page again",
            ),
            Self::Elsewhere => reply::error(
                ErrorCode::NotLocal,
                "without --api-token this is for callers on this machine, and a daemon that listens on loopback",
            ),
        }
    }
}

/// Whether a request may read.
pub(super) fn may_read(access: &Access, request: &Request) -> Result<(), Refusal> {
    let headers = request.headers();
    if has_token(access, headers) {
        return Ok(());
    }
    match access.reads {
        Reads::Token => Err(Refusal::Token),
        // A page whose name was bent to this machine would read along.
        Reads::Open if access.on_loopback => names_this_machine(request),
        Reads::Open => Ok(()),
    }
}

/// Whether a request may write.
pub(super) fn may_write(access: &Access, request: &Request) -> Result<(), Refusal> {
    let headers = request.headers();
    same_site(headers)?;
    if access.token.is_some() {
        return has_token(access, headers)
            .then_some(())
            .ok_or(Refusal::Token);
    }
    let peer = request.extensions().get::<ConnectInfo<Peer>>();
    let local =
        peer.is_some_and(|ConnectInfo(Peer(address))| address.ip().to_canonical().is_loopback());
    let passed_on = PASSED_ON.iter().any(|name| headers.contains_key(*name));
    if !access.on_loopback || !local || passed_on {
        return Err(Refusal::Elsewhere);
    }
    names_this_machine(request)
}

/// Whether a text is the token. Compares in a time that says nothing about it.
pub(super) fn is_token(access: &Access, given: &str) -> bool {
    let token = access.token.as_ref();
    token.is_some_and(|token| signature::same(given.as_bytes(), token.expose().as_bytes()))
}

/// Compares in a time that says nothing about the token.
pub(super) fn has_token(access: &Access, headers: &HeaderMap) -> bool {
    let Some(token) = &access.token else {
        return false;
    };
    let given = headers.get(AUTHORIZATION).map(HeaderValue::as_bytes);
    let Some((scheme, given)) = given.and_then(|given| given.split_at_checked(7)) else {
        return false;
    };
    scheme.eq_ignore_ascii_case(b"bearer ") && signature::same(given, token.expose().as_bytes())
}

pub(super) fn same_site(headers: &HeaderMap) -> Result<(), Refusal> {
    let ours = |site: &HeaderValue| site == "same-origin" || site == "none";
    if headers.get(SEC_FETCH_SITE).is_some_and(|site| !ours(site)) {
        return Err(Refusal::Site);
    }
    let Some(origin) = headers.get(ORIGIN) else {
        return Ok(());
    };
    let origin = origin.to_str().ok().and_then(|text| text.split_once("://"));
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    match (origin, host) {
        (Some((_, origin)), Some(host)) if origin.eq_ignore_ascii_case(host) => Ok(()),
        _ => Err(Refusal::Site),
    }
}

/// A request without the header does not come from a browser.
fn names_this_machine(request: &Request) -> Result<(), Refusal> {
    let Some(host) = request.headers().get(HOST) else {
        return Ok(());
    };
    let authority = host
        .to_str()
        .ok()
        .and_then(|host| host.parse::<Authority>().ok());
    let authority = authority.ok_or(Refusal::Host)?;
    let name = authority
        .host()
        .trim_start_matches('[')
        .trim_end_matches(']');
    let address = name.parse::<std::net::IpAddr>();
    let local = match address {
        Ok(address) => address.to_canonical().is_loopback(),
        Err(_) => name.eq_ignore_ascii_case("localhost"),
    };
    local.then_some(()).ok_or(Refusal::Host)
}
