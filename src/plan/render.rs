//! A plan as people and programs read it.
//!
//! Pure text. Sensitive values are not in a plan's changes, so they cannot get here.

mod human;
mod json;
mod markdown;
mod words;

use std::collections::BTreeMap;

pub use human::{HumanOptions, human};
pub use json::json;
pub use markdown::markdown;
pub(crate) use words::shorten;
pub use words::summary_line;

use super::StepResult;
use crate::model::Address;

/// How resources fared, for the result of an apply.
pub type Results = BTreeMap<Address, StepResult>;
