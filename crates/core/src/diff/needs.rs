//! What a comparison has to know besides what was read.
//!
//! The caller reads it and compares again, until nothing is missing. What was asked for and could
//! not be read is known to be unknown, and not needed again.

use std::collections::BTreeSet;

use super::{ChangeSet, Inputs};
use crate::kinds::instance::compare::version;
use crate::kinds::integration::compare::components;
use crate::model::{ComponentsWanted, InstanceId, VersionId};

/// What is still to be asked for.
#[derive(Debug, Clone, Default)]
pub struct Needs {
    /// Versions that instances would move to: which variables they require.
    pub requirements: BTreeSet<VersionId>,
    /// Instances of which it matters what they set for their flows.
    pub flows: BTreeSet<InstanceId>,
    /// Components that imports rely on: whether the tenant has them.
    pub components: ComponentsWanted,
}

/// What these comparisons lack.
pub(super) fn of(inputs: &Inputs<'_>, changes: &ChangeSet) -> Needs {
    Needs {
        requirements: version::unread(inputs, changes),
        flows: unread_flows(changes),
        components: match inputs.catalogue {
            Some(_) => ComponentsWanted::new(),
            None => components::wanted(changes, inputs.definitions),
        },
    }
}

fn unread_flows(changes: &ChangeSet) -> BTreeSet<InstanceId> {
    let verdicts = changes.instances.iter().map(|one| &one.verdict);
    let unread = verdicts.flatten().filter(|changes| changes.flows.unread);
    unread
        .filter_map(|changes| changes.live.id().cloned())
        .collect()
}
