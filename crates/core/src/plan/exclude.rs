//! Leaving resources out of a plan.
//!
//! Pure. The steps of a held resource are removed, and with them every step of any resource that depends on
//! one of them. The remaining steps are renumbered, because a step's id is its place in the plan.

use std::collections::{BTreeMap, BTreeSet};

use super::review::Reviewed;
use super::{Action, Plan, PlannedResource, Step, StepId, digest};
use crate::model::Address;

/// Resources that lost steps, each with the held resource it waits for: itself,
/// or the one it depends on.
pub type Excluded = BTreeMap<Address, Address>;

/// Removes the steps of the `held` resources, and those that depend on them.
///
/// The resources keep their actions, for what is said of them; the digest becomes that of the rest.
///
/// Relies on the order of a plan: prerequisites come before their dependents.
pub fn exclude(plan: &mut Plan, held: &BTreeSet<Address>) -> Excluded {
    let excluded = exclude_steps(&mut plan.steps, held, |_| false);
    if !excluded.is_empty() {
        plan.digest = digest_of_rest(plan, &excluded);
    }
    excluded
}

/// These resources, and all that would lose steps without them.
#[must_use]
pub fn waiting_with(plan: &Plan, addresses: &BTreeSet<Address>) -> BTreeSet<Address> {
    let excluded = waiting(&plan.steps, addresses);
    excluded
        .into_keys()
        .chain(addresses.iter().cloned())
        .collect()
}

impl Plan {
    /// The digest of what the plan does to these resources.
    #[must_use]
    pub fn digest_of(&self, addresses: &BTreeSet<Address>) -> String {
        let names: BTreeSet<String> = addresses.iter().map(ToString::to_string).collect();
        let mut part = Reviewed::from(self);
        part.resources.retain(|it| names.contains(&it.address));
        digest::of(&part)
    }
}

/// The digest of what is left, which is what is carried out.
fn digest_of_rest(plan: &Plan, excluded: &Excluded) -> String {
    let mut rest = plan.clone();
    let own = actions(&plan.steps);
    let lost = rest.resources.iter_mut();
    for resource in lost.filter(|it| excluded.contains_key(&it.address)) {
        retain_own(resource, &own);
        resource.writes = None;
    }
    digest::writes(&mut rest.resources, &rest.steps);
    digest::of(&Reviewed::from(&rest))
}

/// What the steps do to each resource.
pub(super) fn actions(steps: &[Step]) -> BTreeMap<&Address, BTreeSet<Action>> {
    let mut all: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for step in steps {
        all.entry(&step.address).or_default().insert(step.action);
    }
    all
}

/// Leaves a resource the actions that still have a step.
pub(super) fn retain_own(
    resource: &mut PlannedResource,
    own: &BTreeMap<&Address, BTreeSet<Action>>,
) {
    let own = own.get(&resource.address);
    let has_step = |action: &Action| own.is_some_and(|own| own.contains(action));
    resource.actions.retain(has_step);
}

/// The same, of steps that are no plan yet. Those that are spared stay, and wait for nothing that went.
pub(super) fn exclude_steps(
    steps: &mut Vec<Step>,
    held: &BTreeSet<Address>,
    spared: impl Fn(&Step) -> bool,
) -> Excluded {
    if held.is_empty() {
        return Excluded::new();
    }
    let excluded = waiting(steps, held);
    let mut places = BTreeMap::new();
    steps.retain_mut(|step| {
        if excluded.contains_key(&step.address) && !spared(step) {
            return false;
        }
        step.after.retain(|before| places.contains_key(before));
        let place = StepId(places.len());
        places.insert(step.id, place);
        renumber(step, place, &places);
        true
    });
    excluded
}

/// All resources that lose a step. Such a one loses all of them: values that are written and wait for a deploy
/// that cannot come would stay half done.
fn waiting(steps: &[Step], held: &BTreeSet<Address>) -> Excluded {
    let mut excluded = Excluded::new();
    loop {
        let before = excluded.len();
        let mut removed: BTreeMap<StepId, Address> = BTreeMap::new();
        for step in steps {
            if let Some(because) = cause(step, held, &excluded, &removed) {
                excluded
                    .entry(step.address.clone())
                    .or_insert_with(|| because.clone());
                removed.insert(step.id, because);
            }
        }
        if excluded.len() == before {
            return excluded;
        }
    }
}

fn cause(
    step: &Step,
    held: &BTreeSet<Address>,
    excluded: &Excluded,
    removed: &BTreeMap<StepId, Address>,
) -> Option<Address> {
    if held.contains(&step.address) {
        return Some(step.address.clone());
    }
    let own = excluded.get(&step.address);
    let mut before = step.after.iter().filter_map(|before| removed.get(before));
    own.or_else(|| before.next()).cloned()
}

fn renumber(step: &mut Step, place: StepId, places: &BTreeMap<StepId, StepId>) {
    step.id = place;
    let mut follow = |moved: &mut StepId| {
        if let Some(place) = places.get(moved) {
            *moved = *place;
        }
    };
    step.after.iter_mut().for_each(&mut follow);
    step.operation.inputs(&mut follow);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::testing::{deploy, instance, integration, plan_of, publish, upgrade};
    use crate::plan::{InstanceOperation, Operation, Output};

    fn shown(plan: &Plan) -> String {
        let line = |step: &Step| {
            format!(
                "{} {} {} after {:?}\n",
                step.id.0,
                step.address,
                step.action.as_str(),
                step.after.iter().map(|id| id.0).collect::<Vec<_>>()
            )
        };
        plan.steps.iter().map(line).collect()
    }

    fn fleet() -> Plan {
        plan_of(vec![
            publish(0, "erp"),
            publish(1, "crm"),
            deploy(2, "alone", &[]),
            upgrade(3, "erp-1", 0),
            deploy(4, "erp-1", &[3]),
            upgrade(5, "crm-1", 1),
            deploy(6, "crm-1", &[5]),
        ])
    }

    #[test]
    fn nothing_held_changes_nothing() {
        let mut plan = fleet();
        let before = shown(&plan);
        assert_eq!(exclude(&mut plan, &BTreeSet::new()), Excluded::new());
        assert_eq!(shown(&plan), before);
    }

    #[test]
    fn what_depends_on_a_held_resource_goes_and_the_rest_is_renumbered() {
        let mut plan = fleet();
        let excluded = exclude(&mut plan, &BTreeSet::from([integration("erp")]));
        insta::assert_snapshot!(shown(&plan), @r"
        0 Integration/crm publish after []
        1 Instance/alone deploy after []
        2 Instance/crm-1 upgrade after [0]
        3 Instance/crm-1 deploy after [2]
        ");
        let Operation::Instance(InstanceOperation::Upgrade { version, .. }) =
            &plan.steps[2].operation
        else {
            panic!("{:?}", plan.steps[2])
        };
        assert_eq!(*version, Output::Of(StepId(0)));
        assert_eq!(
            excluded,
            Excluded::from([
                (integration("erp"), integration("erp")),
                (instance("erp-1"), integration("erp")),
            ])
        );
    }

    #[test]
    fn the_digest_is_that_of_what_is_left() {
        let mut whole = fleet();
        exclude(&mut whole, &BTreeSet::new());
        let mut held = fleet();
        exclude(&mut held, &BTreeSet::from([instance("erp-1")]));
        assert_ne!(held.digest, whole.digest);
        let mut again = fleet();
        exclude(&mut again, &BTreeSet::from([instance("erp-1")]));
        assert_eq!(held.digest, again.digest);
        let mut less = fleet();
        exclude(&mut less, &BTreeSet::from([integration("erp")]));
        assert_ne!(held.digest, less.digest);
    }

    #[test]
    fn a_held_instance_goes_alone() {
        let mut plan = fleet();
        let excluded = exclude(&mut plan, &BTreeSet::from([instance("erp-1")]));
        assert_eq!(plan.steps.len(), 5);
        assert_eq!(excluded.len(), 1);
    }
}
