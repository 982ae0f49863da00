//! The tenant is reconciled with the files after a change of either.

pub(crate) mod line;
pub(crate) mod project;
pub(crate) mod whole;
pub(crate) mod world;

mod components;
mod fields;
mod schedules;
mod secrets;
mod upgrades;

use serde_json::json;

use project::{DEFINITION, INSTANCE, INTEGRATION};
use world::{World, digest, shown};

/// A tenant in which an integration was applied.
async fn integration_applied() -> World {
    let world = World::new();
    world.files.write("acme.yml", DEFINITION);
    world.files.write("overview.md", "Brings orders over.\n");
    world.files.write("acme.yaml", INTEGRATION);
    world.apply().await;
    world.demand_convergence("the first apply").await;
    world
}

/// A tenant in which an instance of it was applied too.
async fn applied() -> World {
    let world = integration_applied().await;
    world.files.write("smith.yaml", INSTANCE);
    world.apply().await;
    world.demand_convergence("the first apply").await;
    world
}

/// A change made in the console is shown in full, and undone.
async fn heals(world: &World, expected: &str) {
    let plan = world.plan().await;
    assert_eq!(digest(&plan), expected, "\n{}", shown(&plan));
    world.apply().await;
    world.demand_convergence("healing").await;
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_was_paused() {
    let world = applied().await;
    let instance = world.only("instances", "").await;
    world
        .change(
            "updateInstance",
            json!({"id": instance["id"], "enabled": false}),
        )
        .await;
    heals(&world, "Instance/smith: enable [state]").await;
    assert_eq!(world.only("instances", "enabled").await["enabled"], true);
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_was_renamed() {
    let world = applied().await;
    let instance = world.only("instances", "").await;
    world
        .change(
            "updateInstance",
            json!({"id": instance["id"], "name": "Other"}),
        )
        .await;
    heals(&world, "Instance/smith: update [displayName]").await;
    let again = world.only("instances", "name").await;
    assert_eq!(again["name"], "Smith ERP");
    assert_eq!(again["id"], instance["id"], "renamed, not made again");
}

#[tokio::test(start_paused = true)]
async fn a_config_variable_that_was_changed() {
    let world = applied().await;
    let instance = world.only("instances", "").await;
    let values = json!([{"key": "Endpoint", "value": "https://elsewhere.example"}]);
    let input = json!({"id": instance["id"], "configVariables": values});
    world.change("updateInstanceConfigVariables", input).await;
    heals(
        &world,
        "Instance/smith: configure deploy [config \"Endpoint\"]",
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_seeded_config_variable_is_the_customers_own() {
    let world = applied().await;
    let instance = world.only("instances", "").await;
    let values = json!([{"key": "Batch Size", "value": "7"}]);
    let input = json!({"id": instance["id"], "configVariables": values});
    world.change("updateInstanceConfigVariables", input).await;
    world
        .change("deployInstance", json!({"id": instance["id"]}))
        .await;
    world.demand_convergence("a change of the customer's").await;
}

#[tokio::test(start_paused = true)]
async fn a_definition_that_was_edited() {
    let world = applied().await;
    let integration = world.only("integrations", "").await;
    let edited = DEFINITION.replace("value: /orders", "value: /other");
    let input = json!({"integrationId": integration["id"], "definition": edited});
    world.change("importIntegration", input).await;
    let plan = world.plan().await;
    assert!(digest(&plan).contains("step \"Fetch\""), "{}", shown(&plan));
    world.apply().await;
    world.demand_convergence("a new draft").await;
}

#[tokio::test(start_paused = true)]
async fn a_label_that_was_removed() {
    let world = applied().await;
    let instance = world.only("instances", "labels").await;
    let marker = json!(["gitops:default/smith"]);
    world
        .change(
            "updateInstance",
            json!({"id": instance["id"], "labels": marker}),
        )
        .await;
    heals(&world, "Instance/smith: update [labels]").await;
}

#[tokio::test(start_paused = true)]
async fn a_marker_that_was_removed_is_put_back_only_on_request() {
    let world = applied().await;
    let instance = world.only("instances", "").await;
    world
        .change(
            "updateInstance",
            json!({"id": instance["id"], "labels": ["production"]}),
        )
        .await;
    let plan = world.plan().await;
    assert!(plan.is_empty(), "nothing is made twice:\n{}", shown(&plan));
    assert_eq!(plan.summary.blocked, 1, "{}", shown(&plan));
    world.apply_with(true).await;
    world.demand_convergence("an adoption").await;
    let again = world.only("instances", "").await;
    assert_eq!(again["id"], instance["id"]);
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_was_upgraded_by_somebody_else() {
    let world = applied().await;
    let integration = world.only("integrations", "").await;
    let instance = world.only("instances", "").await;
    let edited = DEFINITION.replace("value: /orders", "value: /other");
    let input = json!({"integrationId": integration["id"], "definition": edited});
    world.change("importIntegration", input).await;
    let version = world
        .change("publishIntegration", json!({"id": integration["id"]}))
        .await;
    world
        .change(
            "updateInstance",
            json!({"id": instance["id"], "integration": version}),
        )
        .await;
    world
        .change("deployInstance", json!({"id": instance["id"]}))
        .await;
    let before = world.calls("publishIntegration");
    world.apply().await;
    world.demand_convergence("a foreign version").await;
    assert_eq!(world.calls("publishIntegration"), before + 1);
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_was_deleted() {
    let world = applied().await;
    let instance = world.only("instances", "").await;
    world
        .change("deleteInstance", json!({"id": instance["id"]}))
        .await;
    let plan = world.plan().await;
    assert_eq!(plan.summary.create, 1, "{}", shown(&plan));
    world.apply().await;
    world.demand_convergence("making it again").await;
}
