//! Polls a git remote periodically, and notifies the loop.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc, watch};

use crate::controller::Status;
use crate::controller::delays::Delays;
use crate::controller::status::RemoteStatus;
use crate::runtime::clock::Clock;
use crate::source::git::{FetchState, Fetched, GitSource, SourceStatus};

/// However many pushes come, the remote is not asked more often.
const SHORTEST: Duration = Duration::from_secs(2);

/// A git remote that is asked every now and then.
pub struct Polled {
    /// The remote.
    pub source: Arc<GitSource>,
    /// How often it is asked, a tenth more or less.
    pub every: Duration,
    /// Receives a message for each push.
    pub pushes: mpsc::Receiver<()>,
}

/// What the polling needs of the rest of the daemon.
pub(super) struct Context {
    /// Every loop, to be notified that files may have changed.
    pub(super) nudges: Vec<mpsc::Sender<()>>,
    /// Where the state of the remote is shown: for every environment.
    pub(super) statuses: Vec<watch::Sender<Status>>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) delays: Delays,
}

/// Asks for ever.
pub(super) async fn run(mut polled: Polled, mut context: Context) -> Result<(), String> {
    let mut last = None;
    let mut failures = 0;
    loop {
        let fetched = polled.source.refresh().await;
        let about = polled.source.status();
        log(&about, last.as_ref());
        let now = context.clock.now();
        for status in &context.statuses {
            note(status, now, fetched, &about);
        }
        if fetched == Fetched::Changed {
            for nudge in &context.nudges {
                // Full: that loop looks anyway.
                let _ = nudge.try_send(());
            }
        }
        failures = if fetched == Fetched::Failed {
            failures + 1
        } else {
            0
        };
        let every = context.delays.around(polled.every);
        let pause = match failures {
            0 => every,
            _ => every.max(context.delays.after(failures)),
        };
        last = Some(about);
        tokio::time::sleep(SHORTEST).await;
        tokio::select! {
            () = tokio::time::sleep(pause.saturating_sub(SHORTEST)) => {}
            Some(()) = polled.pushes.recv() => {}
        }
    }
}

fn note(status: &watch::Sender<Status>, now: Timestamp, fetched: Fetched, about: &SourceStatus) {
    status.send_modify(|status| {
        status.totals.fetch(fetched);
        let before = status.source.take();
        let failed = fetched == Fetched::Failed;
        status.source = Some(RemoteStatus {
            about: about.clone(),
            last_success_at: match &before {
                _ if !failed => Some(now),
                Some(before) => before.last_success_at,
                None => None,
            },
            failing_since: failed.then(|| {
                before
                    .and_then(|before| before.failing_since)
                    .unwrap_or(now)
            }),
        });
    });
}

/// One line for each change, not for each look.
fn log(about: &SourceStatus, last: Option<&SourceStatus>) {
    if last == Some(about) {
        return;
    }
    let SourceStatus {
        remote,
        commit,
        head,
        message,
        hint,
        ..
    } = about;
    if about.state == FetchState::Current {
        tracing::info!(event = "git.fetched", remote, commit, "{message}");
    } else {
        tracing::warn!(
            event = "git.failed",
            remote,
            commit,
            head,
            hint,
            "{message}"
        );
    }
    for warning in &about.warnings {
        if last.is_none_or(|last| !last.warnings.contains(warning)) {
            tracing::warn!(event = "git.warning", remote, commit, "{warning}");
        }
    }
}
