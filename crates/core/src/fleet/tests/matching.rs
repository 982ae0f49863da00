//! Which live instance a member is, and what is done to it.

use super::{customer, definition, expanded, world};
use crate::diff::testing::{Valued as _, World};
use crate::model::{CustomerRef, Listing};
use crate::plan::Plan;
use crate::plan::tests::{context, plan};

pub(super) const LISTED: &str = "---
kind: Fleet
metadata: {name: prod}
spec:
  integration: acme
  customers: {list: [c1, c2]}
  template: {displayName: Acme ERP, config: {Endpoint: \"https://e\"}}
";

/// Two customers, an integration that is in step, and no instance.
pub(super) fn two(manifests: &str) -> World {
    let mut world = world(manifests, &[]);
    for (key, name) in [("c1", "Smith"), ("c2", "Jones")] {
        customer(&mut world, key, name, &["paid"]);
    }
    for record in &world.tenant.all_customers.as_ref().unwrap().items {
        let customer = record.customer.clone();
        let key = CustomerRef::ExternalId(customer.external_id.clone().unwrap());
        world
            .tenant
            .customers
            .insert(key, Listing::complete(vec![customer]));
    }
    let live = world.live("i1", &definition("Acme ERP", "https://a"));
    live.labels = vec!["gitops:p/acme".to_owned()];
    world
}

/// An instance of it, in step but for its labels and its name.
pub(super) fn has<'a>(
    world: &'a mut World,
    id: &str,
    customer: &str,
    labels: &[&str],
) -> &'a mut crate::model::Instance {
    let live = world.live_instance(id, "i1", customer);
    live.name = "Acme ERP".to_owned();
    live.labels = labels.iter().map(ToString::to_string).collect();
    live.holds("Endpoint", "https://e");
    live
}

pub(super) fn planned(mut world: World) -> Plan {
    world.desired = expanded(&world).desired.into_owned();
    // No lookups: the customers are known from the list.
    world.tenant.customers.clear();
    plan(&world)
}

pub(super) fn lines(plan: &Plan) -> String {
    let instances = plan
        .resources
        .iter()
        .filter(|one| !one.actions.is_empty() || one.reason != "matches");
    let lines = instances.map(|one| {
        let changes = one.changes.iter().map(|change| change.path.as_str());
        let changes = changes.collect::<Vec<_>>().join(", ");
        let hint = one.hint.as_ref().map(|hint| format!(" ({hint})"));
        format!(
            "{} {:?} [{changes}] {}{}",
            one.address,
            one.actions,
            one.reason,
            hint.unwrap_or_default()
        )
    });
    let violations = plan.violations.iter().map(|one| one.message.clone());
    lines.chain(violations).collect::<Vec<_>>().join("\n")
}

#[test]
fn members_are_created_and_are_in_step_then() {
    insta::assert_snapshot!(lines(&planned(two(LISTED))), @r#"
    Instance/prod/c1 [Create, Deploy] [config "Endpoint"] does not exist yet
    Instance/prod/c2 [Create, Deploy] [config "Endpoint"] does not exist yet
    "#);
    let mut done = two(LISTED);
    has(&mut done, "n1", "c1", &["gitops:p/prod/c1"]);
    has(&mut done, "n2", "c2", &["gitops:p/prod/c2"]);
    insta::assert_snapshot!(lines(&planned(done)), @"");
}

#[test]
fn what_a_customer_has_already_is_taken_over_with_consent() {
    let mut world = two(LISTED);
    has(&mut world, "n1", "c1", &[]).name = "Their own name".to_owned();
    has(&mut world, "n2", "c2", &[]);
    has(&mut world, "n3", "c2", &[]).name = "Another".to_owned();
    insta::assert_snapshot!(lines(&planned(copy(&world))), @r"
    Instance/prod/c1 [] [] instance n1 exists and is not managed yet (take it over with `--adopt` or `prism-gitops adopt`, or leave its customer out of the fleet)
    Instance/prod/c2 [] [] instance n2 exists and is not managed yet (take it over with `--adopt` or `prism-gitops adopt`, or leave its customer out of the fleet)
    ");
    let mut adopting = copy(&world);
    adopting.adopt = true;
    insta::assert_snapshot!(lines(&planned(adopting)), @r"
    Instance/prod/c1 [Update] [displayName] exists, is taken over, and differs
    Instance/prod/c2 [Adopt] [] exists and is taken over
    ");
    let mut both = copy(&world);
    both.tenant.instances.items[1].name = "A third".to_owned();
    both.adopt = true;
    insta::assert_snapshot!(lines(&planned(both)), @r"
    Instance/prod/c1 [Update] [displayName] exists, is taken over, and differs
    Instance/prod/c2 [] [] 2 instances match: n2, n3 (a member is the only instance of the integration that its customer has, or the one with its display name: rename or remove the others)
    ");
}

fn copy(world: &World) -> World {
    World {
        desired: world.desired.clone(),
        tenant: world.tenant.clone(),
        adopt: world.adopt,
        ..World::new()
    }
}

#[test]
fn only_the_version_is_managed_where_the_fleet_says_so() {
    let manifests = LISTED.replace(
        "  integration: acme",
        "  integration: acme\n  manage: version",
    );
    let mut world = two(&manifests);
    let live = has(&mut world, "n1", "c1", &["theirs"]);
    live.name = "Their own name".to_owned();
    live.holds("Endpoint", "https://their-own");
    live.enabled = false;
    insta::assert_snapshot!(lines(&planned(copy(&world))), @"Instance/prod/c1 [Adopt] [] exists and is taken over");
    let creating = manifests.replace("manage: version", "manage: version\n  create: true");
    insta::assert_snapshot!(lines(&planned(two(&creating))), @r#"
    Instance/prod/c1 [Create, Deploy] [config "Endpoint"] does not exist yet
    Instance/prod/c2 [Create, Deploy] [config "Endpoint"] does not exist yet
    "#);
}

#[test]
fn what_this_project_marked_otherwise_is_moved_and_never_made_twice() {
    let mut world = two(LISTED);
    has(&mut world, "n1", "c1", &["gitops:p/old-fleet/c1"]).name = "Old name".to_owned();
    has(&mut world, "n2", "c2", &["gitops:p/jones-erp"]);
    insta::assert_snapshot!(lines(&planned(copy(&world))), @r"
    Instance/prod/c1 [Update] [displayName] exists, is taken over, and differs
    Instance/prod/c2 [Adopt] [] exists and is taken over
    ");
    let mut foreign = copy(&world);
    foreign.tenant.instances.items[0].labels = vec!["gitops:q/other".to_owned()];
    insta::assert_snapshot!(lines(&planned(foreign)), @r"
    Instance/prod/c1 [] [] instance n1 belongs to another project: gitops:q/other (if it is this project under a former name, `prism-gitops migrate project` takes it along; else release it there first)
    Instance/prod/c2 [Adopt] [] exists and is taken over
    ");
}

#[test]
fn a_manifest_takes_the_member_that_it_displaces() {
    let manifests = format!("---
kind: Instance
metadata: {{name: smith}}
spec: {{integration: acme, customer: {{externalId: c1}}, displayName: Smith's own, config: {{Endpoint: \"https://e\"}}}}
{LISTED}");
    let mut world = two(&manifests);
    has(&mut world, "n1", "c1", &["gitops:p/prod/c1"]);
    has(&mut world, "n2", "c2", &["gitops:p/prod/c2"]);
    world.desired = expanded(&world).desired.into_owned();
    insta::assert_snapshot!(lines(&plan(&world)), @"Instance/smith [Update] [displayName] exists, is taken over, and differs");
}

#[test]
fn an_unread_end_of_the_customers_creates_disables_and_orphans_nobody() {
    let manifests = LISTED
        .replace("{list: [c1, c2]}", "{selector: {labels: {all: [paid]}}}")
        .replace(
            "  integration: acme",
            "  integration: acme\n  onLeave: disable",
        );
    let mut world = two(&manifests);
    has(&mut world, "n1", "c1", &["gitops:p/prod/c1"]).holds("Endpoint", "https://old");
    has(&mut world, "n9", "c2", &["gitops:p/prod/c9"]);
    let all = world.tenant.all_customers.as_mut().unwrap();
    all.incomplete = Some("page 2 failed".into());
    let plan = planned(world);
    insta::assert_snapshot!(lines(&plan), @r"
    Instance/prod/c1 [] [] could not be read: the customers: page 2 failed
    Instance/prod/c2 [] [] could not be read: the customers: page 2 failed
    Instance/prod/c9 [] [] could not be read: the customers: page 2 failed
    ");
    assert!(plan.steps.is_empty());
    assert!(!plan.unread.is_empty());
    drop(context());
}
