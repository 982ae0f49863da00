//! A plan that puts another project's name into markers: the objects stay as they are, and are the
//! other project's.

use std::collections::{BTreeMap, BTreeSet};

use super::build::{Builder, quiet};
use super::guards::Managed;
use super::held::Held;
use super::{Action, Context, Operation, Plan, PlanMode, PlannedResource, Precondition, review};
use crate::model::{
    Address, Field, FieldChange, Kind, LiveHold, LiveObject, Marker, ResourceName, SyncStatus,
    Tenant,
};

/// Why nothing is marked anew.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MigrateError {
    /// Both names are one.
    #[error("the project is called {0:?} before and after")]
    Same(String),
    /// Nothing bears such a marker.
    #[error("nothing in this tenant bears a marker of the project {0:?}")]
    Nothing(String),
    /// Something else bears the marker that is to be put on.
    #[error("the project {project:?} has objects of its own under the same names: {}", .names.join(", "))]
    Taken {
        /// The project that they would come to.
        project: String,
        /// What they are called.
        names: Vec<String>,
    },
    /// Something may bear it that could not be read.
    #[error("the tenant could not be read to its end: {0}")]
    Incomplete(String),
}

/// Everything in a tenant that can bear a marker. Only whole lists will do.
fn objects(tenant: &Tenant) -> Result<Vec<LiveObject<'_>>, MigrateError> {
    match Kind::ALL
        .into_iter()
        .find_map(|kind| tenant.incomplete(kind))
    {
        Some(why) => Err(MigrateError::Incomplete(why.to_string())),
        None => Ok(tenant.objects().collect()),
    }
}

/// Takes everything that one project marked to another.
///
/// # Errors
///
/// [`MigrateError`] before anything is planned.
pub fn migrate(
    tenant: &Tenant,
    (old, new): (&ResourceName, &ResourceName),
    context: &Context,
) -> Result<Plan, MigrateError> {
    if old == new {
        return Err(MigrateError::Same(old.to_string()));
    }
    let objects = objects(tenant)?;
    let of = |project: &ResourceName| {
        let mut found: BTreeMap<Address, Vec<&LiveObject<'_>>> = BTreeMap::new();
        for object in &objects {
            for marker in object.markers().filter(|marker| marker.project == *project) {
                let (kind, name) = (object.kind, marker.name);
                found
                    .entry(Address { kind, name })
                    .or_default()
                    .push(object);
            }
        }
        found
    };
    let (ours, theirs) = (of(old), of(new));
    if ours.is_empty() {
        return Err(MigrateError::Nothing(old.to_string()));
    }
    let ids = |all: &[&LiveObject<'_>]| {
        all.iter()
            .map(|it| it.id.to_owned())
            .collect::<BTreeSet<_>>()
    };
    let taken = ours.iter().filter(|(address, own)| {
        let others = theirs.get(*address);
        others.is_some_and(|others| !ids(others).is_subset(&ids(own)))
    });
    let names: Vec<String> = taken.map(|(address, _)| address.to_string()).collect();
    if !names.is_empty() {
        let project = new.to_string();
        return Err(MigrateError::Taken { project, names });
    }
    let mut builder = Builder::new(PlanMode::Migration);
    let mut held = Held::new();
    for (address, objects) in &ours {
        add(&mut builder, address, objects, (old, new));
        let holds = objects.iter();
        let holds = holds.filter_map(|it| LiveHold::in_force(it.labels, context.server_now));
        held.extend(holds.max().map(|hold| (address.clone(), hold)));
    }
    builder.leave_held(&held, &BTreeSet::new());
    let mut plan = builder.finish(&Managed::default(), context);
    // Guards limit changes that customers notice, and this one has no effect on customers.
    plan.violations.clear();
    Ok(plan)
}

fn add(
    builder: &mut Builder,
    address: &Address,
    objects: &[&LiveObject<'_>],
    (old, new): (&ResourceName, &ResourceName),
) {
    let marker = |project: &ResourceName| Marker {
        project: project.clone(),
        name: address.name.clone(),
    };
    let (before, after) = (marker(old).to_string(), marker(new).to_string());
    let mut preconditions = Vec::new();
    for object in objects {
        let kept = object
            .labels
            .iter()
            .filter(|it| **it != before && **it != after);
        let labels = kept.cloned().chain([after.clone()]).collect();
        let operation = Operation::labels(object, labels);
        builder.step(address, Action::Adopt, operation, Vec::new());
        // All labels are written, so all of them count.
        preconditions.push(Precondition::new("object", object.id));
        preconditions.push(review::labels(object.labels));
    }
    let Some(first) = objects.first() else { return };
    builder.resource(PlannedResource {
        sync: SyncStatus::OutOfSync,
        customer: first.customer.map(str::to_owned),
        reason: "is marked anew; nothing but the marker changes".to_owned(),
        changes: vec![FieldChange::shown(Field::Marker, Some(before), Some(after))],
        preconditions,
        ..quiet(address.clone(), first.display_name.to_owned(), None)
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::testing::{World, definition, name, unread};
    use crate::plan::tests::context;
    use crate::plan::{InstanceOperation, IntegrationOperation};

    fn world() -> World {
        let mut world = World::new();
        let live = world.live("i1", &definition("Acme ERP", "https://a"));
        live.labels = vec!["gitops:default/acme".to_owned()];
        let labels = ["gitops:default/smith", "gitops:protect", "paid"];
        world.live_instance("n1", "i1", "smith").labels = labels.map(str::to_owned).to_vec();
        world.live_instance("n2", "i1", "jones").labels = vec!["gitops:q/jones".to_owned()];
        world
    }

    fn plan(world: &World, old: &str, new: &str) -> Result<Plan, MigrateError> {
        migrate(&world.tenant, (&name(old), &name(new)), &context())
    }

    #[test]
    fn every_marker_of_a_project_gets_the_other_name_and_nothing_else_moves() {
        let plan = plan(&world(), "default", "p").unwrap();
        let told: Vec<String> = plan
            .steps
            .iter()
            .map(|step| match &step.operation {
                Operation::Instance(InstanceOperation::Update {
                    labels: Some(labels),
                    name: None,
                    description: None,
                    ..
                })
                | Operation::Integration(IntegrationOperation::Update {
                    labels: Some(labels),
                    description: None,
                    ..
                }) => format!("{}: {}", step.address, labels.join(" ")),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(
            told,
            [
                "Integration/acme: gitops:p/acme",
                "Instance/smith: gitops:protect paid gitops:p/smith",
            ]
        );
        assert_eq!(plan.impact.instances, 0, "customers notice nothing");
    }

    #[test]
    fn nothing_is_moved_by_half_or_onto_others() {
        let mut world = world();
        let told = |world: &World, old, new| plan(world, old, new).unwrap_err().to_string();
        assert_eq!(
            told(&world, "none", "p"),
            "nothing in this tenant bears a marker of the project \"none\""
        );
        assert_eq!(
            told(&world, "p", "p"),
            "the project is called \"p\" before and after"
        );
        world.live_instance("n3", "i1", "jones").labels = vec!["gitops:p/smith".to_owned()];
        assert_eq!(
            told(&world, "default", "p"),
            "the project \"p\" has objects of its own under the same names: Instance/smith"
        );
        world.tenant.instances.incomplete = unread();
        assert_eq!(
            told(&world, "default", "p"),
            "the tenant could not be read to its end: page 2 failed"
        );
    }

    #[test]
    fn a_move_that_was_interrupted_goes_on() {
        let mut world = world();
        world.tenant.instances.items[0]
            .labels
            .push("gitops:p/smith".to_owned());
        let plan = plan(&world, "default", "p").unwrap();
        assert_eq!(plan.steps.len(), 2);
    }
}
