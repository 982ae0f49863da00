//! Stopping in two steps.
//!
//! The first signal requests a drain: work in progress is finished, nothing new is begun. The second aborts
//! at once. There is no way back.
//!
//! Any holder of a [`Trigger`] can raise it, so tests need no signals.

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// How far a shutdown has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// No shutdown was requested.
    Running,
    /// Finish what is under way.
    Draining,
    /// Stop at once.
    Aborted,
}

/// Raises a shutdown, one step at a time.
#[derive(Debug, Clone)]
pub struct Trigger(watch::Sender<Phase>);

/// Sees a shutdown. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Shutdown(watch::Receiver<Phase>);

/// A shutdown that is not requested yet.
#[must_use]
pub fn channel() -> (Trigger, Shutdown) {
    let (sender, receiver) = watch::channel(Phase::Running);
    (Trigger(sender), Shutdown(receiver))
}

impl Trigger {
    /// The next step: drain, then abort. More calls change nothing.
    pub fn raise(&self) -> Phase {
        self.0.send_modify(|phase| {
            *phase = match phase {
                Phase::Running => Phase::Draining,
                Phase::Draining | Phase::Aborted => Phase::Aborted,
            };
        });
        *self.0.borrow()
    }

    /// Requests a drain, unless one was requested; `None` then.
    fn raise_once(&self) -> Option<Phase> {
        let raised = self.0.send_if_modified(|phase| {
            let first = *phase == Phase::Running;
            if first {
                *phase = Phase::Draining;
            }
            first
        });
        raised.then_some(Phase::Draining)
    }
}

impl Shutdown {
    /// How far it has come.
    #[must_use]
    pub fn phase(&self) -> Phase {
        *self.0.borrow()
    }

    /// Waits for the first request to stop. Cancel-safe.
    pub async fn draining(&self) {
        self.reached(Phase::Draining).await;
    }

    /// Waits for the second request to stop. Cancel-safe.
    pub async fn aborted(&self) {
        self.reached(Phase::Aborted).await;
    }

    /// Without a trigger no request can come any more: waits for ever.
    async fn reached(&self, phase: Phase) {
        let mut receiver = self.0.clone();
        if receiver.wait_for(|now| *now >= phase).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// A shutdown that SIGINT and SIGTERM raise (Ctrl-C where there are no signals).
///
/// Call inside a tokio runtime. The handlers stay for the rest of the process.
///
/// # Errors
///
/// When the handlers cannot be installed.
pub fn on_signals() -> std::io::Result<Shutdown> {
    let (trigger, shutdown) = channel();
    listen(trigger)?;
    Ok(shutdown)
}

/// The same, raised by a closed terminal too (SIGHUP). That comes more than once, from the system and
/// from the shell, and never asks for more than a drain.
///
/// # Errors
///
/// As [`on_signals`].
pub fn on_signals_and_hangup() -> std::io::Result<Shutdown> {
    let (trigger, shutdown) = channel();
    listen(trigger.clone())?;
    let mut hangup = signal(SignalKind::hangup())?;
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            if let Some(phase) = trigger.raise_once() {
                announce("SIGHUP", phase);
            }
        }
    });
    Ok(shutdown)
}

fn listen(trigger: Trigger) -> std::io::Result<()> {
    let mut signals = Signals::install()?;
    tokio::spawn(async move {
        loop {
            let name = signals.next().await;
            announce(name, trigger.raise());
        }
    });
    Ok(())
}

fn announce(signal: &str, phase: Phase) {
    match phase {
        Phase::Running | Phase::Draining => tracing::info!(
            event = "shutdown.draining",
            signal,
            "{signal}: finishing what is under way; once more stops at once"
        ),
        Phase::Aborted => tracing::warn!(
            event = "shutdown.aborted",
            signal,
            "{signal}: stopping at once"
        ),
    }
}

struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    fn install() -> std::io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            Some(()) = self.interrupt.recv() => "SIGINT",
            Some(()) = self.terminate.recv() => "SIGTERM",
            else => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn drains_first_and_aborts_second() {
        let (trigger, shutdown) = channel();
        assert_eq!(shutdown.phase(), Phase::Running);
        assert_eq!(shutdown.draining().now_or_never(), None);

        assert_eq!(trigger.raise_once(), Some(Phase::Draining));
        assert_eq!(trigger.raise_once(), None);
        assert_eq!(shutdown.phase(), Phase::Draining);
        let (trigger, shutdown) = channel();
        assert_eq!(trigger.raise(), Phase::Draining);
        shutdown.draining().await;
        assert_eq!(shutdown.aborted().now_or_never(), None);

        assert_eq!(trigger.raise(), Phase::Aborted);
        shutdown.aborted().await;
        shutdown.draining().await;
        assert_eq!(trigger.raise(), Phase::Aborted);
    }

    #[tokio::test]
    async fn a_lost_trigger_is_no_request() {
        let (trigger, shutdown) = channel();
        drop(trigger);
        assert_eq!(shutdown.draining().now_or_never(), None);
    }

    #[tokio::test]
    async fn real_signals_raise_it() {
        let shutdown = on_signals().unwrap();
        let pid = std::process::id().to_string();
        let send = async |signal: &str| {
            let mut kill = tokio::process::Command::new("sh");
            kill.args(["-c", r#"kill -s "$0" "$1""#, signal, &pid]);
            assert!(kill.status().await.unwrap().success());
        };
        send("TERM").await;
        shutdown.draining().await;
        assert_eq!(shutdown.phase(), Phase::Draining);
        send("INT").await;
        shutdown.aborted().await;
    }
}
