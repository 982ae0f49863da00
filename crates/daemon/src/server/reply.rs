//! Answers that are not a route's own.

use axum::Json;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};

use crate::api::http::{Error, ErrorCode};

/// An error: the same for people and, as a code, for programs. The code says the status, too.
pub(super) fn error(code: ErrorCode, message: &str) -> Response {
    let status = StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let error = message.to_owned();
    let code = code.into();
    (status, Json(Error { error, code })).into_response()
}

pub(super) async fn not_found(uri: Uri) -> Response {
    let message = format!("there is nothing at {}", uri.path());
    error(ErrorCode::NotFound, &message)
}

pub(super) async fn method_not_allowed() -> Response {
    error(ErrorCode::MethodNotAllowed, "only GET is answered here")
}

pub(super) async fn only_post() -> Response {
    error(ErrorCode::MethodNotAllowed, "only POST is answered here")
}
