//! Drives one create from the first look to its outcome.

use async_trait::async_trait;
use uuid::Uuid;

use super::writer::Writer;
use crate::journal::{Ask, Candidate, Creation, Effect, Look, Shown, Standing, Undecided};
use crate::prismatic::error::{Effect as Fate, ErrorKind, PlatformError};
use crate::prismatic::platform::PlatformResult;

/// What is to be created, and how it is found, created and removed again.
#[async_trait]
pub(super) trait Target: Send + Sync {
    /// The operation, for errors.
    fn operation(&self) -> &'static str;

    /// The noun for it in messages.
    fn noun(&self) -> String;

    /// What the journal has to know.
    fn effect(&self) -> Effect;

    /// What the reply shows, for the journal.
    fn shown(&self, id: &str) -> Shown;

    /// The live objects that bear exactly the marker. An object that blocks the create is an error.
    async fn look(&self, writer: &Writer<'_>) -> PlatformResult<Vec<Candidate>>;

    /// Creates it; gives its id.
    async fn send(&self, writer: &Writer<'_>) -> PlatformResult<String>;

    /// Removes an unused object.
    async fn remove(&self, writer: &Writer<'_>, id: &str) -> PlatformResult<()>;
}

/// Something created that is not certain to be the only one yet.
pub(super) struct Pending {
    target: Box<dyn Target>,
    progress: tokio::sync::Mutex<Progress>,
}

struct Progress {
    creation: Creation,
    ask: Ask,
    intent: Option<Uuid>,
    /// Why the last look brought nothing.
    unread: Option<PlatformError>,
}

impl Pending {
    pub(super) fn new(target: Box<dyn Target>, creation: Creation, first: Ask) -> Self {
        Self {
            target,
            progress: tokio::sync::Mutex::new(Progress {
                creation,
                ask: first,
                intent: None,
                unread: None,
            }),
        }
    }

    /// Looks, and creates it where it is not there; gives its id. Stops at the reply: the second look can wait
    /// until it is used.
    pub(super) async fn create(&self, writer: &Writer<'_>) -> PlatformResult<String> {
        let mut progress = self.progress.lock().await;
        loop {
            if let Ask::Done(standing) = &progress.ask {
                return self.made(standing.clone(), &progress);
            }
            let sends = progress.ask == Ask::Send;
            let replied = self.step(writer, &mut progress).await?;
            if let (true, Some(id)) = (sends, replied) {
                return Ok(id);
            }
        }
    }

    fn made(&self, standing: Standing, progress: &Progress) -> PlatformResult<String> {
        match standing {
            Standing::Own { id, .. } | Standing::Theirs { id, .. } => Ok(id),
            Standing::Undecided(why) => Err(self.undecided(why, progress)),
        }
    }

    /// Makes certain that it is the only one, by a look that is still good.
    pub(super) async fn confirm(&self, writer: &Writer<'_>) -> PlatformResult<Standing> {
        let mut progress = self.progress.lock().await;
        progress.creation.stretch(writer.lag());
        if let Ask::Done(Standing::Own { looked, .. }) = progress.ask {
            let now = writer.clock.boottime();
            match progress.creation.due_again(looked) {
                Some(due) => progress.ask = Ask::Look(due.max(now)),
                None if now > looked + crate::journal::LOOK_IS_GOOD => {
                    progress.ask = Ask::Look(now);
                }
                None => {}
            }
        }
        loop {
            match &progress.ask {
                Ask::Done(Standing::Undecided(why)) => {
                    return Err(self.undecided(*why, &progress));
                }
                Ask::Done(standing) => return Ok(standing.clone()),
                _ => {}
            }
            self.step(writer, &mut progress).await?;
        }
    }

    /// One step; gives the id where a reply gave one.
    async fn step(
        &self,
        writer: &Writer<'_>,
        progress: &mut Progress,
    ) -> PlatformResult<Option<String>> {
        match progress.ask.clone() {
            Ask::Look(at) => {
                super::sleep_until(writer.clock, at).await;
                self.look(writer, progress).await?;
            }
            Ask::Send => return self.send(writer, progress).await,
            Ask::Remove(id) => self.step_back(writer, progress, &id).await,
            Ask::Done(_) => {}
        }
        Ok(None)
    }

    async fn look(&self, writer: &Writer<'_>, progress: &mut Progress) -> PlatformResult<()> {
        let began = writer.clock.boottime();
        progress.creation.stretch(writer.lag());
        progress.ask = match self.target.look(writer).await {
            Ok(found) => progress.creation.looked(&Look {
                began,
                server_now: writer.platform.server_now(),
                found,
            }),
            Err(error) if error.is_transient() => {
                progress.unread = Some(error);
                progress.creation.unread(began, writer.clock.boottime())
            }
            Err(error) => return Err(error),
        };
        self.note(writer, progress).await;
        Ok(())
    }

    async fn note(&self, writer: &Writer<'_>, progress: &mut Progress) {
        writer.lags(progress.creation.lag());
        // An intent with an unknown effect stays open for the next run.
        if let Ask::Done(Standing::Own { id, .. } | Standing::Theirs { id, .. }) = &progress.ask
            && progress.intent.is_some()
        {
            let shown = self.target.shown(id);
            writer.close(progress.intent.take(), Some(shown)).await;
        }
        if !matches!(progress.ask, Ask::Done(_)) {
            return;
        }
        let what = self.target.noun();
        if let Some(ids) = progress.creation.in_use_twice() {
            writer.doubled(format!(
                "{what} is there {} times, each of them in use ({}): another run made it at the same time, and the API \
                 showed neither run the other's in time; see them with `prism-gitops dedupe`",
                ids.len(),
                ids.join(", ")
            ));
        }
        if let Ask::Done(Standing::Theirs { id, .. }) = &progress.ask {
            writer.notice(format!(
                "{what} was created by another run meanwhile ({id}); that one is used"
            ));
        }
    }

    async fn send(
        &self,
        writer: &Writer<'_>,
        progress: &mut Progress,
    ) -> PlatformResult<Option<String>> {
        let operation = self.target.operation();
        if progress.intent.is_none() {
            progress.intent = Some(writer.open(operation, self.target.effect()).await?);
        }
        progress.creation.sent();
        let sent = self.target.send(writer).await;
        let now = writer.clock.boottime();
        let error = match sent {
            Ok(id) => {
                let shown = self.target.shown(&id);
                writer.close(progress.intent.take(), Some(shown)).await;
                progress.ask = progress.creation.created(id.clone(), now);
                return Ok(Some(id));
            }
            Err(error) => error,
        };
        progress.ask = match &error.kind {
            ErrorKind::RateLimited { retry_after, .. } => {
                let wait = retry_after.unwrap_or_default();
                progress.creation.throttled(now, wait)
            }
            _ if error.effect == Fate::None => {
                writer.close(progress.intent.take(), None).await;
                return Err(error);
            }
            _ => progress.creation.lost(now),
        };
        progress.unread = Some(error);
        Ok(None)
    }

    async fn step_back(&self, writer: &Writer<'_>, progress: &mut Progress, id: &str) {
        let removed = self.target.remove(writer, id).await;
        let now = writer.clock.boottime();
        let what = self.target.noun();
        progress.ask = match removed {
            Ok(()) => {
                writer.notice(format!(
                    "another run created {what} at the same time; ours ({id}) was removed again"
                ));
                progress.creation.removed(now)
            }
            Err(error) => {
                writer.notice(format!(
                    "another run created {what} at the same time, and ours ({id}) could not be removed: {error}"
                ));
                progress.creation.kept(now)
            }
        };
    }

    fn undecided(&self, why: Undecided, progress: &Progress) -> PlatformError {
        let last = progress.unread.as_ref();
        let cause = last.map_or_else(String::new, |error| format!(" ({})", error.kind));
        PlatformError {
            operation: self.target.operation(),
            kind: ErrorKind::Protocol {
                message: format!(
                    "{}: {why}{cause}; the next run looks for it",
                    self.target.noun()
                ),
            },
            effect: Fate::Unknown,
        }
    }
}
