//! What support asks at night: which executions failed, what was logged, and how an instance is configured.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use super::environment::{Environment, Run};
use super::fixture::DEFINITION;
use super::sandbox::Running;
use super::streams::served;

const SEED: &str = "\
customers:
  - {name: Smith Hardware, externalId: cust-0001}
  - {name: Jones Logistics, externalId: cust-0002}
behaviour:
  runsEverySeconds: 1
  runs: [{customer: cust-0002, error: HTTP 422 from ERP}]
";

const KEY: &str = "s3cr3t-canary-value";

fn instance(name: &str, customer: &str) -> String {
    format!(
        "apiVersion: prism-gitops/v1\nkind: Instance\nmetadata: {{name: {name}}}\nspec:\n  integration: acme\n  \
         customer: {{externalId: {customer}}}\n  config:\n    Endpoint: https://erp.example.com\n    \
         API Key: {{secret: {{env: API_KEY}}}}\n"
    )
}

/// Two instances, of which the one of Jones Logistics fails whenever it runs.
fn tenant() -> (Environment, Running) {
    let (mut environment, server) = served(SEED, None);
    environment.set("API_KEY", KEY);
    let variable =
        "requiredConfigVars:\n  - key: API Key\n    dataType: string\n    orgOnly: false\n";
    let definition = DEFINITION.replace("requiredConfigVars:\n", variable);
    environment.write("acme.yml", &definition);
    let integration = "apiVersion: prism-gitops/v1\nkind: Integration\nmetadata: {name: acme}\nspec:\n  definition: acme.yml\n";
    environment.write("acme.yaml", integration);
    environment.write("smith.yaml", &instance("smith", "cust-0001"));
    environment.write("jones.yaml", &instance("jones", "cust-0002"));
    environment.run("apply --auto-approve").expect(0);
    (environment, server)
}

/// Each request is a second's chance for the flows to run.
fn until(environment: &Environment, line: &str, text: &str) -> Run {
    for _ in 0..60 {
        let run = environment.run(line).expect(0);
        if run.stdout.contains(text) {
            return run;
        }
    }
    panic!("{line} never showed {text:?}");
}

#[test]
fn failed_executions_are_listed_by_address_customer_and_time() {
    let (environment, _server) = tenant();
    let failed = "get executions --failed --since 1h";
    let shown = until(&environment, failed, "HTTP 422 from ERP").stdout;
    assert!(!shown.contains("Smith Hardware"), "{shown}");
    let of = |line: &str| environment.run(&format!("{line} -o json")).expect(0).json();
    let count = |line: &str| of(line)["nodes"].as_array().unwrap().len();
    until(&environment, "get executions Instance/smith", "SUCCESS");
    assert_eq!(count("get executions Instance/smith --failed"), 0);
    assert_ne!(
        count("get executions --customer cust-0001 --failed=false"),
        0
    );
    assert_ne!(count("get executions --integration acme --failed"), 0);
    assert_eq!(
        count("get executions --since 2026-01-01 --until 2026-01-02"),
        0
    );
    let wrong = environment
        .run("get executions --since yesterday")
        .expect(1);
    assert!(
        wrong.stderr.contains("2026-11-20T08:00:00Z"),
        "{}",
        wrong.stderr
    );
    let newest = of("get executions --first 1");
    assert_eq!(newest["nodes"].as_array().unwrap().len(), 1);
    assert_eq!(newest["pageInfo"]["hasNextPage"], true);
}

#[test]
fn what_was_logged_is_found_by_its_words() {
    let (environment, _server) = tenant();
    let line = "get logs Instance/jones --contains 422";
    let shown = until(&environment, line, "HTTP 422 from ERP").stdout;
    assert!(
        shown.contains("jones") && !shown.contains("smith"),
        "{shown}"
    );
    let none = environment
        .run("get logs Instance/smith --contains 422 -o json")
        .expect(0);
    assert_eq!(none.json()["nodes"].as_array().unwrap().len(), 0);
}

#[test]
fn the_config_of_an_instance_is_shown_without_its_secrets() {
    let (environment, _server) = tenant();
    let shown = environment
        .run("get config Instance/smith")
        .expect(0)
        .stdout;
    assert!(
        shown.contains("https://erp.example.com") && shown.contains("(secret)"),
        "{shown}"
    );
    for form in ["human", "json", "yaml", "csv"] {
        let run = environment
            .run(&format!("get config Instance/smith -o {form}"))
            .expect(0);
        assert!(!run.shown().contains(KEY), "{}", run.shown());
    }
}

#[test]
fn new_failures_are_shown_as_they_end() {
    let (environment, _server) = tenant();
    let refused = environment.run("get logs --follow -o yaml").expect(1);
    assert!(
        refused.stderr.contains("forms human and json"),
        "{}",
        refused.stderr
    );
    let mut command = environment.command();
    command.args(["get", "executions", "--failed", "--follow", "-o", "json"]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let stdout = BufReader::new(child.stdout.take().unwrap());
    let mut running = Running(child);
    let mut ids = std::collections::BTreeSet::new();
    for line in stdout.lines().take(3) {
        let node: serde_json::Value = serde_json::from_str(&line.unwrap()).unwrap();
        assert_eq!(node["error"], "HTTP 422 from ERP", "{node}");
        assert!(ids.insert(node["id"].to_string()), "{node} came twice");
    }
    running.signal("INT");
    assert_eq!(running.0.wait().unwrap().code(), Some(130));
}
