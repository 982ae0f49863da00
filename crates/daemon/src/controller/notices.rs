//! Decides what is worth a notification: pure.
//!
//! One [`Standing`] of each environment is remembered, also across restarts. A notice is made when it
//! changes, never because it lasts.

use serde::{Deserialize, Serialize};

use super::error::Class;
use super::status::{PassOutcome, Status};
use crate::model::{Health, NoticeKind, counted, one_line};

/// A notification of an external failure is sent after this many failures in a row: a single lost connection
/// recovers by itself.
const PATIENCE: u32 = 3;
/// The maximum length of a reason, in characters.
const LONGEST: usize = 500;

/// The state of an environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EnvironmentState {
    /// The tenant is as the files say.
    InStep,
    /// Something failed.
    Failed,
    /// Something waits.
    Blocked,
    /// Drift that is left as it is.
    Drifted,
}

/// The state of an environment, and with which files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// How.
    pub state: EnvironmentState,
    /// The digest of the files that this is about.
    pub revision: Option<String>,
}

/// Something worth a notification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// What happened.
    pub kind: NoticeKind,
    /// The environment.
    pub environment: String,
    /// The digest of the files.
    pub revision: Option<String>,
    /// Their commit.
    pub commit: Option<String>,
    /// Why, in a few words.
    pub reason: String,
}

/// Decides after each pass.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notices {
    last: Option<Standing>,
    failures: u32,
}

impl Notices {
    /// Resumes from what was last reported.
    #[must_use]
    pub fn since(last: Option<Standing>) -> Self {
        Self { last, failures: 0 }
    }

    /// What was last reported.
    #[must_use]
    pub fn standing(&self) -> Option<&Standing> {
        self.last.as_ref()
    }

    /// The notice to send after a pass, if any.
    pub fn after(&mut self, status: &Status) -> Option<Notice> {
        let last = status.last_pass.as_ref()?;
        if last.part.is_some() {
            // It says nothing of all the rest.
            return None;
        }
        let result = last.result;
        if matches!(result, PassOutcome::Superseded | PassOutcome::Interrupted) {
            return None;
        }
        let (state, reason) = self.judge(status, result)?;
        let about = match state {
            EnvironmentState::InStep => status.applied_revision.as_ref(),
            _ => status
                .refused_revision
                .as_ref()
                .or(status.revision.as_ref()),
        };
        let now = Standing {
            state,
            revision: about.map(|revision| revision.id.clone()),
        };
        let kind = kind(self.last.as_ref(), &now);
        self.last = Some(now);
        Some(Notice {
            kind: kind?,
            environment: status.environment.clone(),
            revision: about.map(|revision| revision.id.clone()),
            commit: about.and_then(|revision| revision.commit.clone()),
            reason: one_line(&reason, LONGEST),
        })
    }

    /// The state, and why; `None` where it is too early to say.
    fn judge(
        &mut self,
        status: &Status,
        result: PassOutcome,
    ) -> Option<(EnvironmentState, String)> {
        if let Some(error) = &status.error {
            self.failures += 1;
            let sure = error.class != Class::World || self.failures >= PATIENCE;
            return sure.then(|| (EnvironmentState::Failed, error.message.clone()));
        }
        self.failures = 0;
        let first = |health| {
            let resource = status.resources.iter().find(|r| r.health == health)?;
            Some(format!("{}: {}", resource.address, resource.reason))
        };
        if result == PassOutcome::Incomplete || status.last_pass.as_ref()?.counts.failed > 0 {
            let reason = first(Health::Degraded);
            return Some((
                EnvironmentState::Failed,
                reason.unwrap_or_else(|| "a step failed".to_owned()),
            ));
        }
        if let Some(awaited) = &status.approval {
            let changes = counted(awaited.resources, "change");
            let reason = format!(
                "{changes} of new files wait for approval: {}",
                awaited.digest
            );
            return Some((EnvironmentState::Blocked, reason));
        }
        if let Some(reason) = first(Health::Blocked).or_else(|| first(Health::Pending)) {
            return Some((EnvironmentState::Blocked, reason));
        }
        if let Some(address) = status.drifted.first() {
            let more = status.drifted.len() - 1;
            let more = match more {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            return Some((EnvironmentState::Drifted, format!("{address}{more}")));
        }
        // Still waiting for its next try: neither well nor anything new.
        if status.last_success_at.is_none() || result == PassOutcome::Held {
            return None;
        }
        let held = match status.last_pass.as_ref()?.counts.held {
            0 => String::new(),
            held => format!(", {held} held"),
        };
        let all = counted(status.resources.len(), "resource");
        Some((EnvironmentState::InStep, format!("{all}{held}")))
    }
}

/// What the last pass put right, if a person had changed anything. It is no change of the environment's state,
/// so it is reported separately.
#[must_use]
pub fn healed(status: &Status) -> Option<Notice> {
    let first = status.healed.first()?;
    let more = match status.healed.len() - 1 {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let about = status.revision.as_ref();
    Some(Notice {
        kind: NoticeKind::Healed,
        environment: status.environment.clone(),
        revision: about.map(|revision| revision.id.clone()),
        commit: about.and_then(|revision| revision.commit.clone()),
        reason: one_line(&format!("{first}{more}"), LONGEST),
    })
}

/// The event for the step from one state to the next; `None` if there is no event.
fn kind(last: Option<&Standing>, now: &Standing) -> Option<NoticeKind> {
    let before = last.map(|last| last.state);
    let same_files = last.is_some_and(|last| last.revision == now.revision);
    match (before, now.state) {
        (Some(EnvironmentState::InStep), EnvironmentState::InStep)
        | (Some(EnvironmentState::Failed), EnvironmentState::Failed)
            if same_files =>
        {
            None
        }
        (Some(EnvironmentState::Blocked), EnvironmentState::Blocked)
        | (Some(EnvironmentState::Drifted), EnvironmentState::Drifted) => None,
        (None | Some(EnvironmentState::InStep), EnvironmentState::InStep) => {
            Some(NoticeKind::Synced)
        }
        (Some(_), EnvironmentState::InStep) => Some(NoticeKind::Recovered),
        (_, EnvironmentState::Failed) => Some(NoticeKind::Failed),
        (_, EnvironmentState::Blocked) => Some(NoticeKind::Blocked),
        (_, EnvironmentState::Drifted) => Some(NoticeKind::Drifted),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::Timestamp;
    use tokio::time::Instant;

    use super::*;
    use crate::controller::status::{ErrorStatus, PassCounts, PassStatus, RevisionStatus};
    use crate::controller::testing::instance;

    fn status(revision: &str, result: PassOutcome) -> Status {
        let mut status = Status::starting("prod", Instant::now());
        let about = Some(RevisionStatus {
            id: revision.to_owned(),
            commit: None,
        });
        status.revision.clone_from(&about);
        status.applied_revision = about;
        status.last_success_at = Some(Timestamp::UNIX_EPOCH);
        status.last_pass = Some(PassStatus {
            started_at: Timestamp::UNIX_EPOCH,
            finished_at: Timestamp::UNIX_EPOCH,
            duration_ms: 1,
            result,
            counts: PassCounts::default(),
            part: None,
        });
        status
    }

    fn failing(revision: &str, class: Class) -> Status {
        let mut status = status(revision, PassOutcome::Failed);
        status.error = Some(ErrorStatus {
            class,
            message: "no way".to_owned(),
            hint: None,
            diagnostics: Arc::new([]),
        });
        status
    }

    fn drifted(revision: &str) -> Status {
        let mut status = status(revision, PassOutcome::Held);
        status.drifted = [instance("a")].into();
        status
    }

    /// The notices of a series of passes.
    fn notices_of(passes: &[Status]) -> String {
        let mut notices = Notices::default();
        let one = |status| match notices.after(status) {
            Some(notice) => notice.kind.as_str(),
            None => "-",
        };
        passes.iter().map(one).collect::<Vec<_>>().join(" ")
    }

    #[tokio::test]
    async fn only_changes_are_told() {
        use PassOutcome::{Applied, Held, Incomplete, Interrupted, Superseded, Unchanged};
        let (user, world) = (Class::User, Class::World);
        let fine = |revision| status(revision, Unchanged);
        for (passes, expected) in [
            (
                vec![status("r1", Applied), fine("r1"), fine("r1")],
                "synced - -",
            ),
            (
                vec![fine("r1"), status("r2", Applied), fine("r2")],
                "synced synced -",
            ),
            (
                vec![
                    fine("r1"),
                    failing("r1", user),
                    failing("r1", user),
                    fine("r1"),
                ],
                "synced failed - recovered",
            ),
            (
                vec![fine("r1"), failing("r2", user), failing("r3", user)],
                "synced failed failed",
            ),
            (
                vec![fine("r1"), failing("r1", world), fine("r1")],
                "synced - -",
            ),
            (
                vec![
                    failing("r1", world),
                    failing("r1", world),
                    failing("r1", world),
                    failing("r1", world),
                ],
                "- - failed -",
            ),
            (
                vec![fine("r1"), drifted("r1"), drifted("r1"), fine("r1")],
                "synced drifted - recovered",
            ),
            (
                vec![drifted("r1"), failing("r1", user), drifted("r1")],
                "drifted failed drifted",
            ),
            (
                vec![status("r1", Incomplete), status("r1", Held), fine("r1")],
                "failed - recovered",
            ),
            (
                vec![status("r1", Superseded), status("r1", Interrupted)],
                "- -",
            ),
        ] {
            assert_eq!(notices_of(&passes), expected);
        }
    }

    #[tokio::test]
    async fn a_restart_repeats_nothing() {
        let mut first = Notices::default();
        first.after(&status("r1", PassOutcome::Applied));
        let kept = serde_json::to_string(&first.standing()).unwrap();
        let mut second = Notices::since(serde_json::from_str(&kept).unwrap());
        assert_eq!(second.after(&status("r1", PassOutcome::Unchanged)), None);
    }
}
