//! What happens, as server-sent events.
//!
//! ```text
//! status ─differs─► note ─► ring (bounded, numbered) ◄─ one cursor for each client
//! ```
//!
//! # Invariants
//!
//! - The server never waits for a client: one that falls behind the ring is dropped, and no client has a
//!   buffer of its own.
//! - Events report states, not every step between: two changes between two checks are reported as one.
//! - A client whose missed events are no longer available is sent `reset`.
//! - Each event names its environment. All environments share the ring and its numbers.

use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Extension, Query, State};
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderMap, HeaderName};
use axum::response::sse::{Event as Sent, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures::{Stream, StreamExt as _, stream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use crate::api::event::{
    Event, EventName, Generation, Nothing, PassFinished, ResourcesChanged, ResourcesChangedThin,
    Standing, Within,
};
use crate::api::http::{ErrorCode, ShapeQuery};
use crate::controller::Status;
use crate::controller::resources::ResourceStatus;
use crate::controller::status::Phase;
use crate::model::{Address, Pause};
use crate::redact;
use crate::server::connections::InUse;
use crate::server::{ServerState, reply};

/// How many events are kept for those who come back.
const KEPT: usize = 256;
/// How many listen at once: fewer than there are connections.
const CLIENTS: usize = 128;
/// The maximum number of resources in one event.
const RESOURCES: usize = 100;
/// How often something is sent when nothing happens.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// What happened lately.
#[derive(Debug)]
pub struct Events {
    /// Distinguishes this process's event numbers from another's.
    epoch: String,
    ring: Mutex<Ring>,
    /// The number of the next event; nothing more comes once it is closed.
    next: watch::Sender<Option<u64>>,
    room: Arc<Semaphore>,
}

#[derive(Debug, Default)]
struct Ring {
    events: VecDeque<Noted>,
    /// By environment.
    seen: BTreeMap<String, Seen>,
}

#[derive(Debug)]
struct Noted {
    number: u64,
    environment: String,
    name: EventName,
    data: String,
    /// The same without rows, for who asks for what it shows; none where that is the same.
    thin: Option<String>,
}

/// What was reported last.
#[derive(Debug, Clone)]
struct Seen {
    phase: Phase,
    generation: u64,
    paused: Option<Pause>,
    draining: bool,
    resources: Arc<[ResourceStatus]>,
}

impl From<&Status> for Seen {
    fn from(status: &Status) -> Self {
        Self {
            phase: status.phase,
            generation: status.generation,
            paused: status.paused.clone(),
            draining: status.draining,
            resources: Arc::clone(&status.resources),
        }
    }
}

impl Default for Events {
    fn default() -> Self {
        Self {
            epoch: uuid::Uuid::new_v4().simple().to_string(),
            ring: Mutex::default(),
            next: watch::Sender::new(Some(1)),
            room: Arc::new(Semaphore::new(CLIENTS)),
        }
    }
}

impl Events {
    /// Reports what differs from the previous status. The first status is the baseline.
    pub fn note(&self, status: &Status) {
        let now = Seen::from(status);
        let mut ring = self.ring();
        let environment = &status.environment;
        let Some(before) = ring.seen.insert(environment.clone(), now.clone()) else {
            return;
        };
        for event in differences(&before, &now, status) {
            self.add(&mut ring, environment, &event);
        }
    }

    /// Notes every status until the sender goes.
    pub async fn follow(self: Arc<Self>, mut status: watch::Receiver<Status>) {
        loop {
            let latest = status.borrow_and_update().clone();
            self.note(&latest);
            if status.changed().await.is_err() {
                return;
            }
        }
    }

    /// Ends all streams.
    pub fn close(&self) {
        self.next.send_replace(None);
    }

    fn ring(&self) -> MutexGuard<'_, Ring> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, ring: &mut Ring, environment: &str, event: &Event) {
        let (Some(number), Ok(data)) = (*self.next.borrow(), event.data()) else {
            return;
        };
        let thin = thin(event).and_then(|thin| serde_json::to_string(&thin).ok());
        ring.events.push_back(Noted {
            number,
            environment: environment.to_owned(),
            name: event.name(),
            data: redact::known().json(&data).into_owned(),
            thin,
        });
        if ring.events.len() > KEPT {
            ring.events.pop_front();
        }
        self.next.send_replace(Some(number + 1));
    }

    /// The first number that has not been given out yet.
    fn upcoming(&self) -> u64 {
        self.next.borrow().unwrap_or(u64::MAX)
    }

    fn id(&self, number: u64) -> String {
        format!("{}-{number}", self.epoch)
    }

    /// The number after the last one that a client received, if what follows is still in the ring.
    fn resumed(&self, last: &str) -> Option<u64> {
        let (epoch, number) = last.split_once('-')?;
        let next = number.parse::<u64>().ok()?.checked_add(1)?;
        let oldest = self.ring().events.front().map(|event| event.number);
        let upcoming = self.upcoming();
        let here = next <= upcoming && oldest.unwrap_or(upcoming) <= next;
        (epoch == self.epoch && here).then_some(next)
    }

    /// An event; [`Found::Other`] where it is not of the one environment that is asked for.
    fn get(&self, number: u64, only: Option<&str>, thin: bool) -> Found {
        let ring = self.ring();
        let Some(oldest) = ring.events.front().map(|event| event.number) else {
            return Found::Nothing;
        };
        let Some(place) = number.checked_sub(oldest) else {
            return Found::Gone;
        };
        let event = usize::try_from(place)
            .ok()
            .and_then(|place| ring.events.get(place));
        match event {
            None => Found::Nothing,
            Some(event) if only.is_some_and(|only| only != event.environment) => Found::Other,
            Some(event) => {
                let data = event.thin.as_ref().filter(|_| thin);
                Found::Event(self.sent(number, event.name, data.unwrap_or(&event.data)))
            }
        }
    }

    fn sent(&self, number: u64, name: EventName, data: &str) -> Sent {
        let sent = Sent::default().id(self.id(number));
        sent.event(name.as_str()).data(data)
    }
}

enum Found {
    Event(Sent),
    /// It is about another environment.
    Other,
    /// It has not happened yet.
    Nothing,
    /// The client was too slow.
    Gone,
}

fn differences(before: &Seen, now: &Seen, status: &Status) -> Vec<Event> {
    let environment = &status.environment;
    let mut told = Vec::new();
    if before.paused != now.paused {
        told.push(match now.paused.clone() {
            Some(pause) => Event::Paused(within(environment, pause)),
            None => Event::Resumed(within(environment, Nothing {})),
        });
    }
    if now.draining && !before.draining {
        told.push(Event::Draining(within(environment, Nothing {})));
    }
    if now.resources != before.resources {
        let changed = changed(&before.resources, &now.resources);
        told.push(Event::ResourcesChanged(within(environment, changed)));
    }
    if now.generation > before.generation {
        let finished = PassFinished {
            generation: now.generation,
            pass: status.last_pass.as_ref().map(Into::into),
            error: status.error.as_ref().map(|error| error.message.clone()),
        };
        told.push(Event::PassFinished(within(environment, finished)));
    }
    let working = now.phase == Phase::Working;
    if working && (before.phase != Phase::Working || now.generation > before.generation) {
        let generation = now.generation + 1;
        told.push(Event::PassStarted(within(
            environment,
            Generation { generation },
        )));
    }
    told
}

fn within<T>(environment: &str, what: T) -> Within<T> {
    Within {
        what,
        environment: environment.to_owned(),
    }
}

fn changed(before: &[ResourceStatus], now: &[ResourceStatus]) -> ResourcesChanged {
    fn by_address(list: &[ResourceStatus]) -> BTreeMap<&Address, &ResourceStatus> {
        list.iter().map(|one| (&one.address, one)).collect()
    }
    let (before, now) = (by_address(before), by_address(now));
    let new = |one: &&&ResourceStatus| before.get(&one.address) != Some(*one);
    let changed: Vec<_> = now.values().filter(new).collect();
    let removed: Vec<_> = before
        .keys()
        .filter(|one| !now.contains_key(*one))
        .collect();
    ResourcesChanged {
        total: changed.len() + removed.len(),
        resources: changed
            .into_iter()
            .take(RESOURCES)
            .map(|one| (*one).into())
            .collect(),
        removed: removed
            .into_iter()
            .take(RESOURCES)
            .map(|one| (*one).into())
            .collect(),
    }
}

/// An event without rows.
fn thin(event: &Event) -> Option<Within<ResourcesChangedThin>> {
    let Event::ResourcesChanged(Within { what, environment }) = event else {
        return None;
    };
    let changed = what.resources.iter().map(|one| one.address.clone());
    let all = changed.chain(what.removed.iter().cloned());
    let what = ResourcesChangedThin {
        total: what.total,
        addresses: all.take(RESOURCES).collect(),
    };
    Some(Within {
        what,
        environment: environment.clone(),
    })
}

/// Streams events from now on, or from where a client left off.
pub(super) async fn stream(
    State(state): State<ServerState>,
    whose: Result<Query<ShapeQuery>, QueryRejection>,
    in_use: Option<Extension<InUse>>,
    headers: HeaderMap,
) -> Response {
    let (only, thin) = match whose {
        Ok(Query(ShapeQuery { environment, shape })) => match shape.as_deref() {
            None => (environment, false),
            Some("thin") => (environment, true),
            Some(_) => {
                return reply::error(ErrorCode::InvalidRequest, "shape is thin, or not there");
            }
        },
        Err(wrong) => return reply::error(ErrorCode::InvalidRequest, &wrong.body_text()),
    };
    let chosen = match state.environments.chosen(only.as_deref()) {
        Ok(chosen) => chosen,
        Err(refusal) => return refusal.into_response(),
    };
    let events = Arc::clone(&state.api.events);
    let Ok(permit) = Arc::clone(&events.room).try_acquire_owned() else {
        return reply::error(ErrorCode::Busy, "too many clients listen already");
    };
    let last = headers.get("last-event-id");
    let last = last.map(|last| last.to_str().unwrap_or_default());
    let next = last.and_then(|last| events.resumed(last));
    let upcoming = events.upcoming();
    // A number for the greeting, so that a client that receives nothing else can resume.
    let greeting = match last {
        Some(_) => Event::Reset,
        None => Event::Status,
    };
    let greeted = chosen.each().iter().filter(|_| next.is_none());
    let greetings = greeted.filter_map(|one| {
        let event = greeting(standing(&one.status.borrow()));
        let data = event.data().ok()?;
        Some(events.sent(upcoming.saturating_sub(1), event.name(), &data))
    });
    let client = Client {
        heard: events.next.subscribe(),
        next: next.unwrap_or(upcoming),
        greetings: greetings.collect(),
        only,
        thin,
        events,
        _permit: permit,
        _in_use: in_use,
    };
    let alive = KeepAlive::new().interval(HEARTBEAT).text("heartbeat");
    let stream = Sse::new(client.stream()).keep_alive(alive);
    (UNBUFFERED, stream).into_response()
}

/// What keeps proxies from collecting a stream before they pass it on: nginx by the first, others by the second.
const UNBUFFERED: [(HeaderName, &str); 2] = [
    (HeaderName::from_static("x-accel-buffering"), "no"),
    (CACHE_CONTROL, "no-cache, no-transform"),
];

fn standing(status: &Status) -> Standing {
    Standing {
        environment: status.environment.clone(),
        generation: status.generation,
        phase: status.phase.into(),
        paused: status.paused.clone(),
        draining: status.draining,
    }
}

struct Client {
    events: Arc<Events>,
    heard: watch::Receiver<Option<u64>>,
    next: u64,
    /// One for each environment.
    greetings: VecDeque<Sent>,
    /// Events of other environments are not sent.
    only: Option<String>,
    /// Rows are not sent.
    thin: bool,
    _permit: OwnedSemaphorePermit,
    /// Keeps the connection from being taken for an idle one.
    _in_use: Option<Extension<InUse>>,
}

impl Client {
    fn stream(self) -> impl Stream<Item = Result<Sent, Infallible>> {
        let events = stream::unfold(self, |mut client| async move {
            let event = client.next().await?;
            Some((Ok(event), client))
        });
        // A first byte at once, also for a client that resumes and has nothing to receive yet.
        stream::iter([Ok(Sent::default().comment("connected"))]).chain(events)
    }

    async fn next(&mut self) -> Option<Sent> {
        if let Some(greeting) = self.greetings.pop_front() {
            return Some(greeting);
        }
        loop {
            self.heard.borrow_and_update().as_ref()?;
            match self.events.get(self.next, self.only.as_deref(), self.thin) {
                Found::Other => self.next += 1,
                Found::Event(event) => {
                    self.next += 1;
                    return Some(event);
                }
                Found::Gone => return None,
                Found::Nothing => self.heard.changed().await.ok()?,
            }
        }
    }
}
