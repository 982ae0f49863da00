//! A plan that removes our markers: the objects stay as they are, unmanaged.

use std::collections::BTreeSet;

use super::build::{Builder, quiet};
use super::guards::Managed;
use super::held::Held;
use super::{Action, Context, Operation, Plan, PlanMode, PlannedResource, Precondition, review};
use crate::model::{
    Address, Field, FieldChange, LiveHold, LiveObject, Marker, ResourceName, SyncStatus, Tenant,
};

/// Why nothing is released.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReleaseError {
    /// Nothing in the tenant bears the marker of these.
    #[error("nothing in this tenant bears the marker of {}", listed(.0))]
    Missing(Vec<Address>),
    /// Something may bear it that could not be read.
    #[error("the tenant could not be read to its end: {0}")]
    Incomplete(String),
}

fn listed(addresses: &[Address]) -> String {
    let all: Vec<String> = addresses.iter().map(ToString::to_string).collect();
    all.join(", ")
}

/// The addresses of everything that bears a marker of a project, in order.
#[must_use]
pub fn marked(tenant: &Tenant, project: &ResourceName) -> Vec<Address> {
    let mut all = BTreeSet::new();
    for live in tenant.objects() {
        let ours = live.markers().filter(|marker| marker.project == *project);
        all.extend(ours.map(|marker| Address {
            kind: live.kind,
            name: marker.name,
        }));
    }
    all.into_iter().collect()
}

/// Takes the markers of a project off what bears them: all objects, where several bear the same one.
///
/// # Errors
///
/// [`ReleaseError`] before anything is planned.
pub fn release(
    tenant: &Tenant,
    project: &ResourceName,
    addresses: &[Address],
    context: &Context,
) -> Result<Plan, ReleaseError> {
    let mut builder = Builder::new(PlanMode::Release);
    let mut missing = Vec::new();
    let mut held = Held::new();
    for address in addresses {
        let marker = Marker {
            project: project.clone(),
            name: address.name.clone(),
        };
        let bearing = bearing(tenant, address, &marker)?;
        let holds = bearing.iter();
        let holds = holds.filter_map(|it| LiveHold::in_force(it.labels, context.server_now));
        held.extend(holds.max().map(|hold| (address.clone(), hold)));
        match bearing.first() {
            Some(first) => {
                let display_name = first.display_name.to_owned();
                let preconditions = take_off(&mut builder, address, &marker, &bearing);
                builder.resource(PlannedResource {
                    sync: SyncStatus::OutOfSync,
                    reason: "is released; nothing but the marker changes".to_owned(),
                    changes: vec![FieldChange::shown(
                        Field::Marker,
                        Some(marker.to_string()),
                        None::<String>,
                    )],
                    preconditions,
                    ..quiet(address.clone(), display_name, None)
                });
            }
            None => missing.push(address.clone()),
        }
    }
    if !missing.is_empty() {
        return Err(ReleaseError::Missing(missing));
    }
    builder.leave_held(&held, &BTreeSet::new());
    let mut plan = builder.finish(&Managed::default(), context);
    // Guards limit changes that customers notice, and this one has no effect on customers.
    plan.violations.clear();
    Ok(plan)
}

/// The objects that bear a marker. Only a whole list will do.
fn bearing<'a>(
    tenant: &'a Tenant,
    address: &Address,
    marker: &Marker,
) -> Result<Vec<LiveObject<'a>>, ReleaseError> {
    let kind = address.kind;
    if !tenant.was_asked_for(kind) {
        let why = format!("the {} were not read", kind.plural());
        return Err(ReleaseError::Incomplete(why));
    }
    if let Some(why) = tenant.incomplete(kind) {
        return Err(ReleaseError::Incomplete(why.to_string()));
    }
    let mut found = tenant.objects_of(kind);
    found.retain(|one| one.labels.iter().any(|label| marker.is(label)));
    Ok(found)
}

/// Adds the steps, and returns what they rest on: all labels are written, so all of them count.
fn take_off(
    builder: &mut Builder,
    address: &Address,
    marker: &Marker,
    bearing: &[LiveObject<'_>],
) -> Vec<Precondition> {
    let mut preconditions = Vec::new();
    for live in bearing {
        let labels = without(live.labels, marker);
        let operation = Operation::labels(live, labels);
        builder.step(address, Action::Release, operation, Vec::new());
        preconditions.push(Precondition::new("object", live.id));
        preconditions.push(review::labels(live.labels));
    }
    preconditions
}

/// All labels but the marker, and but the protection that a manifest put on with it. Where
/// another marker stays, that one's manifest may have put it on, so it stays too.
fn without(labels: &[String], marker: &Marker) -> Vec<String> {
    let declared = labels.iter().any(|label| label == Marker::PROTECT_DECLARED);
    let last = Marker::among(labels).all(|other| other == *marker);
    let marker = marker.to_string();
    let goes = |label: &str| {
        let protection = [Marker::PROTECT, Marker::PROTECT_DECLARED].contains(&label);
        label == marker || (declared && last && protection)
    };
    let kept = labels.iter().filter(|label| !goes(label));
    kept.cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::testing::{World, definition, name, unread};
    use crate::plan::InstanceOperation;
    use crate::plan::tests::context;

    fn world() -> World {
        let mut world = World::new();
        world.live("i1", &definition("Acme ERP", "https://a"));
        let labels = ["gitops:p/smith", "gitops:protect", "gitops:q/smith", "paid"];
        world.live_instance("n1", "i1", "smith").labels = labels.map(str::to_owned).to_vec();
        world.live_instance("n2", "i1", "jones").labels = vec!["gitops:p/smith".to_owned()];
        world
    }

    fn plan(world: &World, addresses: &[Address]) -> Result<Plan, ReleaseError> {
        release(&world.tenant, &name("p"), addresses, &context())
    }

    #[test]
    fn the_marker_goes_and_nothing_else() {
        let plan = plan(&world(), &[Address::instance(name("smith"))]).unwrap();
        let released = &plan.resources[0];
        assert_eq!(released.sync, SyncStatus::OutOfSync);
        assert!(
            released.reason.starts_with("is released"),
            "{}",
            released.reason
        );
        let kept: Vec<_> = plan
            .steps
            .iter()
            .map(|step| match &step.operation {
                Operation::Instance(InstanceOperation::Update { labels, .. }) => {
                    labels.clone().unwrap()
                }
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(
            kept,
            [vec!["gitops:protect", "gitops:q/smith", "paid"], vec![]]
        );
    }

    #[test]
    fn protection_goes_where_it_came_with_the_marker() {
        let marker = Marker::parse("gitops:p/smith").unwrap();
        let kept = |labels: &[&str]| {
            let labels: Vec<String> = labels.iter().map(|it| (*it).to_owned()).collect();
            without(&labels, &marker).join(" ")
        };
        let declared = "gitops:protect-declared";
        assert_eq!(
            kept(&["gitops:p/smith", "gitops:protect", declared, "a"]),
            "a"
        );
        assert_eq!(
            kept(&["gitops:p/smith", "gitops:protect"]),
            "gitops:protect"
        );
        assert_eq!(
            kept(&["gitops:p/smith", "gitops:protect", declared, "gitops:q/x"]),
            "gitops:protect gitops:protect-declared gitops:q/x"
        );
    }

    #[test]
    fn all_of_a_project_are_those_that_bear_its_marker() {
        let all = marked(&world().tenant, &name("p"));
        assert_eq!(all, [Address::instance(name("smith"))]);
        assert!(marked(&world().tenant, &name("r")).is_empty());
    }

    #[test]
    fn nothing_is_released_by_half() {
        let mut world = world();
        let addresses = [
            Address::instance(name("smith")),
            Address::instance(name("wong")),
            Address::integration(name("smith")),
        ];
        let error = plan(&world, &addresses).unwrap_err();
        insta::assert_snapshot!(error, @"nothing in this tenant bears the marker of Instance/wong, Integration/smith");
        world.tenant.instances.incomplete = unread();
        let error = plan(&world, &addresses[..1]).unwrap_err();
        insta::assert_snapshot!(error, @"the tenant could not be read to its end: page 2 failed");
    }
}
