//! One pass under the daemon's rules.
//!
//! Load, plan, hold back what [`crate::disposition`] says, apply the rest, learn, report. The result includes
//! when the next pass is due; whether the pass may be stopped early is up to the driver.
//!
//! # Invariants
//!
//! - A panic inside a pass is a failed pass, not the end of the process.
//! - In every case the status reports the outcome, and the next pass is scheduled.

mod absence;
mod act;
mod approval;
mod carried;
mod ending;
mod held;
mod part;
mod transitions;
mod turn;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use jiff::Timestamp;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use self::carried::Carried;
use super::control::{Control, PersistedPauses};
use super::delays::Delays;
use super::error::PassError;
use super::exclusion::Exclusion;
use super::history::Historian;
use super::log;
use super::pass::{Loaded, Planned, raised};
use super::phases::{Asked, Phases, Prepared, ReadMode};
use super::queue::Reason;
use super::report::{self, End, Report};
use super::status::{RevisionStatus, Status};
use crate::disposition::{self, Circumstances, Holds, Moment, partial};
use crate::execute::{Outcome, StepEvent};
use crate::model::Diagnostic;
use crate::model::history::PassStart;
use crate::plan::{Excluded, Plan, exclude};
use crate::runtime::clock::Clock;
use crate::runtime::tasks::panic_message;
use crate::source::{Source, snapshot_in_time};

/// No interval is shorter: a pass costs requests.
const SHORTEST_INTERVAL: Duration = Duration::from_secs(1);

/// Makes passes, one at a time.
pub struct Reconciler {
    /// Where files come from.
    pub source: Arc<dyn Source>,
    /// Load, plan, apply.
    pub phases: Arc<dyn Phases>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Where the status goes.
    pub status: watch::Sender<Status>,
    /// How long to wait.
    pub delays: Delays,
    /// The time between passes when nothing happens.
    pub interval: Duration,
    /// Records what is done.
    pub history: Historian,
    /// The user's requests.
    pub control: Control,
    /// Excludes other writers while a pass writes.
    pub exclusion: Exclusion,
    /// From which moment on the pure part counts.
    origin: Instant,
    state: Carried,
}

impl Reconciler {
    /// A reconciler that has made no pass.
    #[must_use]
    pub fn new(
        source: Arc<dyn Source>,
        phases: Arc<dyn Phases>,
        clock: Arc<dyn Clock>,
        status: watch::Sender<Status>,
        interval: Duration,
        delays: Delays,
    ) -> Self {
        let control = Control::open(
            PersistedPauses::nowhere(),
            status.clone(),
            Arc::clone(&clock),
        );
        Self {
            origin: clock.instant(),
            source,
            phases,
            clock,
            status,
            delays,
            interval,
            history: Historian::forgetful(),
            control,
            exclusion: Exclusion::default(),
            state: Carried::default(),
        }
    }

    /// The same, with a history.
    #[must_use]
    pub fn with_history(mut self, history: Historian) -> Self {
        self.history = history;
        self
    }

    /// The same, with controls for pause and resume.
    #[must_use]
    pub fn with_control(mut self, control: Control) -> Self {
        self.state.matched = control.matched();
        self.state.memory.take_up(self.state.matched.clone());
        self.control = control;
        self
    }

    /// The same, with others who write to the same tenant.
    #[must_use]
    pub fn excluding(mut self, exclusion: Exclusion) -> Self {
        self.exclusion = exclusion;
        self
    }

    /// One pass. Returns when the next one is due, and why.
    ///
    /// `stop` turning true ends it as soon as no step is half-way.
    pub async fn pass(&mut self, reason: Reason, stop: watch::Receiver<bool>) -> (Instant, Reason) {
        let began = (self.clock.now(), self.clock.instant());
        self.state.noted.begin();
        self.progress(|status| status.healed = Arc::new([]));
        let attempt = AssertUnwindSafe(self.attempt((reason, began.0), stop));
        let attempt = attempt.catch_unwind().await;
        let end = attempt
            .unwrap_or_else(|panic| End::Failed(PassError::Bug(panic_message(panic.as_ref()))));
        let next = self.next(&end);
        let report = Report {
            reason,
            began,
            ended: (self.clock.now(), self.clock.instant()),
            next: next.0,
            end: &end,
            part: None,
        };
        report.log();
        let start = self.state.noted.start.take();
        let start = start.unwrap_or_else(|| self.start((reason, began.0), None));
        match self.state.noted.notes.take() {
            Some(notes) => notes.end(report.record()),
            None => self.history.quiet(start, report.record()),
        }
        self.status.send_modify(|status| {
            report.note(status);
            status.history = self.history.health();
        });
        next
    }

    /// Shows the state of the history. It is written beside the loop, so the fate of a pass's last records is
    /// known after its end.
    pub(super) fn look_at_history(&self) {
        let health = self.history.health();
        self.status.send_if_modified(|status| {
            let differs = status.history != health;
            status.history = health;
            differs
        });
    }

    /// What there is to say of a pass, before it writes.
    fn start(&self, why: (Reason, Timestamp), planned: Option<&Planned>) -> PassStart {
        let environment = &self.status.borrow().environment;
        let noted = &self.state.noted;
        noted.start(&self.history, environment, why, planned)
    }

    async fn attempt(&mut self, why: (Reason, Timestamp), stop: watch::Receiver<bool>) -> End {
        let began = self.clock.instant();
        self.state.recheck = None;
        let snapshot = match snapshot_in_time(self.source.as_ref()).await {
            Ok(snapshot) => snapshot,
            Err(error) => {
                self.state.absences.forget();
                return End::Failed(PassError::Source(error));
            }
        };
        self.note_reading(began, &snapshot);
        let read = RevisionStatus::from(&snapshot.revision);
        self.progress(|status| status.reading = Some(read.id.clone()));
        self.state.noted.revision = Some(snapshot.revision.clone());
        match self.phases.load(snapshot).await {
            Ok(loaded) => {
                self.adopt_files(&loaded);
                self.source.confirm(&loaded.revision).await;
                self.compare(&loaded, why, stop).await
            }
            Err(PassError::Invalid(diagnostics)) => {
                self.progress(|status| status.refused_revision = Some(read));
                self.invalid(diagnostics, stop).await
            }
            Err(error) => End::Failed(error),
        }
    }

    fn adopt_files(&mut self, loaded: &Arc<Loaded>) {
        let state = &mut self.state;
        let before = state.last_good.as_ref().map(|last| &last.revision);
        if before != Some(&loaded.revision) || !state.logged.is_empty() {
            log::files_valid(&loaded.revision);
            log::warnings(&loaded.diagnostics);
        }
        state.logged.clear();
        state.absences.present(&loaded.desired);
        state.memory.begin(&loaded.revision.id);
        state.last_good = Some(Arc::clone(loaded));
        self.progress(|status| {
            status.revision = Some((&loaded.revision).into());
            status.refused_revision = None;
            status.project = Some(Arc::new(loaded.desired.project.clone()));
        });
    }

    async fn compare(
        &mut self,
        loaded: &Loaded,
        why: (Reason, Timestamp),
        stop: watch::Receiver<bool>,
    ) -> End {
        let (mut prepared, turn) =
            match self.turn(loaded, ReadMode::from(why.0).into(), &stop).await {
                Ok(turn) => turn,
                Err(end) => return end,
            };
        let plan = &prepared.planned.plan;
        self.state.partial = if partial(plan) {
            self.state.partial + 1
        } else {
            0
        };
        let mut holds = self.holds(&prepared.planned);
        self.hold_vanished(&prepared.planned.plan, &mut holds);
        self.report_refused(&prepared.planned.plan);
        self.report_drift(&prepared, &holds);
        self.report_orphans(&prepared.planned.plan);
        self.report_waiting(&prepared.planned.plan);
        self.report_held(&prepared.planned.plan);
        self.report_awaited(&prepared.planned.plan, &holds).await;
        let held = holds.keys().cloned().collect();
        let excluded = exclude(&mut prepared.planned.plan, &held);
        let healing = self.report_healing(&mut prepared).await;
        self.begin(why, &prepared);
        let outcome = self.carry_out(&prepared, stop).await;
        self.note_healed(healing, &prepared.planned.plan, &outcome);
        self.note_calm(&prepared);
        self.learn(&prepared, &excluded, &outcome);
        self.keep_matched(&prepared.planned).await;
        self.show(&prepared, &holds, &excluded, &outcome);
        self.exclusion.leave(turn).await;
        self.keep_names(&prepared.planned);
        let plan = &prepared.planned.plan;
        if outcome.interrupted {
            let counts = report::counts(plan, &holds, &excluded, &outcome);
            return self.stopped(&loaded.revision, counts);
        }
        let end = End::done(&loaded.revision, plan, &holds, &excluded, &outcome);
        self.keep_plan(prepared.planned.plan);
        end
    }

    /// The present moment, as the pure part counts.
    fn moment(&self) -> Moment {
        self.clock.instant() - self.origin
    }

    /// What to leave alone of a plan.
    fn holds(&mut self, planned: &Planned) -> Holds {
        let paused = self.control.paused();
        let what = Circumstances {
            desired: &planned.desired,
            invalid_files: false,
            paused: paused.as_ref(),
            approved: self.is_approved(planned),
            now: self.moment(),
        };
        let holds = disposition::holds(&planned.plan, &what, &mut self.state.memory);
        if !self.is_let_go(&planned.plan, &holds) {
            return holds;
        }
        let what = Circumstances {
            approved: true,
            ..what
        };
        disposition::holds(&planned.plan, &what, &mut self.state.memory)
    }

    /// `None` if it was stopped: reading can be dropped at any point.
    async fn plan(
        &self,
        loaded: &Loaded,
        asked: Asked<'_>,
        mut stop: watch::Receiver<bool>,
    ) -> Option<Result<Prepared, PassError>> {
        let planned = tokio::select! {
            biased;
            () = raised(&mut stop) => return None,
            planned = self.phases.plan(loaded, asked) => planned,
        };
        if let Ok(prepared) = &planned {
            let at = prepared.planned.plan.observed_at;
            self.progress(|status| {
                status.observed_at = Some(at);
                status.swept_at = Some(prepared.swept_at);
            });
            self.count_requests(prepared);
        }
        Some(planned)
    }

    /// Opens the history's page on this pass; it is a whole one only if the pass writes.
    fn begin(&mut self, why: (Reason, Timestamp), prepared: &Prepared) {
        self.state.noted.environment = Some(prepared.connection.environment.clone());
        let start = self.start(why, Some(&prepared.planned));
        let plan = &prepared.planned.plan;
        if !plan.steps.is_empty() {
            let addresses = plan.resources.iter().map(|resource| &resource.address);
            let synced = addresses.filter(|address| self.state.memory.is_synced(address));
            let drifted = synced.cloned().collect();
            let places = Arc::clone(&prepared.planned.places);
            self.history
                .keep_drafts(&prepared.planned, self.clock.now());
            self.state.noted.notes = Some(self.history.begin(start.clone(), places, drifted));
        }
        self.state.noted.start = Some(start);
    }

    async fn carry_out(&mut self, prepared: &Prepared, stop: watch::Receiver<bool>) -> Outcome {
        let plan = &prepared.planned.plan;
        prepared.planned.recorder.note_finished(plan);
        if plan.steps.is_empty() {
            return Outcome::default();
        }
        let mut notes = self.state.noted.notes.take();
        let (sender, mut events) = mpsc::unbounded_channel();
        let follow = async {
            while let Some(event) = events.recv().await {
                self.follow(plan, &event);
                if let Some(notes) = &mut notes {
                    notes.step(plan, &event, self.clock.now());
                }
            }
        };
        let apply = self.until_stopped(prepared, stop, sender);
        let (outcome, ()) = tokio::join!(apply, follow);
        self.count_requests(prepared);
        if let Some(why) = &outcome.closed {
            log::window_closed(why);
        }
        if let Some(notes) = &mut notes {
            notes.stopped(plan, &outcome, self.clock.now());
        }
        self.state.noted.notes = notes;
        outcome
    }

    /// Carries a plan out until the driver or a pause stops it between two steps.
    async fn until_stopped(
        &self,
        prepared: &Prepared,
        mut stop: watch::Receiver<bool>,
        events: mpsc::UnboundedSender<StepEvent>,
    ) -> Outcome {
        let at_once = *stop.borrow() || self.control.paused().is_some();
        let (sender, stopped) = watch::channel(at_once);
        let mut apply = std::pin::pin!(self.phases.apply(prepared, stopped, events));
        tokio::select! {
            biased;
            () = raised(&mut stop) => {}
            () = self.control.until_paused() => {}
            outcome = &mut apply => return outcome,
        }
        sender.send_replace(true);
        apply.await
    }

    fn follow(&self, plan: &Plan, event: &StepEvent) {
        log::step(plan, event);
        self.progress(|status| {
            if let StepEvent::Finished { action, result, .. } = event {
                status.totals.step(*action, result);
            }
        });
    }

    fn learn(&mut self, prepared: &Prepared, excluded: &Excluded, outcome: &Outcome) {
        let now = self.moment();
        let delays = &mut self.delays;
        let plan = &prepared.planned.plan;
        let delay = |failures| delays.after(failures);
        let memory = &mut self.state.memory;
        let desired = &prepared.planned.desired;
        let fights = memory.learn(desired, plan, excluded, &outcome.steps, now, delay);
        for address in fights {
            log::fight(&address);
        }
    }

    /// After a start with invalid files: the last valid files, if the source still has them.
    async fn load_last_good(&mut self) {
        let Some(snapshot) = self.source.good().await else {
            return;
        };
        let Ok(loaded) = self.phases.load(snapshot).await else {
            return;
        };
        self.progress(|status| {
            status.revision = Some((&loaded.revision).into());
            status.project = Some(Arc::new(loaded.desired.project.clone()));
        });
        self.state.last_good = Some(loaded);
    }

    /// Invalid files change nothing, but the tenant is still observed: the last valid files are compared with
    /// it, and everything is held.
    async fn invalid(&mut self, diagnostics: Vec<Diagnostic>, stop: watch::Receiver<bool>) -> End {
        self.state.absences.forget();
        if self.state.logged != diagnostics {
            log::files_invalid(&diagnostics);
            self.state.logged.clone_from(&diagnostics);
        }
        if self.state.last_good.is_none() {
            self.load_last_good().await;
        }
        if let Some(loaded) = self.state.last_good.clone()
            && let Some(Ok(mut prepared)) = self.plan(&loaded, ReadMode::Full.into(), stop).await
        {
            let plan = &mut prepared.planned.plan;
            let what = Circumstances {
                desired: &loaded.desired,
                invalid_files: true,
                paused: None,
                approved: true,
                now: self.moment(),
            };
            let holds = disposition::holds(plan, &what, &mut self.state.memory);
            plan.steps.clear();
            self.show(&prepared, &holds, &Excluded::new(), &Outcome::default());
        }
        End::Failed(PassError::Invalid(diagnostics))
    }

    /// Changes the status, and resets the liveness timer.
    fn progress(&self, change: impl FnOnce(&mut Status)) {
        self.status.send_modify(|status| {
            status.alive_at = self.clock.instant();
            change(status);
        });
    }
}
