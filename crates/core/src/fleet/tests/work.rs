//! How the work grows with the members: counted, so that no clock and no machine matters.

use super::matching::LISTED;
use super::{customer, definition, expanded, world};
use crate::diff::testing::{Valued as _, World};
use crate::model::tally::looks;
use crate::model::{CustomerRef, Listing};
use crate::plan::render::{HumanOptions, human, json, markdown};
use crate::plan::tests::plan;

/// A fleet of `count` members, all of them in step but for one shared value.
fn fleet(count: usize) -> World {
    let manifests = LISTED.replace("{list: [c1, c2]}", "{selector: {labels: {all: [paid]}}}");
    let manifests = manifests.replace("https://e", "https://${{ customer.externalId }}.new");
    let mut world = world(&manifests, &[]);
    world
        .live("i1", &definition("Acme ERP", "https://a"))
        .labels = vec!["gitops:p/acme".to_owned()];
    for n in 0..count {
        let key = format!("c{n}");
        customer(&mut world, &key, &format!("Customer {n}"), &["paid"]);
        let record = world
            .tenant
            .all_customers
            .as_ref()
            .unwrap()
            .items
            .last()
            .unwrap();
        let found = Listing::complete(vec![record.customer.clone()]);
        world
            .tenant
            .customers
            .insert(CustomerRef::ExternalId(key.clone()), found);
        let live = world.live_instance(&format!("n{n}"), "i1", &key);
        live.name = "Acme ERP".to_owned();
        live.labels = vec![format!("gitops:p/prod/{key}")];
        live.holds("Endpoint", &format!("https://{key}.old"));
    }
    world.tenant.customers.clear();
    world.desired.project.policy.guards.updates = crate::model::Share::Percent(100.0);
    world
}

/// Looks at names and ids for expanding, comparing and planning, for each member.
fn each(count: usize) -> f64 {
    let mut world = fleet(count);
    let looks = looks(|| {
        world.desired = expanded(&world).desired.into_owned();
        assert_eq!(plan(&world).steps.len(), 2 * count);
    });
    looks as f64 / count as f64
}

#[test]
fn the_work_is_linear_in_the_members() {
    let (small, large) = (each(200), each(800));
    assert!(large < small * 1.5, "{small} {large}");
}

#[test]
fn five_thousand_members_are_one_group() {
    let mut world = fleet(5_000);
    world.desired = expanded(&world).desired.into_owned();
    let plan = plan(&world);
    for text in [human(&plan, HumanOptions::default()), markdown(&plan)] {
        assert!(text.contains("5000 members of Fleet/prod"), "{text}");
        assert!(text.contains("differs by customer"), "{text}");
        assert!(text.lines().count() < 30, "{text}");
    }
    let document = json(&plan, None);
    assert_eq!(document["fleets"][0]["changes"], 5_000);
    assert_eq!(document["resources"].as_array().unwrap().len(), 5_001);
}
