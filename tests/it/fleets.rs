//! Fleets against the sandbox: one manifest, many customers.

use prism_gitops::model::{Health, Severity};
use prism_gitops::plan::render::{HumanOptions, human, json, markdown};
use prism_gitops::plan::{Action, Plan};
use prism_gitops::sandbox::{Behaviour, Fault, FaultRule, FaultScript, Seed};
use serde_json::Value;

use crate::drift::world::World;

const DEFINITION: &str = "\
definitionVersion: 7
name: Acme ERP
description: Orders
requiredConfigVars:
  - {key: Endpoint, dataType: string, defaultValue: \"\", orgOnly: false}
  - {key: Batch Size, dataType: string, defaultValue: \"10\", orgOnly: false}
  - {key: Token, dataType: string, defaultValue: \"\", orgOnly: false}
flows:
  - name: Orders
    isSynchronous: false
    steps:
      - name: Trigger
        isTrigger: true
        action:
          key: webhook
          component: {key: webhook-triggers, version: LATEST, isPublic: true}
        inputs: {}
";

const PROJECT: &str = "\
apiVersion: prism-gitops/v1
kind: Project
metadata: {name: p}
spec: {policy: {guards: {updates: 100%, disables: 100%}}}
---
apiVersion: prism-gitops/v1
kind: Integration
metadata: {name: acme}
spec: {definition: acme.yml}
";

/// Fifteen lines.
const FLEET: &str = "\
apiVersion: prism-gitops/v1
kind: Fleet
metadata: {name: prod}
spec:
  integration: acme
  onLeave: disable
  customers: {selector: {labels: {all: [paid], none: [churned]}}, rows: regions.csv}
  template:
    displayName: Acme ERP
    config:
      Endpoint: \"https://${{ row.region }}.example/${{ customer.externalId }}\"
      Batch Size: \"50\"
      Token: {secret: {env: \"TOKEN_${{ row.region | upper }}\"}}
  overrides:
    - {customers: [cust-0007], config: {Batch Size: \"5\"}, reason: slow API, expires: 2026-02-28}
";

/// A number of customers that pay, with a region each.
fn world(customers: usize) -> World {
    let folder = tempfile::tempdir().unwrap();
    let seed = folder.path().join("seed.yaml");
    let customer = |n: usize| {
        format!("- {{name: Customer {n:04}, externalId: cust-{n:04}, labels: [paid]}}\n")
    };
    let all: String = (0..customers).map(customer).collect();
    std::fs::write(
        &seed,
        format!("customers:\n{all}- {{name: Free, externalId: free}}\n"),
    )
    .unwrap();
    let world = World::seeded(Seed::File(seed), Behaviour::default(), None);
    let row = |n: usize| format!("cust-{n:04},{}\r\n", ["eu", "us"][n % 2]);
    let rows: String = (0..customers).map(row).collect();
    world.files.write("acme.yml", DEFINITION);
    world.files.write("project.yaml", PROJECT);
    world.files.write("fleet.yaml", FLEET);
    world
        .files
        .write("regions.csv", format!("externalId,region\r\n{rows}"));
    world
}

fn with(action: Action, plan: &Plan) -> usize {
    let resources = plan.resources.iter();
    resources.filter(|it| it.actions.contains(&action)).count()
}

/// The instances that this project marked.
async fn instances(world: &World) -> Vec<Value> {
    let tenant = world.tenant().await;
    let all = tenant["instances"].as_array().unwrap().iter();
    let ours = all.filter(|it| it["labels"].to_string().contains("gitops:p/"));
    ours.cloned().collect()
}

#[tokio::test(start_paused = true)]
async fn three_hundred_instances_come_of_fifteen_lines() {
    let world = world(300);
    let plan = world.apply().await;
    assert_eq!(with(Action::Create, &plan), 301);
    assert_eq!(instances(&world).await.len(), 300);
    let expired = plan
        .diagnostics
        .iter()
        .find(|it| it.code == "override-expired")
        .unwrap();
    assert_eq!(expired.severity, Severity::Warning);
    world.forget_calls();
    world.demand_convergence("a fleet").await;
    // Customers and instances come in pages of 100, and nothing is asked for one by one.
    assert!(world.requests() <= 16, "{}", world.requests());
    // One shared value is one group.
    world.files.write(
        "fleet.yaml",
        FLEET.replace("Batch Size: \"50\"", "Batch Size: \"60\""),
    );
    let plan = world.plan().await;
    assert_eq!(with(Action::Configure, &plan), 299);
    for text in [human(&plan, HumanOptions::default()), markdown(&plan)] {
        assert!(text.contains("299 members of Fleet/prod"), "{text}");
        assert!(text.lines().count() < 30, "{text}");
        assert!(!text.contains("value of TOKEN_EU"), "{text}");
    }
    let fleets = &json(&plan, None)["fleets"];
    assert_eq!(fleets[0]["members"], 300);
    assert_eq!(fleets[0]["changes"], 299);
}

#[tokio::test(start_paused = true)]
async fn customers_that_were_read_in_part_hold_everything_back() {
    let world = world(220);
    world.apply().await;
    // One is about to leave, one to join, and a value changes.
    world.files.write(
        "fleet.yaml",
        FLEET
            .replace("\"50\"", "\"60\"")
            .replace("none: [churned]", "none: [churned, free]"),
    );
    for nth in 1..=3 {
        world.set_faults(FaultScript {
            rules: vec![FaultRule {
                times: Some(50),
                ..FaultRule::nth(
                    "customers",
                    nth,
                    Fault::Status {
                        code: 500,
                        commit: false,
                    },
                )
            }],
        });
        let planned = world.try_plan(false).await.unwrap();
        let plan = &planned.plan;
        let members: Vec<_> = plan
            .resources
            .iter()
            .filter(|it| it.address.name.fleet().is_some())
            .collect();
        assert_eq!(members.len(), 220, "{nth}");
        assert!(
            members
                .iter()
                .all(|it| it.health == Health::Unknown && !it.orphan),
            "{nth}"
        );
        assert!(plan.steps.is_empty() && plan.is_unread(), "{nth}");
        world.set_faults(FaultScript::default());
    }
}

#[tokio::test(start_paused = true)]
async fn who_leaves_is_switched_off_and_comes_back() {
    let world = world(30);
    world.apply().await;
    let leaves = |labels: &'static str| {
        let world = &world;
        async move {
            let query = r#"{ customers(externalId: "cust-0003") { nodes { id } } }"#;
            let found = world.ask(query, serde_json::json!({})).await;
            let id = found["customers"]["nodes"][0]["id"].clone();
            world
                .change(
                    "updateCustomer",
                    serde_json::json!({"id": id, "labels": [labels]}),
                )
                .await;
        }
    };
    leaves("churned").await;
    let plan = world.apply().await;
    assert_eq!(with(Action::Disable, &plan), 1);
    let off: Vec<Value> = instances(&world)
        .await
        .into_iter()
        .filter(|it| it["enabled"] == false)
        .collect();
    assert_eq!(off.len(), 1);
    let labels = off[0]["labels"].to_string();
    assert!(labels.contains("gitops:left=2026-03-01"), "{labels}");
    world.demand_convergence("a customer left").await;
    leaves("paid").await;
    let plan = world.apply().await;
    assert_eq!(with(Action::Enable, &plan), 1);
    assert!(
        instances(&world)
            .await
            .iter()
            .all(|it| it["enabled"] == true)
    );
    assert!(
        !instances(&world)
            .await
            .iter()
            .any(|it| it["labels"].to_string().contains("gitops:left"))
    );
    world.demand_convergence("it came back").await;
}

#[tokio::test(start_paused = true)]
async fn a_fleet_that_is_renamed_moves_its_members_and_makes_none_anew() {
    let world = world(12);
    world.apply().await;
    // The fleet is renamed, and its members named by id: no instance is created anew.
    let rows = instances(&world).await.len();
    let without_rows = FLEET
        .replace("{name: prod}", "{name: everywhere}")
        .replace(", rows: regions.csv", "")
        .replace("${{ row.region }}", "eu")
        .replace("TOKEN_${{ row.region | upper }}", "TOKEN_EU");
    world.files.write("fleet.yaml", without_rows);
    let plan = world.apply().await;
    assert_eq!(with(Action::Create, &plan), 0);
    assert_eq!(instances(&world).await.len(), rows);
    let marked = instances(&world).await;
    assert!(
        marked
            .iter()
            .all(|it| it["labels"].to_string().contains("gitops:p/everywhere/"))
    );
    world.demand_convergence("a fleet was renamed").await;
}
