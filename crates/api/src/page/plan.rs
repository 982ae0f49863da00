//! The plan by groups of equal changes, and rollouts.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Act, AsOf, Sentence, ValueChange};
use crate::Address;
use crate::rollout::{RolloutState, WaveState};

/// The files that a plan was made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PlanRevision {
    /// What people call their state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
}

/// Who is touched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PlanImpact {
    /// Instances.
    pub instances: u64,
    /// Customers.
    pub customers: u64,
    /// The number that a person types who approves it.
    pub confirm: u64,
}

/// A limit of the policy that the plan exceeds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Guard {
    /// Its key in the policy.
    pub name: String,
    /// The numbers, for people.
    pub text: String,
    /// The limit; empty where the text has it.
    pub limit: String,
    /// The number; empty where the text has it.
    pub value: String,
    /// Whether the plan is within it.
    pub holds: Option<bool>,
    /// Whether an approval here lets it pass.
    pub approvable: bool,
}

/// Equal changes to several resources.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PlanGroup {
    /// Names it within this plan.
    pub id: String,
    /// What is done.
    pub text: Sentence,
    /// To how many.
    pub count: u64,
    /// Whether it proceeds now, and if not, why.
    pub disposition: String,
    /// It is left alone for now.
    pub held: bool,
    /// What differs of one of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<ValueChange>,
}

/// A plan, for a person who is to judge it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PagePlan {
    /// How old it is.
    pub as_of: AsOf,
    /// The digest of everything that the plan rests on and would do.
    pub digest: String,
    /// When the tenant was read for it.
    pub made_at: Timestamp,
    /// The files.
    pub revision: PlanRevision,
    /// What refuses it, or what it waits for; absent where nothing does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Sentence>,
    /// In numbers.
    pub summary: Sentence,
    /// Who is touched.
    pub impact: PlanImpact,
    /// What it costs.
    pub cost: Sentence,
    /// Limits that it exceeds.
    pub guards: Vec<Guard>,
    /// What is done, equal changes together.
    pub groups: Vec<PlanGroup>,
    /// What is said before it is approved.
    pub says: Vec<Sentence>,
    /// What may be asked for.
    pub acts: Vec<Act>,
}

/// One step of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PlanStep {
    /// To which resource.
    pub address: Address,
    /// What is done.
    pub text: Sentence,
}

/// The resources of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PlanSteps {
    /// How old it is.
    pub as_of: AsOf,
    /// The group.
    pub id: String,
    /// How many.
    pub total: u64,
    /// Those of this page.
    pub rows: Vec<PlanStep>,
    /// What to go on after; absent at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// One condition of a gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Gate {
    /// What it is called.
    pub name: String,
    /// For people.
    pub text: String,
    /// The limit; empty where the text has it.
    pub limit: String,
    /// What was found.
    pub value: String,
    /// Whether it holds; null where that could not be read.
    pub holds: Option<bool>,
    /// Why not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// How long a wave is watched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Soak {
    /// For people.
    pub needs: String,
    /// When that ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Timestamp>,
}

/// One wave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RolloutWave {
    /// Its name.
    pub name: String,
    /// Who is in it, as far as that is known here.
    pub who: String,
    /// Its state.
    pub state: WaveState,
    /// The same for people.
    pub says: String,
    /// How many count.
    pub members: u64,
    /// How many of those moved.
    pub moved: u64,
    /// How long it is watched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub soak: Option<Soak>,
    /// What was found of its conditions.
    pub gate: Vec<Gate>,
}

/// A rollout in one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RolloutSummary {
    /// The integration's name in the files.
    pub integration: String,
    /// Its display name.
    pub display_name: String,
    /// The version that most come from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The version that they move to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Its state.
    pub state: RolloutState,
    /// The same for people.
    pub says: String,
    /// How many moved.
    pub moved: u64,
    /// Of how many.
    pub total: u64,
    /// What comes next.
    pub next: Sentence,
}

/// All rollouts, those under way first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Rollouts {
    /// How old it is.
    pub as_of: AsOf,
    /// The rollouts.
    pub rows: Vec<RolloutSummary>,
}

/// A member that fails and did not fail before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Newly {
    /// Which.
    pub address: Address,
    /// Whose, or its address where that is not known.
    pub customer: String,
    /// When its last good run before the move began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub good_at: Option<Timestamp>,
    /// How many runs failed since.
    pub failed: u64,
    /// What the last one says.
    pub error: String,
    /// When the first of them began.
    pub at: Timestamp,
}

/// One rollout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RolloutPage {
    /// How old it is.
    pub as_of: AsOf,
    /// In one line.
    #[serde(flatten)]
    pub summary: RolloutSummary,
    /// Its waves in their order.
    pub waves: Vec<RolloutWave>,
    /// Who fails that did not fail before; the first of them.
    pub newly_failed: Vec<Newly>,
    /// What may be asked for.
    pub acts: Vec<Act>,
}

/// What a command to a rollout takes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RolloutCommand {
    /// Which version it is about, as it was shown.
    #[serde(default)]
    pub version: Option<String>,
    /// Why, in one line.
    #[serde(default)]
    pub reason: Option<String>,
}
