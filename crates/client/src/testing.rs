//! A transport that answers as a test says, and remembers what it was asked.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::client::PrismaticClient;
use super::connection::{BaseUrl, Connection, TokenSource};
use super::transport::{Request, Response, Transport, TransportError};
use crate::model::{RateLimit, Secret};
use prism_gitops_runtime::clock::TokioClock;

/// Where every test begins.
pub(super) const EPOCH: &str = "2026-03-01T12:00:00Z";

/// One request as the fake saw it.
#[derive(Clone)]
pub(super) struct Ask {
    /// From 0.
    pub(super) number: usize,
    /// Since the fake was made.
    pub(super) at: Duration,
    pub(super) path: String,
    pub(super) authorization: String,
    pub(super) body: Value,
}

impl Ask {
    /// The name in the document: `query name` or `mutation name`.
    pub(super) fn operation(&self) -> String {
        let document = self.body["query"].as_str().unwrap_or_default();
        let name = document.split_whitespace().nth(1).unwrap_or_default();
        name.split('(').next().unwrap_or_default().to_owned()
    }

    pub(super) fn variables(&self) -> &Value {
        &self.body["variables"]
    }
}

/// What to answer.
#[derive(Clone)]
pub(super) enum Step {
    Reply(Response),
    Fail(TransportError),
    /// Never.
    Hang,
    After(Duration, Box<Step>),
}

pub(super) fn reply(status: u16, body: &Value) -> Step {
    Step::Reply(Response {
        status,
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: body.to_string().into(),
    })
}

pub(super) fn data(data: &Value) -> Step {
    reply(200, &json!({ "data": data }))
}

pub(super) fn payload(object: &Value) -> Step {
    data(&json!({"payload": {"object": object, "errors": []}}))
}

pub(super) fn text(status: u16, kind: &str, body: &str) -> Step {
    Step::Reply(Response {
        status,
        headers: vec![("content-type".to_owned(), kind.to_owned())],
        body: body.to_owned().into(),
    })
}

pub(super) fn throttled(retry_after: Option<&str>) -> Step {
    let mut step = reply(429, &json!({"detail": "Request was throttled."}));
    if let (Step::Reply(response), Some(wait)) = (&mut step, retry_after) {
        let header = ("retry-after".to_owned(), wait.to_owned());
        response.headers.push(header);
    }
    step
}

pub(super) fn connect() -> Step {
    Step::Fail(TransportError::Connect {
        message: "refused".to_owned(),
    })
}

pub(super) fn broken() -> Step {
    Step::Fail(TransportError::Broken {
        message: "reset".to_owned(),
    })
}

type Answer = Box<dyn Fn(&Ask) -> Step + Send + Sync>;

pub(super) struct Fake {
    begun: Instant,
    answer: Answer,
    asked: Mutex<Vec<Ask>>,
}

impl std::fmt::Debug for Fake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fake")
    }
}

impl Fake {
    pub(super) fn new(answer: impl Fn(&Ask) -> Step + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self {
            begun: Instant::now(),
            answer: Box::new(answer),
            asked: Mutex::default(),
        })
    }

    /// Answers in order; the last answer is for all that follow.
    pub(super) fn script(steps: Vec<Step>) -> Arc<Self> {
        Self::new(move |ask| steps[ask.number.min(steps.len() - 1)].clone())
    }

    pub(super) fn asked(&self) -> Vec<Ask> {
        self.asked.lock().unwrap().clone()
    }

    pub(super) fn count(&self) -> usize {
        self.asked().len()
    }

    fn take(&self, request: &Request) -> Step {
        let mut asked = self.asked.lock().unwrap();
        let ask = Ask {
            number: asked.len(),
            at: self.begun.elapsed(),
            path: url::Url::parse(&request.url).unwrap().path().to_owned(),
            authorization: request.header("authorization").unwrap_or("").to_owned(),
            body: serde_json::from_slice(&request.body).unwrap(),
        };
        asked.push(ask.clone());
        drop(asked);
        (self.answer)(&ask)
    }
}

#[async_trait]
impl Transport for Fake {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let mut step = self.take(&request);
        loop {
            match step {
                Step::Reply(response) => return Ok(response),
                Step::Fail(error) => return Err(error),
                Step::Hang => std::future::pending().await,
                Step::After(wait, then) => {
                    tokio::time::sleep(wait).await;
                    step = *then;
                }
            }
        }
    }
}

/// A budget that never delays a request.
pub(super) fn unlimited() -> RateLimit {
    RateLimit {
        requests_per_second: 1e6,
        burst: 1_000_000,
        concurrency: 100,
    }
}

pub(super) fn access(token: &str) -> TokenSource {
    TokenSource::Access(Secret::new(token.to_owned()))
}

pub(super) fn refresh(token: &str) -> TokenSource {
    TokenSource::Refresh(Secret::new(token.to_owned()))
}

pub(super) fn client_with(
    fake: &Arc<Fake>,
    token: TokenSource,
    rate: RateLimit,
) -> PrismaticClient {
    let connection = Connection {
        url: BaseUrl::default(),
        tenant_id: Some("tenant".to_owned()),
        token,
        access: None,
        origin: "a test".to_owned(),
    };
    let clock = TokioClock::starting_at(EPOCH.parse().unwrap());
    let transport = Arc::clone(fake) as Arc<dyn Transport>;
    PrismaticClient::new(transport, connection, rate, Arc::new(clock), 7)
}

/// A client with a token that is no JWT, and no limit on its rate.
pub(super) fn client(fake: &Arc<Fake>) -> PrismaticClient {
    client_with(fake, access("opaque"), unlimited())
}
