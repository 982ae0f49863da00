//! Middleware of every route: headers, size limits, a time limit.

use std::borrow::Cow;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName,
    REFERRER_POLICY, TRANSFER_ENCODING, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use tokio::sync::Semaphore;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate as _, SizeAbove};

use super::{TIMEOUT, reply};
use crate::api::http::ErrorCode;
use crate::redact;

/// Answers describe a tenant: no cache keeps them, no page frames or sniffs them.
const HEADERS: [(HeaderName, &str); 5] = [
    (CACHE_CONTROL, "no-store"),
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'",
    ),
    (REFERRER_POLICY, "no-referrer"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
];

/// The longest path with its query, in bytes.
const LONGEST_URI: usize = 4096;
/// What is not larger than this is not compressed, in bytes.
const SMALL: u16 = 1024;
/// All headers together, in bytes.
const LONGEST_HEADERS: usize = 16 * 1024;

/// The last layer is the outermost, so that refusals bear the headers too.
/// Only what is in `with_body` may have one.
pub(super) fn around(routes: Router, with_body: Router) -> Router {
    routes
        .layer(from_fn(without_body))
        .merge(with_body)
        .layer(from_fn(within_size))
        .layer(from_fn(within_time))
        .layer(from_fn(without_secrets))
        .layer(compressed())
        .layer(from_fn(with_headers))
}

/// Compresses what is worth it. It lies around [`without_secrets`], which reads text; streams are left alone, since
/// an event that waits in a compressor is late.
fn compressed() -> CompressionLayer<impl tower_http::compression::Predicate> {
    CompressionLayer::new()
        .quality(CompressionLevel::Fastest)
        .compress_when(DefaultPredicate::new().and(SizeAbove::new(SMALL)))
}

async fn within_size(request: Request, next: Next) -> Response {
    let uri = request.uri();
    let uri = uri.path().len() + uri.query().map_or(0, str::len);
    let headers = request.headers().iter();
    let headers: usize = headers
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum();
    if uri > LONGEST_URI {
        return reply::error(ErrorCode::PathTooLong, "the path is too long");
    }
    if headers > LONGEST_HEADERS {
        let message = "the headers are larger than 16 KiB";
        return reply::error(ErrorCode::HeadersTooLarge, message);
    }
    next.run(request).await
}

async fn with_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in HEADERS {
        // A stream says itself what may be done with it.
        let header = response.headers_mut().entry(name);
        header.or_insert(HeaderValue::from_static(value));
    }
    response
}

/// Limits concurrent requests; the limit is shared by all routes except probes.
pub(super) async fn bounded(
    State(places): State<Arc<Semaphore>>,
    request: Request,
    next: Next,
) -> Response {
    match places.try_acquire() {
        Ok(_place) => next.run(request).await,
        Err(_) => reply::error(ErrorCode::Busy, "too many requests at once; try again"),
    }
}

/// Takes known secrets out of documents, wherever in them they came from. Streams do it themselves.
async fn without_secrets(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let kind = response.headers().get(CONTENT_TYPE);
    if !kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/json")) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, usize::MAX).await else {
        return reply::error(ErrorCode::Internal, "the answer broke off");
    };
    let clean = match std::str::from_utf8(&bytes).map(|text| redact::known().json(text)) {
        Ok(Cow::Owned(clean)) => Some(clean),
        _ => None,
    };
    match clean {
        Some(clean) => {
            parts.headers.remove(CONTENT_LENGTH);
            Response::from_parts(parts, clean.into())
        }
        None => Response::from_parts(parts, bytes.into()),
    }
}

pub(super) async fn without_body(request: Request, next: Next) -> Response {
    if has_body(request.headers()) {
        return reply::error(ErrorCode::BodyTooLarge, "this route takes no body");
    }
    next.run(request).await
}

/// Whether a request has a body.
pub(super) fn has_body(headers: &HeaderMap) -> bool {
    let length = headers.get(CONTENT_LENGTH);
    headers.contains_key(TRANSFER_ENCODING) || length.is_some_and(|length| length != "0")
}

async fn within_time(request: Request, next: Next) -> Response {
    match tokio::time::timeout(TIMEOUT, next.run(request)).await {
        Ok(response) => response,
        Err(_) => reply::error(ErrorCode::TimedOut, "no answer in time"),
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::StatusCode;
    use axum::routing::get;
    use tower::ServiceExt as _;

    use super::*;

    #[tokio::test]
    async fn no_document_holds_a_secret() {
        redact::known().learn("c4nary-in-http");
        let body = r#"{"error":"it said \"c4nary-in-http\""}"#;
        let route = move || async move { ([(CONTENT_TYPE, "application/json")], body) };
        let request = Request::get("/").body(Body::empty()).unwrap();
        let routes = Router::new().route("/", get(route));
        let response = around(routes, Router::new())
            .oneshot(request)
            .await
            .unwrap();
        let bytes = axum::body::to_bytes(response.into_body(), 1000)
            .await
            .unwrap();
        let read: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(read["error"], "it said \"[secret]\"");
    }

    #[tokio::test(start_paused = true)]
    async fn a_route_that_hangs_is_cut_off() {
        let hanging = Router::new().route("/", get(std::future::pending::<()>));
        let request = Request::get("/").body(Body::empty()).unwrap();
        let response = around(hanging, Router::new())
            .oneshot(request)
            .await
            .unwrap();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()[X_CONTENT_TYPE_OPTIONS], "nosniff");
    }
}
