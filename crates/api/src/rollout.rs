//! How far the instances of an integration have moved to another version.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Address;

words! {
    /// The state of a rollout.
    pub enum RolloutState {
        /// All members run the version.
        Settled = "settled",
        /// Members move.
        Moving = "moving",
        /// Those who moved are watched.
        Soaking = "soaking",
        /// Too few runs finished to judge.
        Waiting = "waiting",
        /// Something is unknown, or no member counts.
        Standing = "standing",
        /// The gate does not hold.
        Stopped = "stopped",
        /// Members go back.
        GoingBack = "going-back",
        /// The version was withdrawn.
        Withdrawn = "withdrawn",
        /// A person stopped it.
        Paused = "paused",
        /// Every wave has passed.
        Finished = "finished",
    }
}

words! {
    /// The state of a wave.
    pub enum WaveState {
        /// An earlier wave has not passed.
        Closed = "closed",
        /// Its members may move.
        Open = "open",
        /// All have moved, and are watched.
        Soaking = "soaking",
        /// Too few runs finished to judge.
        Waiting = "waiting",
        /// The next one may open.
        Passed = "passed",
        /// It cannot go on by itself.
        Standing = "standing",
        /// The gate does not hold.
        Stopped = "stopped",
        /// Its members never move.
        Held = "held",
    }
}

/// The rollout of one integration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Rollout {
    /// The integration.
    pub integration: Address,
    /// The number of the version that members move to; `null` before it is published.
    pub target: Option<i64>,
    /// The version that most of them come from.
    pub base: Option<i64>,
    /// Its state.
    pub state: RolloutState,
    /// Why, in one line.
    pub reason: String,
    /// The waves in their order.
    pub waves: Vec<Wave>,
    /// How many members may move in this pass.
    pub now: u64,
    /// How many go back in this pass.
    pub back: u64,
    /// How many move later.
    pub later: u64,
    /// Why members are left out of the count, and how many for each reason.
    pub left_out: Vec<LeftOut>,
    /// Which flows of members fail and did not fail before.
    pub failures: Vec<FailedFlow>,
    /// How many flows fail that failed before, and do not count.
    pub failed_before: u64,
    /// Who accepted the failures.
    pub approved: Option<String>,
    /// Who moves past the waves because a person said so with this run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bypass: Option<Bypass>,
    /// How many run the target because a person sent them past the waves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bypassed: Option<u64>,
    /// What a person may overlook.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// When time alone changes something next.
    pub until: Option<Timestamp>,
    /// What a person can do.
    pub next: Vec<String>,
}

/// Who moves past the waves because a person said so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "RolloutBypass"))]
pub struct Bypass {
    /// Why, in the words of that person.
    pub reason: String,
    /// How many members move.
    pub members: u64,
    /// Why no member may, if so.
    pub refused: Option<String>,
}

/// What `rollout status` says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Rollouts {
    /// The environment.
    pub environment: String,
    /// The rollouts of integrations that have any, those that are settled among them.
    pub rollouts: Vec<Rollout>,
}

/// One wave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Wave {
    /// Its name.
    pub name: String,
    /// Its state.
    pub state: WaveState,
    /// Why it cannot go on.
    pub reason: Option<String>,
    /// How many members count.
    pub counted: u64,
    /// How many of those have moved.
    pub moved: u64,
    /// How many may move in this pass.
    pub now: u64,
    /// How many are blocked or pending.
    pub blocked: u64,
    /// Until when it soaks or waits.
    pub until: Option<Timestamp>,
    /// How many runs finished since they moved, where that was asked.
    pub executions: Option<u64>,
    /// How the runs of all its members ended since they moved, where that was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runs: Option<Runs>,
}

/// How runs ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Runs {
    /// How many did their work.
    pub good: u64,
    /// How many failed for good.
    pub failed: u64,
    /// How many members fail in flows that did not fail before.
    pub newly_failed: u64,
}

/// Members that do not count.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct LeftOut {
    /// Why.
    pub reason: String,
    /// How many.
    pub members: u64,
}

/// A flow of a member that fails and did not fail before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FailedFlow {
    /// The member.
    pub instance: Address,
    /// The flow.
    pub flow: String,
    /// How many of its runs failed since the move.
    pub failed: u64,
    /// When the first of them began.
    pub since: Timestamp,
    /// The id of the last one.
    pub execution: String,
    /// What that one says.
    pub error: Option<String>,
    /// When the last good run before the move began; `null` where there was none.
    pub good_before: Option<Timestamp>,
}
