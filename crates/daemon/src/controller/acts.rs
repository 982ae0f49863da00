//! What a person asks to be done to one live object: labels, which every runner respects.
//!
//! The commands of the same names do the same; here the loop does it between two passes, with its own way to the
//! tenant and under the same exclusion of other writers.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tokio::sync::{Notify, oneshot};

use crate::model::rollout::labels;
use crate::model::{
    Address, FieldChange, FieldPath, InstanceId, IntegrationId, Kind, LiveHold, chain,
};
use crate::prismatic::platform::{InstanceUpdate, IntegrationUpdate, Platform};

/// At most this many wait for the loop.
const WAITING: usize = 64;

/// What is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// It is left alone until then.
    Hold(Timestamp),
    /// A hold ends.
    Unhold,
    /// No instance moves to another version of the integration.
    RolloutPause,
    /// A pause or an abort of its rollout ends.
    RolloutResume,
    /// This version of the integration is taken back.
    RolloutAbort(i64),
}

impl Deed {
    /// The command that does the same, as the history has it.
    #[must_use]
    pub fn command(&self) -> &'static str {
        match self {
            Self::Hold(_) => "hold",
            Self::Unhold => "unhold",
            Self::RolloutPause => "rollout pause",
            Self::RolloutResume => "rollout resume",
            Self::RolloutAbort(_) => "rollout abort",
        }
    }

    /// All labels of the object after it.
    #[must_use]
    pub fn labels(&self, now: &[String]) -> Vec<String> {
        match self {
            Self::Hold(until) => LiveHold::put_on(now, *until),
            Self::Unhold => LiveHold::taken_off(now),
            Self::RolloutPause => labels::said(now, Some(labels::PAUSED.to_owned())),
            Self::RolloutResume => labels::said(now, None),
            Self::RolloutAbort(version) => {
                labels::said(now, Some(format!("{}{version}", labels::ABORTED)))
            }
        }
    }

    /// What the history says that it changes.
    pub(super) fn changes(&self, reason: Option<&str>) -> Vec<FieldChange> {
        let until = match self {
            Self::Hold(until) => {
                let label = LiveHold::label(*until);
                label.split_once('=').map(|(_, text)| text.to_owned())
            }
            Self::Unhold => None,
            Self::RolloutPause | Self::RolloutResume | Self::RolloutAbort(_) => return Vec::new(),
        };
        vec![FieldChange {
            note: reason.map(|reason| reason.to_owned().into()),
            ..FieldChange::shown(FieldPath::recorded("hold"), None::<String>, until)
        }]
    }
}

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Ask {
    /// What.
    pub deed: Deed,
    /// Of which resource.
    pub address: Address,
    /// Its display name.
    pub display_name: String,
    /// Whose it is, for instances.
    pub customer: Option<String>,
    /// Its id in Prismatic.
    pub id: String,
    /// Why, in one line.
    pub reason: Option<String>,
}

/// What came of it; what went wrong is for people.
pub type Answer = Result<(), String>;

/// What waits for the loop.
#[derive(Debug)]
pub(super) struct Queued {
    pub(super) ask: Ask,
    pub(super) answer: oneshot::Sender<Answer>,
}

/// What people asked for and the loop did not do yet.
#[derive(Debug, Default)]
pub(super) struct Queue {
    waiting: Mutex<VecDeque<Queued>>,
    come: Notify,
}

impl Queue {
    fn all(&self) -> MutexGuard<'_, VecDeque<Queued>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `None` where too many wait already.
    pub(super) fn put(&self, ask: Ask) -> Option<oneshot::Receiver<Answer>> {
        let (answer, answered) = oneshot::channel();
        let mut all = self.all();
        if all.len() >= WAITING {
            return None;
        }
        all.push_back(Queued { ask, answer });
        self.come.notify_one();
        Some(answered)
    }

    /// The next one. Cancel-safe: it is taken only as it is returned.
    pub(super) async fn next(&self) -> Queued {
        loop {
            if let Some(first) = self.all().pop_front() {
                return first;
            }
            self.come.notified().await;
        }
    }
}

/// Changes the labels of the live object as they are just now, and nothing else of it.
pub(super) async fn carry_out(platform: &dyn Platform, ask: &Ask) -> Answer {
    if let (Deed::Hold(until), Some(now)) = (&ask.deed, platform.server_now())
        && *until <= now
    {
        return Err(format!(
            "the hold would be over at once: for the server it is {now}"
        ));
    }
    let unread = || {
        format!(
            "the labels of {} could not be read, so none were written",
            ask.address
        )
    };
    match ask.address.kind {
        Kind::Instance => {
            let id = InstanceId::new(&*ask.id);
            let sight = platform
                .sight_instance(&id)
                .await
                .map_err(|it| chain(&it))?;
            let now = sight.and_then(|it| it.labels).ok_or_else(unread)?;
            let update = InstanceUpdate {
                labels: Some(ask.deed.labels(&now)),
                ..InstanceUpdate::of(id)
            };
            let sent = platform.update_instance(&update).await;
            sent.map(drop).map_err(|it| chain(&it))
        }
        Kind::Integration => {
            let id = IntegrationId::new(&*ask.id);
            let sight = platform.sight_draft(&id).await.map_err(|it| chain(&it))?;
            let now = sight.and_then(|it| it.labels).ok_or_else(unread)?;
            let update = IntegrationUpdate {
                id,
                name: None,
                description: None,
                labels: Some(ask.deed.labels(&now)),
            };
            platform
                .update_integration(&update)
                .await
                .map_err(|it| chain(&it))
        }
        Kind::Connection => Err(
            "a connection is put on hold by `[gitops:hold=<until>]` at the end of its description"
                .to_owned(),
        ),
        Kind::Customer => Err("customers are put on hold by the command `hold`".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_others_stay() {
        let own = ["a".to_owned(), "gitops:p/x".to_owned()];
        let until: Timestamp = "2026-11-30T18:00:00Z".parse().unwrap();
        let held = Deed::Hold(until).labels(&own);
        assert!(held.iter().any(|it| LiveHold::is(it)) && own.iter().all(|it| held.contains(it)));
        assert_eq!(Deed::Unhold.labels(&held), own);
        let paused = Deed::RolloutPause.labels(&own);
        assert_eq!(paused.len(), 3);
        let aborted = Deed::RolloutAbort(14).labels(&paused);
        assert_eq!(aborted.len(), 3, "an abort replaces a pause: {aborted:?}");
        assert_eq!(Deed::RolloutResume.labels(&aborted), own);
    }

    #[tokio::test]
    async fn what_is_asked_is_taken_in_its_order_and_no_more_than_fits() {
        let queue = Queue::default();
        let ask = |id: &str| Ask {
            deed: Deed::Unhold,
            address: Address::instance("a".parse_name()),
            display_name: "A".to_owned(),
            customer: None,
            id: id.to_owned(),
            reason: None,
        };
        let answers: Vec<_> = (0..WAITING)
            .map(|n| queue.put(ask(&n.to_string())))
            .collect();
        assert!(answers.iter().all(Option::is_some));
        assert!(queue.put(ask("more")).is_none());
        assert_eq!(queue.next().await.ask.id, "0");
        assert_eq!(queue.next().await.ask.id, "1");
    }

    trait Named {
        fn parse_name(self) -> crate::model::ResourceName;
    }

    impl Named for &str {
        fn parse_name(self) -> crate::model::ResourceName {
            crate::model::ResourceName::parse(self).unwrap()
        }
    }
}
