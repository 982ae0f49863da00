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
        assert!(matches!(verdict, Verdict::Unknown(_)), "{verdict:?}");
    }
}
