//! Customers that a fleet selects no more, and its limits.

use super::matching::{LISTED, has, lines, planned, two};
use crate::diff::testing::World;
use crate::plan::tests::steps;

fn leaving(more: &str) -> World {
    let manifests = LISTED
        .replace("[c1, c2]", "[c1]")
        .replace("  integration: acme", &format!("  integration: acme{more}"));
    let mut world = two(&manifests);
    has(&mut world, "n1", "c1", &["gitops:p/prod/c1"]);
    has(&mut world, "n2", "c2", &["gitops:p/prod/c2"]);
    world
}

#[test]
fn who_leaves_is_reported_and_left_alone() {
    insta::assert_snapshot!(lines(&planned(leaving(""))), @"Instance/prod/c2 [] [] Fleet/prod does not select its customer any more; kept: it says `onLeave: orphan`");
}

#[test]
fn who_leaves_is_marked_and_switched_off_where_the_fleet_says_so() {
    let plan = planned(leaving("\n  onLeave: disable"));
    insta::assert_snapshot!(lines(&plan), @"Instance/prod/c2 [Disable] [] Fleet/prod does not select its customer any more");
    insta::assert_snapshot!(steps(&plan), @r"
    0 Instance/prod/c2 Update
    1 Instance/prod/c2 Switch after 0
    ");
    insta::assert_snapshot!(format!("{:?}", plan.steps[0].operation), @r#"Instance(Update { instance: Known(InstanceId("n2")), name: None, description: None, labels: Some(["gitops:left=1970-01-01", "gitops:p/prod/c2"]), global_debug: None })"#);
    let mut off = leaving("\n  onLeave: disable");
    off.tenant.instances.items[1].enabled = false;
    insta::assert_snapshot!(format!("{:?}", planned(off).steps), @r#"[Step { id: StepId(0), address: Address { kind: Instance, name: ResourceName("prod/c2") }, action: Update, operation: Instance(Update { instance: Known(InstanceId("n2")), name: None, description: None, labels: Some(["gitops:left-off", "gitops:p/prod/c2"]), global_debug: None }), after: [] }]"#);
    for done in ["gitops:left=1969-12-31", "gitops:left-off"] {
        let mut gone = leaving("\n  onLeave: disable");
        let live = &mut gone.tenant.instances.items[1];
        live.enabled = false;
        live.labels.push(done.to_owned());
        assert!(planned(gone).steps.is_empty(), "{done}");
    }
    let mut kept = leaving("\n  onLeave: disable");
    kept.tenant.instances.items[1]
        .labels
        .push("gitops:protect".to_owned());
    assert!(planned(kept).steps.is_empty());
}

#[test]
fn only_who_was_switched_off_for_leaving_is_switched_on_again() {
    let mut world = two(LISTED);
    has(
        &mut world,
        "n1",
        "c1",
        &["gitops:p/prod/c1", "gitops:left=2026-11-29"],
    )
    .enabled = false;
    has(
        &mut world,
        "n2",
        "c2",
        &["gitops:p/prod/c2", "gitops:left-off"],
    )
    .enabled = false;
    let plan = planned(world);
    insta::assert_snapshot!(lines(&plan), @"Instance/prod/c1 [Enable, Update] [labels, state] differs");
    insta::assert_snapshot!(steps(&plan), @r"
    0 Instance/prod/c1 Switch
    1 Instance/prod/c1 Update after 0
    ");
    let mut world = two(LISTED);
    has(&mut world, "n1", "c1", &["gitops:p/prod/c1"]);
    has(
        &mut world,
        "n2",
        "c2",
        &["gitops:p/prod/c2", "gitops:left-off"],
    );
    insta::assert_snapshot!(lines(&planned(world)), @"Instance/prod/c2 [Update] [labels] differs");
}

/// A fleet of `members`, of which the first `leave` leave now, and `before` left earlier.
fn many(members: usize, leave: usize, before: usize, more: &str) -> String {
    let stay = (leave..members)
        .map(|n| format!("m{n}"))
        .collect::<Vec<_>>();
    let manifests = LISTED
        .replace("[c1, c2]", &format!("[{}]", stay.join(", ")))
        .replace(
            "  integration: acme",
            &format!("  integration: acme\n  onLeave: disable{more}"),
        );
    let mut world = two(&manifests);
    for n in 0..members + before {
        super::customer(&mut world, &format!("m{n}"), &format!("M {n}"), &[]);
        let record = world
            .tenant
            .all_customers
            .as_ref()
            .unwrap()
            .items
            .last()
            .unwrap();
        let customer = record.customer.clone();
        let key = crate::model::CustomerRef::ExternalId(format!("m{n}"));
        world
            .tenant
            .customers
            .insert(key, crate::model::Listing::complete(vec![customer]));
        let marker = format!("gitops:p/prod/m{n}");
        let live = has(&mut world, &format!("n{n}"), &format!("m{n}"), &[&marker]);
        if n >= members {
            live.enabled = false;
            live.labels.push("gitops:left=1969-12-31".to_owned());
        }
    }
    world.desired.project.policy.guards.disables = crate::model::Share::Count(100);
    let plan = planned(world);
    let found = plan.violations.iter().map(|one| one.message.clone());
    found.collect::<Vec<_>>().join("\n")
}

#[test]
fn leaving_in_small_parts_is_counted_together() {
    assert_eq!(many(20, 2, 0, ""), "");
    insta::assert_snapshot!(many(20, 3, 0, ""), @"Fleet/prod: maxLeave: 3 members of 20 would have left within 24 hours; the limit is 10%");
    insta::assert_snapshot!(many(20, 1, 2, ""), @"Fleet/prod: maxLeave: 3 members of 22 would have left within 24 hours; the limit is 10%");
    assert_eq!(many(20, 1, 1, ""), "");
    assert_eq!(many(9, 5, 0, ""), "", "below the minimum of the policy");
    insta::assert_snapshot!(many(20, 2, 0, "\n  maxLeave: 1"), @"Fleet/prod: maxLeave: 2 members of 20 would have left within 24 hours; the limit is 1");
}

#[test]
fn a_fleet_that_selects_nobody_is_refused_unless_that_is_meant() {
    let nobody = LISTED.replace("{list: [c1, c2]}", "{selector: {labels: {all: [piad]}}}");
    insta::assert_snapshot!(lines(&planned(two(&nobody))), @"Fleet/prod: allowEmpty: it selects no customer, so that every member would leave; if that is meant, write `allowEmpty: true`");
    let meant = nobody.replace(
        "  integration: acme",
        "  integration: acme\n  allowEmpty: true",
    );
    insta::assert_snapshot!(lines(&planned(two(&meant))), @"");
}

#[test]
fn a_fleet_has_limits_of_its_own() {
    let limited = LISTED.replace(
        "  integration: acme",
        "  integration: acme\n  guards: {maxCreates: 1, maxUpdates: 0}",
    );
    insta::assert_snapshot!(lines(&planned(two(&limited))), @r#"
    Instance/prod/c1 [Create, Deploy] [config "Endpoint"] does not exist yet
    Instance/prod/c2 [Create, Deploy] [config "Endpoint"] does not exist yet
    Fleet/prod: maxCreates: 2 of 2 members would be created; the limit is 1
    "#);
    let mut world = two(&limited);
    has(&mut world, "n1", "c1", &["gitops:p/prod/c1"]).name = "Else".to_owned();
    has(&mut world, "n2", "c2", &["gitops:p/prod/c2"]);
    insta::assert_snapshot!(lines(&planned(world)), @r"
    Instance/prod/c1 [Update] [displayName] differs
    Fleet/prod: maxUpdates: 1 of 2 members would change; the limit is 0
    ");
}
