//! Which changes wait until a person approves the plan of new files, and what the approval is bound to.

use std::collections::BTreeSet;

use super::{Hold, Holds};
use crate::model::Address;
use crate::plan::{Plan, waiting_with};

/// What of a plan waits for approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Awaited {
    /// Identifies exactly these changes: another one, or another state of the tenant below them, is another digest.
    pub digest: String,
    /// The resources, with those that depend on them.
    pub resources: BTreeSet<Address>,
}

/// What waits for approval, if anything does.
#[must_use]
pub fn awaited(plan: &Plan, holds: &Holds) -> Option<Awaited> {
    let waits = holds.iter().filter(|(_, hold)| **hold == Hold::Approval);
    let waits: BTreeSet<Address> = waits.map(|(address, _)| address.clone()).collect();
    if waits.is_empty() {
        return None;
    }
    let resources = waiting_with(plan, &waits);
    Some(Awaited {
        digest: plan.digest_of(&resources),
        resources,
    })
}
