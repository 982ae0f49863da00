//! Resources to which the same happens for the same reason, told once.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::words;
use crate::model::{FieldChange, Health, Kind};
use crate::plan::{Action, PlannedResource};

/// Resources of which a plan says the same but for their names; never empty.
pub(super) struct Group<'a> {
    /// In the order of the plan.
    pub(super) members: Vec<&'a PlannedResource>,
}

/// What all members of a group have in common.
#[derive(PartialEq, Eq, Hash)]
struct Common<'a> {
    kind: Kind,
    health: Health,
    orphan: bool,
    actions: &'a [Action],
    reason: &'a str,
    hint: Option<&'a str>,
    changes: &'a [FieldChange],
}

impl<'a> Common<'a> {
    fn of(resource: &'a PlannedResource) -> Self {
        Self {
            kind: resource.address.kind,
            health: resource.health,
            orphan: resource.orphan,
            actions: &resource.actions,
            reason: &resource.reason,
            hint: resource.hint.as_deref(),
            changes: &resource.changes,
        }
    }
}

/// Groups resources, each group in the place of its first member.
pub(super) fn groups<'a>(
    resources: impl IntoIterator<Item = &'a PlannedResource>,
) -> Vec<Group<'a>> {
    let mut places: HashMap<Common<'a>, usize> = HashMap::new();
    let mut groups: Vec<Group<'a>> = Vec::new();
    for resource in resources {
        match places.entry(Common::of(resource)) {
            Entry::Occupied(place) => {
                if let Some(group) = groups.get_mut(*place.get()) {
                    group.members.push(resource);
                }
            }
            Entry::Vacant(place) => {
                place.insert(groups.len());
                groups.push(Group {
                    members: vec![resource],
                });
            }
        }
    }
    groups
}

impl Group<'_> {
    /// The first member, which stands for all where names do not matter.
    pub(super) fn first(&self) -> Option<&PlannedResource> {
        self.members.first().copied()
    }

    /// Whether somebody has to see every single one: something is switched off or
    /// removed, or cannot go on.
    pub(super) fn is_grave(&self) -> bool {
        (self.first()).is_some_and(|first| matches!(words::symbol(first), '-' | '!'))
    }

    /// `212 instances`.
    pub(super) fn count(&self) -> String {
        let noun = match self.first().map(|first| first.address.kind) {
            Some(Kind::Integration) => "integration",
            Some(Kind::Instance) | None => "instance",
        };
        words::count(self.members.len() as u64, noun)
    }
}
