//! Versions, customers and fields of instances.

use super::*;

#[test]
fn versions_are_chosen_by_number_commit_and_availability() {
    let with_versions = |wanted: VersionRef| {
        let mut world = in_step();
        world.desired.instances[0].version = wanted;
        let versions = &mut world.tenant.integrations.items[0].versions.items;
        versions[0].record.commit_hash = Some("1a2b3c4".to_owned());
        let mut second = versions[0].clone();
        second.id = crate::model::VersionId::new("i1-v2");
        second.number = 2;
        second.available = false;
        second.record.commit_hash = Some("ffff00001111".to_owned());
        versions.insert(0, second);
        world
    };
    let chosen = |wanted| match instance(&with_versions(wanted)).target {
        TargetVersion::Existing { number, .. } => number,
        TargetVersion::Published(_) => panic!("nothing is published"),
    };
    assert_eq!(chosen(VersionRef::Latest), 1, "version 2 was withdrawn");
    assert_eq!(chosen(VersionRef::Number(2)), 2);
    assert_eq!(
        chosen(VersionRef::Commit("1a2b3c4d5e6f".into())),
        1,
        "recorded short"
    );
    assert_eq!(
        chosen(VersionRef::Commit("ffff0000".into())),
        2,
        "declared short"
    );
    let refused = |wanted| instance_verdict(&with_versions(wanted));
    assert_eq!(
        refused(VersionRef::Number(7)),
        "refused: \"Acme ERP\" has no version 7 in this tenant"
    );
    assert_eq!(
        refused(VersionRef::Commit("abcdef0".into())),
        "refused: no version of \"Acme ERP\" was published from commit abcdef0"
    );
    let mut unknown = with_versions(VersionRef::Number(7));
    unknown.tenant.integrations.items[0].versions.incomplete = unread();
    assert_eq!(instance_verdict(&unknown), "unknown: page 2 failed");
}

/// Two machines published one change at the same moment.
#[test]
fn of_equal_versions_the_older_is_meant_and_nobody_moves_between_them() {
    let with_equal = |current: &str, change: fn(&mut crate::model::PublishedVersion)| {
        let mut world = in_step();
        let versions = &mut world.tenant.integrations.items[0].versions.items;
        let git = crate::definition::Definition::parse(&acme(), "acme.yml").unwrap();
        versions[0].record.submitted = Some(git.digest());
        let mut second = versions[0].clone();
        second.id = crate::model::VersionId::new("i1-v2");
        second.number = 2;
        change(&mut second);
        versions.insert(0, second);
        world.tenant.instances.items[0].version.id = crate::model::VersionId::new(current);
        let instance = instance(&world);
        (instance.target, instance.upgrade)
    };
    let first = crate::model::VersionId::new("i1-v1");
    let meant = |id: &str, number| TargetVersion::Existing {
        id: crate::model::VersionId::new(id),
        number,
    };
    assert_eq!(in_step().tenant.instances.items[0].version.id, first);
    assert_eq!(with_equal("i1-v1", |_| {}), (meant("i1-v1", 1), false));
    assert_eq!(with_equal("i1-v2", |_| {}), (meant("i1-v1", 1), false));
    let other = |version: &mut crate::model::PublishedVersion| {
        version.record.canonical = Some("sha256:another".to_owned());
    };
    assert_eq!(with_equal("i1-v1", other), (meant("i1-v2", 2), true));
    let unknown = |version: &mut crate::model::PublishedVersion| version.record.submitted = None;
    assert_eq!(with_equal("i1-v1", unknown), (meant("i1-v2", 2), true));
}

#[test]
fn an_unmanaged_integration_is_found_by_name_or_id_or_not_at_all() {
    let mut world = in_step();
    world.desired.integrations.clear();
    world.desired.instances[0].integration = IntegrationRef::Name("Acme ERP".into());
    assert_eq!(instance_verdict(&world), "owned n1");
    world.desired.instances[0].integration = IntegrationRef::Id("i1".into());
    assert_eq!(instance_verdict(&world), "owned n1");
    world.live("i2", &acme());
    world.desired.instances[0].integration = IntegrationRef::Name("Acme ERP".into());
    assert_eq!(
        instance_verdict(&world),
        "refused: 2 integrations named \"Acme ERP\": i1, i2"
    );
    world.desired.instances[0].integration = IntegrationRef::Name("Nope".into());
    assert_eq!(
        instance_verdict(&world),
        "refused: no integration named \"Nope\" exists in this tenant"
    );
}

#[test]
fn customers_are_found_or_the_instance_waits() {
    let mut world = in_step();
    let which = world.desired.instances[0].customer.clone();
    world
        .tenant
        .customers
        .insert(which.clone(), Listing::default());
    assert_eq!(
        instance_verdict(&world),
        "refused: no customer with externalId \"smith\" exists in this tenant"
    );
    let unread = Listing {
        items: Vec::new(),
        incomplete: unread(),
    };
    world.tenant.customers.insert(which, unread);
    assert!(instance_verdict(&world).starts_with("unknown"));
}

#[test]
fn an_instance_does_not_move() {
    let mut world = in_step();
    world.desired.instances[0].customer = crate::model::CustomerRef::ExternalId("jones".into());
    assert_eq!(
        instance_verdict(&world),
        "refused: instance n1 belongs to customer \"Smith Hardware\", not to \"Jones Logistics\""
    );
    let mut world = in_step();
    world.live("i2", &definition("Other", "https://o"));
    world.desired.instances[0].integration = IntegrationRef::Id("i2".into());
    world.desired.instances[0].config = Default::default();
    assert_eq!(
        instance_verdict(&world),
        "refused: instance n1 is of integration \"Acme ERP\", not of \"Other\""
    );
}

#[test]
fn every_drift_of_an_instance_is_seen() {
    let mut world = in_step();
    let live = &mut world.tenant.instances.items[0];
    live.name = "renamed".to_owned();
    live.description = "by hand".to_owned();
    live.enabled = false;
    live.labels.push("extra".to_owned());
    live.holds("Endpoint", "https://elsewhere");
    let desired = &mut world.desired.instances[0];
    desired.description = Some("for orders".to_owned());
    desired.labels = Some(vec!["production".to_owned()]);
    let changes = instance(&world);
    assert_eq!(
        paths(&changes.fields),
        [
            "displayName",
            "description",
            "labels",
            "config \"Endpoint\"",
            "state"
        ]
    );
    let labels = changes.labels.unwrap();
    assert_eq!(labels, ["gitops:p/shop", "production"]);
    assert_eq!(changes.config.len(), 1);
}

#[test]
fn undeclared_fields_are_left_alone() {
    let mut world = in_step();
    let live = &mut world.tenant.instances.items[0];
    live.description = "by hand".to_owned();
    live.labels.push("extra".to_owned());
    live.holds("Batch Size", "7");
    assert_eq!(paths(&instance(&world).fields), Vec::<&str>::new());
}

#[test]
fn a_paused_instance_stays_paused() {
    let mut world = in_step();
    world.desired.instances[0].state = InstanceState::Disabled;
    assert_eq!(paths(&instance(&world).fields), ["state"]);
    world.tenant.instances.items[0].enabled = false;
    assert_eq!(paths(&instance(&world).fields), Vec::<&str>::new());
}

#[test]
fn what_is_protected_is_not_switched_off() {
    let verdict = |protect: bool, labels: &[&str], enabled: bool| {
        let mut world = in_step();
        world.desired.instances[0].state = InstanceState::Disabled;
        world.desired.instances[0].protect = protect;
        let live = &mut world.tenant.instances.items[0];
        live.labels.extend(labels.iter().map(ToString::to_string));
        live.enabled = enabled;
        instance_verdict(&world)
    };
    let refused = "refused: it is protected, and `state: disabled` would switch it off";
    assert_eq!(verdict(false, &[], true), "owned n1");
    assert_eq!(verdict(true, &[], true), refused);
    assert_eq!(verdict(false, &["gitops:protect"], true), refused);
    assert_eq!(verdict(true, &[], false), "owned n1", "it is off already");
    let earlier = ["gitops:protect", "gitops:protect-declared"];
    assert_eq!(
        verdict(false, &earlier, true),
        "owned n1",
        "the manifest changed its mind"
    );
}

#[test]
fn protection_is_a_label_and_shown_as_one() {
    let mut world = in_step();
    world.desired.instances[0].protect = true;
    let changes = instance(&world);
    let labels = changes.labels.unwrap();
    assert!(labels.contains(&"gitops:protect".to_owned()), "{labels:?}");
    assert_eq!(changes.fields.len(), 1);
    assert_eq!(changes.fields[0].path.as_str(), "labels");
}

#[test]
fn whether_runs_log_in_detail_is_compared_where_it_is_declared() {
    for (declared, live, expected) in [
        (None, Some(true), "None []"),
        (Some(true), Some(true), "None []"),
        (Some(true), Some(false), "Some(true) [\"globalDebug\"]"),
        (Some(false), Some(true), "Some(false) [\"globalDebug\"]"),
    ] {
        let mut world = in_step();
        world.desired.instances[0].global_debug = declared;
        world.tenant.instances.items[0].global_debug = live;
        let changes = instance(&world);
        let found = format!("{:?} {:?}", changes.global_debug, paths(&changes.fields));
        assert_eq!(found, expected, "{declared:?} {live:?}");
    }
    let mut unknown = in_step();
    unknown.desired.instances[0].global_debug = Some(true);
    unknown.tenant.instances.items[0].global_debug = None;
    assert!(instance_verdict(&unknown).starts_with("unknown: "));
}
