//! What `why` says: who set a value, and who changed it since.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::history::Actor;
use crate::{Address, Place};

/// The fields of a resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Why {
    /// Which resource.
    pub address: Address,
    /// In which environment.
    pub environment: String,
    /// Its fields, or those that were asked for.
    pub fields: Vec<Field>,
}

/// How a field came to its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "WhyField"))]
pub struct Field {
    /// Which field, as plans name it.
    pub path: String,
    /// The last value that was written; null where it was taken away or is sensitive.
    pub value: Option<String>,
    /// The value is secret, or may be.
    pub sensitive: bool,
    /// What was there before.
    pub before: Option<String>,
    /// Where it was declared: the field, or else its resource.
    pub source: Option<Place>,
    /// When it was written first.
    pub set_at: Timestamp,
    /// By which write.
    pub set_by: Writer,
    /// Who wrote the line, where the checkout says.
    pub author: Option<Author>,
    /// Changes by others, the newest last.
    pub changed_outside: Vec<Outside>,
}

/// A write, and who made it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Writer {
    /// The number of the write.
    pub write: i64,
    /// The number of its pass.
    pub pass: i64,
    /// The verb.
    pub command: String,
    /// What people call the state of the files.
    pub revision: Option<String>,
    /// The full commit, where the files were exactly that.
    pub commit: Option<String>,
    /// Where the resource is declared.
    pub source: Option<Place>,
    /// Who ran it.
    pub actor: Actor,
}

/// Who last changed a line, and by which commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Author {
    /// The author's name.
    pub name: String,
    /// The author's e-mail address.
    pub email: String,
    /// When the author made it.
    pub at: Option<Timestamp>,
    /// The commit.
    pub commit: String,
    /// The first line of its message.
    pub subject: String,
}

/// A change that was made outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Outside {
    /// What we had left, unless it is sensitive.
    pub from: Option<String>,
    /// What was found, unless it is sensitive.
    pub to: Option<String>,
    /// It was made after this moment, where that is known.
    pub after: Option<Timestamp>,
    /// It was found at this moment.
    pub found_at: Timestamp,
    /// When it was undone.
    pub healed_at: Timestamp,
    /// By which write.
    pub healed_by: Writer,
}
