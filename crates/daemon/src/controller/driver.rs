//! When passes are made: the loop.
//!
//! Idle, it waits for a wake-up; busy, it watches over the pass under way. It learns of changed files only as
//! a nudge, and asks the source itself whether anything changed: a false alarm of a watcher costs a reading,
//! not a pass.
//!
//! # Invariants
//!
//! - One pass at a time.
//! - A pass gives way to newer files, but at most three times in a row:
//!   a stream of commits cannot keep everything from being applied.
//! - The first request to stop lets running steps finish; the second cancels the pass at once.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use tracing::Instrument as _;

use super::queue::{DEBOUNCE, Queue, Reason};
use super::reconciler::Reconciler;
use super::status::{Phase, Status};
use super::sync_requests::SyncRequest;
use crate::plan::Part;
use crate::runtime::shutdown::Shutdown;
use crate::source::{Snapshot, Source, SourceError, snapshot_in_time};

/// How many times in a row a pass gives way to newer files.
const PATIENCE: u32 = 3;
/// How often an idle loop reports that it is alive.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// For this long after a pass, events are attributed to its own writes.
const SETTLE: Duration = Duration::from_secs(10);
/// Later than any pass that is due.
const NEVER: Duration = Duration::from_secs(24 * 3600);

/// How the loop ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// After finishing what was under way.
    Drained,
    /// At once.
    Aborted,
}

/// Decides when passes are made.
pub struct Driver {
    environment: Arc<str>,
    queue: Queue,
    reconciler: Reconciler,
    nudges: Nudges,
    /// Events of the tenant.
    events: Option<mpsc::Receiver<()>>,
    /// Grows with each request to look at everything again.
    reloads: Option<watch::Receiver<u64>>,
    /// No event causes a pass before this time: the daemon's own writes would.
    cool_down_ends: Option<Instant>,
    shutdown: Shutdown,
    superseded: u32,
}

/// Nudges from outside; none for ever once the other side has gone.
struct Nudges(Option<mpsc::Receiver<()>>);

impl Nudges {
    /// Cancel-safe.
    async fn next(&mut self) {
        while let Some(receiver) = &mut self.0 {
            if receiver.recv().await.is_some() {
                return;
            }
            tracing::warn!(
                event = "watch.ended",
                "changed files are noticed only at the next resync from now on"
            );
            self.0 = None;
        }
        std::future::pending::<()>().await;
    }
}

impl Driver {
    /// A loop for one environment. `nudges` say that files may have changed.
    #[must_use]
    pub fn new(
        environment: &str,
        reconciler: Reconciler,
        nudges: Option<mpsc::Receiver<()>>,
        shutdown: Shutdown,
    ) -> Self {
        Self {
            environment: environment.into(),
            queue: Queue::default(),
            reconciler,
            nudges: Nudges(nudges),
            events: None,
            reloads: None,
            cool_down_ends: None,
            shutdown,
            superseded: 0,
        }
    }

    /// Makes a pass on events of the tenant, too.
    #[must_use]
    pub fn with_events(mut self, events: mpsc::Receiver<()>) -> Self {
        self.events = Some(events);
        self
    }

    /// Makes a pass at once whenever this number grows; during a pass, after it.
    #[must_use]
    pub fn with_reloads(mut self, reloads: Option<watch::Receiver<u64>>) -> Self {
        self.reloads = reloads;
        self
    }

    /// Makes passes until a shutdown.
    pub async fn run(mut self) -> Ended {
        self.go_on().await
    }

    /// The same, resumed after a panic: what passes have learnt still holds. It begins with a pass.
    pub async fn go_on(&mut self) -> Ended {
        self.queue.schedule(Instant::now(), Reason::Start);
        let ended = loop {
            let Some(reason) = self.idle().await else {
                break Ended::Drained;
            };
            let control = self.reconciler.control.clone();
            let status = &self.reconciler.status;
            // Of the last pass about everything: to one about a part, new files are still to come.
            let reading = status.borrow().reading.clone();
            let request = control.take(|| begin(status));
            let next = match request {
                Some(SyncRequest::Part(part)) => match self.serve(reason, (&part, reading)).await {
                    Some(()) => {
                        control.remind();
                        continue;
                    }
                    None => None,
                },
                Some(SyncRequest::Whole) | None => {
                    let next = self.busy(reason).await;
                    control.remind();
                    next
                }
            };
            match next {
                Some((at, next)) => {
                    self.queue.schedule(at, next);
                    self.cool_down_ends = Some(self.cool_down_until(next));
                }
                None => break Ended::Aborted,
            }
        };
        let stopped = |status: &mut Status| status.phase = Phase::Stopped;
        self.reconciler.status.send_modify(stopped);
        ended
    }

    /// Waits until a pass is due; `None` at a request to stop.
    async fn idle(&mut self) -> Option<Reason> {
        let mut heartbeat = tokio::time::interval(HEARTBEAT);
        let control = self.reconciler.control.clone();
        loop {
            tokio::select! {
                biased;
                () = self.shutdown.draining() => {
                    drain(&self.reconciler.status);
                    return None;
                }
                _ = heartbeat.tick() => {
                    beat(&self.reconciler.status);
                    self.reconciler.look_at_history();
                }
                reason = self.queue.next() => {
                    if reason != Reason::Source || self.files_changed().await {
                        return Some(reason);
                    }
                }
                () = asked(&mut self.reloads) => {
                    self.queue.schedule(Instant::now(), Reason::Reload);
                }
                () = next_event(&mut self.events) => self.event(),
                () = control.synced() => return Some(Reason::Sync),
                queued = control.next_act() => {
                    self.reconciler.act(queued).await;
                    // What was done shows at once.
                    return Some(Reason::Sync);
                }
                () = control.lapse() => {}
                // Last, so that a flood of nudges holds up nothing.
                () = self.nudges.next() => self.queue.nudge(Instant::now()),
            }
        }
    }

    /// From when on an event is a reason for a pass. What is under way or has
    /// just been written makes events itself; one pass that writes nothing
    /// makes none, so that ends by itself. A tenant that cannot be read is not
    /// asked sooner because of one.
    fn cool_down_until(&self, next: Reason) -> Instant {
        let status = self.reconciler.status.borrow();
        match next {
            Reason::Retry if status.error.is_some() => Instant::now() + NEVER,
            _ => Instant::now() + SETTLE,
        }
    }

    fn event(&mut self) {
        let now = Instant::now();
        let at = self.cool_down_ends.map_or(now, |ends| ends.max(now));
        self.queue.schedule(at + DEBOUNCE, Reason::Event);
    }

    /// Whether the files differ from those of the last pass. A source that
    /// cannot be read differs: the pass will say why.
    async fn files_changed(&self) -> bool {
        let found = tokio::select! {
            () = self.shutdown.draining() => return false,
            found = snapshot_in_time(self.reconciler.source.as_ref()) => found,
        };
        let reading = self.reconciler.status.borrow().reading.clone();
        found.map_or(true, |snapshot| Some(snapshot.revision.id) != reading)
    }

    /// Makes a pass that a person asked for about a part. What else is due stays due: this pass learns nothing of the
    /// rest, and does not give way to newer files. `None` if it was aborted.
    async fn serve(
        &mut self,
        reason: Reason,
        (part, reading): (&Part, Option<String>),
    ) -> Option<()> {
        let status = self.reconciler.status.clone();
        if reason != Reason::Sync {
            let now = Instant::now();
            self.queue.schedule(now, reason);
        }
        let (stop, stopped) = watch::channel(false);
        let span = tracing::info_span!(
            "pass",
            environment = %self.environment,
            reason = %Reason::Part,
            result = tracing::field::Empty,
        );
        let pass = self.reconciler.part_pass(part, reading, stopped);
        let pass = pass.instrument(span);
        tokio::pin!(pass);
        let mut draining = false;
        loop {
            tokio::select! {
                biased;
                () = self.shutdown.aborted() => return None,
                () = &mut pass => break,
                () = self.shutdown.draining(), if !draining => {
                    draining = true;
                    drain(&status);
                    stop.send_replace(true);
                }
                () = self.nudges.next() => self.queue.nudge(Instant::now()),
            }
        }
        // Its own writes make events.
        self.cool_down_ends = Some(Instant::now() + SETTLE);
        Some(())
    }

    /// Watches over one pass. Returns when the next is due; `None` if it was aborted.
    async fn busy(&mut self, reason: Reason) -> Option<(Instant, Reason)> {
        self.queue.clear();
        let status = self.reconciler.status.clone();
        begin(&status);
        let (stop, stopped) = watch::channel(false);
        let source = Arc::clone(&self.reconciler.source);
        let mut supersede = Supersede::new(source, self.superseded < PATIENCE);
        let span = tracing::info_span!(
            "pass",
            environment = %self.environment,
            %reason,
            result = tracing::field::Empty,
        );
        let pass = self.reconciler.pass(reason, stopped).instrument(span);
        tokio::pin!(pass);
        let mut draining = false;
        let next = loop {
            tokio::select! {
                biased;
                () = self.shutdown.aborted() => return None,
                next = &mut pass => break next,
                () = self.shutdown.draining(), if !draining => {
                    draining = true;
                    drain(&status);
                    stop.send_replace(true);
                }
                _ = self.queue.next() => supersede.look(),
                found = supersede.found() => {
                    if supersede.judge(found, &status.borrow()) {
                        stop.send_replace(true);
                    }
                }
                () = self.nudges.next() => self.queue.nudge(Instant::now()),
            }
        };
        self.superseded = match next {
            (_, Reason::Superseded) => self.superseded + 1,
            _ => 0,
        };
        if supersede.is_owed() {
            self.queue.nudge(Instant::now());
        }
        Some(next)
    }
}

/// Waits for an event of the tenant; for ever where none can come. Cancel-safe.
async fn next_event(events: &mut Option<mpsc::Receiver<()>>) {
    if let Some(receiver) = events {
        if receiver.recv().await.is_some() {
            return;
        }
        *events = None;
    }
    std::future::pending::<()>().await;
}

/// Waits for the next request; for ever where none can come. Cancel-safe.
async fn asked(reloads: &mut Option<watch::Receiver<u64>>) {
    if let Some(receiver) = reloads {
        if receiver.changed().await.is_ok() {
            return;
        }
        *reloads = None;
    }
    std::future::pending::<()>().await;
}

type Looking = BoxFuture<'static, Result<Snapshot, SourceError>>;

/// Finds out during a pass whether newer files have come.
struct Supersede {
    source: Arc<dyn Source>,
    allowed: bool,
    check: Option<Looking>,
    /// The files have to be checked once more after the pass.
    again: bool,
}

impl Supersede {
    fn new(source: Arc<dyn Source>, allowed: bool) -> Self {
        Self {
            source,
            allowed,
            check: None,
            again: false,
        }
    }

    /// Whether the files have to be checked after the pass: a check that the pass did not wait for has not
    /// been used yet.
    fn is_owed(&self) -> bool {
        self.again || self.check.is_some()
    }

    fn look(&mut self) {
        let source = Arc::clone(&self.source);
        self.check = Some(async move { snapshot_in_time(source.as_ref()).await }.boxed());
    }

    /// The result of a check; never resolves if none is running. Cancel-safe.
    async fn found(&mut self) -> Result<Snapshot, SourceError> {
        let Some(check) = &mut self.check else {
            return std::future::pending().await;
        };
        let found = check.await;
        self.check = None;
        found
    }

    /// Whether the pass has to give way.
    fn judge(&mut self, found: Result<Snapshot, SourceError>, status: &Status) -> bool {
        match (found, &status.reading) {
            (Ok(found), Some(reading)) if found.revision.id == *reading => false,
            (Ok(_), Some(_)) if self.allowed => {
                self.again = true;
                true
            }
            // The pass has not read its files yet, may not be stopped, or the
            // files cannot be read just now.
            _ => {
                self.again = true;
                false
            }
        }
    }
}

fn begin(status: &watch::Sender<Status>) {
    status.send_modify(|status| {
        status.phase = Phase::Working;
        status.reading = None;
        status.alive_at = Instant::now();
    });
}

fn drain(status: &watch::Sender<Status>) {
    status.send_modify(|status| status.draining = true);
}

fn beat(status: &watch::Sender<Status>) {
    status.send_if_modified(|status| {
        status.alive_at = Instant::now();
        false
    });
}
