//! What people and programs read.

use super::*;

#[test]
fn json_has_the_documented_keys() {
    let mut world = in_step();
    world.tenant.instances.items[0].holds("Endpoint", "https://old");
    let plan = plan(&world);
    let results = crate::plan::render::Results {
        resources: [(plan.resources[1].address.clone(), StepResult::Applied)].into(),
        closed: None,
    };
    let mut document = json(&plan, Some(&results));
    document["digest"] = "sha256:…".into();
    document["policy"] = "sha256:…".into();
    document["resources"][1]["writes"] = "sha256:…".into();
    assert_snapshot!(serde_json::to_string_pretty(&document).unwrap());
}

#[test]
fn unknown_is_reported_and_untouched() {
    let mut world = in_step();
    world.tenant.instances.items.clear();
    world.tenant.instances.incomplete = Some("HTTP 502".into());
    let plan = plan(&world);
    assert!(plan.is_empty());
    assert_snapshot!(human(&plan, HumanOptions::default()), @"
    ! Instance/shop: unknown: could not be read: HTTP 502

    Plan: 0 to create, 0 to update, 0 to publish, 0 to deploy, 0 to disable, 0 to delete. 1 unchanged, 1 blocked, 0 pending.
    ");
}

#[test]
fn equal_plans_have_equal_digests_and_secrets_are_not_in_them() {
    let mut world = fresh();
    let reference = SecretRef::Env("KEY".to_owned());
    world.desired.instances[0].set("Endpoint", ConfigValue::Secret(reference.clone()));
    world
        .secrets
        .insert(reference.clone(), Ok(Secret::new("canary".to_owned())));
    let first = plan(&world);
    world
        .secrets
        .insert(reference, Ok(Secret::new("another".to_owned())));
    assert_eq!(first.digest, plan(&world).digest);
    world.desired.instances[0].display_name = "Other".to_owned();
    assert_ne!(first.digest, plan(&world).digest);
    for text in [
        human(
            &first,
            HumanOptions {
                color: true,
                all: true,
                verbose: true,
            },
        ),
        json(&first, None).to_string(),
        markdown(&first),
        format!("{first:?}"),
    ] {
        assert!(!text.contains("canary"), "{text}");
    }
}
