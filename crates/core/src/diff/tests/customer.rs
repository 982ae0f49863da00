//! Which live customer a manifest means, what differs, and what that is to an instance.

use super::*;
use crate::diff::{CustomerChanges, TargetCustomer};
use crate::model::{Asked, CustomerRef};

fn changes(world: &World) -> CustomerChanges {
    match world.diff().customers.remove(0).verdict {
        Ok(changes) => changes,
        other => panic!("{other:?}"),
    }
}

fn verdict(world: &World) -> String {
    identity(&world.diff().customers[0].verdict, |changes| &changes.live)
}

/// `smith` with the external id `cust-0042`, called `Smith Hardware`.
fn declared() -> World {
    let mut world = World::new();
    let declared = world.declare_customer("smith", "cust-0042");
    "Smith Hardware".clone_into(&mut declared.display_name);
    world
}

fn live<'a>(
    world: &'a mut World,
    id: &str,
    external: Option<&str>,
) -> &'a mut crate::model::CustomerRecord {
    let live = world.live_customer(id, "Smith Hardware");
    live.customer.external_id = external.map(str::to_owned);
    live
}

fn check(cases: &[(&str, Arrange, &str)]) {
    for (case, arrange, expected) in cases {
        let mut world = declared();
        arrange(&mut world);
        assert_eq!(verdict(&world), *expected, "{case}");
    }
}

#[test]
fn a_customer_is_found_by_its_external_id_whoever_made_it() {
    check(&[
        ("nobody", |_| {}, "missing"),
        (
            "made by somebody else",
            |w| {
                live(w, "c1", Some("cust-0042"));
            },
            "adopted c1",
        ),
        (
            "marked",
            |w| live(w, "c1", Some("cust-0042")).labels = vec!["gitops:p/smith".into()],
            "owned c1",
        ),
        (
            "marked, and the external id is another now",
            |w| live(w, "c1", Some("old")).labels = vec!["gitops:p/smith".into()],
            "owned c1",
        ),
        (
            "the manifest was called otherwise",
            |w| live(w, "c1", Some("cust-0042")).labels = vec!["gitops:p/smith-co".into()],
            "adopted c1",
        ),
        (
            "another project's",
            |w| live(w, "c1", Some("cust-0042")).labels = vec!["gitops:q/smith".into()],
            "refused: customer c1 belongs to another project: gitops:q/smith",
        ),
    ]);
}

#[test]
fn everything_but_the_external_id_needs_consent_or_stops() {
    check(&[
        (
            "the name alone, no consent",
            |w| {
                live(w, "c1", None);
            },
            "refused: customer c1 exists and is not managed yet",
        ),
        (
            "the name alone, --adopt",
            |w| {
                live(w, "c1", None);
                w.adopt = true;
            },
            "adopted c1",
        ),
        (
            "the name with another external id, --adopt or not",
            |w| {
                live(w, "c1", Some("cust-0001"));
                w.adopt = true;
            },
            "refused: customer c1 has this name and the externalId \"cust-0001\"",
        ),
        (
            "adopt by id, whatever it has",
            |w| {
                live(w, "c1", Some("cust-0001"));
                w.desired.customers[0].adopt = adopt_id("c1");
            },
            "adopted c1",
        ),
        (
            "adopt by name",
            |w| {
                live(w, "c1", None);
                w.desired.customers[0].adopt = adopt_name("Smith Hardware");
            },
            "adopted c1",
        ),
        (
            "a copied label does not confuse",
            |w| {
                live(w, "c1", Some("cust-0042")).labels = vec!["gitops:p/smith".into()];
                let other = w.live_customer("c2", "Other");
                other.labels = vec!["gitops:p/smith".into()];
            },
            "owned c1",
        ),
        (
            "ours is not the one that has the external id",
            |w| {
                live(w, "c1", None).labels = vec!["gitops:p/smith".into()];
                let other = w.live_customer("c2", "Other");
                other.customer.external_id = Some("cust-0042".into());
            },
            "refused: customer c1 is this one, and customer c2 has its externalId",
        ),
    ]);
}

#[test]
fn an_incomplete_list_of_customers_creates_none() {
    let mut world = declared();
    world.tenant.all_customers.as_mut().unwrap().incomplete = unread();
    assert_eq!(verdict(&world), "unknown: page 2 failed");
    live(&mut world, "c1", Some("cust-0042")).labels = vec!["gitops:p/smith".into()];
    assert_eq!(verdict(&world), "owned c1", "a marker is proof");
    world.tenant.all_customers = None;
    assert_eq!(verdict(&world), "unknown: the customers were not read");
}

#[test]
fn only_what_is_declared_is_compared_and_labels_are_a_set() {
    let mut world = declared();
    let there = live(&mut world, "c1", Some(" cust-0042"));
    there.labels = ["canary", "gitops:p/smith", "paid"]
        .map(str::to_owned)
        .to_vec();
    "By hand".clone_into(&mut there.description);
    there.concurrent_execution_limit = Asked::Known(Some(3));
    let found = changes(&world);
    assert_eq!(paths(&found.fields), Vec::<&str>::new());
    assert_eq!(found.labels, None);
    assert_eq!(found.respelled, ["externalId"], "trimmed, and left so");

    let declared = &mut world.desired.customers[0];
    declared.labels = Some(vec!["paid".into(), "canary".into()]);
    declared.concurrent_execution_limit = Some(3);
    declared.description = Some("By hand\n".into());
    assert_eq!(paths(&changes(&world).fields), Vec::<&str>::new());

    let declared = &mut world.desired.customers[0];
    declared.labels = Some(vec!["paid".into()]);
    declared.concurrent_execution_limit = Some(10);
    declared.description = Some(String::new());
    "Smith".clone_into(&mut declared.display_name);
    let found = changes(&world);
    assert_eq!(
        paths(&found.fields),
        ["name", "description", "labels", "concurrentExecutionLimit"]
    );
    assert_eq!(
        found.labels.unwrap(),
        ["gitops:p/smith", "paid"],
        "the whole set is sent"
    );
    assert_eq!((found.limit, found.new_external_id), (Some(10), None));
}

#[test]
fn a_limit_that_could_not_be_read_is_unknown_only_where_it_is_declared() {
    let mut world = declared();
    live(&mut world, "c1", Some("cust-0042")).concurrent_execution_limit =
        Asked::Unknown("no such field".into());
    assert_eq!(verdict(&world), "adopted c1");
    world.desired.customers[0].concurrent_execution_limit = Some(3);
    assert_eq!(
        verdict(&world),
        "unknown: concurrentExecutionLimit: no such field"
    );
}

#[test]
fn a_name_that_another_customer_has_is_refused() {
    let mut world = declared();
    live(&mut world, "c1", Some("cust-0042")).labels = vec!["gitops:p/smith".into()];
    world.live_customer("c2", "Smith");
    "Smith".clone_into(&mut world.desired.customers[0].display_name);
    assert_eq!(
        verdict(&world),
        "refused: customer c1 is this one, and customer c2 has its name"
    );
}

fn with_instance() -> World {
    let mut world = declared();
    world.declare("acme", &acme());
    world.live("i1", &acme()).labels = vec!["gitops:p/acme".into()];
    let customer = CustomerRef::Managed(name("smith"));
    world.declare_instance("shop", "acme", "-").customer = customer;
    world.desired.instances[0].set("Endpoint", scalar("https://e"));
    world
}

#[test]
fn an_instance_is_for_the_customer_of_its_manifest() {
    let mut world = with_instance();
    let created = TargetCustomer::Created(name("smith"));
    assert_eq!(instance(&world).customer, created);
    assert_eq!(instance(&world).customer_name, "Smith Hardware");
    // Named by its external id, it is the same one.
    world.desired.instances[0].customer = CustomerRef::ExternalId("cust-0042".into());
    let looked_up = world.desired.instances[0].customer.clone();
    world
        .tenant
        .customers
        .insert(looked_up, Listing::complete(Vec::new()));
    assert_eq!(instance(&world).customer, created);

    let mut world = with_instance();
    live(&mut world, "c1", Some("cust-0042"));
    let existing = TargetCustomer::Existing(crate::model::CustomerId::new("c1"));
    assert_eq!(instance(&world).customer, existing);

    world.tenant.all_customers.as_mut().unwrap().incomplete = unread();
    assert_eq!(
        instance_verdict(&world),
        "unknown: Customer/smith: page 2 failed"
    );
    let mut world = with_instance();
    live(&mut world, "c1", None);
    assert_eq!(
        instance_verdict(&world),
        "refused: Customer/smith is blocked: customer c1 exists and is not managed yet"
    );
}

#[test]
fn a_customer_that_does_not_exist_suggests_the_nearest() {
    let hint = |reference: CustomerRef, arrange: Arrange| {
        let mut world = with_instance();
        world
            .tenant
            .customers
            .insert(reference.clone(), Listing::complete(Vec::new()));
        world.desired.instances[0].customer = reference;
        arrange(&mut world);
        match world.diff().instances.remove(0).verdict {
            Err(Stop::Refused(refusal)) => refusal.hint.unwrap(),
            other => panic!("{other:?}"),
        }
    };
    let there: Arrange = |world| {
        live(world, "c1", Some("cust-0099"));
    };
    let name = || CustomerRef::Name("Smith Hardwre".into());
    insta::assert_snapshot!(hint(name(), there), @"did you mean Smith Hardware ({externalId: cust-0099})? Else create it first, or declare it as a Customer and refer to that by its name");
    let near: Arrange = |world| {
        world.tenant.near_customers = vec![crate::model::Customer {
            id: crate::model::CustomerId::new("c9"),
            name: "Smith Hardware".into(),
            external_id: None,
        }];
    };
    insta::assert_snapshot!(hint(name(), near), @r#"did you mean Smith Hardware ({name: "Smith Hardware"})? Else create it first, or declare it as a Customer and refer to that by its name"#);
    insta::assert_snapshot!(hint(CustomerRef::Id("c8".into()), there), @"create it first, or declare it as a Customer and refer to that by its name");
}
