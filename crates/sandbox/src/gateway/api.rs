//! `POST /api`.

use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, RwLock};

use serde::Deserialize;
use serde_json::Value;

use super::document::{self, Document};
use super::{after, auth, before, reply};
use crate::faults::{self, Called, Fault};
use crate::schema::{Access, Lagging, PageFault, Session};
use crate::world::{Moment, World};
use crate::{Behaviour, CallRecord, Sandbox, lock, state};
use prism_gitops_http::transport::{Request, Response, TransportError};

/// The body of a request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Body {
    pub(super) query: String,
    #[serde(default)]
    pub(super) variables: Option<Value>,
    #[serde(default)]
    pub(super) operation_name: Option<String>,
}

impl Sandbox {
    /// Answers a GraphQL request.
    pub(super) async fn api(
        &self,
        request: &Request,
        origin: &str,
    ) -> Result<Response, TransportError> {
        let behaviour = self.behaviour();
        let response = self.api_as_said(request, origin, &behaviour).await?;
        Ok(match behaviour.echoes_secrets {
            Some(form) => self.quoting(&response, &request.body, form).await,
            None => response,
        })
    }

    async fn api_as_said(
        &self,
        request: &Request,
        origin: &str,
        behaviour: &Behaviour,
    ) -> Result<Response, TransportError> {
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
        let throttled = self.throttle(behaviour);
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
        let fault = self.meanwhile(fault, origin).await;
        if let Some(fault) = &fault {
            if let Some(outcome) = before(fault).await {
                return outcome;
            }
            if let Some(refused) = refuse(fault, document.as_ref()) {
                return Ok(refused);
            }
        }
        let from = From {
            origin,
            client: request.header("authorization"),
        };
        let response = self.execute(body, document, from, fault.as_ref()).await;
        after(fault.as_ref(), response).await
    }

    /// Lets flows run that were due meanwhile, where the switches say so.
    async fn run_due(&self) {
        let behaviour = self.behaviour();
        let Some(every) = behaviour.runs_every_seconds else {
            return;
        };
        let moment = Moment {
            now: self.now(),
            behaviour: &behaviour,
        };
        let every = jiff::SignedDuration::from_secs(every.max(1).into());
        self.inner.world.write().await.run_due(moment, every);
    }

    pub(super) async fn execute(
        &self,
        body: Body,
        document: Option<Document>,
        from: From<'_>,
        fault: Option<&Fault>,
    ) -> Response {
        let mutation = document.as_ref().is_some_and(|document| document.mutation);
        let _alone = match self.catch_up(mutation).await {
            Ok(alone) => alone,
            Err(message) => return reply::errors(500, &message),
        };
        self.run_due().await;
        let session = Arc::new(self.session(mutation, from, fault).await);
        let request = executable(body, document).data(Arc::clone(&session));
        let before = session.access.read(World::generation);
        let lags = session.behaviour.list_lag().is_positive();
        let kept = (mutation && (lags || undone(fault))).then(|| session.access.read(World::clone));
        let answer = self.inner.schema.execute(request).await;
        if undone(fault)
            && let Some(kept) = &kept
        {
            session.access.write(|world| *world = kept.clone());
            self.inner.cache.clear();
        }
        let changed = session.access.read(World::generation) != before;
        if changed
            && lags
            && let Some(kept) = kept
        {
            let states = (kept, session.access.read(World::clone));
            self.remember(states, &session, from.client);
        }
        let encode = || session.access.read(state::encode);
        if changed && let Err(message) = self.keep(encode).await {
            return reply::errors(500, &message);
        }
        reply::answer(&answer)
    }

    async fn session(&self, mutation: bool, from: From<'_>, fault: Option<&Fault>) -> Session {
        let (behaviour, now) = (self.behaviour(), self.now());
        let world = Arc::clone(&self.inner.world);
        let mut lagging = Lagging::default();
        let seen = |present: &World, lag| {
            lock(&self.inner.past).seen(present, (now, lag), from.client, &behaviour)
        };
        let access = if mutation {
            let world = world.write_owned().await;
            lagging.targets = (behaviour.writes_lag)
                .then(|| seen(&world, behaviour.read_lag()))
                .flatten();
            Access::Write(RwLock::new(world))
        } else {
            let world = world.read_owned().await;
            lagging.lists = seen(&world, behaviour.list_lag());
            match seen(&world, behaviour.read_lag()) {
                Some(past) => Access::Past(past),
                None => Access::Read(world),
            }
        };
        // States of the past may count their generations anew.
        let cache = if behaviour.list_lag().is_positive() {
            Arc::default()
        } else {
            Arc::clone(&self.inner.cache)
        };
        Session {
            access,
            lagging,
            behaviour,
            now,
            origin: from.origin.to_owned(),
            fault: page_fault(fault),
            left: writes(fault),
            cache,
        }
    }

    fn remember(&self, states: (World, World), session: &Session, client: Option<&str>) {
        let longest = session.behaviour.list_lag();
        let client = client.map(str::to_owned);
        lock(&self.inner.past).remember(states, session.now, client, longest);
    }
}

/// Where a request came from, and to.
#[derive(Debug, Clone, Copy)]
pub(super) struct From<'a> {
    /// Scheme and host of the URL it came to.
    pub(super) origin: &'a str,
    /// The client that sent it, if it says so.
    pub(super) client: Option<&'a str>,
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
            ..PageFault::default()
        },
        Some(Fault::RepeatPage) => PageFault {
            repeat: true,
            ..PageFault::default()
        },
        Some(Fault::ReorderPage) => PageFault {
            reverse: true,
            ..PageFault::default()
        },
        _ => PageFault::default(),
    }
}
