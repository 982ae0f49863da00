//! Fleets in a plan, and their members in groups.

use serde::{Deserialize, Serialize};

use super::{Action, Change, is_none};
use crate::{Address, Health};

/// What a plan comes to for one fleet.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct FleetSummary {
    /// The `metadata.name` of the fleet.
    pub name: String,
    /// How many members it has.
    pub members: u64,
    /// How many of them are created.
    pub creates: u64,
    /// How many of the others something is done to.
    pub changes: u64,
    /// How many cannot go on until something is changed.
    pub blocked: u64,
    /// How many wait for a person.
    pub pending: u64,
    /// Of how many a part could not be read.
    pub unknown: u64,
    /// How many are left alone because a person put an object on hold.
    #[serde(default, skip_serializing_if = "is_none")]
    pub held: u64,
    /// How many bear its marker although it does not select their customer any more.
    pub left: u64,
    /// How many customers it selects that have a manifest of their own.
    pub displaced: u64,
    /// How many customers it selects that have nothing to be named after.
    pub left_out: u64,
    /// How many members have no instance, and are given none: `create: false`.
    pub absent: u64,
    /// Why it may have more members; absent where all customers were read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "String"))]
    pub incomplete: Option<String>,
}

/// Members of one fleet of which a plan says the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct MemberGroup {
    /// The `metadata.name` of the fleet.
    pub fleet: String,
    /// How many they are.
    pub members: u64,
    /// The addresses of a few of them.
    pub examples: Vec<Address>,
    /// How they are.
    pub health: Health,
    /// What is done to each, in order.
    #[cfg_attr(test, schemars(extend("uniqueItems" = true)))]
    pub actions: Vec<Action>,
    /// Why, in one line, without what is true of one of them only.
    pub reason: String,
    /// What to do about it, where a person has to.
    pub hint: Option<String>,
    /// What differs; a value that is not the same for all is said to differ.
    pub changes: Vec<Change>,
    /// The fleet does not select them any more.
    pub orphan: bool,
    /// Of several groups that are not listed, this is the sum.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(test, schemars(with = "bool"))]
    pub others: bool,
}
