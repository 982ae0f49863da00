//! Duplicates: objects with the same marker, created by two runs without knowledge of each other.

use std::collections::BTreeMap;

use super::Inputs;
use super::identity::canonical;
use crate::model::{Address, Diagnostic, Instance, Integration, Marker, ResourceName, Tenant};

/// Several live objects of one address.
#[derive(Debug, Clone, PartialEq)]
pub struct Doubled<'a, T> {
    /// What they are declared as, or were.
    pub address: Address,
    /// The objects, the oldest first.
    pub objects: Vec<&'a T>,
    /// Which of them is managed; `None` where more than one is in use.
    pub canonical: Option<&'a T>,
}

/// All integrations that share a marker of a project.
#[must_use]
pub fn doubled_integrations<'a>(
    tenant: &'a Tenant,
    project: &ResourceName,
) -> Vec<Doubled<'a, Integration>> {
    let items = tenant.integrations.items.iter();
    let items = items.filter(|live| !live.customer_owned);
    let items = items.map(|live| (live.labels.as_slice(), live));
    find(items, project, Address::integration, integration_in_use)
}

/// All instances that share a marker of a project.
#[must_use]
pub fn doubled_instances<'a>(
    tenant: &'a Tenant,
    project: &ResourceName,
) -> Vec<Doubled<'a, Instance>> {
    let items = tenant.instances.items.iter();
    let items = items.map(|live| (live.labels.as_slice(), live));
    find(items, project, Address::instance, |live| live.deployed)
}

/// Whether an integration has a version, without which there can be no instance of it.
pub(super) fn integration_in_use(live: &Integration) -> bool {
    !live.versions.items.is_empty() || live.versions.incomplete.is_some()
}

fn find<'a, T>(
    items: impl Iterator<Item = (&'a [String], &'a T)>,
    project: &ResourceName,
    address: fn(ResourceName) -> Address,
    in_use: fn(&T) -> bool,
) -> Vec<Doubled<'a, T>> {
    let mut by_name: BTreeMap<ResourceName, Vec<&T>> = BTreeMap::new();
    for (labels, live) in items {
        for marker in Marker::among(labels).filter(|marker| marker.project == *project) {
            by_name.entry(marker.name).or_default().push(live);
        }
    }
    let several = by_name.into_iter().filter(|(_, objects)| objects.len() > 1);
    several
        .map(|(name, objects)| Doubled {
            address: address(name),
            canonical: canonical(objects.iter().copied(), in_use),
            objects,
        })
        .collect()
}

/// Says of what is managed all the same that there is more of it. Where it is not managed, its plan says so.
#[must_use]
pub fn doubled_warnings(inputs: &Inputs<'_>) -> Vec<Diagnostic> {
    let (tenant, project) = (inputs.tenant, &inputs.desired.project.name);
    let integrations = doubled_integrations(tenant, project);
    let integrations = integrations
        .iter()
        .filter_map(|it| warning(it, |live| live.id.as_str()));
    let instances = doubled_instances(tenant, project);
    let instances = instances
        .iter()
        .filter_map(|it| warning(it, |live| live.id.as_str()));
    integrations.chain(instances).collect()
}

fn warning<T>(doubled: &Doubled<'_, T>, id: impl Fn(&T) -> &str) -> Option<Diagnostic> {
    let kept = id(doubled.canonical?);
    let others: Vec<&str> = doubled
        .objects
        .iter()
        .map(|it| id(it))
        .filter(|it| *it != kept)
        .collect();
    let message = format!(
        "{} is there {} times: {kept} is managed, and {} not",
        doubled.address,
        doubled.objects.len(),
        others.join(", ")
    );
    Some(Diagnostic::warning("doubled", message).hint(
        "two runs made it at the same time; `prism-gitops dedupe` removes what was never in use",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::testing::{World, definition};

    fn world() -> World {
        let mut world = World::new();
        world.live("i1", &definition("Acme ERP", "https://a"));
        for id in ["n1", "n2", "n3"] {
            let live = world.live_instance(id, "i1", "smith");
            live.labels = vec!["gitops:p/smith".to_owned()];
            live.deployed = false;
        }
        world.live_instance("n4", "i1", "jones").labels = vec!["gitops:q/smith".to_owned()];
        world
    }

    fn warned(world: &World) -> Vec<String> {
        world.with(|inputs, _| {
            let warnings = doubled_warnings(inputs);
            warnings.into_iter().map(|it| it.message).collect()
        })
    }

    #[test]
    fn the_one_in_use_is_managed_else_the_oldest() {
        let mut world = world();
        insta::assert_snapshot!(warned(&world).join("\n"), @"Instance/smith is there 3 times: n1 is managed, and n2, n3 not");
        world.tenant.instances.items[1].deployed = true;
        insta::assert_snapshot!(warned(&world).join("\n"), @"Instance/smith is there 3 times: n2 is managed, and n1, n3 not");
        world.tenant.instances.items[2].deployed = true;
        assert!(warned(&world).is_empty(), "its plan is refused and says so");
    }

    #[test]
    fn integrations_without_a_version_are_not_in_use() {
        let mut world = World::new();
        for id in ["i1", "i2"] {
            let live = world.live(id, &definition("Acme ERP", "https://a"));
            live.labels = vec!["gitops:p/acme".to_owned()];
        }
        let project = crate::diff::testing::name("p");
        let canonical = |world: &World| {
            let found = doubled_integrations(&world.tenant, &project);
            found[0].canonical.map(|live| live.id.as_str().to_owned())
        };
        assert_eq!(canonical(&world), None, "both have versions");
        world.tenant.integrations.items[0].versions.items.clear();
        assert_eq!(canonical(&world).as_deref(), Some("i2"));
        world.tenant.integrations.items[1].versions.items.clear();
        assert_eq!(canonical(&world).as_deref(), Some("i1"));
    }
}
