//! One write, complete but for values that earlier steps produce.

use super::{Action, Operation};
use crate::model::{Address, VersionId};

/// The place of a step in its plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct StepId(pub usize);

/// A value that is known, or that an earlier step produces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output<T> {
    /// It is known.
    Known(T),
    /// The step with this id produces it.
    Of(StepId),
}

/// The version a step works on.
pub type VersionSource = Output<VersionId>;

/// One write.
#[derive(Debug, Clone)]
pub struct Step {
    /// Its place.
    pub id: StepId,
    /// Which resource it belongs to.
    pub address: Address,
    /// What it is called.
    pub action: Action,
    /// What it does.
    pub operation: Operation,
    /// Steps that must have succeeded before.
    pub after: Vec<StepId>,
}
