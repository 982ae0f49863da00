//! What a person may ask of a daemon, and what it says to that.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Pause;

/// What pausing takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PauseWanted {
    /// Why, in one line.
    #[cfg_attr(test, schemars(length(min = 1, max = crate::LONGEST_REASON)))]
    pub reason: String,
    /// When it ends by itself; without it the pause has to be ended.
    #[serde(default)]
    pub until: Option<Timestamp>,
}

/// The state of a pause after it, or its end, was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Paused {
    /// The environment.
    pub environment: String,
    /// The pause; null after its end.
    pub paused: Option<Pause>,
    /// Whether a restart will know.
    pub kept: bool,
}

/// What approving takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ApproveWanted {
    /// The digest of what waits, as the status has it: only exactly that is approved.
    #[cfg_attr(test, schemars(regex(pattern = "^sha256:[0-9a-f]{64}$")))]
    pub digest: String,
    /// Why, in one line.
    #[cfg_attr(test, schemars(length(min = 1, max = crate::LONGEST_REASON)))]
    pub reason: String,
    /// Who, in their own words.
    #[serde(default)]
    pub by: Option<String>,
}

/// What a person approved: the plan of new files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Approval {
    /// The digest of the files.
    pub revision: String,
    /// The digest of what waited.
    pub digest: String,
    /// Why.
    pub reason: String,
    /// Who, in their own words.
    pub by: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// The state of an approval after it was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Approved {
    /// The environment.
    pub environment: String,
    /// The approval.
    pub approval: Approval,
    /// Whether a restart will know.
    pub kept: bool,
}

/// A pass that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SyncAccepted {
    /// The environment.
    pub environment: String,
    /// The pass that will have served this.
    #[cfg_attr(test, schemars(range(min = 1)))]
    pub generation: u64,
    /// Why nothing will be written, if paused.
    pub paused: Option<Pause>,
}

words! {
    /// What is done with a request.
    pub enum Heard {
        /// It is done.
        Accepted = "accepted",
        /// It is no reason to do anything.
        Ignored = "ignored",
    }
}

/// What a webhook is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Accepted {
    /// Whether it woke the daemon.
    pub status: Heard,
}

/// What a wish for a pass is answered, about one environment or several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline))]
pub enum SyncAnswer {
    /// Where several are kept in step and none was named.
    Several {
        /// Always `accepted`.
        status: Heard,
        /// What was asked of each.
        #[cfg_attr(test, schemars(length(min = 2)))]
        environments: Vec<SyncAccepted>,
    },
    /// Of the one that was named, or the only one.
    One {
        /// What was asked of it.
        #[serde(flatten)]
        accepted: SyncAccepted,
        /// Always `accepted`.
        status: Heard,
    },
}
