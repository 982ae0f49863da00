//! `get`: exactly the records that are asked for, in every form.

use std::collections::BTreeSet;

use serde_json::Value;

use super::tenant::Tenant;

/// What a list shows: its records' names, each once.
#[track_caller]
fn names(tenant: &Tenant, list: &[&str], flags: &[&str], field: &str) -> Vec<String> {
    let args: Vec<&str> = ["get"].iter().chain(list).chain(flags).copied().collect();
    let document = tenant.json(&args);
    let nodes = document["nodes"].as_array().unwrap();
    let ids: BTreeSet<&str> = nodes.iter().map(|it| it["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), nodes.len(), "{args:?}");
    if flags
        .iter()
        .all(|flag| !PAGING.iter().any(|paging| flag.starts_with(paging)))
    {
        assert_eq!(document["totalCount"], nodes.len(), "{args:?}");
        assert_eq!(document.get("pageInfo"), None, "{args:?}");
    } else {
        assert!(document["pageInfo"]["hasNextPage"].is_boolean(), "{args:?}");
    }
    let name = |node: &Value| match &node[field] {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    nodes.iter().map(name).collect()
}

const PAGING: [&str; 5] = ["--first", "--last", "--after", "--before", "--offset"];

/// Flags, and what they leave of a list.
type Cases<'a> = &'a [(&'a [&'a str], &'a [&'a str])];

#[track_caller]
fn check(tenant: &Tenant, list: &[&str], field: &str, cases: Cases<'_>) {
    for (flags, expected) in cases {
        assert_eq!(
            names(tenant, list, flags, field),
            *expected,
            "{list:?} {flags:?}"
        );
    }
}

#[test]
fn integrations_are_filtered() {
    let tenant = Tenant::full();
    let sequence = tenant.json(&["get", "integration", "Acme CRM"])["versionSequenceId"].clone();
    let sequence = sequence.as_str().unwrap();
    let (erp, crm, slack) = ("Acme ERP", "Acme CRM", "Slack Alerts");
    check(
        &tenant,
        &["integrations"],
        "name",
        &[
            (&[], &[erp, crm, slack]),
            (&["--name", "Acme ERP"], &[erp]),
            (&["--name", "acme"], &[]),
            (&["--name-contains", "acme"], &[erp, crm]),
            (&["--description", "Tells a channel"], &[slack]),
            (&["--description-contains", "ORDERS"], &[erp]),
            (&["--category", "CRM"], &[crm]),
            (&["--category-contains", "r"], &[erp, crm]),
            (&["--label", "core"], &[erp]),
            (&["--label", "cor"], &[]),
            (&["--label-contains", "bet"], &[erp]),
            (&["--has-instances"], &[erp, crm]),
            (&["--has-instances=false"], &[slack]),
            (&["--has-unpublished-changes=false", "--name", slack], &[]),
            (&["--has-unpublished-changes", "--name", slack], &[slack]),
            (&["--marketplace"], &[crm]),
            (&["--marketplace=false"], &[erp, slack]),
            (&["--marketplace-config", "deployable"], &[crm]),
            (
                &["--marketplace-config", "AVAILABLE_AND_DEPLOYABLE"],
                &[crm],
            ),
            (&["--marketplace-config", "hidden"], &[erp, slack]),
            (
                &["--marketplace-config", "hidden,deployable"],
                &[erp, crm, slack],
            ),
            (&["--version-sequence-id", sequence], &[crm]),
            (
                &["--version-sequence-id", sequence, "--all-versions"],
                &[crm, crm],
            ),
            (
                &["--all-versions", "--name", erp, "--version-is-available"],
                &[erp, erp],
            ),
            (
                &["--all-versions", "--name", erp, "--version-number", "2"],
                &[erp],
            ),
            (
                &["--all-versions", "--version-is-available=false"],
                &[erp, crm, slack],
            ),
            (&["--sort", "name"], &[crm, erp, slack]),
            (&["--sort", "-name"], &[slack, erp, crm]),
        ],
    );
}

#[test]
fn instances_are_filtered() {
    let tenant = Tenant::full();
    let sequence = tenant.json(&["get", "integration", "Acme CRM"])["versionSequenceId"].clone();
    let sequence = sequence.as_str().unwrap();
    let jones = tenant.id("customer", "cust-0002");
    let (smith, shared, crm) = ("Smith ERP", "Shared", "Jones CRM");
    check(
        &tenant,
        &["instances"],
        "name",
        &[
            (&[], &[smith, shared, shared, crm]),
            (&["--name", shared], &[shared, shared]),
            (&["--name-contains", "erp"], &[smith]),
            (&["--description", "main one"], &[smith]),
            (&["--description-contains", "MAIN"], &[smith]),
            (&["--label", "gold"], &[smith]),
            (&["--label-contains", "ol"], &[smith]),
            (&["--customer", "Smith Hardware"], &[smith, shared]),
            (&["--customer", "cust-0002"], &[shared, crm]),
            (&["--customer", &jones], &[shared, crm]),
            (
                &["--customer-external-id", "cust-0001", "--name", shared],
                &[shared],
            ),
            (&["--integration", "Acme ERP"], &[smith, shared]),
            (&["--version-sequence-id", sequence], &[shared, crm]),
            (&["--compatibility", "1"], &[smith, shared, shared, crm]),
            (&["--enabled"], &[crm]),
            (&["--enabled=false"], &[smith, shared, shared]),
            (&["--needs-deploy=false"], &[crm]),
            (&["--needs-deploy"], &[smith, shared, shared]),
            (&["--customer", "cust-0002", "--enabled"], &[crm]),
            (&["--sort", "name"], &[crm, shared, shared, smith]),
            (
                &["--sort", "-customer.name", "--integration", "Acme ERP"],
                &[smith, shared],
            ),
        ],
    );
    let system = names(&tenant, &["instances"], &["--system"], "name");
    assert!(
        !system.is_empty() && !system.contains(&smith.to_owned()),
        "{system:?}"
    );
}

#[test]
fn customers_components_flows_and_versions_are_filtered() {
    let tenant = Tenant::full();
    tenant.api(
        "mutation($id: ID!) { updateCustomer(input: {id: $id, labels: [\"vip\", \"Ohio\"]}) { errors { messages } } }",
        &serde_json::json!({"id": tenant.id("customer", "cust-0001")}),
    );
    let all = [
        "Smith Hardware",
        "Jones Logistics",
        "Nordwind GmbH",
        "Tanaka Robotics",
        "Lumen Health",
        "Café Aurore",
    ];
    check(
        &tenant,
        &["customers"],
        "name",
        &[
            (&[], &all),
            (&["--name", "Lumen Health"], &["Lumen Health"]),
            (&["--name-contains", "OBO"], &["Tanaka Robotics"]),
            (&["--name-starts-with", "jones"], &["Jones Logistics"]),
            (&["--name-starts-with", "logistics"], &[]),
            (&["--external-id", "cust-0003"], &["Nordwind GmbH"]),
            (&["--description-contains", "coffee"], &["Café Aurore"]),
            (&["--label", "vip"], &["Smith Hardware"]),
            (&["--label-contains", "ohi"], &["Smith Hardware"]),
            (
                &["--sort", "-name", "--name-contains", "o"],
                &[
                    "Tanaka Robotics",
                    "Nordwind GmbH",
                    "Jones Logistics",
                    "Café Aurore",
                ],
            ),
        ],
    );
    let id = tenant.json(&["get", "component", "sleep"])["versionSequenceId"].clone();
    check(
        &tenant,
        &["components"],
        "key",
        &[
            (&["--key", "slack"], &["slack"]),
            (
                &["--key-contains", "TRIGGERS", "--category", "nothing"],
                &[],
            ),
            (&["--version-sequence-id", id.as_str().unwrap()], &["sleep"]),
            (
                &[
                    "--version-sequence-id",
                    id.as_str().unwrap(),
                    "--all-versions",
                ],
                &["sleep", "sleep"],
            ),
            (&["--public=false"], &[]),
            (&["--label-contains", "nothing is called so"], &[]),
            (&["--description-contains", "nothing is called so"], &[]),
            (&["--version-is-available=false"], &[]),
            (&["--version-number", "999999"], &[]),
        ],
    );
    check(
        &tenant,
        &["flows", "--integration", "Acme ERP"],
        "name",
        &[(&[], &["Orders"])],
    );
    check(
        &tenant,
        &["versions", "Acme ERP"],
        "versionNumber",
        &[
            (&[], &["2", "1"]),
            (&["--version-number", "1"], &["1"]),
            (&["--version-is-available=false"], &[]),
            (&["--first", "1"], &["2"]),
        ],
    );
}

#[test]
fn a_page_is_exactly_the_one_that_was_asked_for() {
    let tenant = Tenant::demo();
    let page = tenant.json(&["get", "customers", "--first", "2"]);
    let info = &page["pageInfo"];
    let (start, end) = (
        info["startCursor"].as_str().unwrap(),
        info["endCursor"].as_str().unwrap(),
    );
    assert_eq!(
        (&info["hasNextPage"], &page["totalCount"]),
        (&true.into(), &6.into())
    );
    let all = [
        "Smith Hardware",
        "Jones Logistics",
        "Nordwind GmbH",
        "Tanaka Robotics",
        "Lumen Health",
        "Café Aurore",
    ];
    check(
        &tenant,
        &["customers"],
        "name",
        &[
            (&["--first", "2"], &all[..2]),
            (&["--last", "2"], &all[4..]),
            (&["--offset", "4"], &all[4..]),
            (&["--first", "2", "--after", end], &all[2..4]),
            (&["--after", start], &all[1..]),
            (&["--before", end], &all[..1]),
            (&["--last", "1", "--before", end], &all[..1]),
            (
                &["--first", "1", "--offset", "1", "--after", start],
                &all[2..3],
            ),
        ],
    );
    let shown = tenant
        .run(&["get", "customers", "--first", "2", "--columns", "name"])
        .expect(0);
    assert_eq!(shown.stdout, "NAME\nSmith Hardware\nJones Logistics\n");
    assert_eq!(shown.stderr, format!("2 of 6; go on with --after {end}\n"));
}

#[test]
fn a_list_has_five_forms() {
    let tenant = Tenant::full();
    let shown = |form: &str| {
        let args = [
            "get",
            "instances",
            "--columns",
            "name,customer.name,labels",
            "-o",
            form,
        ];
        tenant.run(&args).expect(0).stdout
    };
    insta::assert_snapshot!(shown("human"), @r"
    NAME       CUSTOMER         LABELS
    Smith ERP  Smith Hardware   gold
    Shared     Smith Hardware   -
    Shared     Jones Logistics  -
    Jones CRM  Jones Logistics  -
    ");
    assert_eq!(
        shown("csv"),
        "name,customer.name,labels\r\nSmith ERP,Smith Hardware,\"[\"\"gold\"\"]\"\r\n\
         Shared,Smith Hardware,[]\r\nShared,Jones Logistics,[]\r\nJones CRM,Jones Logistics,[]\r\n"
    );
    assert_eq!(shown("name"), "Smith ERP\nShared\nShared\nJones CRM\n");
    assert!(
        shown("yaml").starts_with("nodes:\n  - id: "),
        "{}",
        shown("yaml")
    );
    let bare = tenant.run(&["get", "instances", "--columns", "name", "--no-header"]);
    assert_eq!(bare.stdout, "Smith ERP\nShared\nShared\nJones CRM\n");
    for (form, empty) in [
        ("json", "{\n  \"nodes\": [],\n  \"totalCount\": 0\n}\n"),
        ("yaml", "nodes: []\ntotalCount: 0\n"),
    ] {
        let none = tenant.run(&["get", "instances", "--name", "none", "-o", form]);
        assert_eq!(none.expect(0).stdout, empty);
    }
    let unknown = tenant.run(&[
        "get",
        "flows",
        "--integration",
        "Acme ERP",
        "--columns",
        "nmae",
    ]);
    let unknown = unknown.expect(1).stderr;
    assert!(
        unknown.contains("no field \"nmae\"") && unknown.contains("it has id, name"),
        "{unknown}"
    );
    let order = tenant
        .run(&["get", "customers", "--sort", "labels"])
        .expect(1)
        .stderr;
    assert!(order.contains("choose one of name"), "{order}");
}

#[test]
fn a_record_is_found_by_its_id_or_an_unambiguous_name() {
    let tenant = Tenant::full();
    let smith = tenant.json(&["get", "instance", "Smith ERP"]);
    let id = smith["id"].as_str().unwrap();
    assert_eq!(tenant.json(&["get", "instance", id]), smith);
    assert_eq!(smith["customer"]["externalId"], "cust-0001");
    assert!(
        smith["configVariables"]["nodes"][0]["requiredConfigVariable"]["key"] == "Endpoint",
        "{smith}"
    );
    for name in ["cust-0004", "Tanaka Robotics"] {
        assert_eq!(
            tenant.json(&["get", "customer", name])["externalId"],
            "cust-0004"
        );
    }
    assert_eq!(tenant.json(&["get", "component", "sleep"])["key"], "sleep");

    let two = tenant.run(&["get", "instance", "Shared"]).expect(1).stderr;
    assert!(two.contains("2 instances are called \"Shared\""), "{two}");
    assert!(
        two.contains("Smith Hardware") && two.contains("Jones Logistics"),
        "{two}"
    );
    assert!(two.contains("--customer"), "{two}");
    let one = tenant.json(&["get", "instance", "Shared", "--customer", "cust-0002"]);
    assert_eq!(one["customer"]["name"], "Jones Logistics");
    let other = tenant
        .run(&["get", "instance", id, "--customer", "cust-0002"])
        .expect(1);
    assert!(
        other.stderr.contains("belongs to another customer"),
        "{}",
        other.stderr
    );
    let none = tenant.run(&["get", "integration", "Acme"]).expect(1);
    insta::assert_snapshot!(none.stderr, @r#"
    Error: there is no integration "Acme"
    Hint: `prism-gitops get integrations` lists what there is; names are taken as they are, letter for letter
    "#);
}

#[test]
fn what_a_terminal_would_obey_is_shown_instead() {
    let tenant = Tenant::demo();
    let evil = "Evil\u{1b}]0;owned\u{7}\nName";
    tenant.api(
        "mutation($n: String!) { createCustomer(input: {name: $n}) { customer { id } } }",
        &serde_json::json!({ "n": evil }),
    );
    for args in [
        &["get", "customers", "--columns", "name"][..],
        &["get", "customers", "-o", "name"],
        &["get", "customer", evil],
        &["get", "customer", evil, "-o", "yaml"],
    ] {
        let shown = tenant.run(args).expect(0).stdout;
        assert!(!shown.contains(['\u{1b}', '\u{7}']), "{args:?} {shown}");
        assert!(shown.contains("owned"), "{args:?} {shown}");
    }
    let csv = tenant
        .run(&["get", "customers", "--columns", "name", "-o", "csv"])
        .stdout;
    assert!(csv.contains(&format!("\"{evil}\"\r\n")), "{csv:?}");
}

#[test]
fn a_form_that_a_record_does_not_have_is_refused() {
    let tenant = Tenant::demo();
    let run = tenant
        .run(&["get", "customer", "cust-0001", "-o", "csv"])
        .expect(1);
    insta::assert_snapshot!(run.stderr, @"
    Error: a record has no csv form
    Hint: use -o human or -o json or -o yaml or -o name
    ");
}
