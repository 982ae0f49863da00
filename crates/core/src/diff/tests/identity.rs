//! Which live object a manifest means.

use super::*;

fn check(cases: &[(&str, Arrange, &str)]) {
    for (case, arrange, expected) in cases {
        let mut world = World::new();
        world.declare("acme", &acme());
        arrange(&mut world);
        let verdict = &world.diff().integrations[0].verdict;
        let found = identity(verdict, |changes| &changes.live);
        assert_eq!(found, *expected, "{case}");
    }
}

#[test]
fn integrations_are_identified_by_their_marker() {
    check(&[
        ("nothing there", |_| {}, "missing"),
        (
            "marked",
            |w| w.live("i1", &acme()).labels = vec!["gitops:p/acme".into()],
            "owned i1",
        ),
        (
            "marked, renamed by hand",
            |w| {
                let live = w.live("i1", &definition("Other", "https://a.example"));
                live.labels = vec!["gitops:p/acme".into()];
            },
            "owned i1",
        ),
        (
            "marked twice",
            |w| {
                w.live("i1", &acme()).labels = vec!["gitops:p/acme".into()];
                w.live("i2", &acme()).labels = vec!["gitops:p/acme".into()];
            },
            "refused: 2 integrations bear the marker: i1, i2",
        ),
        (
            "marked by two projects",
            |w| {
                w.live("i1", &acme()).labels = vec!["gitops:p/acme".into(), "gitops:q/erp".into()];
            },
            "refused: integration i1 bears the markers of two projects: gitops:p/acme and gitops:q/erp",
        ),
        (
            "same name, no consent",
            |w| {
                w.live("i1", &acme());
            },
            "refused: integration i1 exists and is not managed yet",
        ),
        (
            "the journal says that an import of ours took the marker off",
            |w| {
                let id = w.live("i1", &acme()).id.clone();
                w.tenant.interrupted.insert(id, "gitops:p/acme".into());
            },
            "resumed i1",
        ),
        (
            "the same of another manifest's marker",
            |w| {
                let id = w.live("i1", &acme()).id.clone();
                w.tenant.interrupted.insert(id, "gitops:p/other".into());
            },
            "refused: integration i1 exists and is not managed yet",
        ),
        (
            "the same, and another project marked it since",
            |w| {
                let live = w.live("i1", &acme());
                live.labels = vec!["gitops:q/acme".into()];
                let id = live.id.clone();
                w.tenant.interrupted.insert(id, "gitops:p/acme".into());
            },
            "refused: integration i1 belongs to another project: gitops:q/acme",
        ),
        (
            "same name, --adopt",
            |w| {
                w.live("i1", &acme());
                w.adopt = true;
            },
            "adopted i1",
        ),
    ]);
}

#[test]
fn integrations_are_taken_over_with_consent_only() {
    check(&[
        (
            "adopt by name",
            |w| {
                w.live("i1", &definition("Old Name", "https://a.example"));
                w.desired.integrations[0].adopt = adopt_name("Old Name");
            },
            "adopted i1",
        ),
        (
            "adopt by name, two of them",
            |w| {
                w.live("i1", &acme());
                w.live("i2", &acme());
                w.desired.integrations[0].adopt = adopt_name("Acme ERP");
            },
            "refused: 2 integrations match: i1, i2",
        ),
        (
            "adopt by an id that is not there",
            |w| w.desired.integrations[0].adopt = adopt_id("i9"),
            "refused: no integration with id i9 exists in this tenant",
        ),
        (
            "another project's",
            |w| {
                w.live("i1", &acme()).labels = vec!["gitops:q/acme".into()];
                w.adopt = true;
            },
            "refused: integration i1 belongs to another project: gitops:q/acme",
        ),
        (
            "ours under another name",
            |w| w.live("i1", &acme()).labels = vec!["gitops:p/old".into()],
            "refused: integration i1 is managed as \"old\" already",
        ),
    ]);
}

/// What an import leaves when nothing comes after it.
fn imported(world: &mut World) -> &mut crate::model::Integration {
    let live = world.live("i1", &acme());
    live.versions.items.clear();
    live.has_unpublished_changes = true;
    live
}

#[test]
fn an_import_that_was_not_marked_any_more_is_ours() {
    check(&[
        (
            "just imported",
            |w| {
                imported(w);
            },
            "resumed i1",
        ),
        (
            "with the labels of the definition",
            |w| imported(w).labels = vec!["erp".into()],
            "resumed i1",
        ),
        (
            "with another project's marker",
            |w| imported(w).labels = vec!["gitops:q/acme".into()],
            "refused: integration i1 belongs to another project: gitops:q/acme",
        ),
        (
            "it says something else",
            |w| {
                w.live("i1", &definition("Acme ERP", "https://b.example"))
                    .versions
                    .items
                    .clear();
            },
            "refused: integration i1 exists and is not managed yet",
        ),
        (
            "published by somebody",
            |w| w.live("i1", &acme()).has_unpublished_changes = true,
            "refused: integration i1 exists and is not managed yet",
        ),
        (
            "published by us, and imported over since",
            |w| {
                let live = w.live("i1", &acme());
                live.versions.items[0].record.submitted = Some("before".into());
                live.has_unpublished_changes = true;
            },
            "resumed i1",
        ),
        (
            "published by us, and nothing since: the marker was taken off",
            |w| {
                let live = w.live("i1", &acme());
                live.versions.items[0].record.submitted = Some("before".into());
            },
            "refused: integration i1 exists and is not managed yet",
        ),
        (
            "its versions were not read",
            |w| imported(w).versions.incomplete = unread(),
            "refused: integration i1 exists and is not managed yet",
        ),
        (
            "instances were not read",
            |w| {
                imported(w);
                w.tenant.instances.incomplete = unread();
            },
            "refused: integration i1 exists and is not managed yet",
        ),
        (
            "two of them",
            |w| {
                imported(w);
                w.live("i2", &acme());
            },
            "refused: 2 integrations match: i1, i2",
        ),
    ]);
}

#[test]
fn an_incomplete_list_is_never_taken_for_absence() {
    let mut world = in_step();
    world.tenant.integrations.items.clear();
    world.tenant.integrations.incomplete = unread();
    let changes = world.diff();
    let verdict = &changes.integrations[0].verdict;
    assert_eq!(
        identity(verdict, |changes| &changes.live),
        "unknown: page 2 failed"
    );
    assert_eq!(
        instance_verdict(&world),
        "unknown: Integration/acme: page 2 failed"
    );

    let mut world = in_step();
    world.tenant.instances = Listing {
        items: Vec::new(),
        incomplete: unread(),
    };
    assert_eq!(instance_verdict(&world), "unknown: page 2 failed");

    // The object with the marker was found, even if other lists are incomplete.
    let mut world = in_step();
    world.tenant.instances.incomplete = unread();
    assert_eq!(instance_verdict(&world), "owned n1");
}

#[test]
fn a_name_that_another_manifest_owns_is_not_a_match() {
    let mut world = in_step();
    world.declare("second", &acme());
    let verdict = &world.diff().integrations[1].verdict;
    assert_eq!(identity(verdict, |changes| &changes.live), "missing");
}

#[test]
fn a_renamed_manifest_takes_over_by_id_once_the_old_name_is_gone() {
    let mut world = in_step();
    world.desired.instances.clear();
    world.desired.integrations[0].name = name("renamed");
    world.desired.integrations[0].adopt = adopt_id("i1");
    let changes = integration(&world);
    assert_eq!(changes.live.id().unwrap().as_str(), "i1");
    assert_eq!(changes.labels, Some(vec!["gitops:p/renamed".to_owned()]));
    // The adopted object still has the old marker, and is not an orphan.
    let left = world.diff().orphans;
    let left: Vec<_> = left.iter().map(|it| it.address.to_string()).collect();
    assert_eq!(left, ["Instance/shop"]);
}

#[test]
fn undeclared_owned_objects_are_orphans() {
    let mut world = in_step();
    world.desired.instances.clear();
    world.desired.integrations.clear();
    let addresses: Vec<String> = world
        .diff()
        .orphans
        .iter()
        .map(|orphan| orphan.address.to_string())
        .collect();
    assert_eq!(addresses, ["Integration/acme", "Instance/shop"]);
}
