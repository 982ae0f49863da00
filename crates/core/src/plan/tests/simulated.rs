//! What a plan says of a simulation: counts first, and a thousand members in a few lines.

use super::*;
use crate::diff::simulate;
use crate::model::{IntegrationRef, ResourceName};
use crate::plan::render::document;

const MEMBERS: usize = 1000;

/// A thousand members of version 1, of which a hundred have no region that the next version needs, and seventy have a
/// value that it has no variable for.
fn fleet() -> World {
    let mut world = World::new();
    let acme = acme();
    world.declare("acme", &next());
    world.live("i1", &acme).labels = vec!["gitops:p/acme".to_owned()];
    for number in 0..MEMBERS {
        let id = format!("n{number:04}");
        let name = ResourceName::parse_addressed(&format!("all/cust-{number:04}")).unwrap();
        let desired = world.declare_instance("one", "acme", "smith");
        desired.integration = IntegrationRef::Managed(crate::diff::testing::name("acme"));
        desired.display_name = id.clone();
        desired.name = name.clone();
        if number % 10 != 0 {
            desired.set("Region", scalar("eu"));
        }
        let live = world.live_instance(&id, "i1", "smith");
        live.labels = vec![format!("gitops:p/{name}")];
        live.name = id;
        if number % 100 < 7 {
            live.holds("Endpoint", "https://e");
        }
    }
    world
}

/// Its next definition: `Region` is new and needed, `Endpoint` is gone.
fn next() -> String {
    acme().replace("- key: Endpoint\n", "- key: Region\n")
}

fn with_simulation(world: &World) -> Plan {
    world.with(|inputs, changes| {
        let plan = build(inputs, changes, &context());
        plan.with_simulations(simulate(inputs, changes, &|_| true))
    })
}

#[test]
fn a_thousand_members_are_a_few_groups() {
    let plan = with_simulation(&fleet());
    let text = human(&plan, HumanOptions::default());
    let start = text.find("Simulation").unwrap();
    let end = text[start..].find("\n\n").unwrap() + start;
    assert_snapshot!(&text[start..end], @r#"
    Simulation: Integration/acme at the version that this plan publishes
      1000 instances: 900 upgrade, 100 blocked; 70 lose values
      90 blocked: "Region": it has no value
        Instance/all/cust-0010, Instance/all/cust-0020, Instance/all/cust-0030 and 87 more (--all lists them)
      10 blocked: "Region": it has no value; loses the value of "Endpoint"
        Instance/all/cust-0000, Instance/all/cust-0100, Instance/all/cust-0200 and 7 more (--all lists them)
      60 upgrade: loses the value of "Endpoint"
        Instance/all/cust-0001, Instance/all/cust-0002, Instance/all/cust-0003 and 57 more (--all lists them)
    "#);
    assert!(text.lines().count() < 120, "{}", text.lines().count());
    let text = markdown(&plan);
    assert!(text.contains("#### Simulation\n"), "{text}");
    assert!(text.lines().count() < 120, "{text}");
}

#[test]
fn all_of_them_are_listed_on_request() {
    let plan = with_simulation(&fleet());
    let options = HumanOptions {
        all: true,
        ..HumanOptions::default()
    };
    let text = human(&plan, options);
    let member = "  Instance/all/cust-0001 (version 1): ";
    assert!(text.contains(member), "{text}");
    let of = |each: &serde_json::Value| each["simulations"][0].clone();
    let groups = of(&serde_json::to_value(document(&plan, None).in_groups()).unwrap());
    assert_eq!(groups["instances"], serde_json::Value::Null);
    assert_eq!(groups["groups"].as_array().unwrap().len(), 4);
    let each = of(&json(&plan, None));
    assert_eq!(each["instances"].as_array().unwrap().len(), MEMBERS);
    assert_eq!(each["counts"], groups["counts"]);
}

#[test]
fn the_digest_of_a_plan_is_the_same_with_and_without() {
    let world = fleet();
    assert_eq!(with_simulation(&world).digest, plan(&world).digest);
}

#[test]
fn what_a_plan_leaves_out_is_not_simulated() {
    let world = fleet();
    let plan = world.with(|inputs, changes| {
        let mut context = context();
        context.part.targets = vec!["Instance/all/cust-0007".to_owned()];
        let plan = build(inputs, changes, &context);
        plan.with_simulations(simulate(inputs, changes, &|_| true))
    });
    assert_eq!(plan.simulations[0].instances.len(), 1);
}
