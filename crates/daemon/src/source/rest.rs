//! Whether files are at rest: what is being saved is not read.
//!
//! Pure: what was seen and the time come in as values.
//!
//! A file is at rest if its last change is long enough ago by the clock, or if it looked
//! the same for as long: the clock of a network drive may go differently.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use super::walk::Stamp;

/// How long nothing must have changed.
///
/// Programs that save in two steps, emptying a file first, are done within a fraction of it.
pub(super) const SETTLE: Duration = Duration::from_millis(500);
/// How long rest is waited for at most.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
/// How soon to look again at least.
const SOON: Duration = Duration::from_millis(50);

/// The files that matter, by path; those without a stamp cannot be read, or are not there.
pub(super) type Stamps = BTreeMap<String, Option<Stamp>>;

/// One look at the files.
pub(super) struct Look<'a> {
    pub(super) stamps: &'a Stamps,
    /// A file that a program has written to and not closed.
    pub(super) open: Option<PathBuf>,
    /// By the wall, for the files' own times.
    pub(super) now: SystemTime,
    pub(super) instant: Instant,
}

/// What follows from a look.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// They can be read.
    Rests,
    /// Look again after this.
    Wait(Duration),
    /// This one has been waited for long enough.
    GiveUp(PathBuf),
}

/// What was seen so far.
pub(super) struct Rest {
    began: Instant,
    same: Option<(Stamps, Instant)>,
}

impl Rest {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            began: now,
            same: None,
        }
    }

    /// Judges a look.
    pub(super) fn judge(&mut self, look: &Look<'_>) -> Verdict {
        let since = match &self.same {
            Some((stamps, since)) if stamps == look.stamps => *since,
            _ => {
                self.same = Some((look.stamps.clone(), look.instant));
                look.instant
            }
        };
        let left = if look.open.is_some() {
            SOON
        } else {
            let by_looks = SETTLE.saturating_sub(look.instant.duration_since(since));
            by_looks.min(left_by_clock(look.stamps, look.now))
        };
        if left.is_zero() {
            return Verdict::Rests;
        }
        if look.instant.duration_since(self.began) < PATIENCE {
            return Verdict::Wait(left.max(SOON));
        }
        Verdict::GiveUp(look.open.clone().unwrap_or_else(|| youngest(look.stamps)))
    }
}

/// How long until the last change is long enough ago. A change in the future says nothing.
fn left_by_clock(stamps: &Stamps, now: SystemTime) -> Duration {
    let changes = stamps.values().flatten().filter_map(Stamp::changed);
    let left = changes.map(|at| match now.duration_since(at) {
        Ok(age) => SETTLE.saturating_sub(age),
        Err(_) => SETTLE,
    });
    left.max().unwrap_or_default()
}

fn youngest(stamps: &Stamps) -> PathBuf {
    let changed = |stamp: &Option<Stamp>| stamp.as_ref().and_then(Stamp::changed);
    let last = stamps.iter().max_by_key(|(_, stamp)| changed(stamp));
    last.map(|(path, _)| path.into()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_millis(1_000_000 + millis)
    }

    fn stamps(changed: u64) -> Stamps {
        BTreeMap::from([("a.yaml".to_owned(), Some(Stamp::changed_at(at(changed))))])
    }

    #[tokio::test(start_paused = true)]
    async fn what_changed_a_moment_ago_is_waited_for() {
        let begin = Instant::now();
        let mut rest = Rest::new(begin);
        // Changed at 0 and 600, looked at in these moments; the result.
        for (changed, now, left) in [(0, 100, 400), (0, 450, 50), (600, 610, 490), (600, 1100, 0)] {
            let verdict = rest.judge(&Look {
                stamps: &stamps(changed),
                open: None,
                now: at(now),
                instant: begin + Duration::from_millis(now),
            });
            let expected = match left {
                0 => Verdict::Rests,
                left => Verdict::Wait(Duration::from_millis(left)),
            };
            assert_eq!(verdict, expected, "at {now}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_clock_that_is_ahead_or_behind_does_not_count() {
        let begin = Instant::now();
        let mut rest = Rest::new(begin);
        for (elapsed, rests) in [(0, false), (300, false), (500, true)] {
            let verdict = rest.judge(&Look {
                stamps: &stamps(3_600_000),
                open: None,
                now: at(elapsed),
                instant: begin + Duration::from_millis(elapsed),
            });
            assert_eq!(verdict == Verdict::Rests, rests, "after {elapsed}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_file_that_is_open_is_waited_for_and_not_for_ever() {
        let begin = Instant::now();
        let mut rest = Rest::new(begin);
        for (seconds, expected) in [
            (1, Verdict::Wait(SOON)),
            (9, Verdict::Wait(SOON)),
            (10, Verdict::GiveUp("a.yaml".into())),
        ] {
            let verdict = rest.judge(&Look {
                stamps: &stamps(0),
                open: Some("a.yaml".into()),
                now: at(seconds * 1000),
                instant: begin + Duration::from_secs(seconds),
            });
            assert_eq!(verdict, expected, "after {seconds} s");
        }
    }
}
