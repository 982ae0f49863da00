//! Who looks, and what they ask for.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::State;
use crate::http::ErrorCode;
use crate::{Address, Word};

words! {
    /// What a person may do.
    pub enum Role {
        /// Look, without a token.
        Reader = "reader",
        /// Everything.
        Approver = "approver",
    }
}

/// Who looks, and what they may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Session {
    /// A name.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// By which way.
    pub via: String,
    /// What every write has to bear in `X-CSRF-Token`; absent for readers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub csrf: Option<String>,
    /// When they have to sign in again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// What they may do, in words.
    pub can: Vec<String>,
    /// The environments.
    pub environments: Vec<EnvironmentAbout>,
    /// Which build of the daemon answers.
    pub build: String,
}

/// One environment in a list of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct EnvironmentAbout {
    /// Its name.
    pub name: String,
    /// The organization; absent before the tenant was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// The worst state of a cause in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
    /// How many causes wait for a person.
    pub person: u64,
}

/// What signing in takes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SignIn {
    /// The token of `--api-token`. It is compared and not kept.
    pub token: String,
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SignIn")
    }
}

words! {
    /// What came of something that was asked.
    pub enum AskedStatus {
        /// It was heard, and comes with the next pass.
        Asked = "asked",
        /// It is done.
        Done = "done",
        /// It was not done, and cannot be as it was asked.
        Refused = "refused",
        /// It failed.
        Failed = "failed",
    }
}

/// What came of something that was asked; the event `act` says the same later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Asked {
    /// The number of the request.
    pub id: String,
    /// What came of it so far.
    pub status: AskedStatus,
    /// The same for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// What approving a plan takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PlanApproval {
    /// Why, in one line.
    pub reason: String,
    /// How many instances it touches, typed by the person.
    #[serde(default)]
    pub confirm: Option<u64>,
}

/// What a hold takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct HoldWanted {
    /// What is left alone.
    pub address: Address,
    /// Why, in one line.
    pub reason: String,
    /// Until when.
    pub until: Timestamp,
}

/// A refusal, with what a form needs to say where it is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Refusal {
    /// What is wrong, for people.
    pub error: String,
    /// The same for programs.
    pub code: Word<ErrorCode>,
    /// Which field or parameter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What may have been meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<String>,
    /// What it is about now, where that is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
}
