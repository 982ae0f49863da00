//! What `diff` says: what was written since a revision or a moment.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Address;
use crate::history::Write;

/// What was written since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Diff {
    /// The environment, where anything was written.
    pub environment: Option<String>,
    /// Since when.
    pub at: Point,
    /// When the oldest pass that is kept began.
    pub history_begins: Option<Timestamp>,
    /// Whether the records go back that far.
    pub complete: bool,
    /// The changes of each resource that was written.
    pub resources: Vec<Resource>,
}

/// The point that now is compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Point {
    /// As it was asked for.
    pub asked: String,
    /// The moment.
    pub time: Timestamp,
    /// The pass that ended then, where a revision was asked for.
    pub pass: Option<i64>,
    /// What people call its files.
    pub revision: Option<String>,
    /// The full commit, where its files were exactly that.
    pub commit: Option<String>,
}

/// The changes of a resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "DiffResource"))]
pub struct Resource {
    /// Which resource.
    pub address: Address,
    /// The fields that were written.
    pub fields: Vec<Field>,
    /// The writes, the oldest first. Those that failed are among them.
    pub writes: Vec<Write>,
}

/// The change of a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "DiffField"))]
pub struct Field {
    /// Which field, as plans name it.
    pub path: String,
    /// What it was at that moment, as far as the first write since found it.
    pub then: Option<String>,
    /// What was written last.
    pub now: Option<String>,
    /// The values are secret, or may be.
    pub sensitive: bool,
    /// It was changed and changed back.
    pub same: bool,
}
