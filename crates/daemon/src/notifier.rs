//! Sends notifications: from a durable outbox, beside the loop.
//!
//! `controller::notices` decides what is worth a notification. This task keeps each message until it is
//! delivered, also across restarts.
//!
//! # Invariants
//!
//! - No pass waits for it, and nothing it does or fails to do changes one.
//! - The outbox holds at most `MOST` messages, none older than `OLDEST`, and no secret.
//! - URLs, tokens and bodies are never logged; targets appear by their names.

mod message;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::controller::delays::Delays;
use crate::controller::notices::{self, Notice, Notices, Standing};
use crate::controller::{SecretResolver, Status};
use crate::model::{NoticeKind, NotifyTarget, Project, one_line};
use crate::plan::ReportedTurn;
use crate::prismatic::transport::Transport;
use crate::runtime::clock::Clock;
use crate::store::OutboxFile;

/// At most this many messages wait; beyond that the oldest are dropped.
const MOST: usize = 100;
/// Older messages are dropped.
const OLDEST: SignedDuration = SignedDuration::from_hours(24);
/// The least time between two messages to one place.
const GAP: Duration = Duration::from_secs(5);

/// Sends notifications.
#[derive(Clone)]
pub struct Notifier {
    /// Sends; bounds time and size, follows no redirect, and speaks plain http on this machine only.
    pub transport: Arc<dyn Transport>,
    /// Looks URLs, tokens and keys up, for each message.
    pub secrets: Arc<dyn SecretResolver>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Where what waits is persisted.
    pub file: OutboxFile,
    /// The pauses after failures.
    pub delays: Delays,
}

/// One message to one place.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Message {
    id: String,
    target: String,
    at: Timestamp,
    notice: Notice,
}

/// What the file holds.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Persisted {
    standing: Option<Standing>,
    /// The turn of each rollout that was last reported, by the address of its integration.
    #[serde(default)]
    rollouts: BTreeMap<String, String>,
    /// When that was, by our clock.
    #[serde(default)]
    reported: BTreeMap<String, Timestamp>,
    waiting: Vec<Message>,
}

/// The maximum length of a reason, in characters.
const LONGEST: usize = 500;

/// How a try ended.
enum Tried {
    Delivered,
    /// Try again, not before this.
    Later(Duration, String),
    /// It will never be taken.
    Refused(String),
}

struct Outbox {
    notifier: Notifier,
    persisted: Persisted,
    notices: Notices,
    /// Failures so far and the next try, by message.
    tries: BTreeMap<String, (u32, Instant)>,
    /// The earliest time of the next message to each target.
    free: BTreeMap<String, Instant>,
    seen: u64,
    saved: bool,
}

/// Sends notifications until the process ends.
///
/// # Errors
///
/// Never; the type is that of all tasks.
pub async fn run(notifier: Notifier, mut status: watch::Receiver<Status>) -> Result<(), String> {
    let persisted: Persisted = notifier.file.load().unwrap_or_default();
    let mut outbox = Outbox {
        notices: Notices::since(persisted.standing.clone()),
        notifier,
        persisted,
        tries: BTreeMap::new(),
        free: BTreeMap::new(),
        seen: 0,
        saved: true,
    };
    loop {
        let current = status.borrow_and_update().clone();
        outbox.hear(&current);
        let next = outbox.next(current.project.as_deref());
        tokio::select! {
            changed = status.changed() => if changed.is_err() {
                std::future::pending::<()>().await;
            },
            () = until(next.as_ref().map(|(at, _)| *at)) => {
                if let (Some((_, id)), Some(project)) = (next, current.project) {
                    outbox.deliver(&id, &project).await;
                }
            }
        }
    }
}

async fn until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

impl Outbox {
    /// Records a pass that ended.
    fn hear(&mut self, status: &Status) {
        if status.generation == self.seen {
            return;
        }
        self.seen = status.generation;
        let before = self.persisted.standing.clone();
        let turns = (
            self.persisted.rollouts.clone(),
            self.persisted.reported.clone(),
        );
        let mut notices: Vec<Notice> = (self.notices.after(status).into_iter())
            .chain(notices::healed(status))
            .collect();
        let Persisted {
            rollouts: told,
            reported,
            ..
        } = &mut self.persisted;
        notices.extend(rollouts((told, reported), status));
        self.persisted.standing = self.notices.standing().cloned();
        let targets = status.project.iter().flat_map(|project| &project.notify);
        let mut entered = false;
        for target in targets {
            for notice in notices.iter().filter(|notice| concerns(target, notice)) {
                entered |= self.enter(target, notice);
            }
        }
        let shrunk = self.forget(status.project.as_deref());
        let turned = turns.0 != self.persisted.rollouts || turns.1 != self.persisted.reported;
        if entered || shrunk || turned || before != self.persisted.standing {
            self.save();
        }
    }

    /// Whether it is new: a duplicate of a waiting message is dropped.
    fn enter(&mut self, target: &NotifyTarget, notice: &Notice) -> bool {
        let waiting = &mut self.persisted.waiting;
        if waiting
            .iter()
            .any(|m| m.target == target.name && m.notice == *notice)
        {
            return false;
        }
        waiting.push(Message {
            id: uuid::Uuid::new_v4().to_string(),
            target: target.name.clone(),
            at: self.notifier.clock.now(),
            notice: notice.clone(),
        });
        true
    }

    /// Drops what is too much, too old, or for a place that is declared no more.
    fn forget(&mut self, project: Option<&Project>) -> bool {
        let now = self.notifier.clock.now();
        let waiting = &mut self.persisted.waiting;
        let before = waiting.len();
        let known = project.map(|p| p.notify.iter().map(|t| &t.name).collect::<BTreeSet<_>>());
        waiting.retain(|message| {
            now.duration_since(message.at) < OLDEST
                && known
                    .as_ref()
                    .is_none_or(|known| known.contains(&message.target))
        });
        let excess = waiting.len().saturating_sub(MOST);
        waiting.drain(..excess);
        let lost = before - waiting.len();
        if lost > 0 {
            tracing::warn!(
                event = "notice.lost",
                lost,
                "messages were too many or too old"
            );
        }
        let waits = |id: &String| waiting.iter().any(|message| message.id == *id);
        self.tries.retain(|id, _| waits(id));
        lost > 0
    }

    /// The next message to try, and when.
    fn next(&self, project: Option<&Project>) -> Option<(Instant, String)> {
        project?;
        let now = self.notifier.clock.instant();
        let due = |message: &Message| {
            let tried = self.tries.get(&message.id).map_or(now, |(_, at)| *at);
            let free = self.free.get(&message.target).copied().unwrap_or(now);
            (tried.max(free), message.id.clone())
        };
        self.persisted
            .waiting
            .iter()
            .map(due)
            .min_by_key(|(at, _)| *at)
    }

    async fn deliver(&mut self, id: &str, project: &Project) {
        let Some(message) = self.persisted.waiting.iter().find(|m| m.id == id).cloned() else {
            return;
        };
        let target = project.notify.iter().find(|t| t.name == message.target);
        let tried = match target {
            Some(target) => self.send(target, &message, project).await,
            None => Tried::Refused("the project does not name it any more".to_owned()),
        };
        let (name, kind) = (&message.target, message.notice.kind.as_str());
        let now = self.notifier.clock.instant();
        self.free.insert(message.target.clone(), now + GAP);
        match tried {
            Tried::Later(pause, error) => {
                let failures = self.tries.get(id).map_or(0, |(failures, _)| *failures) + 1;
                let pause = pause.max(self.notifier.delays.after(failures));
                self.tries.insert(id.to_owned(), (failures, now + pause));
                tracing::warn!(
                    event = "notice.delayed",
                    target_name = name,
                    kind,
                    error,
                    retry_seconds = pause.as_secs(),
                    "{name} could not be notified"
                );
                return;
            }
            Tried::Delivered => {
                tracing::info!(
                    event = "notice.delivered",
                    target_name = name,
                    kind,
                    "{name} was notified: {kind}"
                );
            }
            Tried::Refused(error) => {
                tracing::warn!(
                    event = "notice.refused",
                    target_name = name,
                    kind,
                    error,
                    "{name} does not take it"
                );
            }
        }
        self.persisted.waiting.retain(|message| message.id != id);
        self.tries.remove(id);
        self.save();
    }

    async fn send(&self, target: &NotifyTarget, message: &Message, project: &Project) -> Tried {
        let references = target.via.secret_refs().cloned().collect();
        let secrets = self.notifier.secrets.resolve(project, &references).await;
        let about = (message.id.as_str(), message.at);
        let request = match message::request(target, &message.notice, about, &secrets) {
            Ok(request) => request,
            Err(error @ message::Unsendable::NoCommit) => return Tried::Refused(error.to_string()),
            Err(message::Unsendable::Secret(error)) => {
                return Tried::Later(Duration::ZERO, error.to_string());
            }
        };
        match self.notifier.transport.send(request).await {
            Ok(response) => answered(response.status, response.header("retry-after")),
            Err(error) => Tried::Later(Duration::ZERO, error.to_string()),
        }
    }

    /// A message that cannot be stored is sent all the same, as long as the process lives.
    fn save(&mut self) {
        let saved = self.notifier.file.save(&self.persisted);
        if let (Err(error), true) = (&saved, self.saved) {
            tracing::warn!(event = "notice.unsaved", %error, "notices that wait to be sent would not survive a restart");
        }
        self.saved = saved.is_ok();
    }
}

/// The turns that rollouts took since they were last reported, and once a day those that wait for a person.
fn rollouts(
    (told, reported): (
        &mut BTreeMap<String, String>,
        &mut BTreeMap<String, Timestamp>,
    ),
    status: &Status,
) -> Vec<Notice> {
    let Some(plan) = &status.plan else {
        return Vec::new();
    };
    let mut notices = Vec::new();
    for rollout in &plan.rollouts {
        let Some(turn) = rollout.turn() else {
            continue;
        };
        let address = rollout.address.to_string();
        let before = told.get(&address).map(|key| ReportedTurn {
            key,
            at: reported.get(&address).copied(),
        });
        let due = turn.due(before, plan.observed_at);
        told.insert(address.clone(), turn.key);
        let Some(words) = due else {
            // Without a time nothing would ever be said again.
            reported.entry(address).or_insert(plan.observed_at);
            continue;
        };
        reported.insert(address, plan.observed_at);
        notices.push(Notice {
            kind: NoticeKind::Rollout,
            environment: status.environment.clone(),
            revision: status.revision.as_ref().map(|it| it.id.clone()),
            commit: status.revision.as_ref().and_then(|it| it.commit.clone()),
            reason: one_line(&format!("{}: {words}", rollout.address), LONGEST),
        });
    }
    let known = |address: &String| {
        let mut all = plan.rollouts.iter();
        all.any(|it| it.address.to_string() == *address)
    };
    told.retain(|address, _| known(address));
    reported.retain(|address, _| known(address));
    notices
}

/// A commit's status needs a commit.
fn concerns(target: &NotifyTarget, notice: &Notice) -> bool {
    let possible = notice.commit.is_some() || !target.via.is_commit_status();
    possible && target.on.contains(&notice.kind)
}

/// A token may be replaced and a server come back; a malformed message stays malformed.
fn answered(status: u16, retry_after: Option<&str>) -> Tried {
    let said = format!("it answered {status}");
    match status {
        200..=299 => Tried::Delivered,
        401 | 403 | 408 | 425 | 429 | 500..=599 => {
            let seconds = retry_after.and_then(|text| text.trim().parse().ok());
            let pause = Duration::from_secs(seconds.unwrap_or(0)).min(Duration::from_secs(3600));
            Tried::Later(pause, said)
        }
        300..=399 => Tried::Refused(format!("{said}, and redirects are not followed")),
        _ => Tried::Refused(said),
    }
}

#[cfg(test)]
mod tests;
