//! Which steps, and in which order.

use super::*;
use crate::plan::IntegrationOperation;

#[test]
fn a_fresh_tenant_is_built_in_order() {
    let plan = plan(&fresh());
    assert_snapshot!(steps(&plan), @"
    0 Integration/acme Create
    1 Integration/acme Import after 0
    2 Integration/acme Update after 1
    3 Integration/acme Publish after 2
    4 Instance/shop Create after 3
    5 Instance/shop Deploy after 4
    6 Instance/shop Switch after 5
    ");
    assert_snapshot!(human(&plan, HumanOptions::default()), @r#"
    Touches 1 instance of 1 customer; 7 steps, not slowed by the rate limit.

    + Integration/acme "Acme ERP": create, publish
    + Instance/shop for Smith Hardware: create, deploy
        config "Endpoint"  + https://e

    Plan: 2 to create, 0 to update, 1 to publish, 1 to deploy, 0 to disable, 0 to delete. 0 unchanged, 0 blocked, 0 pending.
    "#);
}

#[test]
fn what_matches_needs_no_step() {
    let plan = plan(&in_step());
    assert!(plan.is_empty() && !plan.has_changes() && !plan.has_leftovers());
    assert_snapshot!(
        human(&plan, HumanOptions::default()),
        @"No changes. The tenant matches the manifests."
    );
    assert_eq!(plan.summary.unchanged, 2);
}

#[test]
fn a_new_version_reaches_its_instances_after_it_is_published() {
    let mut world = in_step();
    world.desired.integrations[0].definition.text =
        definition("Acme ERP", "https://b.example").into();
    world.desired.integrations[0].available = Some(true);
    assert_snapshot!(steps(&plan(&world)), @"
    0 Integration/acme Import
    1 Integration/acme Update after 0
    2 Integration/acme Publish after 1
    3 Integration/acme SetAvailability after 2
    4 Instance/shop Upgrade after 2
    5 Instance/shop Deploy after 4
    ");
}

#[test]
fn values_that_only_the_new_version_knows_follow_the_upgrade() {
    let mut world = in_step();
    let text = acme().replace(
        "- key: Batch Size",
        "- key: Region\n  dataType: string\n- key: Batch Size",
    );
    world.desired.integrations[0].definition.text = text.into();
    world.desired.instances[0]
        .set("Region", scalar("eu"))
        .set("Endpoint", scalar("https://f"));
    assert_snapshot!(steps(&plan(&world)), @"
    0 Integration/acme Import
    1 Integration/acme Update after 0
    2 Integration/acme Publish after 1
    3 Instance/shop Configure
    4 Instance/shop Upgrade after 3, 2
    5 Instance/shop Configure after 4
    6 Instance/shop Deploy after 5
    ");
}

#[test]
fn an_instance_that_would_lack_a_value_stays_as_it_is() {
    let mut world = in_step();
    let text = acme().replace(
        "- key: Batch Size",
        "- key: Region\n  dataType: string\n- key: Batch Size",
    );
    world.desired.integrations[0].definition.text = text.into();
    let plan = plan(&world);
    assert!(
        plan.steps
            .iter()
            .all(|step| step.address.to_string() == "Integration/acme")
    );
    assert!(plan.has_leftovers());
    assert_snapshot!(human(&plan, HumanOptions::default()), @r#"
    Touches no instance; 3 steps, not slowed by the rate limit.

    ~ Integration/acme "Acme ERP": import, publish
        definition config variable "Region"  + "string"
    ! Instance/shop for Smith Hardware: blocked: no value for required config variable "Region"
        version  1 → the version published here
        hint: add it under `config:`, or give it a default in the definition

    Plan: 0 to create, 1 to update, 1 to publish, 0 to deploy, 0 to disable, 0 to delete. 0 unchanged, 1 blocked, 0 pending.
    "#);
}

#[test]
fn drift_is_put_right_with_as_little_as_it_takes() {
    let cases: [(&str, Arrange, &str); 5] = [
        (
            "disabled",
            |w| w.tenant.instances.items[0].enabled = false,
            "Switch",
        ),
        (
            "renamed",
            |w| w.tenant.instances.items[0].name = "x".into(),
            "Update",
        ),
        (
            "another value",
            |w| {
                w.tenant.instances.items[0].holds("Endpoint", "x");
            },
            "Configure Deploy",
        ),
        (
            "not deployed",
            |w| w.tenant.instances.items[0].needs_deploy = true,
            "Deploy",
        ),
        (
            "another version",
            |w| w.tenant.instances.items[0].version.id = crate::model::VersionId::new("i1-v0"),
            "Upgrade Deploy",
        ),
    ];
    for (case, drift, expected) in cases {
        let mut world = in_step();
        drift(&mut world);
        let plan = plan(&world);
        let kinds: Vec<String> = plan.steps.iter().map(operation).collect();
        assert_eq!(kinds.join(" "), expected, "{case}");
    }
}

#[test]
fn a_paused_instance_is_not_deployed() {
    let mut world = in_step();
    world.desired.instances[0].state = InstanceState::Disabled;
    world.desired.instances[0].set("Endpoint", scalar("https://f"));
    let first = plan(&world);
    assert_snapshot!(steps(&first), @"
    0 Instance/shop Configure
    1 Instance/shop Switch after 0
    ");
    assert_eq!(first.summary.disable, 1);

    let live = &mut world.tenant.instances.items[0];
    (live.enabled, live.needs_deploy) = (false, true);
    live.holds("Endpoint", "https://f");
    assert!(
        plan(&world).is_empty(),
        "the deploy waits until it is enabled"
    );

    world.desired.instances[0].state = InstanceState::Enabled;
    assert_snapshot!(steps(&plan(&world)), @"
    0 Instance/shop Deploy
    1 Instance/shop Switch after 0
    ");
}

#[test]
fn a_waiting_connection_holds_back_the_deploy_only() {
    let mut world = fresh();
    world.desired.instances[0].set("Endpoint", ConfigValue::PendingConnection);
    let plan = plan(&world);
    assert!(steps(&plan).ends_with("4 Instance/shop Create after 3"));
    assert_eq!((plan.summary.create, plan.summary.pending), (2, 1));
}

#[test]
fn deploys_and_publishes_can_be_somebody_elses() {
    let mut world = in_step();
    world.desired.instances[0].deploy = PublishWhen::Never;
    world.tenant.instances.items[0].needs_deploy = true;
    assert!(plan(&world).is_empty());

    let mut world = fresh();
    world.desired.integrations[0].publish = PublishWhen::Never;
    let plan = plan(&world);
    assert_eq!(plan.summary.publish, 0);
    assert_eq!(
        plan.summary.blocked, 1,
        "the instance has no version to run"
    );
}

#[test]
fn marketplace_settings_are_sent_whole() {
    let mut world = in_step();
    world.tenant.integrations.items[0].versions.items[0].overview = Some("Keep me".to_owned());
    world.desired.integrations[0].marketplace = Some(Marketplace {
        visibility: Some(Visibility::Listed),
        ..Marketplace::default()
    });
    let plan = plan(&world);
    let [step] = plan.steps.as_slice() else {
        panic!("{}", steps(&plan))
    };
    let Operation::Integration(IntegrationOperation::SetMarketplace {
        overview,
        visibility,
        ..
    }) = &step.operation
    else {
        panic!()
    };
    assert_eq!(
        (overview.as_str(), *visibility),
        ("Keep me", Visibility::Listed)
    );
}

#[test]
fn the_order_of_files_changes_nothing() {
    let mut world = fresh();
    world
        .declare_instance("other", "acme", "jones")
        .set("Endpoint", scalar("https://e"));
    let there = plan(&world);
    world.desired.instances.reverse();
    let back = plan(&world);
    let addresses = |plan: &Plan| -> Vec<String> {
        plan.resources
            .iter()
            .map(|resource| resource.address.to_string())
            .collect()
    };
    assert_eq!(addresses(&there), addresses(&back));
    assert_eq!(there.summary, back.summary);
}

#[test]
fn steps_follow_their_prerequisites() {
    let mut world = fresh();
    for index in 0..20 {
        world
            .declare_instance(&format!("shop-{index}"), "acme", "jones")
            .set("Endpoint", scalar("x"));
    }
    let plan = plan(&world);
    for (index, step) in plan.steps.iter().enumerate() {
        assert_eq!(step.id.0, index);
        assert!(step.after.iter().all(|before| before.0 < index));
    }
}

#[test]
fn suspended_by_prismatic_is_not_fought() {
    let mut world = in_step();
    let live = &mut world.tenant.instances.items[0];
    (live.enabled, live.system_suspended) = (false, true);
    let plan = plan(&world);
    assert!(plan.is_empty());
}
