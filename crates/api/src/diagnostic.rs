//! What is wrong with the files, and whose turn it is.

use serde::{Deserialize, Serialize};

use crate::Word;

words! {
    /// How bad a finding is.
    pub enum Severity {
        /// Nothing is written until it is resolved.
        Error = "error",
        /// Work goes on.
        Warning = "warning",
        /// Nothing is wrong.
        Info = "info",
    }
}

words! {
    /// Whose turn it is.
    pub enum Class {
        /// A person has to change files, flags or credentials.
        User = "user",
        /// It may pass by itself: the network, the disk, the API.
        World = "world",
        /// This program is wrong.
        Bug = "bug",
    }
}

/// One finding about the files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Word<Severity>,
    /// A stable word for scripts.
    pub code: String,
    /// What is wrong. Never holds the value of a secret.
    pub message: String,
    /// The file, if it is about a place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "String"))]
    pub file: Option<String>,
    /// From 1; 0 for the file as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "u32"))]
    pub line: Option<u32>,
    /// From 1; 0 for the line as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "u32"))]
    pub column: Option<u32>,
    /// What to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "String"))]
    pub hint: Option<String>,
    /// The environments it holds in, where several were looked at and it does not hold in all of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub environments: Vec<String>,
}
