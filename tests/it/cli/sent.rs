//! What the far end receives: nothing added, nothing lost.

use serde_json::{Value, json};

use super::environment::Environment;
use super::far_end::FarEnd;
use super::fixture::DEFINITION;
use super::sandbox::Running;
use super::streams::served;

/// A sandbox with something in between that keeps what is sent.
fn watched(seed: &str) -> (Environment, FarEnd, Running) {
    let (mut environment, server) = served(seed, None);
    let far_end = FarEnd::before(&mut environment);
    (environment, far_end, server)
}

#[test]
fn a_definition_arrives_byte_for_byte() {
    let (environment, far_end, _server) = watched("customers: []\n");
    let quoted = DEFINITION.replace(
        "description: Orders to the ERP",
        "\"description\": 'it''s \"so\"'   # \u{1F680} \\n\ncategory: >-\n  folded\n   text ",
    );
    let texts = [
        DEFINITION.to_owned(),
        DEFINITION.trim_end().to_owned(),
        format!("{DEFINITION}\n\n\n"),
        DEFINITION.replace('\n', "\r\n"),
        format!("\u{feff}{DEFINITION}"),
        format!("---\n{DEFINITION}...\n"),
        quoted,
    ];
    for text in &texts {
        environment.write("acme.yml", text);
        let from_file = environment.run_args(&["import", "acme.yml"], "");
        let sent = far_end.variables("importIntegration");
        assert_eq!(
            sent["input"]["definition"],
            text.as_str(),
            "{}",
            from_file.shown()
        );
        environment.run_args(&["import", "-"], text);
        let sent = far_end.variables("importIntegration");
        assert_eq!(sent["input"]["definition"], text.as_str(), "stdin");
    }
    let bodies = far_end.received().into_iter().map(|it| it.json());
    let imports = bodies.filter(|it| {
        it["query"]
            .as_str()
            .is_some_and(|it| it.contains("importI"))
    });
    assert_eq!(imports.count(), 2 * texts.len());
}

#[test]
fn what_is_no_text_is_not_sent() {
    let (environment, far_end, _server) = watched("customers: []\n");
    std::fs::write(environment.project().join("latin.yml"), b"name: caf\xe9\n").unwrap();
    let refused = environment.run("import latin.yml").expect(1);
    assert!(
        refused.stderr.contains("latin.yml is not text in UTF-8"),
        "{}",
        refused.stderr
    );
    assert_eq!(far_end.received().len(), 0);
}

fn git(environment: &Environment, line: &str) -> String {
    let output = std::process::Command::new("git")
        .args(["-c", "user.name=Kim", "-c", "user.email=kim@acme.example"])
        .args(line.split(' '))
        .current_dir(environment.project())
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .unwrap();
    assert!(output.status.success(), "git {line}: {output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn a_version_carries_the_commit_of_the_folder() {
    let (environment, far_end, _server) = watched("customers: []\n");
    environment.write("acme.yml", DEFINITION);
    environment.run("import acme.yml").expect(0);
    git(&environment, "init --quiet");
    git(
        &environment,
        "remote add origin https://kim:hidden@github.com/acme/flows.git",
    );
    git(&environment, "add acme.yml");
    git(&environment, "commit --quiet -m first");
    let hash = git(&environment, "rev-parse HEAD");
    let publish = ["publish", "Acme ERP", "-m", "first"];
    let attributes = || -> Value {
        let input = far_end.variables("publishIntegration")["input"].take();
        assert_eq!(input["comment"], "first");
        let text = input["attributes"].as_str().unwrap_or("null").to_owned();
        serde_json::from_str(&text).unwrap()
    };
    environment.run_args(&publish, "").expect(0);
    let sent = attributes();
    assert_eq!(
        sent,
        json!({
            "commitHash": hash,
            "commitUrl": format!("https://github.com/acme/flows/commit/{hash}"),
            "repoUrl": "https://github.com/acme/flows",
        })
    );
    environment.edit("acme.yml", "Orders to the ERP", "changed");
    let dirty = environment.run_args(&publish, "").expect(0);
    assert!(
        dirty.stderr.contains("uncommitted changes"),
        "{}",
        dirty.stderr
    );
    assert_eq!(attributes().get("commitHash"), None);
}

#[test]
fn force_is_sent_where_it_is_given_and_overrules() {
    let seed = "customers: [{name: Smith, externalId: cust-0001}]\n";
    let (environment, far_end, _server) = watched(seed);
    // Its Endpoint has to be set before a deploy.
    environment.run_args(&["import", "-"], DEFINITION).expect(0);
    let tenant = super::tenant::Tenant { environment };
    tenant.run(&["publish", "Acme ERP"]).expect(0);
    tenant.create("Smith ERP", "Acme ERP", "cust-0001");
    let refused = tenant.run(&["deploy", "Smith ERP"]).expect(1);
    assert!(
        refused.stderr.contains("deployInstance: refused: "),
        "{}",
        refused.stderr
    );
    assert_ne!(far_end.variables("deployInstance")["input"]["force"], true);
    tenant.run(&["deploy", "Smith ERP", "--force"]).expect(0);
    assert_eq!(far_end.variables("deployInstance")["input"]["force"], true);
}

#[test]
fn the_tenant_is_named_where_the_token_is_exchanged() {
    let (mut environment, far_end, _server) = watched("customers: []\n");
    let sent = || {
        let all = far_end.received();
        let exchange = all.iter().rev().find(|it| it.path() == "/auth/refresh");
        exchange.unwrap().json()
    };
    let whoami = environment.run("whoami -o json").expect(0).json();
    assert_eq!(sent().get("tenant_id"), None);
    let tenant = whoami["tenantId"].as_str().unwrap();
    environment.set("PRISMATIC_TENANT_ID", tenant);
    let whoami = environment.run("whoami -o json").expect(0).json();
    assert_eq!(
        (&sent()["tenant_id"], &whoami["tenantId"]),
        (&json!(tenant), &json!(tenant))
    );
    environment.run("get customers --tenant-id other").expect(1);
    assert_eq!(sent()["tenant_id"], "other", "the flag beats the variable");
    environment.set("PRISMATIC_TENANT_ID", "another");
    let refused = environment.run("get customers").expect(1).stderr;
    assert!(
        refused.contains("The user has no access to this tenant."),
        "{refused}"
    );
    assert!(refused.contains("--tenant-id"), "{refused}");
}

#[test]
fn a_test_run_gets_its_payload_its_type_and_its_headers() {
    let (environment, far_end, _server) = watched("customers: []\n");
    environment.run_args(&["import", "-"], DEFINITION).expect(0);
    let flows = environment.run_args(
        &["get", "flows", "--integration", "Acme ERP", "-o", "json"],
        "",
    );
    let flow = flows.expect(0).json()["nodes"][0]["id"].clone();
    let sent = |args: &[&str], stdin: &str| {
        let args: Vec<&str> = ["test", "flow", flow.as_str().unwrap()]
            .iter()
            .chain(args)
            .copied()
            .collect();
        environment.run_args(&args, stdin).expect(0);
        far_end.variables("testIntegrationFlow")["input"].take()
    };
    assert_eq!(sent(&[], ""), json!({"id": flow}));
    let text = "{\"id\": 7}\r\n";
    assert_eq!(
        sent(&["--payload-file", "-"], text),
        json!({"id": flow, "payload": text, "contentType": "application/json"})
    );
    assert_eq!(
        sent(&["--payload", "a,b"], ""),
        json!({"id": flow, "payload": "a,b"})
    );
    let args = [
        "--payload",
        "a;b",
        "--content-type",
        "text/csv; charset=utf-8",
    ];
    let headers = ["-H", "X-Source: a: \"b\"", "--header", "x-empty:"];
    let input = sent(&[&args[..], &headers].concat(), "");
    assert_eq!(input["contentType"], "text/csv; charset=utf-8");
    let headers: Value = serde_json::from_str(input["headers"].as_str().unwrap()).unwrap();
    assert_eq!(headers, json!({"X-Source": "a: \"b\"", "x-empty": ""}));
}
