//! What replaces the document of a command that fails or is refused.

use serde::{Deserialize, Serialize};

use crate::{Class, Diagnostic, FormatVersion, Word};

/// What any command prints with `-o json` when it fails or is refused. Readers ignore keys they do not know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Failed {
    /// The format of the document.
    pub format_version: FormatVersion,
    /// What went wrong.
    pub error: Failure,
    /// What is wrong with the files, if that is it.
    pub diagnostics: Vec<Diagnostic>,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Failure {
    /// Whose it is to mend: the user's, the world's, or a bug of ours.
    pub kind: Word<Class>,
    /// What happened, in one line.
    pub message: String,
    /// The exit code: 1 for an error, 4 where a guard or a stale plan refused, 130 when interrupted.
    pub exit_code: u8,
    /// Why, from the outside in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<String>,
    /// What to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "String"))]
    pub hint: Option<String>,
}
