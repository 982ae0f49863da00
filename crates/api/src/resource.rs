//! Resources as the daemon last saw them.

use indexmap::IndexMap;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::history::Write;
use crate::plan::Action;
use crate::{Address, Word};

words! {
    /// Whether the tenant matches the manifests, in Argo CD's words.
    pub enum SyncStatus {
        /// Nothing to do.
        Synced = "Synced",
        /// Something to do.
        OutOfSync = "OutOfSync",
        /// Not known: reading it failed.
        Unknown = "Unknown",
    }
}

words! {
    /// How a resource is, in Argo CD's words and two of our own.
    pub enum Health {
        /// Fine.
        Healthy = "Healthy",
        /// On its way.
        Progressing = "Progressing",
        /// Its last execution or deploy failed.
        Degraded = "Degraded",
        /// Switched off, by us or by Prismatic.
        Suspended = "Suspended",
        /// Declared, and not there.
        Missing = "Missing",
        /// Not known.
        Unknown = "Unknown",
        /// Cannot proceed until an input changes: a variable without a value, ….
        Blocked = "Blocked",
        /// A person must act: OAuth consent.
        Pending = "Pending",
    }
}

words! {
    /// Whether a resource proceeds now, and if not, why.
    pub enum Disposition {
        /// Nothing is to be done.
        None = "none",
        /// It is done with the next pass.
        Proceeds = "proceeds",
        /// It waits for an input or for a person.
        Waits = "waits",
        /// It waits for another resource.
        Behind = "behind",
        /// It is drift, and only reported.
        Reported = "reported",
        /// It failed, and is tried again later.
        Failed = "failed",
        /// Something else keeps changing it back.
        Flapping = "flapping",
        /// A person paused everything.
        Paused = "paused",
        /// The plan is beyond a limit of the policy.
        Guarded = "guarded",
        /// A window of the policy is closed.
        Window = "window",
        /// New files wait for approval.
        Approval = "approval",
        /// A person put it on hold.
        OnHold = "onHold",
        /// Its wave is not open.
        Wave = "wave",
        /// It vanished from the files, which is not believed yet.
        Vanished = "vanished",
        /// Files are wrong.
        Invalid = "invalid",
    }
}

/// A resource as it was last seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Resource"))]
pub struct ResourceStatus {
    /// Kind and metadata.name.
    pub address: Address,
    /// What people see in Prismatic.
    pub display_name: String,
    /// Whose it is, for instances.
    pub customer: Option<String>,
    /// Whether it matches.
    pub sync: Word<SyncStatus>,
    /// How it is.
    pub health: Word<Health>,
    /// Why, in one line.
    pub reason: String,
    /// What to do about it, where a person has to.
    pub hint: Option<String>,
    /// What is still to be done.
    pub actions: Vec<Word<Action>>,
    /// When it is tried again, if that is settled.
    pub retry_at: Option<Timestamp>,
    /// Whether it proceeds now, and if not, why; absent from older daemons.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Disposition"))]
    pub disposition: Option<Word<Disposition>>,
    /// In a page about several environments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "String"))]
    pub environment: Option<String>,
}

/// A page of resources.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Resources {
    /// How many there are in all.
    pub total: usize,
    /// Those of this page.
    pub resources: Vec<ResourceStatus>,
    /// What to go on after; null where this is the last page.
    pub next: Option<String>,
    /// How many passes had ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "u64"))]
    pub generation: Option<u64>,
    /// In place of generation, where it is about several environments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "IndexMap<String, u64>"))]
    pub generations: Option<IndexMap<String, u64>>,
}

/// One resource, and what was done to it last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct OneResource {
    /// As it was last seen.
    pub resource: ResourceStatus,
    /// What was done to it, the newest first.
    pub history: Vec<Write>,
    /// Why nothing is known of that; null where all is well.
    pub history_problem: Option<String>,
}
