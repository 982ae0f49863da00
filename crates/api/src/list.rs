//! Lists of `get`: the records are the API's own, in its own words.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Failure;

/// What `get` prints of a list. It is written page by page, so the records come first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct List {
    /// The records.
    pub nodes: Vec<Value>,
    /// What follows them.
    #[serde(flatten)]
    pub rest: Rest,
}

/// What follows the records, in the API's words, or why they are not all there.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Rest {
    /// Of one page of several: how to go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Value"))]
    pub page_info: Option<Value>,
    /// How many there are in all, where the API says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "u64"))]
    pub total_count: Option<u64>,
    /// Why something is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Failure"))]
    pub error: Option<Failure>,
}
