//! Messages to the service manager.
//!
//! `READY=1` is sent once the daemon serves, not once the tenant was read: a unit that waits for the tenant
//! would be killed by its start timeout while the API is down, and a restart brings no API back. Readiness is
//! reported by `/readyz`.
//!
//! `WATCHDOG=1` is sent only while [`readiness::live`] holds, the check of `/healthz`. A loop that hangs is
//! restarted although this task runs. With several environments all loops have to live.

use std::sync::Arc;
use std::time::Duration;

use futures::future::select_all;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use crate::controller::Status;
use crate::controller::status::Phase;
use crate::model::{Health, SyncStatus, agreeing, counted, one_line};
use crate::runtime::clock::Clock;
use crate::runtime::readiness::{self, Limits};
use crate::runtime::supervisor::Supervisor;

/// Longer than any line of a status display.
const LONGEST: usize = 200;
/// How often nothing is sent where no watchdog waits.
const SELDOM: Duration = Duration::from_secs(3600);

/// What is reported on.
pub(super) struct Context {
    /// The status of each environment; at least one.
    pub(super) statuses: Vec<watch::Receiver<Status>>,
    /// Grows with each request to look at everything again.
    pub(super) reloads: Option<watch::Receiver<u64>>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) limits: Limits,
}

/// Sends messages until the process ends.
pub(super) async fn run(supervisor: Supervisor, mut context: Context) -> Result<(), String> {
    let mut reported = Reported::default();
    supervisor.tell("READY=1");
    let every = supervisor.watchdog().map_or(SELDOM, |limit| limit / 2);
    let mut watchdog = interval(every.max(Duration::from_millis(1)));
    watchdog.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        if let Some(lines) = reported.news(&context.seen()) {
            supervisor.tell(&lines);
        }
        tokio::select! {
            () = any_changed(&mut context.statuses) => {}
            _ = watchdog.tick() => if supervisor.watchdog().is_some() && context.lives() {
                supervisor.tell("WATCHDOG=1");
            },
            () = asked(&mut context.reloads) => {
                supervisor.tell("RELOADING=1");
                reported.reloading = Some(context.seen().iter().map(until).collect());
            }
        }
    }
}

impl Context {
    fn seen(&mut self) -> Vec<Status> {
        let statuses = self.statuses.iter_mut();
        statuses
            .map(|one| one.borrow_and_update().clone())
            .collect()
    }

    fn lives(&self) -> bool {
        let still = self.statuses.iter().find_map(|status| {
            let facts = status.borrow().facts(self.clock.as_ref());
            readiness::live(&facts, &self.limits).err()
        });
        if let Some(reason) = &still {
            tracing::warn!(event = "watchdog.withheld", %reason, "the service manager is not reported that the loop lives");
        }
        still.is_none()
    }
}

/// Waits for the next change of any of them; for ever once one has gone, because the process is
/// about to end. Cancel-safe.
async fn any_changed(statuses: &mut [watch::Receiver<Status>]) {
    let changes = statuses.iter_mut().map(|status| Box::pin(status.changed()));
    if select_all(changes).await.0.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Waits for the next request; for ever where none can come. Cancel-safe.
async fn asked(reloads: &mut Option<watch::Receiver<u64>>) {
    if let Some(receiver) = reloads {
        if receiver.changed().await.is_ok() {
            return;
        }
        *reloads = None;
    }
    std::future::pending::<()>().await;
}

/// The pass that looks at everything: not the one that is under way.
fn until(status: &Status) -> u64 {
    status.generation + 1 + u64::from(status.phase == Phase::Working)
}

/// What was sent already.
#[derive(Debug, Default)]
struct Reported {
    line: String,
    stopping: bool,
    /// The passes after which a reload is done, of each environment.
    reloading: Option<Vec<u64>>,
}

impl Reported {
    /// What is new, if anything is.
    fn news(&mut self, statuses: &[Status]) -> Option<String> {
        let mut lines = Vec::new();
        if statuses.iter().any(|status| status.draining) && !self.stopping {
            self.stopping = true;
            lines.push("STOPPING=1".to_owned());
        }
        let mut each = statuses.iter();
        let done = |wanted: &mut Vec<u64>| {
            let mut wanted = each.by_ref().zip(wanted.iter());
            wanted.all(|(status, wanted)| status.generation >= *wanted)
        };
        if self.reloading.take_if(done).is_some() {
            lines.push("READY=1".to_owned());
        }
        let line = lines_of(statuses);
        if line != self.line {
            lines.push(format!("STATUS={line}"));
            self.line = line;
        }
        (!lines.is_empty()).then(|| lines.join("\n"))
    }
}

/// The status in one line; with several environments what goes wrong comes first.
fn lines_of(statuses: &[Status]) -> String {
    let [status] = statuses else {
        let mut each: Vec<_> = statuses.iter().collect();
        each.sort_by_key(|status| status.error.is_none());
        let each = each
            .iter()
            .map(|one| format!("{}: {}", one.environment, line(one)));
        return one_line(&each.collect::<Vec<_>>().join("; "), LONGEST);
    };
    one_line(&line(status), LONGEST)
}

fn line(status: &Status) -> String {
    if status.draining {
        "finishing what is under way".to_owned()
    } else if let Some(error) = &status.error {
        format!("failing: {}", error.message)
    } else if status.generation == 0 {
        "the first pass is under way".to_owned()
    } else {
        let resources = status.resources.iter();
        let differs = resources.clone().filter(|r| r.sync != SyncStatus::Synced);
        let ill = |health| matches!(health, Health::Degraded | Health::Blocked | Health::Pending);
        let ill = resources.filter(|r| ill(r.health)).count();
        let (differs, all) = (differs.count(), status.resources.len());
        format!(
            "{} of {} in step, {ill} {} somebody",
            all - differs,
            counted(all, "resource"),
            agreeing(ill, "need")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::controller::error::Class;
    use crate::controller::status::ErrorStatus;
    use crate::runtime::clock::TokioClock;
    use tokio::time::Instant;

    fn status() -> Status {
        Status::starting("test", Instant::now())
    }

    #[tokio::test]
    async fn each_thing_is_told_once() {
        let mut reported = Reported::default();
        let mut status = status();
        let first = reported.news(std::slice::from_ref(&status));
        assert_eq!(first.as_deref(), Some("STATUS=the first pass is under way"));
        assert_eq!(reported.news(std::slice::from_ref(&status)), None);
        status.generation = 1;
        let passed = reported.news(std::slice::from_ref(&status));
        assert_eq!(
            passed.as_deref(),
            Some("STATUS=0 of 0 resources in step, 0 need somebody")
        );
        status.error = Some(ErrorStatus {
            class: Class::World,
            message: "no\nway".to_owned(),
            hint: None,
            diagnostics: Arc::new([]),
        });
        assert_eq!(
            reported.news(std::slice::from_ref(&status)).as_deref(),
            Some("STATUS=failing: no way")
        );
        status.draining = true;
        let stopping = reported.news(std::slice::from_ref(&status));
        assert_eq!(
            stopping.as_deref(),
            Some("STOPPING=1\nSTATUS=finishing what is under way")
        );
        assert_eq!(reported.news(std::slice::from_ref(&status)), None);
    }

    #[tokio::test]
    async fn of_several_environments_what_goes_wrong_comes_first_and_a_reload_waits_for_all() {
        let mut reported = Reported::default();
        let mut both = [status(), Status::starting("eu", Instant::now())];
        both[0].generation = 1;
        both[1].error = Some(ErrorStatus {
            class: Class::World,
            message: "no way".to_owned(),
            hint: None,
            diagnostics: Arc::new([]),
        });
        assert_eq!(
            reported.news(&both).as_deref(),
            Some("STATUS=eu: failing: no way; test: 0 of 0 resources in step, 0 need somebody")
        );
        reported.reloading = Some(both.iter().map(until).collect());
        both[0].generation = 2;
        assert_eq!(reported.news(&both), None);
        both[1].generation = 1;
        assert_eq!(reported.news(&both).as_deref(), Some("READY=1"));
    }

    #[tokio::test]
    async fn a_reload_is_done_after_a_whole_pass() {
        let mut status = status();
        assert_eq!(until(&status), 1);
        status.phase = Phase::Working;
        let mut reported = Reported {
            reloading: Some(vec![until(&status)]),
            ..Reported::default()
        };
        for (generation, done) in [(1, false), (2, true), (3, false)] {
            status.generation = generation;
            let news = reported
                .news(std::slice::from_ref(&status))
                .unwrap_or_default();
            assert_eq!(news.contains("READY=1"), done, "{generation}: {news}");
        }
    }

    /// The same bounds as those of `/healthz`.
    #[tokio::test(start_paused = true)]
    async fn life_is_judged_by_the_loops_own_signs() {
        let limits = Limits::for_interval(Duration::from_secs(60));
        let clock = TokioClock::starting_at("2026-01-02T03:04:05Z".parse().unwrap());
        let mut status = status();
        let live = |status: &Status| readiness::live(&status.facts(&clock), &limits).is_ok();
        tokio::time::advance(Duration::from_secs(300)).await;
        assert!(live(&status));
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(!live(&status));
        status.phase = Phase::Working;
        assert!(live(&status));
    }
}
