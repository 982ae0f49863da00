//! Several writes of one kind in one request, each under an alias of its own.
//!
//! A server that limits requests counts such a request once. A write is put into the queue of its kind; the
//! writer that gets a place sends everything queued so far. Without concurrent writes, each is a request of
//! its own.
//!
//! # What holds
//!
//! - The root fields of a mutation run one after the other, by GraphQL's rules.
//! - Each write has its own outcome. Where one of a request fails, the success of the others is not trusted:
//!   some servers roll back the whole request if one part fails. Idempotent writes are sent again. For a
//!   deploy, the effect is looked for; where none shows, it is reported as unknown and never sent again,
//!   because reads may lag behind. The one exception is a request that the server rejected before it began,
//!   or for its rate.
//! - Deploys start one by one, as do all after one that was not carried out beside a failed one.
//! - Creating operations (`createInstance`, `importIntegration`, `publishIntegration`) never share a request:
//!   after a lost reply, several effects could not be distinguished.
//! - A server that refuses a request for its size gets smaller ones, down to one
//!   write each, which is the plain operation. So does one that fails at a shared
//!   request and not at a single write.

mod batch;
mod effects;
mod size;

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::future::{BoxFuture, join_all};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::{Semaphore, oneshot};

use self::batch::Judged;
use self::effects::Found;
use self::size::Size;
use super::error::{Effect, ErrorKind, PlatformError};
use super::graphql::lost;
use super::operations::Operation;
use super::platform::PlatformResult;
use super::retry::{MAX_ATTEMPTS, Repeat};
use super::session::Session;
use super::transport::TransportError;

pub(super) use self::batch::sample;

/// One write that waits. No `Debug`: the input may be secret.
#[derive(Clone)]
pub(super) struct Part {
    /// The mutation's `input`.
    input: Value,
}

struct Waiting {
    part: Part,
    answer: oneshot::Sender<PlatformResult<Value>>,
}

/// The line of one kind of write.
pub(super) struct WriteBatcher {
    operation: &'static Operation,
    queue: Mutex<VecDeque<Waiting>>,
    places: Semaphore,
    size: Mutex<Size>,
}

impl std::fmt::Debug for WriteBatcher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WriteBatcher")
            .field("operation", &self.operation.name)
            .finish_non_exhaustive()
    }
}

impl WriteBatcher {
    /// A queue with at most `places` requests in flight. The fewer, the more writes share a request.
    pub(super) fn new(operation: &'static Operation, places: usize) -> Self {
        Self {
            operation,
            queue: Mutex::default(),
            places: Semaphore::new(places),
            size: Mutex::new(Size::of(operation.repeat)),
        }
    }

    /// Writes, alone or with others; gives back the object of the payload.
    ///
    /// # Errors
    ///
    /// As the same operation by itself.
    pub(super) async fn write<T: DeserializeOwned>(
        &self,
        session: &Session,
        input: &impl Serialize,
    ) -> PlatformResult<T> {
        let input = serde_json::to_value(input).map_err(|_| {
            let message = "the variables cannot be written as JSON".to_owned();
            self.error(ErrorKind::Protocol { message }, Effect::None)
        })?;
        let object = self.queue(session, Part { input }).await?;
        serde_json::from_value(object).map_err(|_| {
            // serde's message is not used: it quotes values.
            let message = "the written object does not fit the schema".to_owned();
            self.error(ErrorKind::Protocol { message }, self.lost())
        })
    }

    async fn queue(&self, session: &Session, part: Part) -> PlatformResult<Value> {
        let (sender, mut answer) = oneshot::channel();
        lock(&self.queue).push_back(Waiting {
            part,
            answer: sender,
        });
        loop {
            let place = tokio::select! {
                biased;
                outcome = &mut answer => return outcome.unwrap_or_else(|_| Err(self.given_up())),
                place = self.places.acquire() => place,
            };
            // Writes that arrive at the same moment join the request.
            tokio::task::yield_now().await;
            let taken = self.take();
            if taken.is_empty() {
                drop(place);
                // Another took this one along and will say how it went.
                return answer.await.unwrap_or_else(|_| Err(self.given_up()));
            }
            let (parts, answers): (Vec<_>, Vec<_>) = taken
                .into_iter()
                .map(|waiting| (waiting.part, waiting.answer))
                .unzip();
            let outcomes = self.carry(session, parts).await;
            for (answer, outcome) in answers.into_iter().zip(outcomes) {
                // The caller may be gone.
                let _ = answer.send(outcome);
            }
        }
    }

    fn take(&self) -> Vec<Waiting> {
        let most = lock(&self.size).now();
        let mut queue = lock(&self.queue);
        let count = queue.len().min(most);
        queue.drain(..count).collect()
    }

    /// Sends the parts, and says of each how it went.
    fn carry<'a>(
        &'a self,
        session: &'a Session,
        parts: Vec<Part>,
    ) -> BoxFuture<'a, Vec<PlatformResult<Value>>> {
        Box::pin(async move {
            if parts.len() <= 1 {
                return self.each_alone(session, parts, true).await;
            }
            match batch::send(session, self.operation, &parts).await {
                Ok(batch::Outcome { verdicts, took }) => {
                    if verdicts.iter().all(|it| matches!(it, Judged::Done(_))) {
                        lock(&self.size).went_well(parts.len(), took);
                    }
                    self.resolve(session, parts, verdicts).await
                }
                Err(error) if self.may_be_done(&error) => self.look_for(session, parts, true).await,
                Err(error) if self.too_much(&error) => {
                    lock(&self.size).refused(parts.len());
                    match self.operation.repeat {
                        Repeat::Once => self.look_for(session, parts, true).await,
                        Repeat::Read | Repeat::Idempotent => self.halves(session, parts).await,
                    }
                }
                Err(error) => {
                    lock(&self.size).went_badly(parts.len());
                    self.probe(session, parts, error).await
                }
            }
        })
    }

    async fn halves(&self, session: &Session, mut parts: Vec<Part>) -> Vec<PlatformResult<Value>> {
        let second = parts.split_off(parts.len() / 2);
        let mut all = self.carry(session, parts).await;
        all.extend(self.carry(session, second).await);
        all
    }

    /// Sends one of them alone after a request that failed, and the others too if that succeeds:
    /// then it was for being many that the request failed.
    async fn probe(
        &self,
        session: &Session,
        mut parts: Vec<Part>,
        error: PlatformError,
    ) -> Vec<PlatformResult<Value>> {
        let others = parts.split_off(1.min(parts.len()));
        if self.operation.repeat == Repeat::Once || !may_be_many(&error) {
            let failed = parts.iter().chain(&others).map(|_| Err(error.clone()));
            return failed.collect();
        }
        let mut all = self.each_alone(session, parts, false).await;
        if all.iter().all(Result::is_ok) {
            all.extend(self.each_alone(session, others, false).await);
        } else {
            all.extend(others.iter().map(|_| Err(error.clone())));
        }
        all
    }

    /// Sends each as a request of its own. With `learn`, more may go together if that is quick.
    async fn each_alone(
        &self,
        session: &Session,
        parts: Vec<Part>,
        learn: bool,
    ) -> Vec<PlatformResult<Value>> {
        let alone = |part: Part| async move {
            let (object, took) = self.patiently(session, part).await?;
            if learn {
                lock(&self.size).went_well(1, took);
            }
            Ok(object)
        };
        join_all(parts.into_iter().map(alone)).await
    }

    /// Sends one by itself. A deploy that was turned away for its rate is looked for before it is
    /// sent again.
    async fn patiently(&self, session: &Session, part: Part) -> PlatformResult<(Value, Duration)> {
        let mut tries = 1;
        loop {
            let outcome = batch::alone(session, self.operation, part.clone()).await;
            let error = match outcome {
                Err(error) if self.may_be_done(&error) && tries < MAX_ATTEMPTS => error,
                outcome => return outcome,
            };
            match effects::of_deploys(session, std::slice::from_ref(&part))
                .await
                .pop()
            {
                Some(Found::Done(object)) => return Ok((object, Duration::ZERO)),
                Some(Found::NotDone) => tries += 1,
                Some(Found::Unknown(_)) | None => return Err(error),
            }
        }
    }

    /// Whether a deploy was turned away for its rate: some servers do it all the same.
    fn may_be_done(&self, error: &PlatformError) -> bool {
        let throttled = matches!(error.kind, ErrorKind::RateLimited { .. });
        throttled && error.effect == Effect::Unknown && self.operation.repeat == Repeat::Once
    }

    /// Takes failures as they are, and makes sure of the rest.
    async fn resolve(
        &self,
        session: &Session,
        parts: Vec<Part>,
        verdicts: Vec<Judged>,
    ) -> Vec<PlatformResult<Value>> {
        let clean = verdicts.iter().all(|it| matches!(it, Judged::Done(_)));
        let failed = |it: &Judged| matches!(it, Judged::Failed(_));
        let progress = verdicts.iter().any(failed);
        let mut outcomes: Vec<Option<PlatformResult<Value>>> = Vec::new();
        let mut unsure = Vec::new();
        for (part, verdict) in parts.into_iter().zip(verdicts) {
            outcomes.push(match verdict {
                Judged::Done(object) if clean => Some(Ok(object)),
                Judged::Failed(error) => Some(Err(error)),
                Judged::Done(_) | Judged::Doubt => {
                    unsure.push(part);
                    None
                }
            });
        }
        let mut made_sure = self.make_sure(session, unsure, progress).await.into_iter();
        let sure = |outcome: Option<_>| {
            outcome.unwrap_or_else(|| made_sure.next().unwrap_or_else(|| Err(self.given_up())))
        };
        outcomes.into_iter().map(sure).collect()
    }

    /// `progress`: another part has failed, so that the rest is less than it was.
    async fn make_sure(
        &self,
        session: &Session,
        parts: Vec<Part>,
        progress: bool,
    ) -> Vec<PlatformResult<Value>> {
        if parts.is_empty() {
            return Vec::new();
        }
        if self.operation.repeat == Repeat::Once {
            return self.look_for(session, parts, false).await;
        }
        if progress {
            return self.carry(session, parts).await;
        }
        lock(&self.size).went_badly(parts.len());
        self.each_alone(session, parts, false).await
    }

    /// Looks for the effects of deploys. `refused`: the server turned the request away before it
    /// began; what does not show an effect then is sent again, one by one.
    async fn look_for(
        &self,
        session: &Session,
        parts: Vec<Part>,
        refused: bool,
    ) -> Vec<PlatformResult<Value>> {
        let found = effects::of_deploys(session, &parts).await;
        if !refused && found.iter().any(|it| matches!(it, Found::NotDone)) {
            lock(&self.size).alone();
        } else {
            lock(&self.size).went_badly(parts.len());
        }
        let one = |(part, found): (Part, Found)| async move {
            match found {
                Found::Done(object) => Ok(object),
                Found::NotDone if refused => {
                    let mut alone = self.each_alone(session, vec![part], false).await;
                    alone.pop().unwrap_or_else(|| Err(self.given_up()))
                }
                Found::NotDone => Err(self.unsure(
                    "another write of the same request failed, and the instance still calls for a deploy; \
                     it is not asked for twice in one run"
                        .to_owned(),
                )),
                Found::Unknown(why) => Err(self.unsure(why)),
            }
        };
        join_all(parts.into_iter().zip(found).map(one)).await
    }

    fn unsure(&self, message: String) -> PlatformError {
        self.error(ErrorKind::Protocol { message }, Effect::Unknown)
    }

    /// The request as a whole was not taken in; a smaller one may be.
    fn too_much(&self, error: &PlatformError) -> bool {
        match &error.kind {
            ErrorKind::GraphQl(_)
            | ErrorKind::Status {
                status: 400 | 413 | 414 | 422 | 431,
                ..
            } => error.effect == Effect::None,
            ErrorKind::Transport(TransportError::TooLarge { .. }) => {
                self.operation.repeat == Repeat::Idempotent
            }
            _ => false,
        }
    }

    fn lost(&self) -> Effect {
        lost(self.operation.repeat)
    }

    fn error(&self, kind: ErrorKind, effect: Effect) -> PlatformError {
        PlatformError {
            operation: self.operation.name,
            kind,
            effect,
        }
    }

    /// The call that sent this write was cancelled.
    fn given_up(&self) -> PlatformError {
        let message = "the request that carried it was given up".to_owned();
        self.error(ErrorKind::Protocol { message }, self.lost())
    }
}

/// Whether it may be for being many writes that a request failed, and not for the server being away.
fn may_be_many(error: &PlatformError) -> bool {
    match &error.kind {
        ErrorKind::Status { status, .. } => *status >= 500,
        ErrorKind::Protocol { .. }
        | ErrorKind::Transport(TransportError::Broken { .. } | TransportError::Timeout { .. }) => {
            true
        }
        _ => false,
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
