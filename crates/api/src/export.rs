//! What `export` wrote, and what is worth knowing about it.

use serde::{Deserialize, Serialize};

/// What was exported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Exported {
    /// Where to.
    pub folder: String,
    /// In numbers.
    pub summary: Counts,
    /// The files, relative to the folder.
    pub files: Vec<String>,
    /// Values that are not in the files and have to be provided.
    pub secrets: Vec<SecretNeeded>,
    /// How many secret values are left out and so left as they are.
    pub omitted: usize,
    /// What else there is to say.
    pub notes: Vec<Note>,
}

/// How much was exported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "ExportCounts"))]
pub struct Counts {
    /// Customers.
    #[serde(default)]
    pub customers: usize,
    /// Shared connections.
    #[serde(default)]
    pub connections: usize,
    /// Integrations.
    pub integrations: usize,
    /// Instances.
    pub instances: usize,
}

/// A value that is not in the files.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SecretNeeded {
    /// The variable of the environment that is to hold it.
    pub variable: String,
    /// The file that refers to it.
    pub file: String,
    /// The config variable.
    pub key: String,
    /// The input, for a connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "String"))]
    pub input: Option<String>,
}

words! {
    /// The kinds of notes.
    pub enum NoteCode {
        /// It could not be read.
        Unread = "unread",
        /// It is left out.
        LeftOut = "left-out",
        /// A definition holds a value that looks secret.
        SecretInDefinition = "secret-in-definition",
        /// It is declared so that nothing happens to it now.
        HeldBack = "held-back",
        /// The next plan will show a change.
        WillChange = "will-change",
    }
}

/// Something worth knowing about an export.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Note {
    /// What it is about: `instance "Smith ERP" of Smith Hardware`.
    pub about: String,
    /// What kind of note.
    pub code: NoteCode,
    /// What there is to say.
    pub message: String,
    /// The file it is about, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "String"))]
    pub file: Option<String>,
}
