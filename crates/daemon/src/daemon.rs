//! The daemon as a whole: the loops and the server, wired and stopped together.
//!
//! ```text
//! files, git remote ─nudge─► every loop        one loop for each environment
//! webhook ─event─► the loop it concerns        one signal drains all loops
//! ```
//!
//! The server outlives the loops, so that a drain can be watched. A task that ends without a request ends the
//! process with an error: a daemon that half works is worse than one that is restarted. With several
//! environments `environment` says what is kept apart.

mod environment;
mod parts;
mod polling;
mod supervision;

pub use environment::EnvironmentOptions;
pub use polling::Polled;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot, watch};

use crate::controller::SecretResolver;
use crate::controller::connect::ProvenanceSource;
use crate::controller::delays::Delays;
use crate::controller::history::Historian;
use crate::runtime::clock::Clock;
use crate::runtime::shutdown::Shutdown;
use crate::runtime::supervisor::Supervisor;
use crate::runtime::tasks::{Ended, How, Tasks};
use crate::server::hooks::Hooks;
use crate::server::{ApiOptions, Environments};
use crate::source::Source;
use environment::Environment;

/// How long requests may take to finish after the loop has ended.
const GRACE: Duration = Duration::from_secs(5);

/// Everything a daemon is given.
pub struct DaemonOptions {
    /// Where files come from, for all environments.
    pub source: Arc<dyn Source>,
    /// Says that files may have changed. Without it only the interval notices.
    pub watch: Option<mpsc::Receiver<()>>,
    /// The git remote, where files come from one: the same as `source`.
    pub polled: Option<Polled>,
    /// The webhooks, if any are enabled.
    pub hooks: Option<Hooks>,
    /// The environments, each with a loop of its own. At least one; no name twice.
    pub environments: Vec<EnvironmentOptions>,
    /// Looks secrets up, for each pass.
    pub secrets: Arc<dyn SecretResolver>,
    /// Says what a revision was made from.
    pub provenance: ProvenanceSource,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The time between passes when nothing happens.
    pub interval: Duration,
    /// Varies it.
    pub delays: Delays,
    /// Where to serve, if at all.
    pub listen: Option<TcpListener>,
    /// Records what is done.
    pub history: Historian,
    /// Access to the HTTP API, and the history that it serves.
    pub api: ApiOptions,
    /// Existing objects that a manifest matches may be taken over.
    pub adopt: bool,
    /// Deleting is allowed where the policy asks for it.
    pub allow_delete: bool,
    /// Grows with each request to look at everything again, at once.
    pub reloads: Option<watch::Receiver<u64>>,
    /// The service manager that wants status messages, if there is one.
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

/// Why a daemon ended without a request to stop.
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

/// Keeps tenants in step with files until it is asked to stop.
///
/// # Errors
///
/// [`DaemonError`] when a part of it ends without a request. Invalid files, an unreachable tenant and similar
/// failures do not end it: the status reports them.
pub async fn run(options: DaemonOptions) -> Result<ExitReason, DaemonError> {
    Daemon::open(options).run().await
}

/// A daemon that has not begun.
pub struct Daemon {
    options: DaemonOptions,
    environments: Vec<Environment>,
}

impl Daemon {
    /// Takes up pauses that were kept. Reads the disk.
    #[must_use]
    pub fn open(mut options: DaemonOptions) -> Self {
        announce(&options);
        let opened = std::mem::take(&mut options.environments).into_iter();
        let opened = opened.map(|environment| Environment::open(environment, &options.clock));
        Self {
            environments: opened.collect(),
            options,
        }
    }

    /// What is known of its environments, and what may be asked of them: what the server has too.
    #[must_use]
    pub fn environments(&self) -> Environments {
        Environments::new(self.environments.iter().map(Environment::served).collect())
    }

    /// Runs it: see [`run`].
    ///
    /// # Errors
    ///
    /// As those of [`run`].
    pub async fn run(self) -> Result<ExitReason, DaemonError> {
        let served = self.environments();
        let Self {
            mut options,
            mut environments,
        } = self;
        let mut tasks = Tasks::new();
        let statuses: Vec<_> = environments.iter().map(|one| one.status.clone()).collect();
        let (finish, finished) = oneshot::channel::<()>();
        parts::serve(&mut tasks, &mut options, (served, &statuses), finished);
        let nudged = parts::nudge(&mut tasks, &mut options, &statuses);
        parts::supervise(&mut tasks, &mut options, &statuses);
        parts::tell(&mut tasks, &mut options, &mut environments);
        let ended = parts::begin(&mut tasks, &mut options, environments, nudged);
        let reason = parts::all_ended(&mut tasks, ended, statuses.len()).await?;
        drop(finish);
        if reason == ExitReason::Drained {
            // The grace is for clients that are still reading; not all of them need to see the end.
            let _ = tokio::time::timeout(GRACE, tasks.ended()).await;
        }
        tracing::info!(event = "daemon.stopped", ?reason, "stopped");
        Ok(reason)
    }
}

fn announce(options: &DaemonOptions) {
    let names = options.environments.iter().map(|one| one.name.as_str());
    let names = names.collect::<Vec<_>>().join(", ");
    tracing::info!(
        event = "daemon.started",
        environment = names,
        interval_seconds = options.interval.as_secs(),
        listen = listening(options.listen.as_ref()),
        version = env!("CARGO_PKG_VERSION"),
        "keeping {names} in step"
    );
}

fn listening(listener: Option<&TcpListener>) -> Option<String> {
    let address = listener?.local_addr().ok()?;
    Some(address.to_string())
}
