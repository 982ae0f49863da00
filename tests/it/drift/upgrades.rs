//! A new version that needs a value which not every instance has.

use prism_gitops::model::Health;
use prism_gitops::plan::Plan;
use prism_gitops::sandbox::{Fault, FaultRule, FaultScript};
use serde_json::{Value, json};

use super::project::DEFINITION;
use super::world::{World, shown};

/// One more variable without a default.
fn with_region() -> String {
    let endpoint = "  - {key: Endpoint,";
    let region = "  - {key: Region, dataType: string, orgOnly: false}\n";
    DEFINITION
        .replacen(endpoint, &format!("{region}{endpoint}"), 1)
        .replace(
            "{type: configVar, value: Endpoint}",
            "{type: configVar, value: Endpoint}\n      - {type: configVar, value: Region}",
        )
}

fn instance(number: usize, more: &str) -> String {
    format!(
        "apiVersion: prism-gitops/v1
kind: Instance
metadata: {{name: shop-{number}}}
spec:
  integration: acme
  customer: {{externalId: cust-0001}}
  config:
    Endpoint: https://{number}.example
    Token: {{secret: {{env: TOKEN}}}}
    Login: {{connection: {{username: smith, password: {{secret: {{env: PASSWORD}}}}}}}}
{more}"
    )
}

/// Ten instances of version 1.
async fn ten(publish: &str) -> World {
    let world = World::new();
    world.files.write("acme.yml", DEFINITION);
    world.files.write("acme.yaml", integration("changed"));
    for number in 0..10 {
        world
            .files
            .write(format!("{number}.yaml"), instance(number, ""));
    }
    world.apply().await;
    world.demand_convergence("the first apply").await;
    world.files.write("acme.yaml", integration(publish));
    world
}

fn integration(publish: &str) -> String {
    format!(
        "apiVersion: prism-gitops/v1
kind: Integration
metadata: {{name: acme}}
spec: {{definition: acme.yml, publish: {publish}}}
"
    )
}

fn blocked(plan: &Plan) -> Vec<String> {
    let stopped = (plan.resources.iter()).filter(|it| it.health == Health::Blocked);
    stopped
        .map(|it| format!("{}: {}", it.address, it.reason))
        .collect()
}

/// The version that each instance is configured for, by name.
async fn versions(world: &World) -> Vec<i64> {
    let nodes = world
        .ask(
            "{ instances(isSystem: false) { nodes { name integration { versionNumber } } } }",
            json!({}),
        )
        .await;
    let nodes = nodes["instances"]["nodes"].as_array().unwrap();
    let number = |it: &Value| it["integration"]["versionNumber"].as_i64().unwrap();
    let mut all: Vec<_> = (nodes.iter())
        .map(|it| (it["name"].as_str().unwrap(), number(it)))
        .collect();
    all.sort_unstable();
    all.into_iter().map(|(_, number)| number).collect()
}

#[tokio::test(start_paused = true)]
async fn three_of_ten_lack_a_value_and_seven_move() {
    let world = ten("changed").await;
    world.files.write("acme.yml", with_region());
    for number in 3..10 {
        world.files.write(
            format!("{number}.yaml"),
            instance(number, "    Region: eu\n"),
        );
    }
    let plan = world.apply().await;
    insta::assert_snapshot!(blocked(&plan).join("\n"), @r#"
    Instance/shop-0: no value for required config variable "Region"
    Instance/shop-1: no value for required config variable "Region"
    Instance/shop-2: no value for required config variable "Region"
    "#);
    assert!(plan.has_leftovers(), "exit 3");
    assert_eq!(versions(&world).await, [1, 1, 1, 2, 2, 2, 2, 2, 2, 2]);
    let plan = world.plan().await;
    assert!(
        plan.is_empty() && plan.summary.blocked == 3,
        "{}",
        shown(&plan)
    );
}

/// A user publishes by hand a version that git does not have.
async fn published_by_hand(world: &World) {
    let integration = world.only("integrations", "").await;
    let input = json!({"integrationId": integration["id"], "definition": with_region()});
    world.change("importIntegration", input).await;
    world
        .change("publishIntegration", json!({"id": integration["id"]}))
        .await;
}

#[tokio::test(start_paused = true)]
async fn a_version_that_others_published_is_asked_what_it_requires() {
    let world = ten("never").await;
    let before = world.calls("integration");
    world.demand_convergence("nothing").await;
    let usual = world.calls("integration") - before;
    published_by_hand(&world).await;
    let before = world.calls("integration");
    let plan = world.plan().await;
    assert_eq!(blocked(&plan).len(), 10, "{}", shown(&plan));
    assert!(blocked(&plan)[0].contains("\"Region\""), "{}", shown(&plan));
    assert_eq!(world.calls("integration") - before, usual + 1);
}

#[tokio::test(start_paused = true)]
async fn nobody_moves_to_a_version_whose_needs_are_not_known() {
    let world = ten("never").await;
    published_by_hand(&world).await;
    let fault = Fault::Error {
        message: "try later".to_owned(),
    };
    let mut rule = FaultRule::every("integration", fault);
    rule.matching = Some("requiredConfigVariables".to_owned());
    world.set_faults(FaultScript { rules: vec![rule] });
    let plan = world.plan().await;
    assert_eq!(plan.summary.deploy, 0, "{}", shown(&plan));
    let unknown = (plan.resources.iter()).filter(|it| it.health == Health::Unknown);
    assert_eq!(unknown.count(), 10, "{}", shown(&plan));
}
