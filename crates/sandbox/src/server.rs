//! The sandbox over HTTP.

use std::future::Future;
use std::io;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request as HttpRequest, State};
use axum::http::{HeaderMap, Method as HttpMethod, StatusCode, header};
use axum::response::{IntoResponse as _, Response as HttpResponse};
use tokio::net::TcpListener;

use super::{Sandbox, transport};
use prism_gitops_http::transport::{Method, Request, Response};

/// The largest body that is read, in bytes.
const LARGEST_BODY: usize = 32 * 1024 * 1024;

/// Serves a sandbox until `shutdown` is done and the requests under way are answered.
///
/// # Errors
///
/// When the listener fails.
pub async fn serve(
    sandbox: Sandbox,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let router = Router::new().fallback(answer).with_state(sandbox);
    axum::serve(listener, router)
        .with_graceful_shutdown(shutdown)
        .await
}

async fn answer(State(sandbox): State<Sandbox>, request: HttpRequest) -> HttpResponse {
    let (parts, body) = request.into_parts();
    let method = match parts.method {
        HttpMethod::GET => Method::Get,
        HttpMethod::POST => Method::Post,
        _ => return StatusCode::METHOD_NOT_ALLOWED.into_response(),
    };
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let host = parts
        .headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let request = Request {
        method,
        url: format!("http://{}{path}", host.unwrap_or("localhost")),
        headers: headers(&parts.headers),
        body,
    };
    match sandbox.exchange(request).await {
        Ok(mut response) => {
            // Its own time, which may be ahead of the machine's.
            response.headers.extend(transport::date(&sandbox));
            respond(response)
        }
        Err(_) => cut(),
    }
}

fn headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let texts = headers.iter().filter_map(|(name, value)| {
        let value = value.to_str().ok()?;
        Some((name.as_str().to_owned(), value.to_owned()))
    });
    texts.collect()
}

fn respond(response: Response) -> HttpResponse {
    let mut answer = HttpResponse::builder().status(response.status);
    for (name, value) in response.headers {
        answer = answer.header(name, value);
    }
    let answer = answer.body(Body::from(response.body));
    answer.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

/// A response whose body fails at once: the server then closes the connection.
fn cut() -> HttpResponse {
    let broken = io::Error::other("the fault script says so");
    let body = futures::stream::once(async { Err::<bytes::Bytes, _>(broken) });
    HttpResponse::new(Body::from_stream(body))
}
