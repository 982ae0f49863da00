//! What a person can ask of a running daemon: a pass now, of everything or of a part, a pause, its end, the approval of
//! new files.
//!
//! # Invariants
//!
//! - No wish says what changed. It says when a pass is made, that nothing is written, which part of what the pass
//!   finds may be written (ADR 0030), or labels of a live object ([`acts`]): what it finds, it reads as always.
//! - Each wish is served by one pass, in the order in which they came; a wish for a part by one of its own.
//! - An unreadable pause counts as a pause: the user meant to pause.
//! - An end is by the wall clock, which may be set: no sleep relies on it for
//!   longer than a minute, and a pause that has ended does not come back.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{Mutex, Notify, oneshot, watch};

use super::acts::{self, Answer, Ask, Queued};
use super::approvals::Approvals;
pub use super::approvals::NotAwaited;
use super::status::{Phase, Status};
pub use super::sync_requests::TooMany;
use super::sync_requests::{SyncRequest, SyncRequests};
use crate::api::wish::Approval;
use crate::model::{Address, Pause, chain};
use crate::plan::Part;
use crate::runtime::clock::Clock;
use crate::store::{ApprovalFile, MatchedFile, PauseFile};

/// The wall clock may be set while we sleep: no sleep relies on it for longer.
const LONGEST: Duration = Duration::from_secs(60);
/// A clock that does not advance is not polled without end.
const SHORTEST: Duration = Duration::from_millis(1);

/// Where the pause of an environment is kept, if anywhere.
#[derive(Debug, Clone, Default)]
pub struct PersistedPauses {
    environment: String,
    file: Option<PauseFile>,
    approval: Option<ApprovalFile>,
    matched: Option<MatchedFile>,
}

impl PersistedPauses {
    /// In a state folder.
    #[must_use]
    pub fn in_folder(folder: &Path, environment: &str) -> Self {
        Self {
            environment: environment.to_owned(),
            file: Some(PauseFile::in_folder(folder, environment)),
            approval: Some(ApprovalFile::in_folder(folder, environment)),
            matched: Some(MatchedFile::in_folder(folder, environment)),
        }
    }

    /// Nowhere: a pause ends with the process.
    #[must_use]
    pub fn nowhere() -> Self {
        Self::default()
    }

    fn read(&self) -> Option<Pause> {
        let read = self.file.as_ref()?.read();
        read.unwrap_or_else(|error| {
            let problem = chain(&error);
            tracing::warn!(
                event = "pause.unreadable",
                environment = self.environment,
                error = problem,
                "paused until `resume`"
            );
            Some(Pause {
                reason: format!("it is not known whether a pause is in effect: {problem}"),
                since: Timestamp::UNIX_EPOCH,
                until: None,
            })
        })
    }

    /// Whether it is on the disk now.
    async fn keep(&self, pause: Option<Pause>) -> bool {
        let Some(file) = self.file.clone() else {
            return false;
        };
        let kept = tokio::task::spawn_blocking(move || file.keep(pause.as_ref())).await;
        match kept.map_err(std::io::Error::other).and_then(|kept| kept) {
            Ok(()) => true,
            Err(error) => {
                let error = error.to_string();
                tracing::warn!(
                    event = "pause.unkept",
                    environment = self.environment,
                    error,
                    "a restart will not know of it"
                );
                false
            }
        }
    }
}

/// The handle through which the daemon is asked for something.
#[derive(Debug, Clone)]
pub struct Control(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    pause: watch::Sender<Option<Pause>>,
    syncs: Notify,
    requests: SyncRequests,
    approvals: Approvals,
    acts: acts::Queue,
    status: watch::Sender<Status>,
    clock: Arc<dyn Clock>,
    kept: PersistedPauses,
    /// One change at a time, so that file and memory agree.
    changing: Mutex<()>,
}

impl Control {
    /// Takes up a pause that was kept. Reads the disk.
    #[must_use]
    pub fn open(
        kept: PersistedPauses,
        status: watch::Sender<Status>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let control = Self(Arc::new(Inner {
            pause: watch::Sender::new(kept.read()),
            syncs: Notify::new(),
            requests: SyncRequests::default(),
            approvals: Approvals::open(kept.approval.clone()),
            acts: acts::Queue::default(),
            status,
            clock,
            kept,
            changing: Mutex::default(),
        }));
        if let Some(pause) = control.paused() {
            control.began(&pause);
            control.show(Some(pause));
        }
        control
    }

    /// The pause that holds now.
    #[must_use]
    pub fn paused(&self) -> Option<Pause> {
        self.holding(self.0.pause.borrow().clone())
    }

    /// Pauses. A pass under way begins no further step. Returns the pause, and
    /// whether a restart will know of it.
    pub async fn pause(&self, reason: String, until: Option<Timestamp>) -> (Pause, bool) {
        let _changing = self.0.changing.lock().await;
        let pause = Pause {
            reason,
            since: self.0.clock.now(),
            until,
        };
        self.began(&pause);
        self.0.pause.send_replace(Some(pause.clone()));
        self.show(Some(pause.clone()));
        let kept = self.0.kept.keep(Some(pause.clone())).await;
        (pause, kept)
    }

    /// Ends a pause. Returns whether a restart will know of that.
    pub async fn resume(&self) -> bool {
        let _changing = self.0.changing.lock().await;
        self.clear().await
    }

    /// Approves what waits, if it is exactly this. Returns the approval, and whether a restart will know of it.
    ///
    /// # Errors
    ///
    /// [`NotAwaited`] where something else waits, or nothing.
    pub async fn approve(
        &self,
        digest: &str,
        reason: String,
        by: Option<String>,
    ) -> Result<(Approval, bool), NotAwaited> {
        let _changing = self.0.changing.lock().await;
        let awaited = self.0.status.borrow().approval.clone();
        let awaited = awaited.ok_or(NotAwaited::Nothing)?;
        if awaited.digest != digest {
            return Err(NotAwaited::Other(awaited.digest));
        }
        let approval = Approval {
            revision: awaited.revision,
            digest: awaited.digest,
            reason,
            by,
            at: self.0.clock.now(),
        };
        tracing::warn!(
            event = "approval.given",
            environment = self.environment(),
            revision = approval.revision,
            digest,
            reason = approval.reason,
            by = approval.by,
            "new files are let go"
        );
        let kept = self.0.approvals.give(approval.clone()).await;
        let _ = self.sync();
        Ok((approval, kept))
    }

    /// Whether a person let these files go, and a pass has found that nothing had changed since.
    pub(super) fn has_let_go(&self, files: &str) -> bool {
        self.0.approvals.has_let_go(files)
    }

    /// Lets these files go if exactly this was approved of them.
    pub(super) fn let_go(&self, files: &str, digest: &str) -> bool {
        self.0.approvals.let_go(files, digest)
    }

    /// Keeps on the disk what was let go.
    pub(super) async fn keep_approval(&self) {
        self.0.approvals.keep().await;
    }

    /// What was known to match when this process began. Reads the disk.
    pub(super) fn matched(&self) -> BTreeMap<Address, u64> {
        let file = self.0.kept.matched.as_ref();
        file.map(MatchedFile::read).unwrap_or_default()
    }

    /// Keeps what is known to match, for the next process. Returns whether the disk has it, or nothing is kept here.
    pub(super) async fn keep_matched(&self, matched: BTreeMap<Address, u64>) -> bool {
        let Some(file) = self.0.kept.matched.clone() else {
            return true;
        };
        let kept = tokio::task::spawn_blocking(move || file.keep(&matched)).await;
        let kept = kept.is_ok_and(|kept| kept.is_ok());
        if !kept {
            tracing::warn!(
                event = "matched.unkept",
                "after a restart, what was changed elsewhere will wait for approval too"
            );
        }
        kept
    }

    /// Asks for a pass. Returns the generation that will have served it: a pass
    /// under way began before, so it does not count.
    #[must_use]
    pub fn sync(&self) -> u64 {
        let ended = self.0.requests.whole(|| self.passes());
        self.0.syncs.notify_one();
        ended
    }

    /// Asks for a pass that writes a part only. Returns the generation that will have served it.
    ///
    /// # Errors
    ///
    /// [`TooMany`] where the queue of parts is full.
    pub fn sync_part(&self, part: Part) -> Result<u64, TooMany> {
        let served = self.0.requests.part(part, || self.passes())?;
        self.0.syncs.notify_one();
        Ok(served)
    }

    /// How many passes have ended, and the one under way.
    fn passes(&self) -> u64 {
        let status = self.0.status.borrow();
        status.generation + u64::from(status.phase == Phase::Working)
    }

    /// The request that the pass which begins now serves. `begin` says so in the status, before another can be queued.
    pub(super) fn take(&self, begin: impl FnOnce()) -> Option<SyncRequest> {
        self.0.requests.take(begin)
    }

    /// Wakes the loop if a request waits.
    pub(super) fn remind(&self) {
        if self.0.requests.is_waiting() {
            self.0.syncs.notify_one();
        }
    }

    /// Asks the loop to do something to one live object between two passes; `None` where too many wait already.
    #[must_use]
    pub fn act(&self, ask: Ask) -> Option<oneshot::Receiver<Answer>> {
        self.0.acts.put(ask)
    }

    /// Waits for the next thing to do. Cancel-safe.
    pub(super) async fn next_act(&self) -> Queued {
        self.0.acts.next().await
    }

    /// Waits until a pass is asked for, or a pause has ended. Cancel-safe.
    pub(super) async fn synced(&self) {
        self.0.syncs.notified().await;
    }

    /// Waits for a pause to begin; at once if one holds. Cancel-safe.
    pub(super) async fn until_paused(&self) {
        let mut pause = self.0.pause.subscribe();
        // The sender is ours, so it never goes.
        let _ = pause
            .wait_for(|pause| self.holding(pause.clone()).is_some())
            .await;
    }

    /// Ends pauses at their time, for as long as it is polled. Cancel-safe.
    pub(super) async fn lapse(&self) {
        let mut pause = self.0.pause.subscribe();
        loop {
            let until = pause
                .borrow_and_update()
                .as_ref()
                .and_then(|pause| pause.until);
            let Some(until) = until else {
                // The sender is ours, so it never goes.
                let _ = pause.changed().await;
                continue;
            };
            let now = self.0.clock.now();
            if until <= now {
                self.expire().await;
                continue;
            }
            let rest = Duration::try_from(until.duration_since(now)).unwrap_or_default();
            tokio::select! {
                _ = pause.changed() => {}
                () = tokio::time::sleep(rest.clamp(SHORTEST, LONGEST)) => {}
            }
        }
    }

    /// Forgets a pause that has ended by itself, so that a clock that is set back does not renew it.
    async fn expire(&self) {
        let _changing = self.0.changing.lock().await;
        if self.paused().is_none() {
            self.clear().await;
        }
    }

    fn holding(&self, pause: Option<Pause>) -> Option<Pause> {
        let now = self.0.clock.now();
        pause.filter(|pause| !pause.is_over(now))
    }

    async fn clear(&self) -> bool {
        if self.0.pause.send_replace(None).is_some() {
            let environment = self.environment();
            tracing::info!(event = "pause.ended", environment, "writing again");
            // What was held back waits for no interval.
            let _ = self.sync();
        }
        self.show(None);
        self.0.kept.keep(None).await
    }

    fn show(&self, pause: Option<Pause>) {
        self.0.status.send_modify(|status| status.paused = pause);
    }

    fn environment(&self) -> String {
        self.0.status.borrow().environment.clone()
    }

    fn began(&self, pause: &Pause) {
        let environment = self.environment();
        let until = pause.until.map(|until| until.to_string());
        let reason = pause.reason.as_str();
        tracing::warn!(
            event = "pause.began",
            environment,
            reason,
            until,
            "nothing is written"
        );
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;
    use crate::runtime::clock::TokioClock;

    fn open(folder: &Path, now: &str) -> Control {
        let clock = TokioClock::starting_at(now.parse().unwrap());
        let status = watch::Sender::new(Status::starting("prod", Instant::now()));
        Control::open(
            PersistedPauses::in_folder(folder, "prod"),
            status,
            Arc::new(clock),
        )
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_outlives_the_process_and_ends_while_it_is_away() {
        let folder = tempfile::tempdir().unwrap();
        let control = open(folder.path(), "2026-11-20T12:00:00Z");
        let until = "2026-11-20T14:00:00Z".parse().unwrap();
        let (pause, kept) = control.pause("release".to_owned(), Some(until)).await;
        assert!(kept);
        let later = open(folder.path(), "2026-11-20T13:59:59Z");
        assert_eq!(later.paused(), Some(pause));
        assert!(later.0.status.borrow().paused.is_some());
        let after = open(folder.path(), "2026-11-20T14:00:00Z");
        assert_eq!(after.paused(), None);
        assert!(later.resume().await);
        assert_eq!(open(folder.path(), "2026-11-20T12:00:00Z").paused(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_that_cannot_be_read_is_a_pause_until_it_is_resumed() {
        let folder = tempfile::tempdir().unwrap();
        let control = open(folder.path(), "2026-11-20T12:00:00Z");
        control.pause("release".to_owned(), None).await;
        let file = std::fs::read_dir(folder.path()).unwrap().flatten();
        let mut file = file.filter(|file| file.file_name().to_string_lossy().starts_with("pause-"));
        std::fs::write(file.next().unwrap().path(), "damaged").unwrap();
        let again = open(folder.path(), "2026-11-20T12:00:00Z");
        let reason = again.paused().unwrap().reason;
        assert!(
            reason.starts_with("it is not known whether a pause is in effect"),
            "{reason}"
        );
        again.resume().await;
        assert_eq!(open(folder.path(), "2026-11-20T12:00:00Z").paused(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_that_has_ended_does_not_come_back_with_the_clock() {
        let folder = tempfile::tempdir().unwrap();
        let control = open(folder.path(), "2026-11-20T12:00:00Z");
        let until = "2026-11-20T12:30:00Z".parse().unwrap();
        control.pause("release".to_owned(), Some(until)).await;
        tokio::select! {
            () = control.lapse() => {}
            () = control.synced() => {}
        }
        assert_eq!(control.0.pause.borrow().clone(), None);
        // Its file goes with it, so a clock set back finds nothing.
        control.resume().await;
        assert_eq!(open(folder.path(), "2026-11-20T12:00:00Z").paused(), None);
    }
}
