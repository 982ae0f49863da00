//! A customer in every command that walks resources.

use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use super::environment::Environment;
use super::sandbox::{Running, serve};

/// The example that brings a customer in, applied to a sandbox.
fn applied() -> (Environment, Running) {
    let mut environment = Environment::new();
    let sandbox = serve(&mut environment, Duration::ZERO);
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    environment.copy(&examples.join("onboarding"));
    environment.run("apply --auto-approve").expect(0);
    (environment, sandbox)
}

fn json(environment: &Environment, line: &str) -> Value {
    environment.run(&format!("{line} -o json")).expect(0).json()
}

#[test]
fn a_customer_has_a_history_and_a_reason_and_is_found_by_what_git_calls_it() {
    let (environment, _sandbox) = applied();
    environment.run("plan --detailed-exitcode").expect(0);
    for text in ["harbour", "Customer/harbour", "cust-0100"] {
        let found = json(&environment, &format!("get customer {text}"));
        assert_eq!(found["name"], "Harbour Supplies", "{text}");
    }
    let listed = json(&environment, "get instances --customer harbour");
    assert_eq!(listed["nodes"][0]["name"], "Stock Sync");
    let history = environment.run("history Customer/harbour").expect(0);
    assert!(history.stdout.contains("create"), "{}", history.stdout);
    let why = environment.run("why Customer/harbour labels").expect(0);
    assert!(
        why.stdout.contains("customers/harbour.yaml:8"),
        "{}",
        why.stdout
    );
}

#[test]
fn a_customer_is_exported_where_that_is_asked_for_and_released_by_its_address() {
    let (environment, _sandbox) = applied();
    let plain = environment.run("export ../plain").expect(0);
    assert!(!plain.stdout.contains("customer"), "{}", plain.stdout);
    let export = environment.run("export ../all --customers").expect(0);
    assert!(export.stdout.contains("customers, "), "{}", export.stdout);
    let folder = environment.project().join("../all");
    let text = std::fs::read_to_string(folder.join("customers/harbour.yaml")).unwrap();
    assert!(text.contains("externalId: cust-0100"), "{text}");
    let instance = std::fs::read_to_string(folder.join("instances/harbour-stock.yaml")).unwrap();
    assert!(instance.contains("customer: harbour"), "{instance}");
    environment.run("validate ../all").expect(0);

    environment
        .run("release Customer/harbour --auto-approve")
        .expect(0);
    let found = json(&environment, "get customer cust-0100");
    assert_eq!(found["labels"], serde_json::json!(["pilot"]));
    let plan = environment.run("plan").expect(0);
    assert!(plan.stdout.contains("1 to adopt"), "{}", plan.stdout);
}
