//! What is kept on disk between runs: a cache and a history, never the source of truth.
//!
//! The cache can be deleted at any time at no cost but time, the history at no
//! cost but itself.
//!
//! # Invariants
//!
//! - A file is replaced as a whole or not at all.
//! - A file that is damaged, of another version or about another tenant counts as missing; it is never an
//!   error and never leads to a decision.
//! - Folders are made for their owner only (0700), and files too (0600).

mod approval;
mod file;
mod folder;
pub mod history;
pub mod journal;
mod lock;
mod matched;
mod outbox;
mod pause;
mod rollouts;
mod secrets;
mod write_lock;

use prism_gitops_core::{model, redact};

pub use approval::{ApprovalFile, KeptApproval};
pub use folder::{IN_PROJECT, make_private, replace_private};
pub use lock::{DaemonLock, LockError};
pub use matched::MatchedFile;
pub use outbox::OutboxFile;
pub use pause::{PauseFile, PauseUnreadable};
pub use rollouts::{RolloutNotesError, RolloutStore};
pub use secrets::{Place, SecretStore};
pub use write_lock::{Busy, Held, Holder, Seen, WriteLock};
