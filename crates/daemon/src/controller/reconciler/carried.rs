//! What passes leave for the next ones.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use tokio::time::Instant;

use crate::controller::history::Noted;
use crate::controller::pass::Loaded;
use crate::disposition::{Absences, HoldState, Reading};
use crate::model::{Address, Diagnostic};

/// State that passes leave for the next ones.
#[derive(Default)]
pub(super) struct Carried {
    pub(super) memory: HoldState,
    pub(super) absences: Absences,
    /// The reading that this pass rests on.
    pub(super) reading: Option<Reading>,
    /// When the files are read again because something vanished from them.
    pub(super) recheck: Option<Instant>,
    pub(super) last_good: Option<Arc<Loaded>>,
    /// Findings that were logged: they are not logged again at every resync.
    pub(super) logged: Vec<Diagnostic>,
    /// Drift that was logged.
    pub(super) drifted: BTreeSet<Address>,
    /// Orphans that were logged.
    pub(super) orphaned: BTreeSet<Address>,
    /// Why the plan as a whole was refused, as it was logged.
    pub(super) refused: Vec<String>,
    /// What is on hold, as it was logged.
    pub(super) held: BTreeMap<Address, String>,
    /// When the first hold ends that something waits for.
    pub(super) hold_ends: Option<Instant>,
    /// What is blocked, and why, as it was logged.
    pub(super) waiting: BTreeMap<Address, String>,
    pub(super) failures: u32,
    /// Passes in a row that could read a part of the tenant only.
    pub(super) partial: u32,
    pub(super) noted: Noted,
    /// Why not every other writer is excluded, as it was logged.
    pub(super) doubt: Option<String>,
    /// What is known to match, as it was kept.
    pub(super) matched: BTreeMap<Address, u64>,
    /// When no drift was left, by the server's clock: what differs now was caused later.
    pub(super) calm: Option<Timestamp>,
}
