//! One environment of the daemon: its loop, and its notifier.
//!
//! # Invariants
//!
//! - Environments share the files, the clock, the history's file and the server, and nothing
//!   else: each has its own way to its tenant with its own budget, memory and pauses.
//! - With several, a defect in one of them ends neither the process nor another one: its task is restarted
//!   after a pause. A single one ends the process, as any other part does.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use tracing::Instrument as _;

use super::DaemonOptions;
use crate::controller::control::{Control, PersistedPauses};
use crate::controller::delays::Delays;
use crate::controller::driver::{Driver, Ended};
use crate::controller::error::Class;
use crate::controller::exclusion::Exclusion;
use crate::controller::persistence::Persistence;
use crate::controller::phases::{Choices, Live};
use crate::controller::reconciler::Reconciler;
use crate::controller::status::{ErrorStatus, Phase};
use crate::controller::{Connect, Status};
use crate::notifier::{self, Notifier};
use crate::runtime::clock::Clock;
use crate::runtime::shutdown::Shutdown;
use crate::runtime::tasks::panic_message;
use crate::server::Served;

/// After this long without a defect, a part counts its defects from zero again.
const FORGIVEN: Duration = Duration::from_secs(10 * 60);

/// What a daemon is given for each environment.
pub struct EnvironmentOptions {
    /// The name of the environment.
    pub name: String,
    /// The environment that was asked for, if any was.
    pub chosen: Option<String>,
    /// Makes the way to the tenant, for each pass.
    pub connect: Arc<dyn Connect>,
    /// The tenant's own word that something changed there, which comes by webhooks.
    pub events: Option<mpsc::Receiver<()>>,
    /// What is known of secrets that were written before.
    pub remembered: Persistence,
    /// Sends notifications of changes, if any are configured.
    pub notifier: Option<Notifier>,
    /// Where a pause is kept.
    pub kept: PersistedPauses,
    /// Keeps other writers out while a pass writes.
    pub exclusion: Exclusion,
}

/// An environment that is about to begin.
pub(super) struct Environment {
    options: EnvironmentOptions,
    control: Control,
    pub(super) status: watch::Sender<Status>,
}

impl Environment {
    /// Takes up a pause that was kept. Reads the disk.
    pub(super) fn open(mut options: EnvironmentOptions, clock: &Arc<dyn Clock>) -> Self {
        let status = Status::starting(&options.name, clock.instant());
        let (status, _) = watch::channel(status);
        let kept = std::mem::take(&mut options.kept);
        Self {
            control: Control::open(kept, status.clone(), Arc::clone(clock)),
            options,
            status,
        }
    }

    /// As the server sees it.
    pub(super) fn served(&self) -> Served {
        Served::new(self.status.subscribe(), self.control.clone())
    }

    /// The notifier with its status, if notifications are configured.
    pub(super) fn notifier(&mut self) -> Option<(Notifier, watch::Receiver<Status>)> {
        let notifier = self.options.notifier.take()?;
        Some((notifier, self.status.subscribe()))
    }

    /// Its loop.
    pub(super) fn driver(
        self,
        shared: &DaemonOptions,
        delays: Delays,
        nudges: Option<mpsc::Receiver<()>>,
    ) -> Driver {
        let options = self.options;
        let phases = Arc::new(Live::new(
            options.connect,
            Arc::clone(&shared.secrets),
            Arc::clone(&shared.clock),
            Arc::clone(&shared.provenance),
            options.remembered,
            Choices {
                adopt: shared.adopt,
                allow_delete: shared.allow_delete,
                environment: options.chosen,
            },
        ));
        let reconciler = Reconciler::new(
            Arc::clone(&shared.source),
            phases,
            Arc::clone(&shared.clock),
            self.status,
            shared.interval,
            delays,
        )
        .with_history(shared.history.clone())
        .with_control(self.control)
        .excluding(options.exclusion);
        let driver = Driver::new(&options.name, reconciler, nudges, shared.shutdown.clone())
            .with_reloads(shared.reloads.clone());
        match options.events {
            Some(events) => driver.with_events(events),
            None => driver,
        }
    }
}

/// Whose task goes on after a defect.
pub(super) struct Watched {
    status: watch::Sender<Status>,
    delays: Delays,
    clock: Arc<dyn Clock>,
    shutdown: Shutdown,
    failures: u32,
    began: Instant,
}

impl Watched {
    pub(super) fn new(
        status: watch::Sender<Status>,
        clock: Arc<dyn Clock>,
        shutdown: Shutdown,
        delays: Delays,
    ) -> Self {
        Self {
            status,
            delays,
            clock,
            shutdown,
            failures: 0,
            began: Instant::now(),
        }
    }

    /// Notes a defect of a part and waits before that goes on; at a request to stop no longer.
    /// Returns whether it is to go on.
    async fn after(&mut self, part: &str, message: &str) -> bool {
        if self.began.elapsed() > FORGIVEN {
            self.failures = 0;
        }
        self.failures += 1;
        let pause = self.delays.after(self.failures);
        let environment = self.status.borrow().environment.clone();
        tracing::error!(
            event = "environment.failed",
            environment,
            part,
            error = message,
            retry_seconds = pause.as_secs(),
            "a defect; this part goes on after a pause, the other environments go on now"
        );
        let on = tokio::select! {
            () = self.shutdown.draining() => false,
            () = tokio::time::sleep(pause) => true,
        };
        self.began = Instant::now();
        on
    }

    /// Shows in the status that the loop failed, until its next pass.
    fn show(&self, message: &str) {
        let now = self.clock.instant();
        self.status.send_modify(|status| {
            status.phase = Phase::Idle;
            status.alive_at = now;
            status.error = Some(ErrorStatus {
                class: Class::Bug,
                message: format!("the loop of this environment failed: {message}"),
                hint: None,
                diagnostics: Arc::new([]),
            });
        });
    }

    /// Every line that is logged below it names the environment.
    fn span(&self) -> tracing::Span {
        let name = self.status.borrow().environment.clone();
        tracing::info_span!("environment", name)
    }

    /// Runs a loop to its end; restarts it after a panic.
    pub(super) async fn drive(self, driver: Driver) -> Ended {
        let span = self.span();
        self.go_on(driver).instrument(span).await
    }

    async fn go_on(mut self, mut driver: Driver) -> Ended {
        loop {
            let message = match AssertUnwindSafe(driver.go_on()).catch_unwind().await {
                Ok(ended) => return ended,
                Err(panic) => panic_message(panic.as_ref()),
            };
            self.show(&message);
            if !self.after("loop", &message).await {
                self.status.send_modify(|status| status.draining = true);
                return Ended::Drained;
            }
        }
    }

    /// Sends notifications until the process ends; restarts after a panic.
    pub(super) async fn tell(
        mut self,
        notifier: Notifier,
        status: watch::Receiver<Status>,
    ) -> Result<(), String> {
        loop {
            let telling = notifier::run(notifier.clone(), status.clone());
            let telling = telling.instrument(self.span());
            let message = match AssertUnwindSafe(telling).catch_unwind().await {
                Ok(ended) => return ended,
                Err(panic) => panic_message(panic.as_ref()),
            };
            // At a shutdown nothing waits for it.
            if !self.after("notifier", &message).await {
                std::future::pending::<()>().await;
            }
        }
    }
}
