//! `/healthz` and `/readyz`.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

words! {
    /// Whether all is well.
    pub enum Verdict {
        /// It is.
        Ok = "ok",
        /// It is not.
        Failing = "failing",
    }
}

/// What is thought of an environment, or of all of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Judgement {
    /// Whether all is well.
    pub status: Verdict,
    /// What is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "String"))]
    pub reason: Option<String>,
}

impl Judgement {
    /// All is well, or this is not.
    #[must_use]
    pub fn of(reason: Option<String>) -> Self {
        Self {
            status: match reason {
                None => Verdict::Ok,
                Some(_) => Verdict::Failing,
            },
            reason,
        }
    }
}

/// The answer of both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Health"))]
pub struct HealthAnswer {
    /// What is thought of the process.
    #[serde(flatten)]
    pub whole: Judgement,
    /// Where several are kept in step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "IndexMap<String, Judgement>"))]
    pub environments: Option<IndexMap<String, Judgement>>,
}
