//! Rows: one for each resource, with the one word of its state.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{AsOf, Sentence};
use crate::plan::Action;
use crate::rollout::RolloutState;
use crate::{Address, Disposition, Health, Kind, SyncStatus};

words! {
    /// The one word of a row: the first of these that applies.
    pub enum State {
        /// What was to be done to it failed.
        Error = "error",
        /// It does not work.
        Failing = "failing",
        /// It cannot go on until an input changes.
        Blocked = "blocked",
        /// A person outside has to act.
        Pending = "pending",
        /// It was changed elsewhere, and is left so.
        Drifted = "drifted",
        /// It could not be read.
        Unknown = "unknown",
        /// Something is done to it, or will be with the next pass.
        Changing = "changing",
        /// It differs and is left alone for now.
        Held = "held",
        /// It is switched off, as declared or by Prismatic.
        Off = "off",
        /// As declared.
        InStep = "inStep",
    }
}

/// How many are in which state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[expect(missing_docs, reason = "the words are those of State")]
pub struct Counts {
    pub error: u64,
    pub failing: u64,
    pub blocked: u64,
    pub pending: u64,
    pub drifted: u64,
    pub unknown: u64,
    pub changing: u64,
    pub held: u64,
    pub off: u64,
    pub in_step: u64,
}

impl Counts {
    /// The count of a state.
    pub fn of(&mut self, state: State) -> &mut u64 {
        match state {
            State::Error => &mut self.error,
            State::Failing => &mut self.failing,
            State::Blocked => &mut self.blocked,
            State::Pending => &mut self.pending,
            State::Drifted => &mut self.drifted,
            State::Unknown => &mut self.unknown,
            State::Changing => &mut self.changing,
            State::Held => &mut self.held,
            State::Off => &mut self.off,
            State::InStep => &mut self.in_step,
        }
    }
}

/// A resource, as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Row {
    /// Kind and metadata.name.
    pub address: Address,
    /// What people see in Prismatic.
    pub display_name: String,
    /// The name of the customer, for instances.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
    /// The external id of the customer, or `id:` and its id; absent where it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_key: Option<String>,
    /// What it is.
    pub kind: Kind,
    /// Of which integration, by its name in the files where they declare it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub integration: Option<String>,
    /// The display name of that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub integration_name: Option<String>,
    /// Of which fleet it is a member.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fleet: Option<String>,
    /// How it is, in one word.
    pub state: State,
    /// Whether it matches.
    pub sync: SyncStatus,
    /// How it is.
    pub health: Health,
    /// Whether it proceeds now, and if not, why.
    pub disposition: Disposition,
    /// Why, in one line.
    pub reason: String,
    /// What to do about it, where a person has to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// What is still to be done.
    pub actions: Vec<Action>,
    /// When it is tried again, if that is settled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<Timestamp>,
    /// Which version it runs.
    pub version: RowVersion,
    /// Labels of the customer, or its own where those are not known.
    pub labels: Vec<String>,
    /// Since when it is in this state; absent where the daemon did not see that begin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// When the live object changed last, as far as the API says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed_at: Option<Timestamp>,
    /// A person put it on hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<Hold>,
    /// It was changed elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drift: Option<Drift>,
    /// The flow that fails on it since it moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_failure: Option<Failure>,
}

/// The version of an instance.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RowVersion {
    /// The number that the live instance has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub running: Option<String>,
    /// The number that it is to have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// What is configured is deployed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployed: Option<bool>,
}

/// A hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Hold {
    /// When it ends by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Why, and who says so.
    pub reason: String,
}

/// What was changed elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Drift {
    /// When the daemon saw it first; absent where it did not see it begin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// Which fields.
    pub fields: Vec<String>,
}

/// A flow that fails.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Failure {
    /// When the first of the failed runs began.
    pub at: Timestamp,
    /// Which flow.
    pub flow: String,
    /// What the last one says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// A page of rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "PageRows"))]
pub struct Rows {
    /// How old it is.
    pub as_of: AsOf,
    /// How many passes had ended.
    pub generation: u64,
    /// How many there are in all.
    pub total: u64,
    /// Those of this page.
    pub resources: Vec<Row>,
    /// What to go on after; absent at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// What the page before goes up to; absent at the beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prev: Option<String>,
    /// How many there would be with other values.
    pub facets: Facets,
}

/// How many there would be with other values, where that was asked.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Facets {
    /// By state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<Counts>,
    /// By version, within an integration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Vec<Facet>>,
    /// By integration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub integration: Option<Vec<Facet>>,
    /// By label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Vec<Facet>>,
}

/// A value, and how many have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Facet {
    /// The value.
    pub value: String,
    /// How many.
    pub count: u64,
}

/// A page of integrations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct IntegrationPage {
    /// How old it is, where it is an answer by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<AsOf>,
    /// How many integrations there are.
    pub total: u64,
    /// Of how many there is something to see.
    pub seen: u64,
    /// Those of this page, the worst first.
    pub rows: Vec<IntegrationRow>,
    /// What to go on after; absent at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// An integration and its instances.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct IntegrationRow {
    /// Its name in the files, or its display name where they do not declare it.
    pub name: String,
    /// Its display name.
    pub display_name: String,
    /// How many instances.
    pub total: u64,
    /// The version that a rollout moves them to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Which versions they run; the most frequent ones.
    pub versions: Vec<VersionCount>,
    /// The instances and the integration by state.
    pub counts: Counts,
    /// Its rollout.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollout: Option<IntegrationRollout>,
    /// When one of them changed last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed_at: Option<Timestamp>,
}

/// A version, and how many run it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct VersionCount {
    /// Its number.
    pub n: String,
    /// How many.
    pub count: u64,
}

/// A rollout in one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct IntegrationRollout {
    /// Its state.
    pub state: RolloutState,
    /// Why.
    pub text: Sentence,
}
