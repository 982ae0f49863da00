//! A project with two integrations and three instances, and its invariants under any fault.

use prism_gitops::execute::Outcome;
use prism_gitops::plan::{Plan, render};
use serde_json::{Value, json};

use super::project::{DEFINITION, INSTANCE, INTEGRATION};
use super::world::{World, shown};

/// What the secrets of the files begin with: never to be seen anywhere.
pub(crate) const CANARY: &str = "value of ";

/// The second integration, from a definition without a manifest.
const BETA: &str = "\
definitionVersion: 7
name: Beta Feed
description: Prices
requiredConfigVars:
  - {key: Feed, dataType: string, defaultValue: daily, orgOnly: false}
flows:
  - name: Prices
    isSynchronous: false
    steps:
      - name: Trigger
        isTrigger: true
        action:
          key: webhook
          component: {key: webhook-triggers, version: LATEST, isPublic: true}
        inputs: {}
";

const OTHERS: &str = "\
apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: jones-feed}
spec:
  integration: beta-feed
  customer: {externalId: cust-0002}
  labels: [north]
  state: disabled
---
apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith-feed}
spec:
  integration: beta-feed
  customer: {externalId: cust-0001}
  config: {Feed: hourly}
";

/// Writes the project's files.
pub(crate) fn write(world: &World) {
    world.files.write("acme.yml", DEFINITION);
    world.files.write("overview.md", "Brings orders over.\n");
    world.files.write("acme.yaml", INTEGRATION);
    world.files.write("smith.yaml", INSTANCE);
    world.files.write("beta.yml", BETA);
    world.files.write("others.yaml", OTHERS);
}

/// Changes every file that calls for another version or another write.
pub(crate) fn rewrite(world: &World) {
    let acme = DEFINITION.replace("value: /orders", "value: /invoices");
    world.files.write("acme.yml", acme);
    world
        .files
        .write("beta.yml", BETA.replace("Prices", "New Prices"));
    world.files.write("overview.md", "Brings invoices over.\n");
    let smith = INSTANCE.replace("https://erp.smith", "https://erp2.smith");
    world.files.write(
        "smith.yaml",
        smith.replace("[production]", "[production, new]"),
    );
}

/// A draft is changed by hand; its labels stay.
pub(crate) async fn meddle_with_a_draft(world: &World) {
    let query = r#"{ integrations(name: "Beta Feed") { nodes { id labels } } }"#;
    let answer = world.ask(query, json!({})).await;
    let beta = &answer["integrations"]["nodes"][0];
    let definition = BETA.replace("name: Prices", "name: Odd Prices");
    let import = json!({"integrationId": beta["id"], "definition": definition});
    world.change("importIntegration", import).await;
    let labels = json!({"id": beta["id"], "labels": beta["labels"]});
    world.change("updateIntegration", labels).await;
}

/// One instance is declared no more.
pub(crate) fn remove_one(world: &World) {
    let (_, rest) = OTHERS.split_once("---\n").unwrap();
    world.files.write("others.yaml", rest);
}

/// How many integrations, published versions and instances there are.
pub(crate) async fn count(world: &World) -> (usize, usize, usize) {
    count_in(&world.tenant().await)
}

/// The same of a tenant that was read before.
pub(crate) fn count_in(tenant: &Value) -> (usize, usize, usize) {
    let records = list(tenant, "integrations");
    let drafts = records.iter().filter(|record| record["number"].is_null());
    let instances = list(tenant, "instances").iter();
    let real = instances.filter(|instance| instance["system"] != true);
    let drafts = drafts.count();
    (drafts, records.len() - drafts, real.count())
}

fn list<'a>(tenant: &'a Value, key: &str) -> &'a [Value] {
    tenant[key].as_array().unwrap()
}

/// Everything written bears this project's marker; `unmarked` integrations may be without.
pub(crate) async fn demand_markers(world: &World, unmarked: usize, case: &str) {
    demand_markers_in(&world.tenant().await, unmarked, case);
}

/// The same of a tenant that was read before.
pub(crate) fn demand_markers_in(tenant: &Value, unmarked: usize, case: &str) {
    let marked = |record: &&Value| {
        let labels = record["labels"].as_array().unwrap();
        labels
            .iter()
            .any(|label| label.as_str().unwrap().starts_with("gitops:default/"))
    };
    let drafts = list(tenant, "integrations").iter();
    let drafts = drafts.filter(|record| record["number"].is_null());
    let bare = drafts.filter(|record| !marked(record)).count();
    assert!(
        bare <= unmarked,
        "{case}: {bare} integrations without a marker"
    );
    let instances = list(tenant, "instances").iter();
    let mut real = instances.filter(|instance| instance["system"] != true);
    assert!(
        real.all(|instance| marked(&instance)),
        "{case}: an instance without a marker"
    );
}

/// No output for people shows a secret.
pub(crate) fn demand_secrecy(plan: &Plan, outcome: Option<&Outcome>, case: &str) {
    let outputs = [
        shown(plan),
        render::json(plan, None).to_string(),
        render::markdown(plan),
        format!("{plan:?}"),
        format!("{outcome:?}"),
    ];
    for output in outputs {
        assert!(!reveals(&output), "{case}: a secret is shown in\n{output}");
    }
}

/// What the secrets begin with, in the forms in which a server may quote them.
const TRACES: [&str; 6] = [
    CANARY,
    "value%20of",
    "\\u0076\\u0061\\u006c",
    "\\\\u0076\\\\u0061\\\\u006c",
    "&#x76;&#x61;&#x6c;",
    "dmFsdWUgb2Yg",
];

/// Whether a text shows a secret, in any encoding.
pub(crate) fn reveals(text: &str) -> bool {
    TRACES.iter().any(|trace| text.contains(trace))
}

/// One pass that may fail, in its reading or in its steps. Answers the plan, if there was one.
pub(crate) async fn pass(world: &World, case: &str) -> Option<Plan> {
    let planned = match world.try_plan(false).await {
        Ok(planned) => planned,
        Err(error) => {
            let text = format!("{error:?} {error}");
            assert!(
                !text.contains(CANARY),
                "{case}: a secret is shown in {text}"
            );
            return None;
        }
    };
    let outcome = world.carry_out(&planned).await;
    demand_secrecy(&planned.plan, Some(&outcome), case);
    Some(planned.plan)
}

/// Passes until nothing is left to do; panics after `most` of them. Answers how many it took.
pub(crate) async fn converge(world: &World, most: usize, case: &str) -> usize {
    let mut last = String::new();
    for passes in 0..=most {
        let planned = world.try_plan(false).await;
        let planned = planned.unwrap_or_else(|error| panic!("{case}: {error:?}"));
        let plan = &planned.plan;
        demand_secrecy(plan, None, case);
        if plan.is_empty() && !plan.has_leftovers() {
            return passes;
        }
        last = shown(plan);
        let outcome = world.carry_out(&planned).await;
        if outcome.failed() {
            last.push_str(&format!("\n{:#?}", outcome.steps));
        }
    }
    panic!("{case}: no end after {most} passes:\n{last}")
}
