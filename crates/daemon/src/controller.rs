//! Keeping a tenant in step with files: the pass, and the loop around it.
//!
//! ```text
//! file watch ─nudge─┐
//! resync, retry ────┴► queue ─due─► driver ─► reconciler ─► load ─► plan ─► hold back ─► apply
//!                                     ▲          │                            ▲
//!                                     └──next────┴──────────► memory ─────────┘
//!                                                └─► status (watch channel) ─► server
//! ```
//!
//! A wake-up says *that* something may have changed, never *what*: every pass
//! reads files and tenant anew, so a lost or doubled wake-up does no harm.
//! [`pass`] is the pass itself, which `plan` and `apply` use too. [`driver`]
//! decides when; [`reconciler`] makes one pass under the rules of [`crate::disposition`],
//! which decides what to leave alone for now.
//!
//! # Invariants
//!
//! - Passes of one environment never overlap.
//! - Nothing is written while a file is invalid, or to another organization.
//! - Everything remembered between passes can be lost at no cost but time.

pub mod acts;
mod approvals;
pub mod connect;
pub mod control;
pub mod delays;
mod differences;
pub mod driver;
pub mod error;
pub mod exclusion;
pub mod history;
pub mod hold_notes;
mod incremental;
pub mod notices;
pub mod page;
pub mod pass;
pub mod persistence;
pub mod phases;
pub mod queue;
pub mod reconciler;
mod report;
pub mod resources;
pub mod rollouts;
pub mod status;
mod sync_requests;
pub mod totals;
mod wanted;
pub mod window_guard;

mod log;

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub use connect::{Connect, ConnectError, Connection, RequestCount, SecretResolver};
pub use error::{Class, PassError};
pub use pass::{Loaded, PassContext, Planned};
pub use status::Status;
