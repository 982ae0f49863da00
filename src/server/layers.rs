//! What surrounds every route: headers, a body limit, a time limit.

use axum::Router;
use axum::extract::Request;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY,
    TRANSFER_ENCODING, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::Response;

use super::{TIMEOUT, reply};

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

/// The last layer is the outermost, so that refusals bear the headers too.
pub(super) fn around(routes: Router, hooks: Option<Router>) -> Router {
    let routes = routes.layer(from_fn(without_body));
    let routes = match hooks {
        Some(hooks) => routes.merge(hooks),
        None => routes,
    };
    routes
        .layer(from_fn(within_time))
        .layer(from_fn(with_headers))
}

async fn with_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in HEADERS {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

async fn without_body(request: Request, next: Next) -> Response {
    if has_body(request.headers()) {
        return reply::error(StatusCode::PAYLOAD_TOO_LARGE, "this route takes no body");
    }
    next.run(request).await
}

fn has_body(headers: &HeaderMap) -> bool {
    let length = headers.get(CONTENT_LENGTH);
    headers.contains_key(TRANSFER_ENCODING) || length.is_some_and(|length| length != "0")
}

async fn within_time(request: Request, next: Next) -> Response {
    match tokio::time::timeout(TIMEOUT, next.run(request)).await {
        Ok(response) => response,
        Err(_) => reply::error(StatusCode::SERVICE_UNAVAILABLE, "no answer in time"),
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::routing::get;
    use tower::ServiceExt as _;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_route_that_hangs_is_cut_off() {
        let hanging = Router::new().route("/", get(std::future::pending::<()>));
        let request = Request::get("/").body(Body::empty()).unwrap();
        let response = around(hanging, None).oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()[X_CONTENT_TYPE_OPTIONS], "nosniff");
    }
}
