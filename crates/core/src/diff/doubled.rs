//! Duplicates: objects with the same marker, created by two runs without knowledge of each other.

use std::collections::{BTreeMap, BTreeSet};

use super::Inputs;
use super::identity::canonical;
use crate::model::{Address, Diagnostic, Kind, LiveObject, Marker, ResourceName, Tenant};

/// Several live objects of one address.
#[derive(Debug, Clone, PartialEq)]
pub struct Doubled<'a> {
    /// What they are declared as, or were.
    pub address: Address,
    /// The objects, the oldest first.
    pub objects: Vec<LiveObject<'a>>,
    /// Which of them is managed; `None` where more than one is in use.
    pub canonical: Option<LiveObject<'a>>,
}

/// All objects that share a marker of a project, kind by kind. Names of customers are unique, and so each of
/// them is refused by its own plan.
#[must_use]
pub fn doubled<'a>(tenant: &'a Tenant, project: &ResourceName) -> Vec<Doubled<'a>> {
    // What a customer built is out of scope.
    let theirs = tenant.integrations.items.iter();
    let theirs = theirs.filter(|live| live.customer_owned);
    let theirs: BTreeSet<&str> = theirs.map(|live| live.id.as_str()).collect();
    let scope = |live: &LiveObject<'_>| live.kind != Kind::Customer && !theirs.contains(live.id);
    let mut found: BTreeMap<Address, Vec<LiveObject<'_>>> = BTreeMap::new();
    for live in tenant.objects().filter(scope) {
        for Marker { name, .. } in live.markers().filter(|marker| marker.project == *project) {
            let kind = live.kind;
            found.entry(Address { kind, name }).or_default().push(live);
        }
    }
    let several = found.into_iter().filter(|(_, objects)| objects.len() > 1);
    several
        .map(|(address, objects)| Doubled {
            address,
            canonical: canonical(objects.iter(), |live| live.in_use).copied(),
            objects,
        })
        .collect()
}

/// Says of what is managed all the same that there is more of it. Where it is not managed, its plan says so.
#[must_use]
pub fn doubled_warnings(inputs: &Inputs<'_>) -> Vec<Diagnostic> {
    let all = doubled(inputs.tenant, &inputs.desired.project.name);
    all.iter().filter_map(warning).collect()
}

fn warning(doubled: &Doubled<'_>) -> Option<Diagnostic> {
    let kept = doubled.canonical?.id;
    let others = doubled.objects.iter().map(|it| it.id);
    let others: Vec<&str> = others.filter(|id| *id != kept).collect();
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
            let found = doubled(&world.tenant, &project);
            found[0].canonical.map(|live| live.id.to_owned())
        };
        assert_eq!(canonical(&world), None, "both have versions");
        world.tenant.integrations.items[0].versions.items.clear();
        assert_eq!(canonical(&world).as_deref(), Some("i2"));
        world.tenant.integrations.items[1].versions.items.clear();
        assert_eq!(canonical(&world).as_deref(), Some("i1"));
    }
}
