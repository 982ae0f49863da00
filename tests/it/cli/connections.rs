//! A shared connection in every command that walks resources, through the real binary.

use std::time::Duration;

use super::environment::Environment;
use super::sandbox::{Running, serve};

const FILES: &str = "\
definitionVersion: 7
name: Acme Files
requiredConfigVars:
  - key: Server
    dataType: connection
    connection: {component: {key: sftp, version: LATEST, isPublic: true}, key: basic}
    inputs:
      username: {type: value, value: ''}
      password: {type: value, value: ''}
flows:
  - name: Move
    isSynchronous: false
    steps:
      - name: Trigger
        isTrigger: true
        action: {key: webhook, component: {key: webhook-triggers, version: LATEST, isPublic: true}}
        inputs: {}
";

const MANIFESTS: &str = "\
apiVersion: prism-gitops/v1
kind: Connection
metadata: {name: server}
spec:
  component: {key: sftp, public: true}
  connection: basic
  scope: customer
  managedBy: org
  description: Where files come from
  inputs: {host: sftp.acme.example}
  customers:
    cust-0001: {inputs: {username: smith, password: {secret: {env: SMITH_PASSWORD}}}}
---
apiVersion: prism-gitops/v1
kind: Integration
metadata: {name: files}
spec: {definition: files.yml}
---
apiVersion: prism-gitops/v1
kind: Instance
metadata: {name: smith-files}
spec:
  integration: files
  customer: {externalId: cust-0001}
  config: {Server: {connection: {ref: server}}}
";

const CANARY: &str = "canary-in-a-password";

fn applied() -> (Environment, Running) {
    let mut environment = Environment::new();
    let sandbox = serve(&mut environment, Duration::ZERO);
    environment.set("SMITH_PASSWORD", CANARY);
    environment.write("files.yml", FILES);
    environment.write("all.yaml", MANIFESTS);
    let applied = environment.run("apply --auto-approve").expect(0);
    assert!(!applied.shown().contains(CANARY), "{}", applied.shown());
    (environment, sandbox)
}

#[test]
fn a_rotated_secret_is_planned_without_its_value_and_written_once() {
    let (mut environment, _sandbox) = applied();
    environment.run("plan --detailed-exitcode").expect(0);
    environment.set("SMITH_PASSWORD", "canary-rotated");
    let plan = environment.run("plan --detailed-exitcode").expect(2);
    for said in [
        "~ Connection/server: configure",
        "customer \"cust-0001\" input \"password\"  (sensitive) changed",
        "1 deployed instance uses what changes",
    ] {
        assert!(plan.stdout.contains(said), "{said}:\n{}", plan.stdout);
    }
    assert!(!plan.shown().contains("canary"), "{}", plan.shown());
    environment.run("apply --auto-approve").expect(0);
    environment.run("plan --detailed-exitcode").expect(0);
    let history = environment.run("history Connection/server").expect(0);
    assert!(history.stdout.contains("configure"), "{}", history.stdout);
    assert!(!history.shown().contains("canary"), "{}", history.shown());
    let held = environment
        .run("hold Connection/server --reason incident --for 1h")
        .shown();
    assert!(held.contains("is put on hold in Prismatic"), "{held}");
}

#[test]
fn an_export_declares_what_is_there_and_a_plan_of_it_is_empty() {
    let (mut environment, _sandbox) = applied();
    let plain = environment.run("export ../plain").expect(0);
    assert!(!plain.stdout.contains("connection"), "{}", plain.stdout);
    let export = environment.run("export ../all --connections").expect(0);
    assert!(
        export.stdout.contains("1 connection, "),
        "{}",
        export.stdout
    );
    let folder = environment.project().join("../all");
    let text = std::fs::read_to_string(folder.join("connections/server.yaml")).unwrap();
    for line in [
        "env: SERVER_CUST_0001_PASSWORD",
        "host: sftp.acme.example",
        "username: smith",
    ] {
        assert!(text.contains(line), "{line}:\n{text}");
    }
    let instance = std::fs::read_to_string(folder.join("instances/smith-files.yaml")).unwrap();
    assert!(instance.contains("ref: server"), "{instance}");
    environment.set("SERVER_CUST_0001_PASSWORD", CANARY);
    environment.run("validate ../all").expect(0);
    environment
        .run("plan ../all --secrets never --detailed-exitcode")
        .expect(0);
    // Released, it is taken over again with consent alone.
    environment
        .run("release Connection/server --auto-approve")
        .expect(0);
    let plan = environment.run("plan").expect(0);
    let said = "exists and is not managed yet";
    assert!(plan.stdout.contains(said), "{}", plan.stdout);
    let plan = environment.run("plan --adopt").expect(0);
    assert!(plan.stdout.contains("1 to adopt"), "{}", plan.stdout);
}
