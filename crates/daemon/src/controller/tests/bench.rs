//! A loop under test: what drives it, and what can be seen of it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::controller::control::{Control, PersistedPauses};
use crate::controller::delays::Delays;
use crate::controller::driver::{Driver, Ended};
use crate::controller::history::Historian;
use crate::controller::reconciler::Reconciler;
use crate::controller::resources::ResourceStatus;
use crate::controller::status::{PassOutcome, Status};
use crate::controller::testing::{MemorySource, Script, instance};
use crate::model::history::{Actor, HistoryEvent, HistoryHealth};
use crate::runtime::clock::TokioClock;
use crate::runtime::shutdown::{self, Trigger};
use crate::store::history::HistorySink;

pub(super) const INTERVAL: Duration = Duration::from_secs(60);

/// Far longer than anything waits; the clock is paused, so it costs nothing.
const FOREVER: Duration = Duration::from_secs(24 * 3600);

/// Everything that was recorded in the history, and its inconsistencies.
#[derive(Debug, Default)]
pub(super) struct Collected(
    pub(super) Mutex<Vec<HistoryEvent>>,
    pub(super) Mutex<Option<String>>,
);

impl HistorySink for Collected {
    fn note(&self, event: HistoryEvent) {
        self.0.lock().unwrap().push(event);
    }

    fn health(&self) -> HistoryHealth {
        HistoryHealth {
            enabled: true,
            problem: self.1.lock().unwrap().clone(),
            ..HistoryHealth::default()
        }
    }
}

pub(super) struct Bench {
    pub(super) source: Arc<MemorySource>,
    pub(super) script: Arc<Script>,
    pub(super) nudge: mpsc::Sender<()>,
    pub(super) event: mpsc::Sender<()>,
    pub(super) control: Control,
    pub(super) reload: watch::Sender<u64>,
    pub(super) trigger: Trigger,
    pub(super) status: watch::Receiver<Status>,
    pub(super) began: Instant,
    pub(super) noted: Arc<Collected>,
    pub(super) task: JoinHandle<Ended>,
}

impl Bench {
    /// Starts a loop on revision `r1`.
    pub(super) fn start(script: Script) -> Self {
        Self::started(script, PersistedPauses::nowhere())
    }

    /// The same, which goes on from what one before it left in a folder.
    pub(super) fn start_in(script: Script, folder: &std::path::Path) -> Self {
        Self::started(script, PersistedPauses::in_folder(folder, "test"))
    }

    fn started(script: Script, kept: PersistedPauses) -> Self {
        let source = Arc::new(MemorySource::default());
        source.set(Some("r1"));
        let script = Arc::new(script);
        let noted = Arc::new(Collected::default());
        let (sender, status) = watch::channel(Status::starting("test", Instant::now()));
        let clock = Arc::new(TokioClock::starting_at(Timestamp::UNIX_EPOCH));
        let control = Control::open(kept, sender.clone(), clock.clone());
        let reconciler = Reconciler::new(
            source.clone(),
            script.clone(),
            clock,
            sender,
            INTERVAL,
            Delays::seeded(1),
        )
        .with_control(control)
        .with_history(Historian::new(noted.clone(), "daemon", Actor::default()));
        let control = reconciler.control.clone();
        let (nudge, nudges) = mpsc::channel(64);
        let (trigger, shutdown) = shutdown::channel();
        let (event, events) = mpsc::channel(1);
        let (reload, reloads) = watch::channel(0);
        let driver = Driver::new("test", reconciler, Some(nudges), shutdown)
            .with_events(events)
            .with_reloads(Some(reloads));
        Self {
            source,
            script,
            nudge,
            event,
            control,
            reload,
            trigger,
            status,
            began: Instant::now(),
            noted,
            task: tokio::spawn(driver.run()),
        }
    }

    /// Waits until the status is as wanted, and returns it.
    pub(super) async fn until(&mut self, wanted: impl FnMut(&Status) -> bool) -> Status {
        let found = tokio::time::timeout(FOREVER, self.status.wait_for(wanted)).await;
        found
            .expect("it never came to that")
            .expect("the loop is gone")
            .clone()
    }

    /// Waits until this many passes have ended.
    pub(super) async fn passes(&mut self, generation: u64) -> Status {
        self.until(|status| status.generation >= generation).await
    }

    /// Waits until the script has seen these steps, separated by spaces.
    pub(super) async fn steps(&self, wanted: &str) {
        let mut steps = self.script.steps.subscribe();
        let reached = tokio::time::timeout(FOREVER, steps.wait_for(|seen| seen == wanted)).await;
        assert!(reached.is_ok(), "{:?} instead of {wanted:?}", self.seen());
    }

    pub(super) fn seen(&self) -> String {
        self.script.steps.borrow().clone()
    }

    pub(super) fn compared(&self) -> String {
        self.script.compared.lock().unwrap().join(" ")
    }

    /// New files, with the watcher's word for it.
    pub(super) async fn push(&self, revision: &str) {
        self.source.set(Some(revision));
        self.nudge.send(()).await.unwrap();
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }
}

/// How many passes have ended so.
pub(super) fn ended(status: &Status, result: PassOutcome) -> u64 {
    status.totals.passes.get(&result).copied().unwrap_or(0)
}

pub(super) fn result(status: &Status) -> PassOutcome {
    status.last_pass.as_ref().unwrap().result
}

pub(super) fn resource<'a>(status: &'a Status, name: &str) -> &'a ResourceStatus {
    let found = status
        .resources
        .iter()
        .find(|r| r.address == instance(name));
    found.unwrap()
}
