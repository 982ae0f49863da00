//! What a part is, and what it brings along.

use super::*;
use crate::diff::testing::{Configured as _, World, definition, scalar};
use crate::plan::tests::context;
use crate::plan::{Context, Plan, build};

/// Two integrations that do not exist yet; `shop` and `mill` are instances of the first, `farm` of the second. The
/// customer of `mill` is a manifest. An instance that nothing declares is there.
fn world() -> World {
    let mut world = World::new();
    world.declare("acme", &definition("Acme ERP", "https://a.example"));
    world.declare("other", &definition("Other", "https://b.example"));
    world.declare_customer("miller", "cust-9").labels = Some(vec!["gold".to_owned()]);
    let shop = world.declare_instance("shop", "acme", "smith");
    shop.set("Endpoint", scalar("https://e"));
    shop.labels = Some(vec!["canary".to_owned()]);
    let mill = world.declare_instance("mill", "acme", "smith");
    mill.set("Endpoint", scalar("https://e"));
    mill.customer = CustomerRef::Managed(crate::diff::testing::name("miller"));
    world
        .declare_instance("farm", "other", "jones")
        .set("Endpoint", scalar("https://e"));
    world
}

fn plan_of(world: &World, part: Part) -> Plan {
    let context = Context { part, ..context() };
    world.with(|inputs, changes| build(inputs, changes, &context))
}

fn texts(words: &[&str]) -> Vec<String> {
    words.iter().map(|it| (*it).to_owned()).collect()
}

/// The resources of a plan, and how many are left out.
fn shown(part: Part) -> String {
    let plan = plan_of(&world(), part);
    let all = plan.resources.iter().map(|it| it.address.to_string());
    let all: Vec<String> = all.collect();
    format!("{}; {} left out", all.join(" "), plan.later.len())
}

#[test]
fn what_is_chosen_comes_with_what_it_depends_on() {
    let targets = |words: &[&str]| Part {
        targets: texts(words),
        ..Part::default()
    };
    let whole = "Customer/miller Integration/acme Integration/other Instance/farm Instance/mill Instance/shop; 0 left out";
    for (part, expected) in [
        (Part::default(), whole),
        (
            targets(&["Instance/shop"]),
            "Integration/acme Instance/shop; 4 left out",
        ),
        (
            targets(&["Instance/mill"]),
            "Customer/miller Integration/acme Instance/mill; 3 left out",
        ),
        (
            targets(&["Integration/other", "Customer/miller"]),
            "Customer/miller Integration/other; 4 left out",
        ),
        (
            Part {
                customers: texts(&["cust-9"]),
                ..Part::default()
            },
            "Customer/miller Integration/acme Instance/mill; 3 left out",
        ),
        (
            Part {
                customers: texts(&["jones"]),
                labels: texts(&["canary"]),
                ..Part::default()
            },
            "Integration/acme Integration/other Instance/farm Instance/shop; 2 left out",
        ),
        (
            Part {
                exclude: texts(&["Instance/farm"]),
                ..Part::default()
            },
            "Customer/miller Integration/acme Integration/other Instance/mill Instance/shop; 1 left out",
        ),
    ] {
        assert_eq!(shown(part.clone()), expected, "{part:?}");
    }
}

#[test]
fn what_depends_on_something_excluded_waits() {
    let part = Part {
        exclude: texts(&["Customer/miller"]),
        ..Part::default()
    };
    let plan = plan_of(&world(), part);
    let mill = plan
        .resources
        .iter()
        .find(|it| it.address.name.as_str() == "mill");
    assert_eq!(
        mill.unwrap().reason,
        "needs Customer/miller first, which this plan leaves alone"
    );
    assert!(
        plan.steps
            .iter()
            .all(|it| it.address.name.as_str() != "mill")
    );
}

#[test]
fn a_part_prunes_nothing() {
    let mut world = world();
    world.live("i1", &definition("Acme ERP", "https://a.example"));
    world.live_instance("n1", "i1", "smith").labels = texts(&["gitops:p/old"]);
    let planned = |part: Part| {
        let mut context = Context { part, ..context() };
        context.policy.prune = crate::model::PrunePolicy::Disable;
        let plan = world.with(|inputs, changes| build(inputs, changes, &context));
        plan.steps
            .iter()
            .filter(|it| it.address.name.as_str() == "old")
            .count()
    };
    assert_eq!(planned(Part::default()), 1);
    let part = Part {
        exclude: texts(&["Instance/farm"]),
        ..Part::default()
    };
    assert_eq!(planned(part), 0);
}

#[test]
fn a_name_that_means_nothing_is_an_error_with_the_nearest() {
    let part = Part {
        targets: texts(&["Instance/shp"]),
        customers: texts(&["cust-8"]),
        labels: texts(&["canari"]),
        exclude: texts(&["Instance/mill"]),
    };
    let plan = plan_of(&world(), part);
    let found: Vec<String> = (plan.diagnostics.iter())
        .map(|it| format!("{} ({})", it.message, it.hint.clone().unwrap_or_default()))
        .collect();
    insta::assert_snapshot!(found.join("\n"), @r#"
    --target: no resource here is called "Instance/shp" (did you mean Instance/shop?)
    --customer: nothing here is for a customer "cust-8" (did you mean cust-9?)
    --label: nothing here bears the label "canari" (did you mean canary?)
    "#);
}

#[test]
fn a_fleet_names_its_members_and_a_member_is_found_by_its_customer() {
    let mut world = world();
    let member = ResourceName::member(&crate::diff::testing::name("all"), "cust-4");
    let one = world.declare_instance("in-fleet", "acme", "smith");
    one.set("Endpoint", scalar("https://e"));
    one.name = member;
    one.customer = CustomerRef::Id("cust4".to_owned());
    world.live_customer("cust4", "Four").customer.external_id = Some("cust-4".to_owned());
    let addresses = |part: Part| {
        let plan = plan_of(&world, part);
        let all = plan.resources.iter().map(|it| it.address.to_string());
        (all.collect::<Vec<_>>().join(" "), plan.diagnostics.len())
    };
    let expected = ("Integration/acme Instance/all/cust-4".to_owned(), 0);
    let fleet = Part {
        targets: texts(&["Fleet/all"]),
        ..Part::default()
    };
    assert_eq!(addresses(fleet), expected);
    let customer = Part {
        customers: texts(&["cust-4"]),
        ..Part::default()
    };
    assert_eq!(addresses(customer), expected);
}

#[test]
fn what_git_says_of_a_customer_comes_with_its_instances() {
    let mut world = world();
    let live = world.live_customer("miller", "Miller");
    live.customer.external_id = Some("cust-9".to_owned());
    live.labels = texts(&["gitops:p/miller"]);
    let part = Part {
        targets: texts(&["Instance/mill"]),
        ..Part::default()
    };
    let plan = plan_of(&world, part);
    let steps = plan.steps.iter().map(|it| it.address.to_string());
    assert!(
        steps.clone().any(|it| it == "Customer/miller"),
        "{:?}",
        steps.collect::<Vec<_>>()
    );
}
