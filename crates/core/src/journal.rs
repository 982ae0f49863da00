//! What has to be known of our own writes, so that none of them is done twice.
//!
//! A write whose reply was lost may have had its effect; a read after a write may come from a replica that
//! lags; another writer may do the same at the same time. What follows from what was seen is decided here:
//! whether to look again, to send, to step back, or to believe that nothing is there. Nothing here looks,
//! sends or asks for the time.
//!
//! # Invariants
//!
//! - One look proves nothing after a write: absence counts only once `settle` has passed.
//! - An intent goes because its effect was looked for, never because it is old.
//! - Of two objects with one marker, what was ever deployed beats the older one, and that beats the younger.
//! - Only what our own reply gave us is ever removed, and only while it was never deployed.
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
