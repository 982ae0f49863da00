//! How a pass ends, and when the next one begins.

use tokio::time::Instant;

use super::{End, Reconciler, SHORTEST_INTERVAL};
use crate::controller::error::PassError;
use crate::controller::queue::Reason;
use crate::model::history::PassCounts;
use crate::source::Revision;

impl Reconciler {
    pub(super) fn stopped(&self, revision: &Revision, counts: PassCounts) -> End {
        End::Stopped {
            revision: revision.clone(),
            counts,
            superseded: !self.status.borrow().draining && self.control.paused().is_none(),
        }
    }

    /// Whole-pass failures lengthen the pause; wrong files wait for other files.
    pub(super) fn next(&mut self, end: &End) -> (Instant, Reason) {
        let now = self.clock.instant();
        let interval = self.interval.max(SHORTEST_INTERVAL);
        let resync = now + self.delays.around(interval);
        match end {
            End::Stopped { .. } => (now, Reason::Superseded),
            End::Failed(PassError::Invalid(_)) => (resync, Reason::Resync),
            End::Failed(error) => {
                self.state.failures += 1;
                let pause = self.delays.after(self.state.failures);
                let pause = pause.max(error.retry_after().unwrap_or_default());
                (now + pause, Reason::Retry)
            }
            End::Done { .. } => {
                self.state.failures = 0;
                let partial = self.state.partial;
                let unread = (partial > 0).then(|| now + self.delays.after(partial));
                let retries = self
                    .state
                    .memory
                    .next_retry()
                    .map(|at| self.origin + at)
                    .into_iter()
                    .chain(unread);
                let retries = retries
                    .chain(self.state.recheck)
                    .chain(self.state.hold_ends);
                match retries.min() {
                    Some(retry) if retry < resync => (retry.max(now), Reason::Retry),
                    _ => (resync, Reason::Resync),
                }
            }
        }
    }
}
