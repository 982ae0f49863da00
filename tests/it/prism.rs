//! The vendor's own command line against the sandbox: the unmodified `prism` imports, publishes,
//! deploys and cleans up, and what it prints is what it would print of the real service.
//!
//! One scenario rather than many tests: every call starts Node, and each builds on the last.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "what a helper finds broken fails its test"
)]

pub(crate) mod cli;
mod server;

use std::collections::HashMap;
use std::path::Path;

use prism_gitops::sandbox::definition::{
    Catalogue, ComponentVersion, Value, canonicalise, load, render,
};
use serde_json::json;

use cli::{Prism, both, cell, only, row};
use server::Server;

const DEFINITION: &str = include_str!("../prism/order-sync.yml");

#[test]
fn the_prism_cli_cannot_tell_the_sandbox_from_the_real_thing() {
    let server = Server::start();
    let prism = Prism::new(server.url());
    let ((components, customer), ()) = both(
        || both(|| account(&prism), || customer(&prism)),
        || tested(&prism),
    );
    let integration = import(&prism, &components);
    let versions = publish(&prism, &integration);
    availability(&prism, &integration, &versions);
    both(
        || marketplace(&prism, &versions[1]),
        || instance(&prism, &customer, &versions),
    );
}

/// The components `prism components:list` shows, by key.
struct Listed(HashMap<String, i64>);

impl Catalogue for Listed {
    fn resolve(&self, key: &str, _: bool, version: ComponentVersion) -> Result<i64, String> {
        match version {
            ComponentVersion::Number(number) => Ok(number),
            _ => self
                .0
                .get(key)
                .copied()
                .ok_or_else(|| format!("{key} is not listed")),
        }
    }
}

fn account(prism: &Prism) -> Listed {
    let (me, components) = both(
        || prism.ok(&["me"]),
        || prism.table(&["components:list", "--extended"]),
    );
    for line in [
        "Name:",
        "Email:",
        "Organization:",
        "Authentication: Environment",
    ] {
        assert!(me.contains(line), "`me` shows {line}\n{me}");
    }
    let found = prism.table(&[
        "components:list",
        "--search",
        "webhook-triggers",
        "--extended",
    ]);
    assert_eq!(cell(only(&found), "key"), "webhook-triggers");
    let version = |component| cell(component, "versionNumber").parse().expect("a number");
    Listed(
        components
            .iter()
            .map(|it| (cell(it, "key"), version(it)))
            .collect(),
    )
}

fn customer(prism: &Prism) -> String {
    let id = prism.ok(&[
        "customers:create",
        "--name",
        "Smith Rocket Co",
        "--externalId",
        "cust-0042",
        "--label",
        "gold",
    ]);
    let updated = prism.ok(&["customers:update", &id, "--description", "Rockets & more"]);
    assert_eq!(updated, id);
    let listed = prism.table(&["customers:list", "--extended"]);
    let listed = row(&listed, "id", &id);
    assert_eq!(cell(listed, "name"), "Smith Rocket Co");
    assert_eq!(cell(listed, "externalId"), "cust-0042");
    assert_eq!(cell(listed, "description"), "Rockets & more");
    id
}

fn import(prism: &Prism, components: &Listed) -> String {
    let good = prism.file("order-sync.yml", DEFINITION);
    let bad = prism.file(
        "broken.yml",
        &DEFINITION.replace("isTrigger: true", "isTrigger: false"),
    );
    let ((valid, invalid), (id, refused)) = both(
        || {
            both(
                || prism.ok(&["integrations:validate-yaml", &good]),
                || prism.refused(&["integrations:validate-yaml", &bad]),
            )
        },
        || {
            both(
                || prism.ok(&["integrations:import", "--path", &good]),
                || prism.refused(&["integrations:import", "--path", &bad]),
            )
        },
    );
    assert!(valid.contains("Integration YAML is valid"), "{valid}");
    for message in [invalid, refused] {
        assert!(message.contains("must be the trigger"), "{message}");
    }
    exported(prism, &id, components);
    let (listed, flows) = both(
        || prism.table(&["integrations:list", "--extended"]),
        || prism.table(&["integrations:flows:list", &id, "--extended"]),
    );
    let listed = row(&listed, "id", &id);
    assert_eq!(cell(listed, "name"), "Order Sync");
    assert_eq!(cell(listed, "description"), "Sends paid orders to the ERP");
    let names: Vec<_> = flows.iter().map(|flow| cell(flow, "name")).collect();
    assert_eq!(names, ["Orders", "Nightly"]);
    assert!(
        flows
            .iter()
            .all(|flow| cell(flow, "testUrl").starts_with("http")),
        "{flows:?}"
    );
    id
}

/// What comes back is the canonical form of what went in, pinned or not.
fn exported(prism: &Prism, id: &str, components: &Listed) {
    let (pinned, latest) = both(
        || prism.ok(&["integrations:export", id]),
        || prism.ok(&["integrations:export", id, "--latest-components"]),
    );
    let canonical = canonicalise(DEFINITION, components).expect("imports").value;
    let unpinned = load(&render(&canonical, true)).expect("loads");
    assert_eq!(load(&pinned).expect("YAML"), canonical);
    assert_eq!(load(&latest).expect("YAML"), unpinned);
    assert_ne!(canonical, unpinned);
}

/// Nothing of it has to be configured before it can run.
pub(crate) const PING: &str = "definitionVersion: 7
name: Ping
flows:
  - name: Answer
    steps:
      - name: Call
        isTrigger: true
        action: {key: webhook, component: {key: webhook-triggers, version: LATEST, isPublic: true}}
        inputs: {}
";

fn tested(prism: &Prism) {
    let id = prism.ok(&[
        "integrations:import",
        "--path",
        &prism.file("ping.yml", PING),
    ]);
    let flows = prism.table(&["integrations:flows:list", &id, "--extended"]);
    let flow = cell(only(&flows), "id");
    let said = prism.ok(&["integrations:flows:test", "-i", &id, "-f", &flow]);
    let execution = &said[said.rfind('{').expect("a document at the end")..];
    let execution: serde_json::Value = serde_json::from_str(execution).expect("JSON");
    let query = "query($id: ID!) { executionResult(id: $id) { isTestExecution flow { name } } }";
    let run = prism.query(query, &json!({ "id": execution["executionId"] }));
    let expected = json!({"isTestExecution": true, "flow": {"name": "Answer"}});
    assert_eq!(run["executionResult"], expected);
    let id = execution["executionId"].as_str().expect("an id");
    let get = ["executions:step-result:get", "-e", id, "-s"];
    let (known, unknown) = both(
        || prism.ok(&[&get[..], &["Call"]].concat()),
        || prism.ok(&[&get[..], &["Nothing"]].concat()),
    );
    assert_eq!([known.as_str(), unknown.as_str()], ["{}", ""]);
}

fn publish(prism: &Prism, integration: &str) -> [String; 2] {
    let first = prism.ok(&[
        "integrations:publish",
        integration,
        "--comment",
        "first",
        "--commitHash",
        "1a2b3c",
        "--repoUrl",
        "https://git.example/orders",
    ]);
    let changed = DEFINITION.replace("Sends paid orders", "Sends all paid orders");
    let changed = prism.file("changed.yml", &changed);
    let again = prism.ok(&[
        "integrations:import",
        "--path",
        &changed,
        "--integrationId",
        integration,
    ]);
    assert_eq!(
        again, integration,
        "an import with an id changes the draft in place"
    );
    let second = prism.ok(&["integrations:publish", integration, "--comment", "second"]);
    let (versions, old) = both(
        || prism.table(&["integrations:versions", integration, "--extended"]),
        || prism.ok(&["integrations:export", &first]),
    );
    let shown: Vec<_> = versions
        .iter()
        .filter(|version| [&first, &second].contains(&&cell(version, "id")))
        .map(|version| {
            ["versionNumber", "versionComment", "available"].map(|key| cell(version, key))
        })
        .collect();
    assert_eq!(shown, [["2", "second", "true"], ["1", "first", "true"]]);
    let old = load(&old).expect("YAML");
    let described = old.get("description").and_then(Value::as_str);
    assert_eq!(
        described,
        Some("Sends paid orders to the ERP"),
        "a version never changes"
    );
    let query = "query($id: ID!) { integration(id: $id) { versionAttributes versionNumber } }";
    let attributes = prism.query(query, &json!({ "id": first }));
    let attributes = attributes["integration"]["versionAttributes"]
        .as_str()
        .expect("JSON text");
    let attributes: serde_json::Value = serde_json::from_str(attributes).expect("JSON");
    assert_eq!(attributes["commitHash"], "1a2b3c");
    [first, second]
}

fn availability(prism: &Prism, integration: &str, [first, second]: &[String; 2]) {
    let latest = || {
        let versions = prism.table(&["integrations:versions", integration, "-l", "--extended"]);
        cell(only(&versions), "id")
    };
    prism.ok(&["integrations:available", second, "--no-available"]);
    assert_eq!(latest(), *first);
    prism.ok(&["integrations:available", second, "--available"]);
    assert_eq!(latest(), *second);
}

fn marketplace(prism: &Prism, version: &str) {
    prism.ok(&[
        "integrations:marketplace",
        version,
        "--available",
        "--deployable",
        "--overview",
        "Orders, sent",
    ]);
    let query = "query($id: ID!) { integration(id: $id) {
        marketplaceConfiguration overview allowMultipleMarketplaceInstances } }";
    let shown = prism.query(query, &json!({ "id": version }));
    assert_eq!(
        shown["integration"],
        json!({
            "marketplaceConfiguration": "AVAILABLE_AND_DEPLOYABLE",
            "overview": "Orders, sent",
            "allowMultipleMarketplaceInstances": false,
        })
    );
}

const INSTANCE: &str = "query($id: ID!) { instance(id: $id) {
    enabled needsDeploy deployedVersion configState labels integration { versionNumber } } }";

fn instance(prism: &Prism, customer: &str, versions: &[String; 2]) {
    let login = json!([
        {"name": "username", "type": "value", "value": "smith"},
        {"name": "password", "type": "value", "value": "hunter2"},
    ]);
    let config = json!([
        {"key": "Endpoint", "value": "https://smith.example"},
        {"key": "ERP Login", "values": login.to_string()},
    ]);
    let id = prism.ok(&[
        "instances:create",
        "--name",
        "Smith Orders",
        "--customer",
        customer,
        "--integration",
        &versions[0],
        "--config-vars",
        &config.to_string(),
        "--label",
        "production",
    ]);
    let flow = configured(prism, &id);
    deployed(prism, &id, &versions[1], &flow);
    switched(prism, &id, customer);
    prism.ok(&["instances:delete", &id]);
    assert!(
        prism
            .table(&["instances:list", "--customer", customer])
            .is_empty()
    );
}

/// Gives the id of a flow config.
fn configured(prism: &Prism, id: &str) -> String {
    let (variables, flows) = both(
        || prism.table(&["instances:config-vars:list", id, "--extended"]),
        || prism.table(&["instances:flow-configs:list", id, "--extended"]),
    );
    let endpoint = row(&variables, "key", "Endpoint");
    assert_eq!(cell(endpoint, "value"), "https://smith.example");
    assert_eq!(cell(endpoint, "defaultValue"), "https://erp.example/api");
    row(&variables, "key", "ERP Login");
    // The CLI's JSON leaves the inputs of connections out.
    let query = "query($id: ID!) { instance(id: $id) { configVariables { nodes {
        inputs { nodes { name value } } } } } }";
    let inputs = prism.query(query, &json!({ "id": id })).to_string();
    assert!(inputs.contains("smith"), "{inputs}");
    assert!(
        !inputs.contains("hunter2"),
        "a password is never told: {inputs}"
    );
    let mut names: Vec<_> = flows.iter().map(|flow| cell(flow, "name")).collect();
    names.sort();
    assert_eq!(names, ["Nightly", "Orders"]);
    assert!(
        flows
            .iter()
            .all(|flow| cell(flow, "webhookUrl").starts_with("http")),
        "{flows:?}"
    );
    cell(&flows[0], "id")
}

fn deployed(prism: &Prism, id: &str, upgrade: &str, flow: &str) {
    let state = || prism.query(INSTANCE, &json!({ "id": id }))["instance"].clone();
    let created = state();
    assert_eq!(created["needsDeploy"], true);
    assert_eq!(created["configState"], "FULLY_CONFIGURED");
    assert_eq!(created["labels"], json!(["production"]));
    assert_eq!(prism.ok(&["instances:deploy", id]), id);
    let running = state();
    assert_eq!(running["needsDeploy"], false);
    assert_eq!(running["deployedVersion"], 1);
    prism.ok(&["instances:flow-configs:test", flow]);
    let query = "query($id: ID!) { executionResults(instance: $id) { totalCount } }";
    let runs = prism.query(query, &json!({ "id": id }));
    assert_eq!(runs["executionResults"]["totalCount"], 1);
    let updated = prism.ok(&["instances:update", id, "--version", upgrade, "--deploy"]);
    assert_eq!(updated, id);
    let upgraded = state();
    assert_eq!(upgraded["needsDeploy"], false);
    assert_eq!(upgraded["deployedVersion"], 2);
    assert_eq!(upgraded["integration"]["versionNumber"], 2);
}

fn switched(prism: &Prism, id: &str, customer: &str) {
    let enabled = || {
        let listed = prism.table(&["instances:list", "--customer", customer, "--extended"]);
        let listed = only(&listed);
        assert_eq!(cell(listed, "id"), id);
        assert_eq!(cell(listed, "customerExternalId"), "cust-0042");
        cell(listed, "enabled")
    };
    prism.ok(&["instances:disable", id]);
    assert_eq!(enabled(), "false");
    prism.ok(&["instances:enable", id]);
    assert_eq!(enabled(), "true");
}

/// The project's manifest of the CLI pins one version, and its lock names no registry.
#[test]
fn the_cli_is_pinned_and_comes_from_anywhere() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/prism"));
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).expect("there");
    let package: serde_json::Value = serde_json::from_str(&read("package.json")).expect("JSON");
    let lock: serde_json::Value = serde_json::from_str(&read("package-lock.json")).expect("JSON");
    let locked = &lock["packages"]["node_modules/@prismatic-io/prism"];
    assert_eq!(
        package["dependencies"]["@prismatic-io/prism"],
        locked["version"]
    );
    let packages = lock["packages"].as_object().expect("packages");
    assert!(
        packages
            .values()
            .all(|package| package.get("resolved").is_none())
    );
}
