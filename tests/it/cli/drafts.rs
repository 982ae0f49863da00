//! A name means the integration itself, also on servers whose lists show its versions.

use super::environment::Environment;
use super::fixture::DEFINITION;
use super::streams::served;

const SEED: &str = "customers: [{name: Smith, externalId: cust-0001}]\n\
                    behaviour: {listShows: published}\n";

/// An integration with a version, as a server whose lists show that version.
fn published() -> (Environment, super::sandbox::Running, String) {
    let (environment, server) = served(SEED, None);
    environment.write("acme.yml", DEFINITION);
    let made = environment.run("import acme.yml -o json").expect(0).json();
    let id = made["id"].as_str().unwrap().to_owned();
    environment.run_args(&["publish", &id], "").expect(0);
    let listed = environment.run("get integrations -o json").expect(0).json();
    assert_ne!(
        listed["nodes"][0]["id"], made["id"],
        "the list shows a version"
    );
    (environment, server, id)
}

#[test]
fn a_name_means_the_draft_where_lists_show_versions() {
    let (environment, _server, id) = published();
    let run = |args: &[&str]| environment.run_args(args, "").expect(0);
    let shown = run(&["get", "integration", "Acme ERP", "-o", "json"]).json();
    assert_eq!(shown["id"], id.as_str());
    let over = run(&[
        "import",
        "acme.yml",
        "--integration",
        "Acme ERP",
        "-o",
        "json",
    ])
    .json();
    assert_eq!(over["id"], id.as_str());
    let update = [
        "update",
        "integration",
        "Acme ERP",
        "--description",
        "new",
        "-o",
        "json",
    ];
    let updated = run(&update).json();
    assert_eq!(
        (&updated["id"], &updated["description"]),
        (&id.as_str().into(), &"new".into())
    );
    let published = run(&["publish", "Acme ERP"]);
    assert!(
        published.stdout.starts_with("Published version 2 of"),
        "{}",
        published.stdout
    );
    let tested = [
        "test",
        "flow",
        "Orders",
        "--integration",
        "Acme ERP",
        "--wait",
    ];
    assert!(run(&tested).stdout.contains("SUCCESS"));
    let versions = run(&["get", "versions", "Acme ERP", "-o", "json"]).json();
    assert_eq!(versions["totalCount"], 2);
    let flows = run(&["get", "flows", "--integration", "Acme ERP", "-o", "name"]);
    assert_eq!(flows.stdout, "Orders\n");
}

#[test]
fn a_draft_is_found_by_a_name_that_no_version_has() {
    let (environment, _server, id) = published();
    let rename = ["update", "integration", &id, "--name", "Acme Two"];
    environment.run_args(&rename, "").expect(0);
    let shown = environment.run_args(&["get", "integration", "Acme Two", "-o", "json"], "");
    assert_eq!(shown.expect(0).json()["id"], id.as_str());
    environment.run_args(&["publish", "Acme Two"], "").expect(0);
}

#[test]
fn an_id_means_its_record_and_no_other() {
    let (environment, _server, id) = published();
    let listed = environment.run("get integrations -o json").expect(0).json();
    let version = listed["nodes"][0]["id"].as_str().unwrap().to_owned();
    let shown = environment.run_args(&["get", "integration", &version, "-o", "json"], "");
    assert_eq!(shown.expect(0).json()["id"], version.as_str());
    let refused = environment.run_args(&["publish", &version], "").expect(1);
    assert!(
        refused.stderr.contains("publishIntegration: refused"),
        "{}",
        refused.stderr
    );
    assert_ne!(version, id);
}
