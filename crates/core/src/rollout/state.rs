//! The answer: how far a rollout has come, and what each member may do.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{Needs, NewlyFailed};
use crate::model::ResourceName;

/// How far a rollout has come.
#[derive(Debug, Clone, PartialEq)]
pub struct Derived {
    /// The number of the version that members move to; `None` before it is published.
    pub target: Option<i64>,
    /// The version that most of them come from.
    pub base: Option<i64>,
    /// A newer version that waits until this one is finished.
    pub queued: bool,
    /// Its phase.
    pub phase: Phase,
    /// Why, in one line.
    pub reason: String,
    /// The waves in their order; empty where there is no rollout.
    pub waves: Vec<WaveState>,
    /// What each member may do.
    pub turns: BTreeMap<ResourceName, Turn>,
    /// Members that do not count, and why.
    pub left_out: BTreeMap<ResourceName, String>,
    /// Which members fail that did not fail before, flow by flow.
    pub failures: Vec<NewlyFailed>,
    /// How many flows of moved members fail that failed before.
    pub failed_before: usize,
    /// Who accepted the failures, and why.
    pub approved: Option<String>,
    /// Who moves past the waves because a person said so.
    pub bypass: Option<Bypass>,
    /// How many run the target because a person sent them past the waves.
    pub bypassed: usize,
    /// What a person may overlook.
    pub warnings: Vec<String>,
    /// What of executions could not be read, where that holds it.
    pub unread: Option<String>,
    /// The version to withdraw.
    pub withdraw: Option<i64>,
    /// The version that all members came to for good.
    pub finished: Option<i64>,
    /// When time alone changes something next.
    pub until: Option<Timestamp>,
    /// What a person can do.
    pub next: Vec<String>,
    /// What has to be read before more can be decided.
    pub needs: Needs,
}

impl Derived {
    /// One that holds only its phase and the reason.
    pub(crate) fn new(
        target: Option<i64>,
        base: Option<i64>,
        phase: Phase,
        reason: impl Into<String>,
    ) -> Self {
        Self {
            target,
            base,
            queued: false,
            phase,
            reason: reason.into(),
            waves: Vec::new(),
            turns: BTreeMap::new(),
            left_out: BTreeMap::new(),
            failures: Vec::new(),
            failed_before: 0,
            approved: None,
            bypass: None,
            bypassed: 0,
            warnings: Vec::new(),
            unread: None,
            withdraw: None,
            finished: None,
            until: None,
            next: Vec::new(),
            needs: Needs::default(),
        }
    }
}

/// The phase of a rollout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// There is none: all members run the version, or none can.
    Settled,
    /// Members move.
    Moving,
    /// Those who moved are watched.
    Soaking,
    /// Too few runs finished to judge.
    Waiting,
    /// Something is unknown, or no member counts.
    Standing,
    /// The gate does not hold.
    Stopped,
    /// Members go back to the version that they come from.
    GoingBack,
    /// The version was withdrawn.
    Withdrawn,
    /// A person stopped it.
    Paused,
    /// Every wave has passed.
    Finished,
}

/// The phase of a wave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WavePhase {
    /// An earlier wave has not passed.
    Closed,
    /// Its members may move.
    Open,
    /// All have moved; watched until then.
    Soaking(Timestamp),
    /// Too few runs finished; what comes at that time is `onInconclusive`.
    Waiting(Timestamp),
    /// The next one may open.
    Passed,
    /// Why it cannot go on by itself.
    Standing(String),
    /// Why the gate does not hold.
    Stopped(String),
    /// Its members never move.
    Held,
}

/// One wave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaveState {
    /// Its name.
    pub name: String,
    /// Its phase.
    pub phase: WavePhase,
    /// How many members count.
    pub counted: usize,
    /// How many of those have moved.
    pub moved: usize,
    /// How many may move now.
    pub now: usize,
    /// How many cannot move: blocked or pending.
    pub hindered: usize,
    /// How many runs finished since they moved, where that was asked.
    pub executions: Option<u64>,
    /// How the runs of all its members ended since they moved, where that was asked.
    pub runs: Option<Runs>,
    /// How many members an earlier wave has that this one would select too.
    pub overlap: usize,
}

/// How runs ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Runs {
    /// How many did their work.
    pub good: u64,
    /// How many failed for good.
    pub failed: u64,
    /// How many members fail in flows that did not fail before.
    pub newly_failed: u64,
}

/// Who moves past the waves because a person said so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bypass {
    /// Why, in the words of that person.
    pub reason: String,
    /// The members.
    pub members: BTreeSet<ResourceName>,
    /// Why no member may, if so.
    pub refused: Option<String>,
}

impl Turn {
    /// Why it does not go where its manifest says; `None` where it does.
    #[must_use]
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::Waits { why } | Self::Begins { why, .. } | Self::Back { why, .. } => Some(why),
            Self::Free
            | Self::Done
            | Self::Moves { .. }
            | Self::Bypasses { .. }
            | Self::Finishes { .. }
            | Self::Returns => None,
        }
    }
}

/// What a member may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turn {
    /// The rollout leaves it alone: it goes where its manifest says.
    Free,
    /// It runs the target.
    Done,
    /// It may move now, and comes from this version.
    Moves {
        /// What its stamp names.
        from: i64,
    },
    /// It moves now although its wave does not admit it: a person said so. Its stamp opens no wave.
    Bypasses {
        /// What its stamp names.
        from: i64,
        /// Why it would wait, and why it does not.
        why: String,
    },
    /// It may move now, to what was finished before: it is not judged by that, so it bears no stamp.
    Returns,
    /// The version is set; the first deploy is still to come, and the move is stamped anew.
    Finishes {
        /// What its stamp names.
        from: i64,
    },
    /// It keeps the version that it has.
    Waits {
        /// Why.
        why: String,
    },
    /// It does not exist yet, and begins with this version.
    Begins {
        /// The version's number.
        on: i64,
        /// Why not with the target.
        why: String,
    },
    /// It goes back.
    Back {
        /// To this version.
        to: i64,
        /// Why.
        why: String,
    },
}
