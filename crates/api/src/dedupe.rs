//! What `dedupe` finds and does.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Address;

/// What is there twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Dedupe {
    /// Objects that share a marker.
    pub doubled: Vec<Doubled>,
    /// Versions of an integration that are equal.
    pub equal_versions: Vec<EqualVersions>,
}

/// Objects with one marker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Doubled {
    /// Which resource they are.
    pub address: Address,
    /// All of them.
    pub objects: Vec<Object>,
}

words! {
    /// What is done with an object.
    pub enum Fate {
        /// It is the one that counts.
        Kept = "kept",
        /// It is taken away.
        Removed = "removed",
        /// It stays, because a person has to decide.
        Left = "left",
    }
}

/// One of several objects with one marker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Object {
    /// Its id.
    pub id: String,
    /// What people see in Prismatic.
    pub name: String,
    /// Whose it is, for instances.
    pub customer: Option<String>,
    /// When it was made.
    pub created_at: Option<Timestamp>,
    /// Whether it was ever in use; null where that could not be read.
    pub in_use: Option<bool>,
    /// What is done with it.
    pub fate: Fate,
    /// Why it is left.
    pub why: Option<String>,
    /// Why it could not be removed.
    pub error: Option<String>,
}

/// Versions that are equal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct EqualVersions {
    /// Of which integration.
    pub address: Address,
    /// All of them.
    pub versions: Vec<Version>,
}

/// A version, and who uses it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Version {
    /// Its id.
    pub id: String,
    /// Its number.
    pub number: i64,
    /// When it was published.
    pub created_at: Option<Timestamp>,
    /// The instances that run it.
    pub instances: Vec<User>,
}

/// An instance that runs a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct User {
    /// Its id.
    pub id: String,
    /// What people see in Prismatic.
    pub name: String,
}
