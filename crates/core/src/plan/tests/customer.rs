//! Customers: created before the resources that need them; released, never removed.

use super::*;
use crate::diff::testing::{name, unread};
use crate::model::{Address, CustomerRef, Health};
use crate::plan::{ReleaseError, adoptions, exclude, migrate, release};

/// A customer and an instance for it, declared together; the integration is in step.
fn onboarding() -> World {
    let mut world = World::new();
    let customer = world.declare_customer("smith", "cust-0042");
    "Smith Hardware".clone_into(&mut customer.display_name);
    customer.labels = Some(vec!["paid".to_owned(), "canary".to_owned()]);
    customer.concurrent_execution_limit = Some(10);
    world.declare("acme", &acme());
    world.live("i1", &acme()).labels = vec!["gitops:p/acme".to_owned()];
    let instance = world.declare_instance("shop", "acme", "-");
    instance.customer = CustomerRef::Managed(name("smith"));
    instance.set("Endpoint", scalar("erp"));
    world
}

fn settled() -> World {
    let mut world = onboarding();
    world.desired.instances.clear();
    let live = world.live_customer("c1", "Smith Hardware");
    live.customer.external_id = Some("cust-0042".to_owned());
    live.labels = ["canary", "gitops:p/smith", "paid"]
        .map(str::to_owned)
        .to_vec();
    live.concurrent_execution_limit = crate::model::Asked::Known(Some(10));
    world
}

#[test]
fn a_customer_and_its_instance_are_one_plan() {
    let plan = plan(&onboarding());
    assert_snapshot!(steps(&plan), @"
    0 Customer/smith Create
    1 Instance/shop Create after 0
    2 Instance/shop Deploy after 1
    3 Instance/shop Switch after 2
    ");
    assert_snapshot!(human(&plan, HumanOptions::default()), @r#"
    Touches 1 instance of 1 customer; 4 steps, not slowed by the rate limit.

    + Customer/smith "Smith Hardware": create
        externalId                + cust-0042
        labels                    + paid, canary
        concurrentExecutionLimit  + 10
    + Instance/shop for Smith Hardware: create, deploy
        config "Endpoint"  + erp

    Plan: 2 to create, 0 to update, 0 to publish, 1 to deploy, 0 to disable, 0 to delete. 1 unchanged, 0 blocked, 0 pending.
    "#);
    assert_snapshot!(markdown(&plan), @r#"
    ### prism-gitops: p → prod

    **Plan: 2 to create, 0 to update, 0 to publish, 1 to deploy, 0 to disable, 0 to delete. 1 unchanged, 0 blocked, 0 pending.**

    Touches 1 instance of 1 customer; 4 steps, not slowed by the rate limit.

    | | what | resource | why |
    | --- | --- | --- | --- |
    | `+` | create: externalId + cust-0042, and 2 more | `Customer/smith` "Smith Hardware" | does not exist yet |
    | `+` | create, deploy: config "Endpoint" + erp | `Instance/shop` for Smith Hardware | does not exist yet |

    <details><summary>All changes</summary>

    - `Customer/smith` "Smith Hardware"
      - externalId: `+ cust-0042`
      - labels: `+ paid, canary`
      - concurrentExecutionLimit: `+ 10`
    - `Instance/shop` for Smith Hardware
      - config "Endpoint": `+ erp`

    </details>

    <sub>Plan `sha256:618564691e55ad25175e80c9e58a66eb3a348ce4a757eae739fa6f1417f05c75`</sub>
    "#);
    let json = json(&plan, None);
    let customer = &json["resources"][0];
    assert_eq!(customer["address"], "Customer/smith");
}

#[test]
fn what_matches_needs_no_step_and_a_difference_needs_one() {
    let mut world = settled();
    assert_snapshot!(steps(&plan(&world)), @"");
    world.desired.customers[0].labels = Some(vec!["paid".to_owned()]);
    let changed = plan(&world);
    assert_snapshot!(steps(&changed), @"0 Customer/smith Update");
    assert_eq!(changed.impact.customers, 1);
    let told = human(&changed, HumanOptions::default());
    assert!(told.starts_with("Touches 1 customer; 1 step"), "{told}");
    let before = changed.digest.clone();
    world.desired.customers[0].description = Some("Tools".to_owned());
    assert_ne!(plan(&world).digest, before);
}

#[test]
fn an_unread_list_is_said_and_creates_nothing() {
    let mut world = onboarding();
    world.tenant.all_customers.as_mut().unwrap().incomplete = unread();
    let plan = plan(&world);
    assert!(plan.is_empty() && plan.is_unread());
    assert_eq!(plan.unread, ["customers: page 2 failed"]);
    let health: Vec<_> = plan.resources.iter().map(|one| one.health).collect();
    assert_eq!(health, [Health::Unknown, Health::Healthy, Health::Unknown]);
}

#[test]
fn a_customer_without_a_manifest_is_kept_whatever_the_policy_says() {
    for prune in [
        PrunePolicy::Orphan,
        PrunePolicy::Disable,
        PrunePolicy::Delete,
    ] {
        let mut world = settled();
        world.desired.customers.clear();
        world.desired.project.policy.prune = prune;
        let plan = world.with(|inputs, changes| {
            let context = Context {
                allow_delete: true,
                policy: inputs.desired.project.policy.clone(),
                ..context()
            };
            build(inputs, changes, &context)
        });
        assert!(plan.is_empty(), "{}", steps(&plan));
        let kept = &plan.resources[0];
        assert_eq!(kept.address, Address::customer(name("smith")));
        assert_eq!(
            kept.reason,
            "no manifest declares it any more; kept: customers are never removed"
        );
        assert_eq!(plan.summary.orphaned, 1);
    }
}

#[test]
fn a_held_customer_holds_what_waits_for_it() {
    let mut plan = plan(&onboarding());
    let smith = Address::customer(name("smith"));
    let held = exclude(&mut plan, &BTreeSet::from([smith.clone()]));
    assert!(plan.is_empty(), "{}", steps(&plan));
    assert_eq!(held[&Address::instance(name("shop"))], smith);
}

#[test]
fn markers_are_put_on_taken_off_and_moved_alone() {
    let mut world = settled();
    world.tenant.all_customers.as_mut().unwrap().items[0]
        .labels
        .retain(|label| label != "gitops:p/smith");
    "Other".clone_into(&mut world.desired.customers[0].display_name);
    let adopted = world.with(|inputs, changes| adoptions(inputs, changes, &context()));
    let labels = |plan: &Plan| format!("{:?}", plan.steps[0].operation);
    assert_snapshot!(labels(&adopted), @r#"Customer(Update { customer: CustomerId("c1"), name: None, external_id: None, description: None, labels: Some(["canary", "gitops:p/smith", "paid"]), limit: None })"#);

    let world = settled();
    let (tenant, smith) = (&world.tenant, [Address::customer(name("smith"))]);
    let released = release(tenant, &name("p"), &smith, &context()).unwrap();
    assert_snapshot!(labels(&released), @r#"Customer(Update { customer: CustomerId("c1"), name: None, external_id: None, description: None, labels: Some(["canary", "paid"]), limit: None })"#);
    let moved = migrate(tenant, (&name("p"), &name("q")), &context()).unwrap();
    assert_snapshot!(labels(&moved), @r#"Customer(Update { customer: CustomerId("c1"), name: None, external_id: None, description: None, labels: Some(["canary", "paid", "gitops:q/smith"]), limit: None })"#);
    let mut unread_tenant = world.tenant.clone();
    unread_tenant.all_customers = None;
    let error = release(&unread_tenant, &name("p"), &smith, &context()).unwrap_err();
    assert!(matches!(error, ReleaseError::Incomplete(_)), "{error}");
}
