//! What `validate` finds.

use serde::{Deserialize, Serialize};

use crate::Diagnostic;

/// What is wrong with the files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Validation {
    /// Whether a plan can be made of them.
    pub valid: bool,
    /// In numbers.
    pub summary: Counts,
    /// The findings, up to a number of each severity.
    pub diagnostics: Vec<Diagnostic>,
}

/// How much is declared, and how much is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    test,
    derive(schemars::JsonSchema),
    schemars(rename = "ValidationCounts")
)]
pub struct Counts {
    /// Customers that are declared.
    #[serde(default)]
    pub customers: usize,
    /// Shared connections that are declared.
    #[serde(default)]
    pub connections: usize,
    /// Integrations that are declared.
    pub integrations: usize,
    /// Instances that are declared, members of fleets not among them.
    pub instances: usize,
    /// Fleets that are declared.
    #[serde(default)]
    pub fleets: usize,
    /// Errors, those that are not listed among them.
    pub errors: usize,
    /// Warnings, those that are not listed among them.
    pub warnings: usize,
}
