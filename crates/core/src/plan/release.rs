//! A plan that removes our markers: the objects stay as they are, unmanaged.

use std::collections::BTreeSet;

use super::build::{Builder, quiet};
use super::guards::Managed;
use super::{
    Action, Context, CustomerOperation, InstanceOperation, IntegrationOperation, Output, Plan,
    PlanMode, PlannedResource, Precondition, review,
};
use crate::model::{
    Address, CustomerRecord, FieldChange, Instance, Integration, Kind, Listing, Marker,
    ResourceName, SyncStatus, Tenant,
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
    let of = |kind: Kind, labels: &[String]| -> Vec<Address> {
        let ours = Marker::among(labels).filter(|marker| marker.project == *project);
        let address = |marker: Marker| Address {
            kind,
            name: marker.name,
        };
        ours.map(address).collect()
    };
    let integrations = tenant.integrations.items.iter();
    let instances = tenant.instances.items.iter();
    let customers = tenant.all_customers.iter().flat_map(|all| &all.items);
    let all: BTreeSet<Address> = integrations
        .flat_map(|one| of(Kind::Integration, &one.labels))
        .chain(instances.flat_map(|one| of(Kind::Instance, &one.labels)))
        .chain(customers.flat_map(|one| of(Kind::Customer, &one.labels)))
        .collect();
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
    for address in addresses {
        let marker = Marker {
            project: project.clone(),
            name: address.name.clone(),
        };
        let found = match address.kind {
            Kind::Customer => {
                let unread = || ReleaseError::Incomplete("the customers were not read".to_owned());
                let listing = tenant.all_customers.as_ref().ok_or_else(unread)?;
                customer(&mut builder, listing, address, &marker)?
            }
            Kind::Integration => integration(&mut builder, &tenant.integrations, address, &marker)?,
            Kind::Instance => instance(&mut builder, &tenant.instances, address, &marker)?,
        };
        match found {
            Some(Released {
                display_name,
                preconditions,
            }) => builder.resource(PlannedResource {
                sync: SyncStatus::OutOfSync,
                reason: "is released; nothing but the marker changes".to_owned(),
                changes: vec![FieldChange::shown(
                    "marker",
                    Some(marker.to_string()),
                    None::<String>,
                )],
                preconditions,
                ..quiet(address.clone(), display_name, None)
            }),
            None => missing.push(address.clone()),
        }
    }
    if !missing.is_empty() {
        return Err(ReleaseError::Missing(missing));
    }
    let mut plan = builder.finish(&Managed::default(), context);
    // Guards limit changes that customers notice, and this one has no effect on customers.
    plan.violations.clear();
    Ok(plan)
}

/// The objects that bear a marker, and their labels without it. Only a whole list will do.
fn bearing<'a, T>(
    listing: &'a Listing<T>,
    labels: impl Fn(&T) -> &[String],
    marker: &Marker,
) -> Result<Vec<(&'a T, Vec<String>)>, ReleaseError> {
    if let Some(why) = &listing.incomplete {
        return Err(ReleaseError::Incomplete(why.to_string()));
    }
    let text = marker.to_string();
    let bears = |one: &&T| labels(one).contains(&text);
    let found = listing.items.iter().filter(bears);
    Ok(found
        .map(|one| (one, without(labels(one), marker)))
        .collect())
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

/// What is released of an address.
struct Released {
    display_name: String,
    preconditions: Vec<Precondition>,
}

impl Released {
    fn of(display_name: &str) -> Self {
        Self {
            display_name: display_name.to_owned(),
            preconditions: Vec::new(),
        }
    }

    /// All labels are written, so all of them count.
    fn note(&mut self, id: &str, labels: &[String]) {
        self.preconditions.push(Precondition::new("object", id));
        self.preconditions.push(review::labels(labels));
    }
}

fn customer(
    builder: &mut Builder,
    listing: &Listing<CustomerRecord>,
    address: &Address,
    marker: &Marker,
) -> Result<Option<Released>, ReleaseError> {
    let found = bearing(listing, |one| &one.labels, marker)?;
    let mut released = (found.first()).map(|(live, _)| Released::of(&live.customer.name));
    for (live, labels) in &found {
        let id = &live.customer.id;
        let operation = CustomerOperation::labels(id.clone(), labels.clone());
        builder.step(address, Action::Release, operation, Vec::new());
        if let Some(released) = &mut released {
            released.note(id.as_str(), &live.labels);
        }
    }
    Ok(released)
}

fn integration(
    builder: &mut Builder,
    listing: &Listing<Integration>,
    address: &Address,
    marker: &Marker,
) -> Result<Option<Released>, ReleaseError> {
    let found = bearing(listing, |one| &one.labels, marker)?;
    let mut released = found.first().map(|(live, _)| Released::of(&live.name));
    for (live, labels) in &found {
        let operation =
            IntegrationOperation::labels(Output::Known(live.id.clone()), labels.clone());
        builder.step(address, Action::Release, operation, Vec::new());
        if let Some(released) = &mut released {
            released.note(live.id.as_str(), &live.labels);
        }
    }
    Ok(released)
}

fn instance(
    builder: &mut Builder,
    listing: &Listing<Instance>,
    address: &Address,
    marker: &Marker,
) -> Result<Option<Released>, ReleaseError> {
    let found = bearing(listing, |one| &one.labels, marker)?;
    let mut released = found.first().map(|(live, _)| Released::of(&live.name));
    for (live, labels) in &found {
        let operation = InstanceOperation::labels(Output::Known(live.id.clone()), labels.clone());
        builder.step(address, Action::Release, operation, Vec::new());
        if let Some(released) = &mut released {
            released.note(live.id.as_str(), &live.labels);
        }
    }
    Ok(released)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::testing::{World, definition, name, unread};
    use crate::plan::Operation;
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
