//! `git http-backend` behind HTTP: the CGI of RFC 3875, as far as it asks for it.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Response, StatusCode};
use base64::Engine as _;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

#[derive(Clone)]
struct Served {
    root: PathBuf,
    expected: String,
}

/// Serves the repositories of a folder to who knows `user:password`. Returns the address.
pub(super) async fn serve(root: &Path, login: &str) -> String {
    let login = base64::engine::general_purpose::STANDARD.encode(login);
    let served = Served {
        root: root.to_owned(),
        expected: format!("Basic {login}"),
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let router = Router::new().fallback(answer).with_state(served);
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

async fn answer(State(served): State<Served>, request: Request) -> Response<Body> {
    if text(request.headers(), "authorization") != served.expected {
        let refused = Response::builder().status(StatusCode::UNAUTHORIZED);
        let refused = refused.header("www-authenticate", "Basic realm=\"git\"");
        return refused.body(Body::empty()).unwrap();
    }
    let mut child = backend(&served, &request).spawn().unwrap();
    let body = to_bytes(request.into_body(), usize::MAX).await.unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let feed = async move {
        let _ = stdin.write_all(&body).await;
    };
    let ((), output) = tokio::join!(feed, child.wait_with_output());
    response(&output.unwrap().stdout)
}

fn backend(served: &Served, request: &Request) -> Command {
    let header = |name: &str| text(request.headers(), name);
    let mut command = Command::new("git");
    command
        .arg("http-backend")
        .env("GIT_PROJECT_ROOT", &served.root)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("PATH_INFO", request.uri().path())
        .env("QUERY_STRING", request.uri().query().unwrap_or_default())
        .env("REQUEST_METHOD", request.method().as_str())
        .env("CONTENT_TYPE", header("content-type"))
        .env("HTTP_CONTENT_ENCODING", header("content-encoding"))
        .env("GIT_PROTOCOL", header("git-protocol"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    command
}

fn text(headers: &HeaderMap, name: &str) -> String {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_owned()
}

fn response(output: &[u8]) -> Response<Body> {
    let end = output
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .unwrap();
    let head = std::str::from_utf8(&output[..end]).unwrap();
    let mut response = Response::builder();
    for line in head.lines() {
        let (name, value) = line.split_once(": ").unwrap();
        response = match name {
            "Status" => response.status(&value[..3]),
            _ => response.header(name, value),
        };
    }
    response
        .body(Body::from(output[end + 4..].to_vec()))
        .unwrap()
}
