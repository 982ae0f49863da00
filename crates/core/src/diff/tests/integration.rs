//! Definitions, drafts and versions.

use super::*;

#[test]
fn what_is_in_step_has_no_changes() {
    let world = in_step();
    let changes = integration(&world);
    assert_eq!(paths(&changes.fields), Vec::<&str>::new());
    assert!(!changes.import && !changes.publish && changes.labels.is_none());
    let changes = instance(&world);
    assert_eq!(paths(&changes.fields), Vec::<&str>::new());
    assert!(!changes.upgrade && !changes.deploy_due && changes.config.is_empty());
    assert!(world.diff().orphans.is_empty());
}

#[test]
fn a_changed_definition_is_imported_published_and_rolled_out() {
    let mut world = in_step();
    world.desired.integrations[0].definition.text =
        definition("Acme ERP", "https://b.example").into();
    let changes = integration(&world);
    assert!(changes.import && changes.publish);
    assert_eq!(changes.fields.len(), 1);
    assert_eq!(
        changes.labels,
        Some(vec!["gitops:p/acme".to_owned()]),
        "an import may drop it"
    );
    let changes = instance(&world);
    assert_eq!(changes.target, TargetVersion::Published(name("acme")));
    assert_eq!(paths(&changes.fields), ["version"]);
}

#[test]
fn an_edit_in_the_designer_is_undone_without_another_version() {
    let mut world = in_step();
    let submitted = world.definitions()[&name("acme")].digest();
    let live = &mut world.tenant.integrations.items[0];
    live.versions.items[0].record.submitted = Some(submitted);
    live.has_unpublished_changes = true;
    let edited = definition("Acme ERP", "https://edited.example");
    live.definition = Observed::Known(edited.into());
    let changes = integration(&world);
    assert!(changes.import && !changes.publish);
    assert_eq!(paths(&instance(&world).fields), Vec::<&str>::new());
}

#[test]
fn what_the_server_adds_by_itself_is_no_change() {
    let mut world = in_step();
    let submitted = world.definitions()[&name("acme")].digest();
    let live = &mut world.tenant.integrations.items[0];
    let then = crate::definition::canonical_digest(live.definition.known().unwrap()).unwrap();
    live.versions.items[0].record = VersionRecord {
        submitted: Some(submitted),
        canonical: Some(then),
        ..VersionRecord::default()
    };
    let grown = format!("{}novelty: 7\n", acme());
    live.definition = Observed::Known(grown.as_str().into());
    let changes = integration(&world);
    assert_eq!(paths(&changes.fields), Vec::<&str>::new());
    assert!(!changes.import && !changes.publish);

    // By hand in the designer, and not published: the server says so.
    let cases: [(&str, Arrange); 3] = [
        ("edited", |w| {
            w.tenant.integrations.items[0].has_unpublished_changes = true;
        }),
        ("published by hand", |w| {
            w.tenant.integrations.items[0].versions.items[0].record = VersionRecord::default();
        }),
        ("changed besides", |w| {
            let text = definition("Acme ERP", "https://edited.example") + "novelty: 7\n";
            w.tenant.integrations.items[0].definition = Observed::Known(text.into());
        }),
    ];
    for (case, arrange) in cases {
        let live = &mut world.tenant.integrations.items[0];
        live.definition = Observed::Known(grown.as_str().into());
        let before = live.clone();
        arrange(&mut world);
        let changes = integration(&world);
        assert!(changes.import && !changes.fields.is_empty(), "{case}");
        world.tenant.integrations.items[0] = before;
    }
    // Without its marker it is still not ours.
    world.tenant.integrations.items[0].labels.clear();
    let verdict = &world.diff().integrations[0].verdict;
    assert!(matches!(verdict, Err(Stop::Refused(_))), "{verdict:?}");
}

#[test]
fn what_is_protected_is_neither_withdrawn_nor_hidden() {
    use crate::model::{Marketplace, Visibility};
    let verdict = |protect: bool, label: bool, arrange: Arrange| {
        let mut world = in_step();
        world.desired.integrations[0].protect = protect;
        let live = &mut world.tenant.integrations.items[0];
        live.labels
            .extend(label.then(|| "gitops:protect".to_owned()));
        live.versions.items[0].visibility = Some(Visibility::Deployable);
        arrange(&mut world);
        identity(&world.diff().integrations[0].verdict, |changes| {
            &changes.live
        })
    };
    let withdraw = |w: &mut World| w.desired.integrations[0].available = Some(false);
    let hide = |w: &mut World| {
        w.desired.integrations[0].marketplace = Some(Marketplace {
            visibility: Some(Visibility::Hidden),
            ..Marketplace::default()
        });
    };
    let withdrawn =
        "refused: it is protected, and `available: false` would withdraw its newest version";
    let hidden =
        "refused: it is protected, and `visibility: hidden` would take it out of the marketplace";
    for (arrange, refused) in [(withdraw as Arrange, withdrawn), (hide as Arrange, hidden)] {
        assert_eq!(verdict(false, false, arrange), "owned i1");
        assert_eq!(verdict(true, false, arrange), refused);
        assert_eq!(verdict(false, true, arrange), refused);
    }
}

#[test]
fn an_unpublished_draft_does_not_tell_what_the_newest_version_requires() {
    let mut world = in_step();
    world.desired.integrations[0].publish = crate::model::PublishWhen::Never;
    world.tenant.instances.items.clear();
    world.tenant.integrations.items[0].versions.items[0].required = crate::model::Asked::NotAsked;
    let unread = |world: &World| world.diff().needs.requirements.len();
    assert!(!integration(&world).unpublished);
    assert_eq!(unread(&world), 0, "it was made of the definition at hand");
    world.tenant.integrations.items[0].has_unpublished_changes = true;
    assert!(integration(&world).unpublished);
    assert_eq!(unread(&world), 1);
}

#[test]
fn an_integration_of_a_customer_is_taken_over_by_its_id_only() {
    for (adopt, expected) in [
        (None, "missing"),
        (adopt_name("Acme ERP"), "missing"),
        (adopt_id("i1"), "adopted i1"),
    ] {
        let mut world = World::new();
        world.adopt = true;
        world.declare("acme", &acme()).adopt = adopt;
        world.live("i1", &acme()).customer_owned = true;
        let found = &world.diff().integrations[0].verdict;
        assert_eq!(identity(found, |changes| &changes.live), expected);
    }
}

#[test]
fn a_draft_that_was_never_published_is_published_without_an_import() {
    let mut world = in_step();
    world.tenant.integrations.items[0].has_unpublished_changes = true;
    let changes = integration(&world);
    assert!(changes.publish && !changes.import);

    // The flag may be raised by a label; the record says what was published.
    let submitted = world.definitions()[&name("acme")].digest();
    world.tenant.integrations.items[0].versions.items[0].record = VersionRecord {
        submitted: Some(submitted),
        ..VersionRecord::default()
    };
    assert!(!integration(&world).publish);

    world.tenant.integrations.items[0].versions.items.clear();
    assert!(integration(&world).publish, "never published at all");
    world.tenant.integrations.items[0].versions.incomplete = unread();
    let verdict = &world.diff().integrations[0].verdict;
    assert_eq!(
        identity(verdict, |changes| &changes.live),
        "unknown: page 2 failed"
    );
}

#[test]
fn a_draft_that_reads_otherwise_than_its_version_is_published_whatever_the_flag_says() {
    let mut world = in_step();
    let live = &mut world.tenant.integrations.items[0];
    let now = crate::definition::canonical_digest(live.definition.known().unwrap()).unwrap();
    for (submitted, canonical, expected) in [
        ("before", Some("before"), true),
        ("before", Some(now.as_str()), false),
        ("before", None, false),
    ] {
        world.tenant.integrations.items[0].versions.items[0].record = VersionRecord {
            submitted: Some(submitted.to_owned()),
            canonical: canonical.map(str::to_owned),
            ..VersionRecord::default()
        };
        let publish = integration(&world).publish;
        assert_eq!(publish, expected, "{canonical:?}");
    }
}

#[test]
fn an_unreadable_definition_is_unknown() {
    for broken in [
        Observed::Unknown("timeout".into()),
        Observed::Known("[".into()),
    ] {
        let mut world = in_step();
        world.tenant.integrations.items[0].definition = broken;
        let verdict = &world.diff().integrations[0].verdict;
        assert!(matches!(verdict, Err(Stop::Unknown(_))), "{verdict:?}");
    }
}
