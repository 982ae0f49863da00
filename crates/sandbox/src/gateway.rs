//! From a request to its response: routes, tokens, the rate limit, faults, GraphQL.

mod api;
mod auth;
mod consent;
mod document;
mod echo;
mod keep;
mod limit;
mod meanwhile;
mod reply;
mod step;
mod trigger;

pub(crate) use limit::Bucket;

use std::time::Duration;

use super::Sandbox;
use super::faults::{Called, Fault};
use prism_gitops_http::transport::{Method, Request, Response, TransportError};

/// What the paths of webhooks begin with.
const TRIGGER: &str = "/trigger/";

/// What the paths of step results begin with.
const STEP: &str = "/steps/";

impl Sandbox {
    /// One exchange, with everything that can happen to it on the way.
    ///
    /// # Errors
    ///
    /// [`TransportError`] where the fault script says that no response arrives.
    pub async fn exchange(&self, request: Request) -> Result<Response, TransportError> {
        let latency = self.behaviour().latency_ms;
        if latency > 0 {
            tokio::time::sleep(Duration::from_millis(latency)).await;
        }
        let (origin, path) = split(&request.url);
        match (request.method, path) {
            (Method::Post, "/api" | "/api/") => self.api(&request, origin).await,
            (_, "/api" | "/api/") => Ok(reply::detail(405, "Method \"GET\" not allowed.")),
            (Method::Get, "/auth/meta") => Ok(auth::meta(origin)),
            (Method::Post, "/auth/refresh" | "/auth/revoke" | "/oauth/token") => {
                self.sign_in(&request, path).await
            }
            (Method::Post, path) if path.starts_with(TRIGGER) => {
                Ok(self.trigger(&path[TRIGGER.len()..]).await)
            }
            (Method::Get, path) if path.starts_with(STEP) => {
                Ok(self.step(&path[STEP.len()..]).await)
            }
            (method, path) => Ok(match consent::connection(path) {
                Some(connection) => self.consent(method, connection).await,
                None => reply::detail(404, "Not found."),
            }),
        }
    }

    async fn sign_in(&self, request: &Request, path: &str) -> Result<Response, TransportError> {
        let operations = [path.trim_start_matches('/').to_owned()];
        let body = String::from_utf8_lossy(&request.body);
        let fault = self.strike(Called {
            operations: &operations,
            body: &body,
        });
        if let Some(fault) = &fault
            && let Some(outcome) = before(fault).await
        {
            return outcome;
        }
        let response = self.auth(path, &body).await;
        after(fault.as_ref(), response).await
    }
}

/// Scheme and host, and the path without its query.
fn split(url: &str) -> (&str, &str) {
    let host = url.find("://").map_or(0, |place| place + 3);
    let path = url[host..]
        .find('/')
        .map_or(url.len(), |place| host + place);
    let (origin, rest) = url.split_at(path);
    (origin, rest.split(['?', '#']).next().unwrap_or_default())
}

/// What a fault answers in place of doing anything; `None` if the call goes on.
async fn before(fault: &Fault) -> Option<Result<Response, TransportError>> {
    let broken = || {
        Err(TransportError::Broken {
            message: "the fault script says so".to_owned(),
        })
    };
    match fault {
        Fault::Error { message } => Some(Ok(reply::errors(200, message))),
        Fault::Disconnect => Some(broken()),
        Fault::Unreachable => Some(Err(TransportError::Connect {
            message: "the fault script says so".to_owned(),
        })),
        Fault::Hang {
            seconds,
            commit: false,
        } => Some(hang(*seconds).await),
        Fault::Throttle { retry_after } => Some(Ok(reply::throttled(*retry_after))),
        Fault::Status {
            code,
            commit: false,
        } => Some(Ok(reply::bare(*code))),
        Fault::Html { code } => Some(Ok(reply::html(*code))),
        Fault::Unauthorized => Some(Ok(reply::errors(401, "Signature has expired"))),
        Fault::Delay { milliseconds } => {
            tokio::time::sleep(Duration::from_millis(*milliseconds)).await;
            None
        }
        _ => None,
    }
}

/// What a fault makes of a call that was carried out.
async fn after(fault: Option<&Fault>, response: Response) -> Result<Response, TransportError> {
    match fault {
        Some(Fault::LostReply) => Err(TransportError::Broken {
            message: "the reply was lost, as the fault script says".to_owned(),
        }),
        Some(Fault::Hang { seconds, .. }) => hang(*seconds).await,
        Some(Fault::ThrottleAfter { retry_after }) => Ok(reply::throttled(*retry_after)),
        Some(Fault::Status { code, .. }) => Ok(reply::bare(*code)),
        Some(Fault::ErrorAfter { message }) => Ok(reply::errors(200, message)),
        Some(Fault::Truncate) => {
            let body = response.body.slice(..response.body.len() / 2);
            Ok(Response { body, ..response })
        }
        Some(Fault::NullNode) => Ok(reply::bent(&response, super::faults::null_node)),
        Some(Fault::NullField { path }) => Ok(reply::bent(&response, |answer| {
            super::faults::broken_field(answer, path);
        })),
        _ => Ok(response),
    }
}

async fn hang(seconds: u64) -> Result<Response, TransportError> {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    Err(TransportError::Timeout { seconds })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_split_into_origin_and_path() {
        let cases = [
            (
                "http://127.0.0.1:8787/api/",
                ("http://127.0.0.1:8787", "/api/"),
            ),
            (
                "https://sandbox/auth/meta?x=1",
                ("https://sandbox", "/auth/meta"),
            ),
            ("https://sandbox", ("https://sandbox", "")),
            ("/api", ("", "/api")),
        ];
        for (url, parts) in cases {
            assert_eq!(split(url), parts, "{url}");
        }
    }
}
