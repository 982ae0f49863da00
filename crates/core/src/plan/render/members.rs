//! The members of fleets, by groups of which the same is said.

use prism_gitops_api::plan::MemberGroup;

use super::groups::{Group, groups};
use crate::model::Health;
use crate::plan::{Plan, PlannedResource};

/// At most this many groups are listed; the others are summed up.
const GROUPS: usize = 50;

/// At most this many members of each group are named.
const EXAMPLES: usize = 3;

/// At most this many members that failed are listed.
pub(super) const FAILED: usize = 50;

/// Whether a resource is a member of a fleet, or was one.
pub(super) fn is_member(resource: &PlannedResource) -> bool {
    resource.address.name.fleet().is_some()
}

/// The groups of a plan, the largest of each fleet first.
pub(super) fn groups_of(plan: &Plan) -> Vec<MemberGroup> {
    let mut all = groups(plan.resources.iter().filter(|it| is_member(it)));
    all.sort_by(|a, b| {
        let fleet = |group: &Group<'_>| group.fleet().map(str::to_owned);
        (fleet(a), b.members.len()).cmp(&(fleet(b), a.members.len()))
    });
    let mut listed: Vec<MemberGroup> = all.iter().take(GROUPS).filter_map(one).collect();
    for group in all.iter().skip(GROUPS) {
        let Some(fleet) = group.fleet() else { continue };
        let rest = listed.iter_mut().find(|it| it.others && it.fleet == fleet);
        let more = group.members.len() as u64;
        match rest {
            Some(rest) => rest.members += more,
            None => listed.push(others(fleet, more)),
        }
    }
    listed
}

fn one(group: &Group<'_>) -> Option<MemberGroup> {
    let common = group.common()?;
    let examples = group.members.iter().take(EXAMPLES);
    Some(MemberGroup {
        fleet: group.fleet()?.to_owned(),
        members: group.members.len() as u64,
        examples: examples.map(|it| (&it.address).into()).collect(),
        health: common.health,
        actions: common.actions.clone(),
        reason: common.reason.clone(),
        hint: common.hint.clone(),
        changes: common.changes.iter().map(Into::into).collect(),
        orphan: common.orphan,
        others: false,
    })
}

fn others(fleet: &str, members: u64) -> MemberGroup {
    MemberGroup {
        fleet: fleet.to_owned(),
        members,
        examples: Vec::new(),
        health: Health::Unknown,
        actions: Vec::new(),
        reason: "in smaller groups that are not listed".to_owned(),
        hint: None,
        changes: Vec::new(),
        orphan: false,
        others: true,
    }
}
