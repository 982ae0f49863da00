//! The output of plans for people and programs.

use super::*;
use crate::diff::testing::{World, name};
use crate::model::{Address, Health};
use crate::plan::build::quiet;
use crate::plan::{Action, PlannedResource};

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

    Plan: 0 to create, 0 to update, 0 to publish, 0 to deploy, 0 to disable, 0 to delete. 1 unchanged, 1 blocked, 0 pending. The tenant was not read to its end.
    Not read: instances: HTTP 502
    ");
}

#[test]
fn no_name_forges_a_line_or_gives_an_order() {
    let forged = "Smith\n\nNo changes. The tenant matches the manifests.\n::add-mask::x\u{1b}[8m ##[x]\u{61c}";
    let mut world = fresh();
    world.desired.instances[0].set("Endpoint", scalar(forged));
    let mut plan = plan(&world);
    for resource in &mut plan.resources {
        resource.customer = Some(forged.to_owned());
        resource.display_name = forged.to_owned();
        resource.reason = forged.to_owned();
        resource.hint = Some(forged.to_owned());
    }
    let color = HumanOptions {
        color: true,
        all: true,
        verbose: true,
    };
    for text in [human(&plan, color), markdown(&plan)] {
        for line in text.lines() {
            let line = line.trim_start();
            assert!(
                !line.starts_with("No changes") && !line.starts_with("::"),
                "{text}"
            );
        }
        assert!(
            !text.contains("##[") && !text.contains("\u{1b}[8m"),
            "{text}"
        );
        assert!(!text.contains('\u{61c}'), "{text}");
    }
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

#[test]
fn what_waits_for_one_reason_is_told_once_and_after_what_changes() {
    let mut plan = plan(&World::new());
    let waiting = |number: usize| {
        let address = Address::instance(name(&format!("n{number:02}")));
        PlannedResource {
            customer: Some("Smith Hardware".to_owned()),
            health: Health::Pending,
            reason: format!("n{number:02} waits for the consent of Smith Hardware"),
            hint: Some("send the link".to_owned()),
            ..quiet(address, format!("N {number:02}"), None)
        }
    };
    plan.resources = (0..60).map(waiting).collect();
    plan.resources.push(PlannedResource {
        actions: vec![Action::Deploy],
        reason: "needs a deploy".to_owned(),
        ..quiet(Address::instance(name("z")), "z".to_owned(), None)
    });
    let short = human(&plan, HumanOptions::default());
    let told = short.split("\n\n").nth(1).unwrap();
    assert_snapshot!(told, @r#"
    ~ Instance/z: deploy
    ! 60 instances: pending: … waits for the consent of …
        hint: send the link
        Instance/n00 "N 00" for Smith Hardware, Instance/n01 "N 01" for Smith Hardware, Instance/n02 "N 02" for Smith Hardware and 57 more (--verbose lists them)
    "#);
    let verbose = HumanOptions {
        verbose: true,
        ..HumanOptions::default()
    };
    let long = human(&plan, verbose);
    assert_eq!(long.matches("pending: n").count(), 60, "{long}");
}
