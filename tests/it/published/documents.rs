//! What the commands print with `-o json`.

use std::path::Path;

use serde_json::Value;

use super::Named;
use crate::cli::environment::Environment;
use crate::cli::fixture::{DEFINITION, project};
use crate::cli::two_writers::doubled;

/// Runs a command, and reads its one document.
fn json(environment: &Environment, line: &str, code: i32) -> Value {
    environment
        .run(&format!("{line} -o json"))
        .expect(code)
        .json()
}

const APPLY: &str = "apply --sandbox --auto-approve";

/// All of them, some more than once: where values differ, so do their types.
pub(super) fn printed() -> Vec<Named> {
    let mut all = of_example();
    all.extend(of_records());
    all.extend(of_faults());
    let (environment, _sandbox, _, _) = doubled();
    all.push(("dedupe", json(&environment, "dedupe", 3)));
    all
}

/// An example of which one instance waits for a consent and another one for a value.
fn of_example() -> Vec<Named> {
    let environment = Environment::new();
    environment.copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/crm"));
    let links = format!("{APPLY} --authorize-urls");
    let linked = "plan --sandbox --authorize-urls";
    vec![
        ("validate", json(&environment, "validate", 0)),
        ("plan", json(&environment, "plan --sandbox", 0)),
        ("result", json(&environment, &links, 3)),
        ("plan", json(&environment, "plan --sandbox", 0)),
        ("plan", json(&environment, linked, 0)),
        (
            "export",
            json(&environment, "export out --sandbox --project p", 0),
        ),
        ("whoami", json(&environment, "whoami --sandbox", 0)),
    ]
}

/// What is kept of two applies and a draft that one of them wrote over.
fn of_records() -> Vec<Named> {
    let environment = project();
    environment.run(APPLY).expect(0);
    environment.edit("customers/smith.yaml", "erp.smith", "new.smith");
    environment.run(APPLY).expect(0);
    let history = json(&environment, "history", 0);
    let first = history["passes"][1]["revision"].as_str().unwrap();
    let diff = json(&environment, &format!("diff --at {first}"), 0);
    let by_time = json(&environment, "diff --at 2h", 0);
    vec![
        ("history", history),
        ("history", json(&environment, "history --limit 1", 0)),
        ("why", json(&environment, "why Instance/smith", 0)),
        ("diff", diff),
        ("diff", by_time),
    ]
}

/// What is printed where something is wrong.
fn of_faults() -> Vec<Named> {
    let environment = project();
    environment.write("broken.yml", &DEFINITION.replace("flows:", "flow:"));
    vec![
        ("validate", json(&environment, "validate", 1)),
        ("error", json(&environment, "plan --sandbox", 1)),
    ]
}
