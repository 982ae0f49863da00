//! `get`: exactly the records that are asked for, in every form.

use super::tenant::Tenant;

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
    let tame = r"Evil\u{1b}]0;owned\u{7}\nName";
    assert!(csv.contains(&format!("{tame}\r\n")), "{csv:?}");
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
