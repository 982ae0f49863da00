//! `POST /api`.

use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, RwLock};

use serde::Deserialize;
use serde_json::Value;

use super::document::{self, Document};
use super::{after, auth, before, reply};
use crate::prismatic::transport::{Request, Response, TransportError};
use crate::sandbox::faults::{self, Called, Fault};
use crate::sandbox::schema::{Access, PageFault, Session};
use crate::sandbox::world::World;
use crate::sandbox::{CallRecord, Sandbox, state};

/// The body of a request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    query: String,
    #[serde(default)]
    variables: Option<Value>,
    #[serde(default)]
    operation_name: Option<String>,
}

impl Sandbox {
    /// Answers a GraphQL request.
    pub(super) async fn api(
        &self,
        request: &Request,
        origin: &str,
    ) -> Result<Response, TransportError> {
        let behaviour = self.behaviour();
        if let Err(refused) = auth::check(request, self.now(), behaviour.strict_tokens) {
            return Ok(refused);
        }
        let Ok(body) = serde_json::from_slice::<Body>(&request.body) else {
            self.record(CallRecord::unread(self.now()));
            return Ok(reply::errors(
                400,
                "The body is not a GraphQL request in JSON.",
            ));
        };
        let document = document::read(&body.query, body.operation_name.as_deref());
        let throttled = self.throttle(&behaviour);
        let call = called(document.as_ref(), self.now(), throttled.is_some());
        let operations = call.operations.clone();
        self.record(call);
        if let Some(retry_after) = throttled {
            return Ok(reply::throttled(retry_after));
        }
        let text = String::from_utf8_lossy(&request.body);
        let fault = self.strike(Called {
            operations: &operations,
            body: &text,
        });
        if let Some(fault) = &fault {
            if let Some(outcome) = before(fault).await {
                return outcome;
            }
            if let Some(refused) = refuse(fault, document.as_ref()) {
                return Ok(refused);
            }
        }
        let response = self.execute(body, document, origin, fault.as_ref()).await;
        after(fault.as_ref(), response).await
    }

    async fn execute(
        &self,
        body: Body,
        document: Option<Document>,
        origin: &str,
        fault: Option<&Fault>,
    ) -> Response {
        let mutation = document.as_ref().is_some_and(|document| document.mutation);
        let _alone = match self.catch_up(mutation).await {
            Ok(alone) => alone,
            Err(message) => return reply::errors(500, &message),
        };
        let session = Arc::new(self.session(mutation, origin, fault).await);
        let request = executable(body, document).data(Arc::clone(&session));
        let before = session.access.read(World::generation);
        let saved = undone(fault).then(|| session.access.read(World::clone));
        let answer = self.inner.schema.execute(request).await;
        if let Some(saved) = saved {
            session.access.write(|world| *world = saved);
            self.inner.cache.clear();
        }
        let changed = session.access.read(World::generation) != before;
        let encode = || session.access.read(state::encode);
        if changed && let Err(message) = self.keep(encode).await {
            return reply::errors(500, &message);
        }
        reply::answer(&answer)
    }

    async fn session(&self, mutation: bool, origin: &str, fault: Option<&Fault>) -> Session {
        let world = Arc::clone(&self.inner.world);
        let access = if mutation {
            Access::Write(RwLock::new(world.write_owned().await))
        } else {
            Access::Read(world.read_owned().await)
        };
        Session {
            access,
            behaviour: self.behaviour(),
            now: self.now(),
            origin: origin.to_owned(),
            fault: page_fault(fault),
            left: writes(fault),
            cache: Arc::clone(&self.inner.cache),
        }
    }
}

/// What the executor takes.
fn executable(body: Body, document: Option<Document>) -> async_graphql::Request {
    let mut request = async_graphql::Request::new(body.query);
    if let Some(document) = document {
        request.set_parsed_query(document.parsed);
    }
    if let Some(variables) = body.variables {
        request = request.variables(async_graphql::Variables::from_json(variables));
    }
    match body.operation_name {
        Some(name) => request.operation_name(name),
        None => request,
    }
}

fn called(document: Option<&Document>, at: jiff::Timestamp, throttled: bool) -> CallRecord {
    let roots = document.into_iter().flat_map(|document| &document.roots);
    CallRecord {
        operations: roots.map(|root| root.name.clone()).collect(),
        mutation: document.is_some_and(|document| document.mutation),
        throttled,
        at,
    }
}

/// How many writes a fault leaves to a request.
fn writes(fault: Option<&Fault>) -> Option<AtomicUsize> {
    match fault {
        Some(Fault::Part { writes, .. }) => Some(AtomicUsize::new(*writes)),
        _ => None,
    }
}

/// Whether a fault takes back what the request did.
fn undone(fault: Option<&Fault>) -> bool {
    matches!(fault, Some(Fault::Part { undo: true, .. }))
}

/// The payload error that a fault answers every mutation of a request with.
fn refuse(fault: &Fault, document: Option<&Document>) -> Option<Response> {
    let Fault::Refuse { field, message } = fault else {
        return None;
    };
    let roots = document?.roots.iter();
    let payloads: serde_json::Map<_, _> = roots
        .map(|root| {
            let payload = faults::refusal(&root.selected, field, message);
            (root.key.clone(), payload)
        })
        .collect();
    Some(reply::json(200, &serde_json::json!({ "data": payloads })))
}

fn page_fault(fault: Option<&Fault>) -> PageFault {
    match fault {
        Some(Fault::ShortPage { size }) => PageFault {
            limit: Some(*size),
            repeat: false,
        },
        Some(Fault::RepeatPage) => PageFault {
            limit: None,
            repeat: true,
        },
        _ => PageFault::default(),
    }
}
