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

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepResult {
    /// It is done.
    Applied,
    /// The reply to an earlier step showed that it was so already: nothing was sent.
    AlreadySo,
    /// It failed.
    Failed {
        /// What the platform said.
        message: String,
        /// Trying again later may help without anybody changing anything.
        transient: bool,
    },
    /// A prerequisite did not succeed.
    Skipped {
        /// Which one, for people.
        because: String,
    },
    /// The run was stopped before its turn.
    NotAttempted,
}

impl StepResult {
    /// Whether the tenant is as the step would have it.
    #[must_use]
    pub fn is_done(&self) -> bool {
        matches!(self, Self::Applied | Self::AlreadySo)
    }
}
