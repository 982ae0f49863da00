use super::*;
use crate::diff::testing::{World, definition, unread};
use crate::model::{InstanceVersion, VersionId};

const HASH: &str = "1A2B3C4D5E6F70819202122232425262728293A0";

/// Two instances of one integration, both on version 1, whose record names a commit.
fn world() -> World {
    let mut world = World::new();
    let text = definition("Acme ERP", "https://a.example");
    world.declare("erp", &text);
    let live = world.live("i1", &text);
    live.versions.items[0].record.commit_hash = Some(HASH.to_owned());
    for key in ["smith", "jones"] {
        world.declare_instance(key, "erp", key);
        world.live_instance(key, "i1", key).labels = vec![format!("gitops:p/{key}")];
    }
    world
}

fn address(text: &str) -> ManifestAddress {
    let (kind, key) = text.split_once('/').unwrap();
    let name = crate::diff::testing::name(key);
    match Kind::named(kind) {
        Some(kind) => ManifestAddress::Resource(Address { kind, name }),
        None => ManifestAddress::Fleet(name),
    }
}

fn decided(world: &World, to: &Desired, addresses: &[&str]) -> Result<Vec<Promoted>, String> {
    let addresses: Vec<ManifestAddress> = addresses.iter().map(|text| address(text)).collect();
    let promotion = Promotion {
        from: ("dev", &world.desired, &world.tenant),
        to: ("prod", to),
        addresses: &addresses,
    };
    decide(&promotion).map_err(|refused| format!("{} ({})", refused.message, refused.hint))
}

fn changes(promoted: &[Promoted]) -> Vec<String> {
    promoted
        .iter()
        .flat_map(|one| &one.changes)
        .map(ToString::to_string)
        .collect()
}

#[test]
fn what_all_instances_run_is_what_the_others_get() {
    let world = world();
    let mut to = world.desired.clone();
    let found = decided(&world, &to, &[]).unwrap();
    assert_eq!(changes(&found), ["Instance/smith", "Instance/jones"]);
    assert_eq!(
        (found[0].commit.as_str(), found[0].number),
        (&*HASH.to_lowercase(), 1)
    );
    assert_eq!(
        changes(&decided(&world, &to, &["Integration/erp"]).unwrap()).len(),
        2
    );
    assert_eq!(
        changes(&decided(&world, &to, &["Instance/jones"]).unwrap()),
        ["Instance/jones"]
    );
    // What says so already stays, if only by the beginning of the hash.
    to.instances[0].version = VersionRef::Commit("1a2b3c4d".to_owned());
    to.instances[1].version = VersionRef::Number(1);
    let found = decided(&world, &to, &[]).unwrap();
    assert_eq!(changes(&found), ["Instance/jones"]);
    assert_eq!(found[0].unchanged.len(), 1);
}

#[test]
fn the_scope_names_the_versions_that_run() {
    let world = world();
    let scope = scope(("dev", &world.desired, &world.tenant)).unwrap();
    assert_eq!(scope.integrations.len(), 1);
    assert_eq!(
        scope.integrations[0].versions,
        [VersionRef::Number(1)].into()
    );
    assert!(scope.integrations[0].selects(&crate::model::Integration {
        labels: vec!["gitops:p/erp".to_owned()],
        ..world.tenant.integrations.items[0].clone()
    }));
}

type Breaking = fn(&mut World);

fn record(world: &mut World) -> &mut crate::model::VersionRecord {
    &mut world.tenant.integrations.items[0].versions.items[0].record
}

fn instances(world: &mut World, each: fn(&mut Instance)) {
    world.tenant.instances.items.iter_mut().for_each(each);
}

#[test]
fn what_is_not_certain_is_refused() {
    let other = |world: &mut World| {
        world.tenant.instances.items[1].version = InstanceVersion {
            id: VersionId::new("i1-v2"),
            number: 2,
            ..world.tenant.instances.items[1].version.clone()
        };
    };
    let cases: [(Breaking, &str); 6] = [
        (
            |world| record(world).commit_hash = None,
            "version 1 of Integration/erp bears no commit in dev",
        ),
        (
            |world| record(world).commit_hash = Some("main".to_owned()),
            "version 1 of Integration/erp bears no commit in dev",
        ),
        (
            |world| world.tenant.integrations.items[0].versions.items.clear(),
            "version 1 of Integration/erp was not found in dev",
        ),
        (
            |world| world.tenant.instances.incomplete = unread(),
            "the instances of dev are not all known: page 2 failed",
        ),
        (
            |world| instances(world, |one| one.labels.clear()),
            "no integration has a deployed instance in dev and an instance or a fleet in prod",
        ),
        (
            |world| instances(world, |one| one.deployed = false),
            "no integration has a deployed instance in dev and an instance or a fleet in prod",
        ),
    ];
    for (break_it, message) in cases {
        let mut world = world();
        let to = world.desired.clone();
        break_it(&mut world);
        let refused = decided(&world, &to, &[]).unwrap_err();
        assert!(refused.starts_with(message), "{refused}");
    }
    let mut several = world();
    other(&mut several);
    let refused = decided(&several, &several.desired, &[]).unwrap_err();
    assert!(refused.starts_with("the instances of Integration/erp run several versions in dev: Instance/smith runs 1, Instance/jones runs 2"), "{refused}");
    // One that is not deployed has no say.
    several.tenant.instances.items[1].deployed = false;
    assert_eq!(decided(&several, &several.desired, &[]).unwrap().len(), 1);
    let unknown = decided(&several, &several.desired, &["Instance/smyth"]).unwrap_err();
    assert!(
        unknown.starts_with("Instance/smyth has no instance in prod"),
        "{unknown}"
    );
}

/// A fleet of the integration, as files declare it.
fn fleet() -> crate::model::DesiredFleet {
    let text = "apiVersion: prism-gitops/v1\nkind: Fleet\nmetadata: {name: all}\nspec:\n  \
        integration: {name: Acme}\n  customers: {list: [c1]}\n  template: {displayName: Acme}\n";
    let files = [crate::model::SourceFile::new("f.yaml", text.as_bytes())];
    let mut fleets = crate::manifest::load(&files).desired.fleets;
    fleets.pop().unwrap()
}

#[test]
fn a_fleet_gets_what_the_members_run_that_follow_it() {
    let mut world = world();
    let erp = world.desired.instances[0].integration.clone();
    let fleet = crate::model::DesiredFleet {
        integration: erp,
        ..fleet()
    };
    world.desired.fleets.push(fleet.clone());
    for (one, key) in world.desired.instances.iter_mut().zip(["c1", "c2"]) {
        one.name = crate::model::ResourceName::member(&fleet.name, key);
    }
    for (live, key) in world.tenant.instances.items.iter_mut().zip(["c1", "c2"]) {
        live.labels = vec![format!("gitops:p/all/{key}")];
    }
    // One of them is kept at another version by an override, which says nothing about the fleet.
    world.desired.instances[1].version = VersionRef::Number(7);
    world.tenant.instances.items[1].version = InstanceVersion {
        id: VersionId::new("v7"),
        number: 7,
        ..world.tenant.instances.items[1].version.clone()
    };
    let mut to = world.desired.clone();
    to.instances.clear();
    let found = decided(&world, &to, &[]).unwrap();
    assert_eq!(changes(&found), ["Fleet/all"]);
    assert_eq!(found[0].number, 1);
    for address in ["Fleet/all", "Integration/erp"] {
        assert_eq!(
            changes(&decided(&world, &to, &[address]).unwrap()),
            ["Fleet/all"]
        );
    }
    assert!(decided(&world, &to, &["Fleet/other"]).is_err());
}

#[test]
fn members_are_not_guessed_where_the_customers_are_not_all_known() {
    let mut world = world();
    world.live_customer("c1", "One");
    world.tenant.all_customers.as_mut().unwrap().incomplete = unread();
    let refused = scope(("dev", &world.desired, &world.tenant)).unwrap_err();
    assert!(
        refused
            .message
            .starts_with("the customers of dev are not all known")
    );
}
