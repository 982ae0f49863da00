//! What another version would do to instances, before they move to it.

use serde::{Deserialize, Serialize};

use crate::Address;

words! {
    /// What a version would do to an instance.
    pub enum Outcome {
        /// It would come to the version and be deployed.
        Upgrades = "upgrades",
        /// It would be created with the version.
        Creates = "creates",
        /// It would stay behind until a person changes something.
        Blocked = "blocked",
        /// A person would have to consent to a connection.
        NeedsConsent = "needs-consent",
        /// What is known does not say.
        Unknown = "unknown",
    }
}

words! {
    /// Where the version comes from that a simulation is about.
    pub enum SimulatedSource {
        /// This plan publishes it of the definition in git.
        Published = "published",
        /// The definition in git, of which this plan offers no version.
        Unpublished = "unpublished",
        /// It exists.
        Existing = "existing",
        /// Which one it is could not be found out.
        Unresolved = "unresolved",
    }
}

/// What one version would do to the instances of one integration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Simulation {
    /// The integration.
    pub integration: Address,
    /// Where the version comes from.
    pub source: SimulatedSource,
    /// Its number; null before it is published.
    pub target: Option<i64>,
    /// How many instances have each outcome.
    pub counts: SimulatedCounts,
    /// Instances with the same result grouped, those with obstacles first.
    pub groups: Vec<SimulatedGroup>,
    /// Each instance by itself; absent unless all were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Vec<SimulatedInstance>"))]
    pub instances: Option<Vec<SimulatedInstance>>,
}

/// How many instances have each outcome. Each counts once, but for those that lose values, which count there too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SimulatedCounts {
    /// All of them.
    pub instances: u64,
    /// How many would come to the version.
    pub upgrades: u64,
    /// How many would be created with it.
    pub creates: u64,
    /// How many would stay behind.
    pub blocked: u64,
    /// How many wait for a person's consent.
    pub needs_consent: u64,
    /// Of how many it is not known.
    pub unknown: u64,
    /// How many would lose values, in addition to their outcome.
    pub loses_values: u64,
}

/// What a version would do to an instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Fate {
    /// In one word.
    pub outcome: Outcome,
    /// What blocks it.
    pub blocked: Vec<Obstacle>,
    /// Connections that a person has to consent to.
    pub consents: Vec<String>,
    /// Config variables whose values are lost.
    pub loses: Vec<String>,
    /// What is not known.
    pub unknown: Vec<Obstacle>,
}

/// What blocks a move, or is not known of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Obstacle {
    /// The config variable; null where it is about the instance as a whole.
    pub variable: Option<String>,
    /// Why, for people.
    pub reason: String,
}

/// Instances of which a simulation says the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SimulatedGroup {
    /// What the version would do to each.
    #[serde(flatten)]
    pub fate: Fate,
    /// How many they are.
    pub instances: u64,
    /// The addresses of a few of them.
    pub examples: Vec<Address>,
    /// Of several groups that are not listed, this is the sum.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(test, schemars(with = "bool"))]
    pub others: bool,
}

/// One instance in a simulation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SimulatedInstance {
    /// The instance.
    pub address: Address,
    /// The number of the version that it has now; null before it exists.
    pub from: Option<i64>,
    /// What the version would do to it.
    #[serde(flatten)]
    pub fate: Fate,
}
