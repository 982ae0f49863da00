//! The single actions: `import`, `publish`, `update`, `deploy`, `disable`, `enable`.

use serde_json::json;

use super::fixture::DEFINITION;
use super::tenant::Tenant;

#[test]
fn a_definition_is_imported_anew_or_over_a_draft() {
    let tenant = Tenant::demo();
    let text = format!("# kept as it is: é\u{a0}\n{DEFINITION}");
    tenant.environment.write("acme.yml", &text);
    let made = tenant.json(&["import", "acme.yml"]);
    assert_eq!(made["name"], "Acme ERP");
    let changed = text.replace("Orders to the ERP", "Changed");
    let over = tenant.environment.run_args(
        &["import", "-", "--integration", "Acme ERP", "-o", "json"],
        &changed,
    );
    let over = over.expect(0).json();
    assert_eq!(
        (&over["id"], &over["description"]),
        (&made["id"], &json!("Changed"))
    );
    let list = tenant.json(&["get", "integrations"]);
    assert_eq!(list["totalCount"], 1);

    let refused = tenant
        .environment
        .run_args(&["import", "-"], "name: [")
        .expect(1);
    assert!(
        refused.stderr.contains("importIntegration"),
        "{}",
        refused.stderr
    );
    let missing = tenant.run(&["import", "absent.yml"]).expect(1);
    assert!(
        missing.stderr.contains("cannot read absent.yml"),
        "{}",
        missing.stderr
    );
}

#[test]
fn a_version_is_published_with_the_commit_it_came_from() {
    let mut tenant = Tenant::demo();
    tenant
        .environment
        .run_args(&["import", "-"], DEFINITION)
        .expect(0);
    let attributes = |tenant: &Tenant| {
        let versions = tenant.json(&["get", "versions", "Acme ERP", "--first", "1"]);
        let version = &versions["nodes"][0];
        let text = version["versionAttributes"].as_str().unwrap_or("null");
        let attributes: serde_json::Value = serde_json::from_str(text).unwrap();
        (version["versionComment"].clone(), attributes)
    };
    let run = tenant.run(&[
        "publish",
        "Acme ERP",
        "-m",
        "first",
        "--commit-hash",
        "1a2b",
        "--repo-url",
        "https://x",
    ]);
    let run = run.expect(0);
    assert!(
        run.stdout.starts_with("Published version 1 of Acme ERP ("),
        "{}",
        run.stdout
    );
    let expected = json!({"commitHash": "1a2b", "repoUrl": "https://x"});
    assert_eq!(attributes(&tenant), (json!("first"), expected));

    tenant.environment.set("GITHUB_SHA", "abc1234");
    tenant.environment.set("GITHUB_REPOSITORY", "acme/flows");
    tenant.environment.set("GITHUB_REF", "refs/pull/7/merge");
    tenant.run(&["publish", "Acme ERP"]).expect(0);
    let (_, found) = attributes(&tenant);
    assert_eq!(found["commitHash"], "abc1234");
    assert_eq!(
        found["commitUrl"],
        "https://github.com/acme/flows/commit/abc1234"
    );
    assert_eq!(
        found["pullRequestUrl"],
        "https://github.com/acme/flows/pull/7"
    );
}

#[test]
fn details_are_updated_and_nothing_else() {
    let tenant = Tenant::full();
    let before = tenant.json(&["get", "instance", "Smith ERP"]);
    let after = tenant.json(&["update", "instance", "Smith ERP", "--name", "Smith 2"]);
    assert_eq!(after["name"], "Smith 2");
    for same in ["id", "description", "labels", "enabled", "configVariables"] {
        assert_eq!(after[same], before[same], "{same}");
    }
    let bare = tenant.json(&[
        "update",
        "instance",
        "Smith 2",
        "--labels",
        "",
        "--description",
        "",
    ]);
    assert_eq!(
        (&bare["labels"], &bare["description"]),
        (&json!([]), &json!(""))
    );
    let named = tenant.json(&[
        "update",
        "integration",
        "Slack Alerts",
        "--name",
        "Alerts",
        "--labels",
        "a, b",
    ]);
    assert_eq!(
        (&named["name"], &named["labels"]),
        (&json!("Alerts"), &json!(["a", "b"]))
    );
    assert_eq!(named["description"], "Tells a channel");
}

#[test]
fn an_instance_is_deployed_disabled_and_enabled_by_name() {
    let tenant = Tenant::full();
    let state = |customer: &str| {
        let found = tenant.json(&["get", "instance", "Shared", "--customer", customer]);
        (found["enabled"] == true, found["needsDeploy"] == true)
    };
    let two = tenant.run(&["deploy", "Shared"]).expect(1);
    assert!(
        two.stderr.contains("2 instances are called"),
        "{}",
        two.stderr
    );
    assert_eq!(
        (state("cust-0001"), state("cust-0002")),
        ((false, true), (false, true))
    );
    let run = tenant
        .run(&["deploy", "Shared", "--customer", "cust-0002"])
        .expect(0);
    assert!(
        run.stdout
            .starts_with("Deployed Shared of Jones Logistics ("),
        "{}",
        run.stdout
    );
    assert_eq!(
        (state("cust-0001"), state("cust-0002")),
        ((false, true), (true, false))
    );
    tenant
        .run(&["disable", "Shared", "--customer", "Jones Logistics"])
        .expect(0);
    assert!(!state("cust-0002").0);
    let id = tenant.json(&["get", "instance", "Shared", "--customer", "cust-0002"])["id"].clone();
    let on = tenant.json(&["enable", id.as_str().unwrap()]);
    assert_eq!(on["enabled"], true);
    tenant
        .run(&["deploy", id.as_str().unwrap(), "--force", "-o", "name"])
        .expect(0);
}
