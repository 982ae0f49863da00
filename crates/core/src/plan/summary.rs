//! Counts of a plan.

use std::collections::BTreeSet;

use super::{Action, Impact, PlannedResource, Summary};
use crate::model::{Health, Kind};

/// Counts resources under what is done to them.
pub(super) fn count(resources: &[PlannedResource]) -> Summary {
    let mut summary = Summary::default();
    for resource in resources {
        count_actions(&mut summary, resource);
        summary.held += u64::from(is_held(resource));
        // A released object belongs to no project from then on.
        if resource.actions.contains(&Action::Release) {
            continue;
        }
        if resource.orphan {
            summary.orphaned += 1;
            continue;
        }
        match resource.health {
            Health::Blocked | Health::Unknown => summary.blocked += 1,
            Health::Pending => summary.pending += 1,
            Health::Healthy
            | Health::Progressing
            | Health::Degraded
            | Health::Suspended
            | Health::Missing => {
                let still = resource.actions.is_empty() && !is_held(resource);
                summary.unchanged += u64::from(still);
            }
        }
    }
    summary
}

/// Whether something would be done to it, were it not for a hold.
fn is_held(resource: &PlannedResource) -> bool {
    resource.on_hold.as_ref().is_some_and(|it| it.pending)
}

fn count_actions(summary: &mut Summary, resource: &PlannedResource) {
    let has = |action: Action| u64::from(resource.actions.contains(&action));
    let created = has(Action::Create);
    let changed = [
        Action::Import,
        Action::Update,
        Action::Marketplace,
        Action::Configure,
        Action::Upgrade,
        Action::Enable,
    ];
    summary.adopt += has(Action::Adopt);
    summary.create += created;
    if created == 0 {
        summary.update += u64::from(changed.iter().any(|action| has(*action) == 1));
    }
    summary.publish += has(Action::Publish);
    summary.deploy += has(Action::Deploy);
    summary.disable += has(Action::Disable);
    summary.delete += has(Action::Delete);
    summary.release += has(Action::Release);
}

/// Counts who notices: customers by their instances, and by what is done to themselves.
pub(super) fn impact(resources: &[PlannedResource]) -> Impact {
    let noticed = |resource: &&PlannedResource| {
        resource.address.kind == Kind::Instance
            && resource.actions.iter().any(|action| action.is_noticed())
    };
    let instances: Vec<_> = resources.iter().filter(noticed).collect();
    let themselves = resources.iter().filter(|resource| {
        resource.address.kind == Kind::Customer
            && resource.actions.iter().any(|action| action.is_noticed())
    });
    let customers: BTreeSet<_> = instances
        .iter()
        .filter_map(|r| r.customer.as_deref())
        .chain(themselves.map(|r| r.display_name.as_str()))
        .collect();
    Impact {
        customers: customers.len() as u64,
        instances: instances.len() as u64,
    }
}
