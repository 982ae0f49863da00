//! The disposition of each resource of a plan: which proceed, which are held, and why.
//!
//! Pure: facts and times come in as values. `plan`, `apply`, the daemon and its status all ask here, so that
//! they cannot disagree.
//!
//! # Invariants
//!
//! - A reason to leave everything alone takes precedence over the reasons of single resources: invalid files,
//!   then a pause, then a guard.
//! - What a person put on hold has no steps in any plan, so nothing of it can proceed; it counts as held here.
//! - What is held is held with what depends on it ([`crate::plan::exclude`]); nothing else is.

mod absences;
mod approval;
mod backoff;
mod flapping;
mod hold_state;
#[cfg(any(test, feature = "testing"))]
#[allow(missing_docs, reason = "for tests only")]
pub mod testing;
mod whole;
mod word;

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

pub use absences::{AGREE, Absence, Absences, Doubt, Reading, vanished};
pub use approval::{Awaited, awaited};
pub use hold_state::{HoldState, results};
pub use whole::partial;
pub use word::{Facts, of_plan, word};

use crate::model::{Address, Desired, Pause};
use crate::plan::{OnHold, Plan, StepId, StepResult};

/// A moment on a clock that is never set, as the time since one and the same earlier moment.
pub type Moment = Duration;

/// How the steps of a plan ended; a step without a result was not attempted.
pub type Results = BTreeMap<StepId, StepResult>;

/// What is left alone of a plan, and why.
pub type Holds = BTreeMap<Address, Hold>;

/// Why a resource is left alone although it differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hold {
    /// It failed, and the pause after that is not over.
    Backoff {
        /// How often in a row it failed.
        failures: u32,
        /// When it is tried again.
        until: Moment,
        /// What the platform said last.
        message: String,
    },
    /// Something else keeps changing it back.
    Flapping {
        /// When it is tried again, if its live state stays stable.
        until: Moment,
    },
    /// It is drift, and the policy is to report that.
    Drift,
    /// The files are invalid, so nothing is written.
    InvalidFiles,
    /// It vanished from the files, which is not believed yet.
    Vanished(Doubt),
    /// Paused by a user.
    Paused {
        /// The user's reason.
        reason: String,
        /// When it ends by itself.
        until: Option<Timestamp>,
    },
    /// New files ask for it, and no person approved their plan yet.
    Approval,
    /// A person put it on hold, or what it depends on.
    ByHand(OnHold),
    /// The plan exceeds a limit of the policy, so none of it is carried out.
    Guard {
        /// The numbers.
        message: String,
    },
    /// No window of the policy is open.
    Window {
        /// Which, and until when.
        message: String,
    },
}

/// What decides about a plan besides the plan itself.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances<'a> {
    /// What is declared.
    pub desired: &'a Desired,
    /// Whether newer files are invalid, so that nothing may be written.
    pub invalid_files: bool,
    /// The pause that a user requested.
    pub paused: Option<&'a Pause>,
    /// Whether what new files ask for may be done: the policy is not to ask, or a person approved it.
    pub approved: bool,
    /// The present moment.
    pub now: Moment,
}

/// What to leave alone of a plan. `memory` learns which differences are still the same.
pub fn holds(plan: &Plan, what: &Circumstances<'_>, memory: &mut HoldState) -> Holds {
    let whole = match (what.invalid_files, what.paused) {
        (true, _) => Some(Hold::InvalidFiles),
        (false, Some(pause)) => Some(whole::paused(pause)),
        (false, None) => whole::guarded(plan),
    };
    match whole {
        Some(hold) => whole::all_held(plan, &hold),
        None => {
            let mut holds = memory.holds(what.desired, plan, what.now);
            if !what.approved {
                let news = memory.news(what.desired, plan).into_iter();
                holds.extend(news.map(|address| (address, Hold::Approval)));
            }
            holds.extend(whole::by_hand(plan));
            holds
        }
    }
}

/// Adds what vanished from the files and is not believed to be gone.
pub fn hold_vanished(holds: &mut Holds, doubts: BTreeMap<Address, Doubt>) {
    for (address, doubt) in doubts {
        holds.entry(address).or_insert(Hold::Vanished(doubt));
    }
}
