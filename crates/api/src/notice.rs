//! What a webhook is sent when something happens.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

words! {
    /// What a notice reports: a change in the state of an environment, never that a state persists.
    pub enum NoticeKind {
        /// New files were applied as a whole.
        Synced = "synced",
        /// Files are wrong, the tenant cannot be read, or a step failed.
        Failed = "failed",
        /// The tenant was changed outside, and the policy leaves it so.
        Drifted = "drifted",
        /// Resources wait for a value, a guard or a person.
        Blocked = "blocked",
        /// What was wrong is right again.
        Recovered = "recovered",
        /// What a person changed in the tenant was put right.
        Healed = "healed",
        /// A rollout took a turn: a wave opened, the gate failed, members go back, all have come.
        Rollout = "rollout",
    }
}

/// A notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Notice {
    /// The same each time it is sent.
    pub id: String,
    /// When it happened.
    pub at: Timestamp,
    /// What.
    pub event: NoticeKind,
    /// The environment.
    pub environment: String,
    /// The digest of the files.
    pub revision: Option<String>,
    /// Their commit, where they are exactly that.
    pub commit: Option<String>,
    /// Why, in a few words.
    pub reason: String,
    /// The title, filled in.
    pub title: String,
    /// The text, filled in.
    pub body: String,
}
