//! Windows that close while a plan is being carried out.
//!
//! Pure but for the clock: what may go on is for [`crate::windows`] to say.

use std::time::Duration;

use jiff::Timestamp;

use crate::model::Window;
use crate::runtime::clock::Clock;
use crate::windows;

/// The wall clock may be set while we sleep: no sleep relies on it for longer.
const LONGEST: Duration = Duration::from_secs(60);

/// The windows that hold for a plan, and when it began.
///
/// A guard made while a window is closed never stops the pass: its steps were approved in spite of the
/// window, or have no effect on customers.
#[derive(Debug, Clone, Default)]
pub struct WindowGuard {
    windows: Vec<Window>,
    began: Timestamp,
}

impl WindowGuard {
    /// A gate that shuts when one of the windows ends what began at `began`.
    #[must_use]
    pub fn new(windows: &[Window], began: Timestamp) -> Self {
        let open = windows::closed(windows, began).is_none();
        Self {
            windows: if open { windows.to_vec() } else { Vec::new() },
            began,
        }
    }

    /// Why no further step may begin now; `None` if it may.
    #[must_use]
    pub fn shut(&self, now: Timestamp) -> Option<String> {
        windows::cut_short(&self.windows, self.began, now)
    }

    /// Waits until no further step may begin, and says why. Never ends where that never comes.
    pub async fn shuts(&self, clock: &dyn Clock) -> String {
        loop {
            let now = clock.now();
            if let Some(why) = self.shut(now) {
                return why;
            }
            match windows::next_edge(&self.windows, now) {
                Some(edge) => tokio::time::sleep(pause(now, edge)).await,
                None => std::future::pending().await,
            }
        }
    }
}

fn pause(now: Timestamp, edge: Timestamp) -> Duration {
    let pause = Duration::try_from(edge.duration_since(now)).unwrap_or_default();
    pause.clamp(Duration::from_millis(1), LONGEST)
}
