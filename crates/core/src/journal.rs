//! What is known of our own writes, so that none of them is done twice.
//!
//! A write whose reply was lost may have had its effect; a read after a write may come from a replica that
//! lags; another writer may do the same at the same time. From what was seen, this module decides whether to
//! look again, to send, to step back, or to conclude that nothing exists. It never looks, sends or reads a
//! clock itself.
//!
//! # Invariants
//!
//! - One look proves nothing after a write: absence counts only once `settle` has passed.
//! - An intent is closed because its effect was looked for, never because it is old.
//! - Of two objects with one marker, one that was ever deployed takes precedence, then the older one.
//! - Only an object from our own reply is ever removed, and only while it was never deployed.
//!
//! Durations are measured by a clock that goes on while the machine sleeps
//! (`Clock::boottime` of the runtime), never by wall time.

mod creation;
mod intent;
mod mark;
mod pace;

pub use creation::{Ask, Candidate, Creation, Look, Standing, Undecided};
pub use intent::{Effect, Intent, Moment};
pub use mark::{Honoured, Mark, Shown};
pub use pace::{LOOK_IS_GOOD, SETTLE, Settled, Settling, Terms};
