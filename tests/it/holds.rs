//! What a person put on hold, against the sandbox and its clock. Every pass is one of another machine.

use std::time::Duration;

use prism_gitops::model::LiveHold;
use prism_gitops::plan::Plan;
use prism_gitops::plan::render::{HumanOptions, human};
use prism_gitops::runtime::clock::Clock as _;
use serde_json::{Value, json};

use crate::cli::fixture::DEFINITION;
use crate::drift::world::World;

const HOUR: Duration = Duration::from_secs(60 * 60);
/// `Date` has whole seconds, and a hold never ends early.
const MORE: Duration = Duration::from_secs(5);

/// A tenant with one integration and one instance, in step.
async fn begun() -> World {
    let world = World::new();
    world.files.write("acme.yml", DEFINITION);
    world.files.write(
        "acme.yaml",
        "apiVersion: prism-gitops/v1\nkind: Integration\nmetadata: {name: acme}\nspec: {definition: acme.yml}\n",
    );
    world.files.write(
        "smith.yaml",
        "apiVersion: prism-gitops/v1\nkind: Instance\nmetadata: {name: smith}\nspec:\n  integration: acme\n  \
         customer: {externalId: cust-0001}\n  config: {Endpoint: https://a.example}\n",
    );
    world.apply().await;
    world.demand_convergence("the first apply").await;
    world
}

async fn instance(world: &World) -> Value {
    world.only("instances", "enabled labels").await
}

/// A further label on the only record of a list.
async fn label(world: &World, (list, mutation): (&str, &str), label: String) {
    let live = world.only(list, "labels").await;
    let mut labels = live["labels"].as_array().unwrap().clone();
    labels.push(json!(label));
    let input = json!({"id": live["id"], "labels": labels});
    world.change(mutation, input).await;
}

const INSTANCES: (&str, &str) = ("instances", "updateInstance");
const INTEGRATIONS: (&str, &str) = ("integrations", "updateIntegration");

/// The label of a hold that ends `hours` later by the sandbox's clock.
fn hold(world: &World, hours: u32) -> String {
    let until = world.clock().now().checked_add(HOUR * hours).unwrap();
    LiveHold::label(until)
}

/// A pass on another machine.
async fn pass(world: &World) -> Plan {
    world.twin().apply().await
}

fn shown(plan: &Plan) -> String {
    human(plan, HumanOptions::default())
}

#[tokio::test(start_paused = true)]
async fn what_is_switched_off_under_a_hold_stays_off_until_the_hold_ends() {
    let world = begun().await;
    label(&world, INSTANCES, hold(&world, 4)).await;
    let id = instance(&world).await["id"].clone();
    // As `prism instances:disable` does.
    let off = json!({"id": id, "enabled": false});
    world.change("updateInstance", off).await;
    for _ in 0..3 {
        let plan = pass(&world).await;
        assert!(plan.is_empty() && plan.has_leftovers());
        assert_eq!(plan.summary.held, 1);
        let shown = shown(&plan);
        assert!(shown.contains("held until 2026-03-01T1"), "{shown}");
        assert!(shown.contains("disabled → enabled"), "{shown}");
        assert_eq!(instance(&world).await["enabled"], false);
        tokio::time::sleep(HOUR).await;
    }
    tokio::time::sleep(HOUR + MORE).await;
    let plan = pass(&world).await;
    assert_eq!(plan.summary.held, 0);
    let live = instance(&world).await;
    assert_eq!(live["enabled"], true);
    let labels = live["labels"].to_string();
    assert!(labels.contains("gitops:hold="), "no write for its sake");
    world.demand_convergence("the end of the hold").await;
}

#[tokio::test(start_paused = true)]
async fn an_old_label_goes_with_the_next_write_of_labels() {
    let world = begun().await;
    label(&world, INSTANCES, hold(&world, 1)).await;
    let file = "apiVersion: prism-gitops/v1\nkind: Instance\nmetadata: {name: smith}\nspec:\n  integration: acme\n  \
                customer: {externalId: cust-0001}\n  config: {Endpoint: https://a.example}\n  labels: [paid]\n";
    world.files.write("smith.yaml", file);
    assert!(pass(&world).await.is_empty());
    tokio::time::sleep(HOUR + MORE).await;
    pass(&world).await;
    let labels = instance(&world).await["labels"].clone();
    assert_eq!(labels, json!(["gitops:default/smith", "paid"]));
    world.demand_convergence("the labels").await;
}

#[tokio::test(start_paused = true)]
async fn an_integration_on_hold_holds_its_new_version_and_whoever_waits_for_it() {
    let world = begun().await;
    let no_time = "gitops:hold=until the lawyers have read it".to_owned();
    label(&world, INTEGRATIONS, no_time).await;
    let calm = pass(&world).await;
    assert_eq!(calm.summary.held, 0, "nothing is to be done");
    assert!(
        shown(&calm).contains("held until `unhold`"),
        "{}",
        shown(&calm)
    );
    let text = DEFINITION.replace("Orders to the ERP", "Orders both ways");
    world.files.write("acme.yml", text);
    let plan = pass(&world).await;
    assert!(plan.is_empty());
    assert_eq!(plan.summary.held, 2, "{}", shown(&plan));
    assert!(
        shown(&plan).contains("waits for Integration/acme, held until"),
        "{}",
        shown(&plan)
    );
    let live = world.only("integrations", "labels").await;
    let labels = live["labels"].as_array().unwrap().iter();
    let without: Vec<&Value> = labels
        .filter(|it| !LiveHold::is(it.as_str().unwrap()))
        .collect();
    let input = json!({"id": live["id"], "labels": without});
    world.change("updateIntegration", input).await;
    pass(&world).await;
    world.demand_convergence("the end of the hold").await;
}
