//! The responses that are not answers of GraphQL, and changes to those that are.

use bytes::Bytes;
use serde_json::{Value, json};

use prism_gitops_http::transport::Response;

/// A JSON response.
pub(super) fn json(status: u16, body: &Value) -> Response {
    Response {
        status,
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: Bytes::from(body.to_string()),
    }
}

/// An answer of the executor.
pub(super) fn answer(answer: &async_graphql::Response) -> Response {
    match serde_json::to_vec(answer) {
        Ok(body) => Response {
            status: 200,
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: Bytes::from(body),
        },
        Err(error) => errors(500, &error.to_string()),
    }
}

/// A response with one top-level GraphQL error.
pub(super) fn errors(status: u16, message: &str) -> Response {
    json(
        status,
        &json!({ "data": null, "errors": [{ "message": message }] }),
    )
}

/// A response as Django's REST framework refuses.
pub(super) fn detail(status: u16, message: &str) -> Response {
    json(status, &json!({ "detail": message }))
}

/// 429, with the seconds to wait if they are to be sent.
pub(super) fn throttled(retry_after: Option<u64>) -> Response {
    let mut response = detail(429, "Request was throttled.");
    let header = retry_after.map(|seconds| ("retry-after".to_owned(), seconds.to_string()));
    response.headers.extend(header);
    response
}

/// A status with a body that is not JSON.
pub(super) fn bare(status: u16) -> Response {
    Response {
        status,
        headers: vec![("content-type".to_owned(), "text/plain".to_owned())],
        body: Bytes::from_static(b"upstream error"),
    }
}

/// A page of HTML.
pub(super) fn html(status: u16) -> Response {
    Response {
        status,
        headers: vec![("content-type".to_owned(), "text/html".to_owned())],
        body: Bytes::from_static(b"<html><body><h1>Bad Gateway</h1></body></html>"),
    }
}

/// A response with a changed body.
pub(super) fn bent(response: &Response, bend: impl FnOnce(&mut Value)) -> Response {
    match serde_json::from_slice(&response.body) {
        Ok(mut answer) => {
            bend(&mut answer);
            json(response.status, &answer)
        }
        Err(_) => response.clone(),
    }
}
