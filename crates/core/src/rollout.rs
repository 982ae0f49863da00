//! Which instances may move to another version of their integration now, and which wait, and why.
//!
//! Pure, and derived: what git says and what the tenant holds at this moment decide; nothing is remembered. A process
//! that died, a lost folder of state and another machine come to the same answer. [`derive()`] takes facts about the
//! members and the evidence read so far; where it needs more evidence it says which ([`Needs`]), and is asked
//! again with the answer.
//!
//! # Invariants
//!
//! - What is not known holds: no wave opens on it, and nothing goes back on it either.
//! - A member outside the waves that are open or passed keeps the version that it has.
//! - The order of the members does not matter.
//! - Less knowledge about when members moved never lets more of them move.

#![cfg_attr(not(test), warn(clippy::wildcard_enum_match_arm))]

mod accept;
mod back;
mod base;
mod bucket;
mod derive;
mod evidence;
mod facts;
mod format;
mod gate;
mod notes;
mod part;
mod passing;
mod ran;
mod state;
mod turns;
mod waves;

#[cfg(test)]
mod tests;

pub use accept::{Acceptable, acceptable};
pub use derive::derive;
pub use evidence::{Evidence, Failures, Needs, Outcome, Past, RawRun, Run};
pub use facts::{Approval, Facts, Member, Standing, Target, VersionFact};
pub use gate::{NewlyFailed, Verdict};
pub use notes::{IntegrationNotes, NotedApproval, Replay, RolloutNotes};
pub use ran::{FailedRun, RanOn, failed_on, who_ran};
pub use state::{Derived, Phase, Turn, WavePhase, WaveState};
pub use waves::assign;
