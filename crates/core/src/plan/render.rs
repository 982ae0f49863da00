//! A plan as text for people and as a document for programs.
//!
//! Pure text. Sensitive values are not in a plan's changes, so they cannot get here.

mod format;
mod groups;
mod human;
mod json;
mod markdown;
pub mod markup;
mod members;
mod names;
mod rollouts;
mod simulations;

use std::collections::BTreeMap;

pub(crate) use format::shorten;
pub use format::summary_line;
pub use human::{HumanOptions, human};
pub use json::{Dispositions, Document, Links, document, json};
pub use markdown::markdown;
pub use names::names;
pub use rollouts::rollouts;

use super::StepResult;
use crate::model::Address;

/// What came of an apply.
#[derive(Debug, Clone, Default)]
pub struct Results {
    /// How each resource with steps fared.
    pub resources: BTreeMap<Address, StepResult>,
    /// Why no further step was begun, where a window closed meanwhile.
    pub closed: Option<String>,
}
