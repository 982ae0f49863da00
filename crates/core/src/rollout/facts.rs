//! What a rollout is derived from, besides the evidence.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use crate::model::rollout::Rollout;
use crate::model::{InstanceId, MoveStamp, RanStamp, ResourceName};

/// Everything that is known of one integration and its instances.
#[derive(Debug, Clone)]
pub struct Facts<'a> {
    /// What the manifest says.
    pub spec: &'a Rollout,
    /// What percentages are drawn by: something that stays the same for the life of the integration.
    pub key: String,
    /// The time by the server's clock; `None` where it is unknown.
    pub now: Option<Timestamp>,
    /// The version that the members shall come to.
    pub target: Target,
    /// The target is the newest version by what git says, not one that git names.
    pub follows_latest: bool,
    /// What the target is made of; versions with the same text are equal in meaning.
    pub meaning: Option<String>,
    /// What git says now, where it wants that to be available; the same as `meaning`, unless a newer version of it
    /// was withdrawn.
    pub declared: Option<String>,
    /// All published versions that were read, in any order.
    pub versions: Vec<VersionFact>,
    /// The declared instances of the integration.
    pub members: Vec<Member>,
    /// Why members, their labels or the versions could not be read whole.
    pub unknown: Option<String>,
    /// Who or what stopped the rollout by hand.
    pub paused: Option<String>,
    /// The version whose rollout was aborted by hand.
    pub aborted: Option<i64>,
    /// Why no version of it is ever withdrawn, if so.
    pub protected: Option<String>,
    /// Failures that a person accepted.
    pub approvals: Vec<Approval>,
    /// Versions that finished their rollout as far as the history says.
    pub finished: BTreeSet<i64>,
    /// A person looks at it: the runs of all who moved are counted, not only those that the gate needs.
    pub looked_at: bool,
}

impl Facts<'_> {
    /// A version by its number.
    #[must_use]
    pub fn version(&self, number: i64) -> Option<&VersionFact> {
        self.versions.iter().find(|it| it.number == number)
    }

    /// When the first version after another one was published.
    #[must_use]
    pub fn followed_at(&self, number: i64) -> Option<Timestamp> {
        let later = self.versions.iter().filter(|it| it.number > number);
        later.min_by_key(|it| it.number)?.published_at
    }
}

/// The version that the members shall come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// The one that this plan publishes. Its number is not known yet, and no member runs it.
    Published,
    /// One that exists.
    Existing(i64),
}

impl Target {
    /// Its number, once it has one.
    #[must_use]
    pub fn number(self) -> Option<i64> {
        match self {
            Self::Published => None,
            Self::Existing(number) => Some(number),
        }
    }
}

/// A published version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionFact {
    /// Its number in the tenant.
    pub number: i64,
    /// Whether instances may move to it.
    pub available: bool,
    /// When it was published, by the server's clock.
    pub published_at: Option<Timestamp>,
    /// What it is made of, where we published it.
    pub meaning: Option<String>,
}

/// A declared instance of the integration.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// The name in git.
    pub name: ResourceName,
    /// What its share is drawn by: its customer.
    pub customer: String,
    /// The labels of the instance and of its customer.
    pub labels: BTreeSet<String>,
    /// Which live instance it is; `None` before it exists.
    pub instance: Option<InstanceId>,
    /// The number of the version that it is configured for; `None` before it exists.
    pub current: Option<i64>,
    /// It was deployed at least once.
    pub deployed: bool,
    /// What is configured is what is deployed.
    pub settled: bool,
    /// When it was deployed last.
    pub last_deployed_at: Option<Timestamp>,
    /// Its last move.
    pub stamp: Option<MoveStamp>,
    /// The version that it left before that had proven itself.
    pub ran: Option<RanStamp>,
    /// Its last run failed.
    pub failing: bool,
    /// How many of its values live only in the tenant and would be missing after a way back.
    pub irrecoverable: u64,
    /// Why its windows hold it back now.
    pub closed: Option<String>,
    /// Whether it counts.
    pub standing: Standing,
}

/// Whether a member counts, and why not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It counts.
    Counted,
    /// It does not exist yet, or was never deployed: it may begin with the target.
    New,
    /// A person put it on hold.
    Held(String),
    /// It is switched off.
    Disabled,
    /// A value is missing, or the API refused it.
    Blocked(String),
    /// A person must consent to a connection first.
    Pending(String),
    /// Its manifest names another version.
    Pinned(String),
    /// Its manifest says `rollout: false`.
    OptedOut(String),
}

impl Member {
    /// Whether it counts.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.standing == Standing::Counted
    }

    /// Whether the rollout decides about its version.
    #[must_use]
    pub fn governed(&self) -> bool {
        match self.standing {
            Standing::Pinned(_) | Standing::OptedOut(_) => false,
            Standing::Counted
            | Standing::New
            | Standing::Held(_)
            | Standing::Disabled
            | Standing::Blocked(_)
            | Standing::Pending(_) => true,
        }
    }

    /// Whether what it does after the move is evidence about the version.
    #[must_use]
    pub fn testifies(&self) -> bool {
        match self.standing {
            Standing::Counted | Standing::Blocked(_) | Standing::Pending(_) | Standing::New => true,
            Standing::Held(_)
            | Standing::Disabled
            | Standing::Pinned(_)
            | Standing::OptedOut(_) => false,
        }
    }

    /// Whether it cannot move although it is asked to.
    #[must_use]
    pub fn hindered(&self) -> bool {
        matches!(self.standing, Standing::Blocked(_) | Standing::Pending(_))
    }

    /// Why it is left out of the count, for people.
    #[must_use]
    pub fn left_out(&self) -> Option<String> {
        Some(match &self.standing {
            Standing::Counted => return None,
            Standing::New => "was never deployed".to_owned(),
            Standing::Held(why) => format!("held: {why}"),
            Standing::Disabled => "switched off".to_owned(),
            Standing::Blocked(why) => format!("blocked: {why}"),
            Standing::Pending(why) => format!("pending: {why}"),
            Standing::Pinned(which) => format!("pinned to {which}"),
            Standing::OptedOut(why) => format!("opted out: {why}"),
        })
    }

    /// Its stamp, if that is about this version.
    #[must_use]
    pub fn stamp_for(&self, version: i64) -> Option<&MoveStamp> {
        let ours = |stamp: &&MoveStamp| stamp.to == version && self.current == Some(version);
        self.stamp.as_ref().filter(ours)
    }

    /// Whether it runs a version and that is what is deployed. A later change that waits for a deploy does
    /// not undo the move; what was never deployed has moved once its version is set.
    #[must_use]
    pub fn moved(&self, version: i64) -> bool {
        let deployed_since = |stamp: &MoveStamp| self.last_deployed_at >= Some(stamp.at);
        self.current == Some(version)
            && (self.settled
                || !self.deployed
                || self.stamp_for(version).is_some_and(deployed_since))
    }

    /// When it moved to a version that it runs. The stamp knows; without one, the last deploy is late enough.
    ///
    /// The stamp is written with the version, moments before the deploy. A move that was killed between the two is stamped
    /// anew by the run that continues it; one that a person deploys in the console keeps its time, since a deploy
    /// by hand must not restart a soak, and the API has no earlier deploys by which to distinguish the two.
    #[must_use]
    pub fn moved_at(&self, version: i64) -> Option<Timestamp> {
        match self.stamp_for(version) {
            Some(stamp) => Some(stamp.at),
            None => self.last_deployed_at,
        }
    }

    /// Whether the version is set, and its first deploy did not happen.
    #[must_use]
    pub fn under_way(&self, version: i64) -> bool {
        self.current == Some(version) && !self.moved(version)
    }
}

/// Failures of one wave that a person accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// The version's number.
    pub version: i64,
    /// The wave's name.
    pub wave: String,
    /// The members and flows that were accepted; `None` for all, where git says so.
    pub failures: Option<BTreeSet<(ResourceName, String)>>,
    /// When it ends; `None` with the version.
    pub until: Option<Timestamp>,
    /// Who accepted them, and why.
    pub by: String,
}

/// A time later by a duration; the end of time where that is beyond it.
pub(super) fn later(at: Timestamp, by: std::time::Duration) -> Timestamp {
    let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}
