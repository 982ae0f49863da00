//! `api`: documents and variables from everywhere, and pages joined.

use serde_json::json;

use super::tenant::Tenant;

const ONE: &str =
    "query($external: String) { customers(externalId: $external) { nodes { name } } }";
const ALL: &str = "query($after: String) { customers(isSystem: false, first: 2, after: $after) {
    pageInfo { hasNextPage endCursor } nodes { name } totalCount } }";

#[test]
fn documents_and_variables_come_from_arguments_files_and_stdin() {
    let tenant = Tenant::demo();
    tenant.environment.write("one.graphql", ONE);
    tenant
        .environment
        .write("variables.json", "{\"external\": \"cust-0003\"}");
    tenant.environment.write("external.txt", "cust-0003");
    for (args, stdin) in [
        (&["api", ONE, "-F", "external=cust-0003"][..], ""),
        (
            &[
                "api",
                "--file",
                "one.graphql",
                "--variables",
                "variables.json",
            ],
            "",
        ),
        (
            &["api", "-", "--variables", "{\"external\": \"cust-0003\"}"],
            ONE,
        ),
        (&["api", "-", "-F", "external=@external.txt"], ONE),
        (
            &[
                "api",
                ONE,
                "--variables",
                "{\"external\": \"x\"}",
                "-F",
                "external=cust-0003",
            ],
            "",
        ),
    ] {
        let answer = tenant.environment.run_args(args, stdin).expect(0).json();
        let expected = json!({"data": {"customers": {"nodes": [{"name": "Nordwind GmbH"}]}}});
        assert_eq!(answer, expected, "{args:?}");
    }
    let bad = tenant
        .run(&["api", ONE, "--variables", "{nonsense"])
        .expect(1);
    assert!(
        bad.stderr.contains("--variables is not a JSON object"),
        "{}",
        bad.stderr
    );
}

#[test]
fn errors_in_the_answer_are_shown_with_it() {
    let tenant = Tenant::demo();
    for form in ["human", "json"] {
        let run = tenant.run(&["api", "{ nonsense }", "-o", form]).expect(1);
        assert!(
            run.json()["errors"][0]["message"].is_string(),
            "{}",
            run.stdout
        );
    }
}

#[test]
fn pages_are_joined_into_the_document_of_the_first() {
    let tenant = Tenant::demo();
    let answer = tenant.json(&["api", "--paginate", ALL]);
    let list = &answer["data"]["customers"];
    let names: Vec<_> = list["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["name"].clone())
        .collect();
    assert_eq!(names.len(), 6, "{answer}");
    assert_eq!(
        (&names[0], &names[5]),
        (&json!("Smith Hardware"), &json!("Café Aurore"))
    );
    assert_eq!(
        (&list["pageInfo"]["hasNextPage"], &list["totalCount"]),
        (&json!(false), &json!(6))
    );

    let deaf = tenant
        .run(&["api", "--paginate", "{ customers { nodes { id } } }"])
        .expect(1);
    assert!(deaf.stderr.contains("$after: String"), "{}", deaf.stderr);
    let none = tenant.run(&[
        "api",
        "--paginate",
        "query($after: String) { customers(after: $after) { totalCount } }",
    ]);
    assert!(none.expect(1).stderr.contains("finds no list"));
    let stuck = "query($after: String) { customers(first: 2) { nodes { id } pageInfo { hasNextPage endCursor } }
        again: customers(after: $after) { totalCount } }";
    let stuck = tenant
        .run(&["api", "--paginate", stuck, "-o", "json"])
        .expect(1)
        .json();
    assert!(
        stuck["error"]["message"]
            .as_str()
            .unwrap()
            .contains("does not lead to it"),
        "{stuck}"
    );
}

#[test]
fn secrets_of_the_project_are_in_no_answer() {
    let (mut environment, _server) =
        super::streams::served("customers: [{name: Smith, externalId: cust-0001}]\n", None);
    environment.write("acme.yml", super::fixture::DEFINITION);
    environment.write(
        "all.yaml",
        "apiVersion: prism-gitops/v1\nkind: Integration\nmetadata: {name: acme}\nspec: {definition: acme.yml}\n\
         ---\napiVersion: prism-gitops/v1\nkind: Instance\nmetadata: {name: smith}\nspec:\n  \
         integration: acme\n  customer: {externalId: cust-0001}\n  config:\n    \
         Endpoint: {secret: {env: ENDPOINT}}\n    Batch Size: {secret: {file: size}}\n",
    );
    environment.write("size", "c4nary-size\n");
    environment.set("ENDPOINT", "c4nary-endpoint");
    environment.run("apply --auto-approve").expect(0);
    let query = "{ instances { nodes { configVariables { nodes { value } } } } }";
    for form in ["json", "yaml"] {
        let run = environment
            .run_args(&["api", query, "-o", form], "")
            .expect(0);
        assert!(run.stdout.contains("[secret]"), "{}", run.shown());
        assert!(!run.shown().contains("c4nary"), "{}", run.shown());
    }
    // What is quoted back in a refusal as well.
    let refused = "mutation($name: String!) { createCustomer(input: {name: $name, labels: 7}) {
        customer { id } } }";
    let variables = "{\"name\": \"c4nary-endpoint\"}";
    let args = ["api", refused, "--variables", variables];
    let run = environment.run_args(&args, "").expect(1);
    assert!(!run.shown().contains("c4nary"), "{}", run.shown());
}
