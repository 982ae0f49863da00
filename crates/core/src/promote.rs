//! One environment's versions for another one: which commit a tenant runs, and the manifests that then say so.
//!
//! Only files change. What a tenant runs is read from it, because a manifest that follows the newest version does not
//! say. Every change is proven by reading the files again: the manifests of each environment are the same as before
//! but for the versions that were meant.

mod commits;
mod files;

pub use commits::{Promoted, Promotion, decide, scope};
pub use files::{Changed, Unprovable, Value, changed, with_values};

/// Why nothing can be promoted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct NotPromoted {
    /// What is in the way.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}
