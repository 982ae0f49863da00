//! The tasks of a daemon, wired to their inputs and outputs.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot, watch};

use super::environment::{Environment, Watched};
use super::supervision;
use super::{DaemonError, DaemonOptions, ExitReason, polling};
use crate::controller::Status;
use crate::controller::driver::{self, Driver};
use crate::notifier;
use crate::runtime::readiness::Limits;
use crate::runtime::tasks::Tasks;
use crate::server::{self, Api, Environments, ServerState};

const LOOP: &str = "controller";
const WATCH: &str = "watch";
const SERVER: &str = "server";
const GIT: &str = "git";
const NOTIFIER: &str = "notifier";
const SUPERVISION: &str = "supervision";

/// Starts the notifier of each environment.
pub(super) fn tell(
    tasks: &mut Tasks,
    options: &mut DaemonOptions,
    environments: &mut [Environment],
) {
    let apart = environments.len() > 1;
    for environment in environments {
        let Some((notifier, status)) = environment.notifier() else {
            continue;
        };
        if apart {
            let watched = watched(options, &environment.status);
            tasks.spawn(NOTIFIER, watched.tell(notifier, status));
        } else {
            tasks.spawn(NOTIFIER, notifier::run(notifier, status));
        }
    }
}

/// Begins every loop. Each says how it ended.
pub(super) fn begin(
    tasks: &mut Tasks,
    options: &mut DaemonOptions,
    environments: Vec<Environment>,
    nudged: Vec<Option<mpsc::Receiver<()>>>,
) -> mpsc::UnboundedReceiver<driver::Ended> {
    let apart = environments.len() > 1;
    let (end, ended) = mpsc::unbounded_channel();
    for (environment, nudges) in environments.into_iter().zip(nudged) {
        let watched = apart.then(|| watched(options, &environment.status));
        let delays = options.delays.fork();
        let driver = environment.driver(options, delays, nudges);
        tasks.spawn(LOOP, drive(driver, watched, end.clone()));
    }
    ended
}
fn watched(options: &mut DaemonOptions, status: &watch::Sender<Status>) -> Watched {
    Watched::new(
        status.clone(),
        Arc::clone(&options.clock),
        options.shutdown.clone(),
        options.delays.fork(),
    )
}

async fn drive(
    driver: Driver,
    watched: Option<Watched>,
    end: mpsc::UnboundedSender<driver::Ended>,
) -> Result<(), String> {
    let ended = match watched {
        Some(watched) => watched.drive(driver).await,
        None => driver.run().await,
    };
    // There is no receiver only when the process is about to end anyway.
    let _ = end.send(ended);
    Ok(())
}

/// Waits until this many loops have ended on request.
pub(super) async fn all_ended(
    tasks: &mut Tasks,
    mut ended: mpsc::UnboundedReceiver<driver::Ended>,
    loops: usize,
) -> Result<ExitReason, DaemonError> {
    let mut reason = ExitReason::Drained;
    for _ in 0..loops {
        let first = tasks.ended().await;
        match ended.try_recv() {
            Ok(driver::Ended::Drained) => {}
            Ok(driver::Ended::Aborted) => reason = ExitReason::Aborted,
            Err(_) => return Err(first.map_or(DaemonError::Returned { task: LOOP }, Into::into)),
        }
    }
    Ok(reason)
}

/// Notifies every loop of changed files, by its own channel.
pub(super) fn nudge(
    tasks: &mut Tasks,
    options: &mut DaemonOptions,
    statuses: &[watch::Sender<Status>],
) -> Vec<Option<mpsc::Receiver<()>>> {
    let polled = options.polled.take();
    if polled.is_none() && options.watch.is_none() {
        return statuses.iter().map(|_| None).collect();
    }
    let channels = statuses.iter().map(|_| mpsc::channel(1));
    let (senders, receivers): (Vec<_>, Vec<_>) = channels.unzip();
    if let Some(polled) = polled {
        let context = polling::Context {
            nudges: senders,
            statuses: statuses.to_vec(),
            clock: Arc::clone(&options.clock),
            delays: options.delays.fork(),
        };
        tasks.spawn(GIT, polling::run(polled, context));
    } else if let Some(watch) = options.watch.take() {
        tasks.spawn(WATCH, pass_on(watch, senders));
    }
    receivers.into_iter().map(Some).collect()
}

/// Passes nudges on to every loop. Each notices the end of it by itself.
async fn pass_on(mut from: mpsc::Receiver<()>, to: Vec<mpsc::Sender<()>>) -> Result<(), String> {
    while from.recv().await.is_some() {
        for sender in &to {
            // Full: that loop looks anyway.
            let _ = sender.try_send(());
        }
    }
    drop(to);
    std::future::pending().await
}

pub(super) fn supervise(
    tasks: &mut Tasks,
    options: &mut DaemonOptions,
    statuses: &[watch::Sender<Status>],
) {
    let Some(supervisor) = options.supervisor.take() else {
        return;
    };
    let context = supervision::Context {
        statuses: statuses.iter().map(watch::Sender::subscribe).collect(),
        reloads: options.reloads.clone(),
        clock: Arc::clone(&options.clock),
        limits: Limits::for_interval(options.interval),
    };
    tasks.spawn(SUPERVISION, supervision::run(supervisor, context));
}

/// Serves until the loops have ended, where that is wanted.
pub(super) fn serve(
    tasks: &mut Tasks,
    options: &mut DaemonOptions,
    (environments, statuses): (Environments, &[watch::Sender<Status>]),
    finished: oneshot::Receiver<()>,
) {
    let Some(listener) = options.listen.take() else {
        return;
    };
    let state = ServerState {
        environments,
        clock: Arc::clone(&options.clock),
        limits: Limits::for_interval(options.interval),
        api: Api::new(std::mem::take(&mut options.api)),
    };
    let hooks = options.hooks.take();
    let hooks = hooks.map(|hooks| match statuses.first() {
        Some(counts) => hooks.counted(counts.clone()),
        None => hooks,
    });
    tasks.spawn(SERVER, async move {
        let done = async {
            // Sent or dropped, it means the same.
            let _ = finished.await;
        };
        let served = server::serve(listener, state, hooks, done).await;
        served.map_err(|error| error.to_string())
    });
}
