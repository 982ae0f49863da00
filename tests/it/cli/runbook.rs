//! The runbook, on a tenant that is broken: each of its commands answers its question.

use std::process::Command;

use super::environment::Environment;
use super::fixture::DEFINITION;
use super::sandbox::{Running, wait_for};
use super::streams::served;

const SEED: &str = "\
customers:
  - {name: Smith Hardware, externalId: cust-0001}
  - {name: Jones Logistics, externalId: cust-0002}
behaviour:
  runsEverySeconds: 1
  runs: [{customer: cust-0002, error: HTTP 422 from ERP}]
";

fn write(environment: &Environment) {
    environment.write("acme.yml", DEFINITION);
    let integration = "apiVersion: prism-gitops/v1\nkind: Integration\nmetadata: {name: acme}\nspec: {definition: acme.yml}\n";
    environment.write("acme.yaml", integration);
    // Drift is left for a person to see.
    let project = "apiVersion: prism-gitops/v1\nkind: Project\nmetadata: {name: acme}\nspec: {policy: {drift: observe}}\n";
    environment.write("project.yaml", project);
    for (name, customer) in [("smith", "cust-0001"), ("jones", "cust-0002")] {
        let text = format!(
            "apiVersion: prism-gitops/v1\nkind: Instance\nmetadata: {{name: {name}}}\nspec:\n  integration: acme\n  \
             customer: {{externalId: {customer}}}\n  config: {{Endpoint: 'https://erp.example.com'}}\n"
        );
        environment.write(&format!("{name}.yaml"), &text);
    }
}

/// A daemon that works on the tenant of the environment.
fn daemon(environment: &Environment) -> Command {
    let mut command = environment.command();
    command.args("daemon --listen 127.0.0.1:0 --log-format json --interval 1h".split(' '));
    command
}

/// What each command has to show, in the order of the page.
const ANSWERS: [(&str, &[&str]); 10] = [
    ("status", &["Instance/jones", "OutOfSync"]),
    ("status --customer", &["Instance/jones", "drifted"]),
    (
        "status Instance/jones",
        &[
            "Jones Logistics",
            "https://elsewhere.example.com",
            "jones.yaml:3",
        ],
    ),
    ("get executions", &["ERROR", "HTTP 422 from ERP"]),
    ("get logs", &["HTTP 422 from ERP"]),
    ("get config", &["Endpoint", "https://elsewhere.example.com"]),
    ("why", &["https://erp.example.com", "jones.yaml"]),
    ("history", &["jones"]),
    ("hold", &["On hold until", "jones of Jones Logistics"]),
    ("plan", &["held", "Endpoint"]),
];

#[test]
fn each_question_is_answered_by_its_command() {
    let (mut environment, _server) = served(SEED, None);
    write(&environment);
    let (mut running, log) = Running::with_stderr(&mut daemon(&environment));
    let address = super::daemon::address(&wait_for(&log, "daemon.started"));
    environment.set("PRISM_GITOPS_DAEMON", &address);
    wait_for(&log, "pass.finished");
    change_by_hand(&environment);
    environment.run("sync --wait");
    let page = include_str!("../../../docs/runbook.md");
    let commands: Vec<&str> = page
        .split("$ prism-gitops ")
        .skip(1)
        .map(|rest| rest.split('\n').next().unwrap())
        .collect();
    assert_eq!(commands.len(), ANSWERS.len());
    for (line, (begins, expected)) in commands.iter().zip(ANSWERS) {
        assert!(line.starts_with(begins), "{line} is not {begins}");
        let words = shlex(line);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        // The flows run as time goes by on the server, which each request looks at.
        let shown = || environment.run_args(&words, "").expect(0).shown();
        let answers = |shown: &String| expected.iter().all(|text| shown.contains(text));
        let last = (0..60).map(|_| shown()).find(answers);
        assert!(
            last.is_some(),
            "{line}: {expected:?} is not in\n{}",
            shown()
        );
    }
    running.signal("TERM");
    assert_eq!(running.code(&log), Some(0));
}

/// What a colleague does in Prismatic at two in the morning.
fn change_by_hand(environment: &Environment) {
    let found = environment
        .run("get instance Instance/jones -o json")
        .expect(0)
        .json();
    let input = serde_json::json!({
        "id": found["id"],
        "configVariables": [{"key": "Endpoint", "value": "https://elsewhere.example.com"}],
    });
    let document = "mutation($input: UpdateInstanceInput!) { updateInstance(input: $input) { errors { messages } } }";
    let variables = serde_json::json!({ "input": input }).to_string();
    let answer = environment.run_args(
        &["api", document, "--variables", &variables, "-o", "json"],
        "",
    );
    let answer = answer.expect(0).json();
    assert_eq!(
        answer["data"]["updateInstance"]["errors"],
        serde_json::json!([])
    );
}

/// The words of a command line whose only quotes are single ones.
fn shlex(line: &str) -> Vec<String> {
    let parts = line.split('\'').enumerate();
    let words = parts.flat_map(|(place, part)| match place % 2 {
        0 => part.split_whitespace().map(str::to_owned).collect(),
        _ => vec![part.to_owned()],
    });
    words.collect()
}
