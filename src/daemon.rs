//! The daemon as a whole: the loop and the server, wired and stopped together.
//!
//! The server outlives the loop, so that a drain can be watched. A task that
//! ends although nobody asked it to ends the process with an error: a daemon
//! that half works is worse than one that is restarted.

mod polling;
#[cfg(unix)]
mod supervision;

pub use polling::Polled;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot, watch};

use crate::controller::connect::ProvenanceSource;
use crate::controller::control::{Control, Kept};
use crate::controller::delays::Delays;
use crate::controller::driver::{self, Driver};
use crate::controller::history::Historian;
use crate::controller::reconciler::Reconciler;
use crate::controller::remembered::Remembered;
use crate::controller::stages::{Choices, Live};
use crate::controller::{Connect, SecretResolver, Status};
use crate::notifier::{self, Notifier};
use crate::runtime::clock::Clock;
use crate::runtime::readiness::Limits;
use crate::runtime::shutdown::Shutdown;
#[cfg(unix)]
use crate::runtime::supervisor::Supervisor;
use crate::runtime::tasks::{Ended, How, Tasks};
use crate::server::hooks::Hooks;
use crate::server::{self, Api, ApiOptions, ServerState};
use crate::source::Source;

/// How long requests may take to finish after the loop has ended.
const GRACE: Duration = Duration::from_secs(5);

const LOOP: &str = "controller";
const SERVER: &str = "server";
const GIT: &str = "git";
const NOTIFIER: &str = "notifier";
#[cfg(unix)]
const SUPERVISION: &str = "supervision";

/// Everything a daemon is given.
pub struct DaemonOptions {
    /// Where files come from.
    pub source: Arc<dyn Source>,
    /// Says that files may have changed. Without it only the interval notices.
    pub watch: Option<mpsc::Receiver<()>>,
    /// The git remote, where files come from one: the same as `source`.
    pub polled: Option<Polled>,
    /// Who may wake the daemon over HTTP, if anybody may.
    pub hooks: Option<Hooks>,
    /// The tenant's own word that something changed there, which comes by `hooks`.
    pub events: Option<mpsc::Receiver<()>>,
    /// Makes the way to the tenant, for each pass.
    pub connect: Arc<dyn Connect>,
    /// Looks secrets up, for each pass.
    pub secrets: Arc<dyn SecretResolver>,
    /// Says what a revision was made from.
    pub provenance: ProvenanceSource,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// The time between passes when nothing happens.
    pub interval: Duration,
    /// Varies it.
    pub delays: Delays,
    /// Where to serve, if at all.
    pub listen: Option<TcpListener>,
    /// The environment, as people call it.
    pub environment: String,
    /// The environment that was asked for, if any was.
    pub chosen_environment: Option<String>,
    /// What is known of secrets that were written before.
    pub remembered: Remembered,
    /// Tells people of changes, if anybody is to be told.
    pub notifier: Option<Notifier>,
    /// Takes note of what is done.
    pub history: Historian,
    /// Where a pause is kept.
    pub kept: Kept,
    /// Who may ask over HTTP, and what was done before.
    pub api: ApiOptions,
    /// Existing objects that a manifest matches may be taken over.
    pub adopt: bool,
    /// Deleting is allowed where the policy asks for it.
    pub allow_delete: bool,
    /// Grows with each request to look at everything again, at once.
    pub reloads: Option<watch::Receiver<u64>>,
    /// The service manager that wants to hear how things stand, if there is one.
    #[cfg(unix)]
    pub supervisor: Option<Supervisor>,
    /// When to stop.
    pub shutdown: Shutdown,
}

/// Why a daemon ended as it was asked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitReason {
    /// After finishing what was under way.
    Drained,
    /// At once.
    Aborted,
}

impl ExitReason {
    /// The exit code of the process: a drain is a success, 130 is an interruption.
    #[must_use]
    pub fn exit_code(self) -> ExitCode {
        match self {
            Self::Drained => ExitCode::SUCCESS,
            Self::Aborted => ExitCode::from(130),
        }
    }
}

/// Why a daemon ended although nobody asked it to.
#[derive(Debug, thiserror::Error)]
pub enum DaemonError {
    /// A task returned.
    #[error("the task {task:?} ended unexpectedly")]
    Returned {
        /// Which task.
        task: &'static str,
    },
    /// A task failed.
    #[error("the task {task:?} failed: {message}")]
    Failed {
        /// Which task.
        task: &'static str,
        /// What it said.
        message: String,
    },
    /// A task panicked: a defect.
    #[error("the task {task:?} panicked: {message}")]
    Panicked {
        /// Which task.
        task: &'static str,
        /// What it said.
        message: String,
    },
}

impl From<Ended> for DaemonError {
    fn from(Ended { name: task, how }: Ended) -> Self {
        match how {
            How::Returned => Self::Returned { task },
            How::Failed(message) => Self::Failed { task, message },
            How::Panicked(message) => Self::Panicked { task, message },
        }
    }
}

/// Keeps a tenant in step with files until it is asked to stop.
///
/// # Errors
///
/// [`DaemonError`] when a part of it ends unasked. Wrong files, a tenant that
/// cannot be reached and the like are no reason to end: the status tells of them.
pub async fn run(mut options: DaemonOptions) -> Result<ExitReason, DaemonError> {
    tracing::info!(
        event = "daemon.started",
        environment = options.environment,
        interval_seconds = options.interval.as_secs(),
        listen = listening(options.listen.as_ref()),
        version = env!("CARGO_PKG_VERSION"),
        "keeping {} in step",
        options.environment
    );
    let mut tasks = Tasks::new();
    let (sender, status) = watch::channel(Status::starting(
        &options.environment,
        options.clock.instant(),
    ));
    let kept = std::mem::take(&mut options.kept);
    let control = Control::open(kept, sender.clone(), Arc::clone(&options.clock));
    let api = std::mem::take(&mut options.api);
    let state = ServerState {
        api: Api::new(api, control.clone()),
        status,
        clock: Arc::clone(&options.clock),
        limits: Limits::for_interval(options.interval),
    };
    let (finish, finished) = oneshot::channel::<()>();
    let hooks = options
        .hooks
        .take()
        .map(|hooks| hooks.counted(sender.clone()));
    if let Some(polled) = options.polled.take() {
        let (nudge, nudges) = mpsc::channel(1);
        options.watch = Some(nudges);
        let around = polling::Around {
            nudge,
            status: sender.clone(),
            clock: Arc::clone(&options.clock),
            delays: options.delays.clone(),
        };
        tasks.spawn(GIT, polling::run(polled, around));
    }
    #[cfg(unix)]
    if let Some(supervisor) = options.supervisor.take() {
        let around = supervision::Around {
            status: sender.subscribe(),
            reloads: options.reloads.clone(),
            clock: Arc::clone(&options.clock),
            limits: Limits::for_interval(options.interval),
        };
        tasks.spawn(SUPERVISION, supervision::run(supervisor, around));
    }
    if let Some(notifier) = options.notifier.take() {
        tasks.spawn(NOTIFIER, notifier::run(notifier, sender.subscribe()));
    }
    let (driver, listen) = assemble(options, sender, control);
    if let Some(listener) = listen {
        tasks.spawn(SERVER, serve(listener, state, hooks, finished));
    }
    let (end, mut ended) = oneshot::channel();
    tasks.spawn(LOOP, async move {
        // Nobody listens only when the process is about to end anyway.
        let _ = end.send(driver.run().await);
        Ok(())
    });
    let first = tasks.ended().await;
    let reason = match ended.try_recv() {
        Ok(driver::Ended::Drained) => ExitReason::Drained,
        Ok(driver::Ended::Aborted) => ExitReason::Aborted,
        Err(_) => return Err(first.map_or(DaemonError::Returned { task: LOOP }, Into::into)),
    };
    drop(finish);
    if reason == ExitReason::Drained {
        // The grace is for the last readers; not all of them need to hear the end.
        let _ = tokio::time::timeout(GRACE, tasks.ended()).await;
    }
    tracing::info!(event = "daemon.stopped", ?reason, "stopped");
    Ok(reason)
}

fn assemble(
    options: DaemonOptions,
    status: watch::Sender<Status>,
    control: Control,
) -> (Driver, Option<TcpListener>) {
    let stages = Arc::new(Live::new(
        options.connect,
        options.secrets,
        Arc::clone(&options.clock),
        options.provenance,
        options.remembered,
        Choices {
            adopt: options.adopt,
            allow_delete: options.allow_delete,
            environment: options.chosen_environment,
        },
    ));
    let reconciler = Reconciler::new(
        options.source,
        stages,
        options.clock,
        status,
        options.interval,
        options.delays,
    )
    .noting(options.history)
    .obeying(control);
    let environment = &options.environment;
    let mut driver = Driver::new(environment, reconciler, options.watch, options.shutdown)
        .with_reloads(options.reloads);
    if let Some(events) = options.events {
        driver = driver.with_events(events);
    }
    (driver, options.listen)
}

async fn serve(
    listener: TcpListener,
    state: ServerState,
    hooks: Option<Hooks>,
    finished: oneshot::Receiver<()>,
) -> Result<(), String> {
    let done = async {
        // Sent or dropped, it means the same.
        let _ = finished.await;
    };
    let served = server::serve(listener, state, hooks, done).await;
    served.map_err(|error| error.to_string())
}

fn listening(listener: Option<&TcpListener>) -> Option<String> {
    let address = listener?.local_addr().ok()?;
    Some(address.to_string())
}
