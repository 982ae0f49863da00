//! Answers that are not a route's own.

use axum::Json;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// An error as JSON: `{"error": …}`.
pub(super) fn error(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({ "error": message }))).into_response()
}

pub(super) async fn not_found(uri: Uri) -> Response {
    let message = format!("there is nothing at {}", uri.path());
    error(StatusCode::NOT_FOUND, &message)
}

pub(super) async fn method_not_allowed() -> Response {
    error(StatusCode::METHOD_NOT_ALLOWED, "only GET is answered here")
}

pub(super) async fn only_post() -> Response {
    error(StatusCode::METHOD_NOT_ALLOWED, "only POST is answered here")
}
