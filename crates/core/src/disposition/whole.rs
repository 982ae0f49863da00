//! Reasons to leave a whole plan alone.

use super::{Hold, Holds};
use crate::model::{Pause, SyncStatus};
use crate::plan::{Plan, PlannedResource};

/// A plan beyond the limits is left alone as a whole: a part of it may be the mistake.
pub(super) fn guarded(plan: &Plan) -> Option<Hold> {
    let violation = plan.violations.first()?;
    let message = violation.message.clone();
    Some(match violation.is_window() {
        true => Hold::Window { message },
        false => Hold::Guard { message },
    })
}

/// The hold for a pause that a user requested.
pub(super) fn paused(pause: &Pause) -> Hold {
    Hold::Paused {
        reason: pause.reason.clone(),
        until: pause.until,
    }
}

/// Everything that the plan would touch, for one reason.
pub(super) fn all_held(plan: &Plan, hold: &Hold) -> Holds {
    let resources = plan.resources.iter();
    let touched = resources.filter(|resource| !resource.actions.is_empty());
    let held = |resource: &PlannedResource| (resource.address.clone(), hold.clone());
    touched.map(held).collect()
}

/// What the plan left alone because a person put it on hold. Where nothing would be done anyhow, nothing is held.
pub(super) fn by_hand(plan: &Plan) -> Holds {
    let resources = plan.resources.iter();
    let held = resources.filter_map(|resource| {
        let on_hold = resource.on_hold.clone().filter(|it| it.pending)?;
        Some((resource.address.clone(), Hold::ByHand(on_hold)))
    });
    held.collect()
}

/// Whether a part of the tenant could not be read: such resources are left alone without a hold.
#[must_use]
pub fn partial(plan: &Plan) -> bool {
    let mut resources = plan.resources.iter();
    resources.any(|resource| resource.sync == SyncStatus::Unknown)
}
