//! `validate` on good and bad files.

use super::environment::Environment;
use super::fixture::{CUSTOMER, DEFINITION, project};

#[test]
fn an_empty_project_is_valid_and_warned_of() {
    let run = Environment::new().run("validate");
    insta::assert_snapshot!(run.shown(), @"
    --- stdout
    Valid: 0 integrations, 0 instances.
    --- stderr
    warning[nothing-declared]: the files declare no integration and no instance
     |
     = help: is this the right folder? Nothing is removed because of it

    1 warning
    --- exit 0
    ");
}

#[test]
fn a_good_project_is_counted() {
    let environment = project();
    insta::assert_snapshot!(environment.run("validate").shown(), @"
    --- stdout
    Valid: 1 integration, 1 instance.
    --- exit 0
    ");
    let document = environment.run("validate -o json").expect(0).json();
    assert_eq!(document["valid"], true);
    assert_eq!(document["summary"]["instances"], 1);
    let markdown = environment.run("validate -o markdown").expect(0);
    assert_eq!(markdown.stdout, "**Valid: 1 integration, 1 instance.**\n\n");
}

#[test]
fn all_findings_of_all_files_are_told_at_once() {
    let environment = Environment::new();
    environment.write("acme.yml", DEFINITION);
    environment.write(
        "bad.yaml",
        &format!(
            "apiVersion: prism-gitops/v1\n\
             kind: Instance\n\
             metadata: {{name: smith}}\n\
             spec:\n  integraton: acme\n  customer: {CUSTOMER}\n"
        ),
    );
    environment.write(
        "worse.yaml",
        "apiVersion: prism-gitops/v1\nkind: Instanze\nmetadata: {name: x}\n",
    );
    let run = environment.run("validate").expect(1);
    assert_eq!(run.stdout, "");
    for piece in [
        "bad.yaml:5:3",
        "integraton",
        "worse.yaml:2",
        "Instanze",
        "in 2 files",
    ] {
        assert!(
            run.stderr.contains(piece),
            "{piece} is missing in\n{}",
            run.stderr
        );
    }
    let document = environment.run("validate -o json").expect(1).json();
    assert_eq!(document["valid"], false);
    let files: Vec<_> = document["diagnostics"].as_array().unwrap().iter().collect();
    assert!(
        files
            .iter()
            .any(|finding| finding["file"] == "bad.yaml" && finding["line"] == 5)
    );
    assert!(files.iter().any(|finding| finding["file"] == "worse.yaml"));

    let plan = environment.run("plan --sandbox").expect(1);
    assert!(
        plan.stderr.contains("nothing was written"),
        "{}",
        plan.stderr
    );
    assert!(!environment.project().join(".prism-gitops").exists());
    let document = environment
        .run("apply --sandbox --auto-approve -o json")
        .expect(1)
        .json();
    assert_eq!(document["error"]["kind"], "user");
    assert_ne!(document["diagnostics"], serde_json::json!([]));
}

#[test]
fn the_tenant_is_asked_on_request() {
    let environment = project();
    environment.run("validate --online --sandbox").expect(0);
}

#[test]
fn strictly_a_warning_is_an_error() {
    let environment = Environment::new();
    let run = environment.run("validate --strict").expect(1);
    assert!(
        run.stderr.contains("error[nothing-declared]"),
        "{}",
        run.shown()
    );
    project().run("validate --strict").expect(0);
}

#[test]
fn files_of_other_programs_are_left_out_with_one_remark() {
    let environment = project();
    environment.write("bitbucket-pipelines.yml", "pipelines: {default: []}\n");
    environment.write("deploy/compose.yaml", "services: {}\n");
    environment.write("k.yaml", "apiVersion: apps/v1\nkind: Deployment\n");
    insta::assert_snapshot!(environment.run("validate --strict").shown(), @"
    --- stdout
    Valid: 1 integration, 1 instance.
    --- stderr
    info[left-out]: left out 3 files of other programs: bitbucket-pipelines.yml, deploy/compose.yaml, k.yaml
     |
     = help: name them in .prismgitopsignore, and this is not said again
    --- exit 0
    ");
    environment.write(".prismgitopsignore", "*pipelines.yml\n/deploy/\nk.yaml\n");
    let run = environment.run("validate").expect(0);
    assert!(run.stderr.is_empty(), "{}", run.shown());
}

#[test]
fn of_very_many_findings_the_first_are_shown_and_the_others_counted() {
    let environment = Environment::new();
    environment.write("a.yaml", &"--- a\n".repeat(100_000));
    let run = environment.run("validate").expect(1);
    assert_eq!(run.stderr.matches("error[not-a-manifest]").count(), 100);
    assert!(
        run.stderr.contains("… and 99900 more errors"),
        "{}",
        run.stderr.len()
    );
    assert!(run.stderr.contains("100000 errors"), "{}", run.stderr.len());
    let document = environment.run("validate -o json").expect(1).json();
    assert_eq!(document["summary"]["errors"], 100_000);
    assert_eq!(document["diagnostics"].as_array().unwrap().len(), 101);
}

#[test]
fn what_is_no_yaml_is_found_once() {
    for (definition, extension) in [("acme.yml", "yml"), ("acme.definition", "definition")] {
        let environment = project();
        std::fs::remove_file(environment.project().join("acme.yml")).unwrap();
        environment.edit("acme.yaml", "acme.yml", definition);
        let theirs = DEFINITION.replace("description: Orders", "<<<<<<< HEAD\ndescription: Orders");
        environment.write(definition, &theirs);
        let document = environment.run("validate -o json").expect(1).json();
        let found = document["diagnostics"].as_array().unwrap();
        assert_eq!(found.len(), 1, "{extension}: {document:#}");
        assert_eq!(found[0]["file"], definition);
        assert_eq!(found[0]["line"], 3);
        let run = environment.run("plan --sandbox").expect(1);
        let count = run.stderr.matches("unresolved merge conflict").count();
        assert_eq!(count, 1, "{}", run.stderr);
    }
}

/// JSON as `json.dumps` writes it is YAML but for escapes of half a character.
#[test]
fn a_definition_written_as_json_is_sent_as_readers_of_yaml_read_it() {
    let environment = project();
    let json = r#"{"definitionVersion": 7, "name": "Acme \ud83d\ude00", "description": "\u00e9 \\ud83d",
        "requiredConfigVars": [{"key": "Endpoint", "dataType": "string", "orgOnly": false}],
        "flows": [{"name": "Orders", "isSynchronous": false, "steps": [{"name": "Trigger", "isTrigger": true,
        "action": {"key": "webhook", "component": {"key": "webhook-triggers", "version": "LATEST",
        "isPublic": true}}, "inputs": {}}]}]}"#;
    environment.write("acme.yml", json);
    environment.run("validate --online --sandbox").expect(0);
    let run = environment.run("apply --sandbox --auto-approve").expect(0);
    assert!(run.stdout.contains("1 published"), "{}", run.shown());
    environment.run("import acme.yml --sandbox").expect(0);

    environment.write("acme.yml", &json.replace("\\ude00\", \"desc", "\", \"desc"));
    let document = environment.run("validate -o json").expect(1).json();
    let found = document["diagnostics"].as_array().unwrap();
    assert_eq!(found.len(), 1, "{document:#}");
    assert_eq!(
        (&found[0]["line"], &found[0]["column"]),
        (&1.into(), &40.into())
    );
}

#[test]
fn components_that_could_not_be_read_are_not_taken_for_there() {
    let faults =
        r#"{"rules": [{"operation": "components", "fault": {"error": {"message": "boom"}}}]}"#;
    let (environment, _server) = super::streams::served(
        "customers: [{name: Smith, externalId: cust-0001}]\n",
        Some(faults),
    );
    environment.copy(&project().project());
    let run = environment.run("validate --online").expect(1);
    let said = "whether the tenant has the components of \"Acme ERP\" is not known: boom";
    assert!(run.stderr.contains(said), "{}", run.shown());
    let run = environment.run("plan").expect(1);
    assert!(run.stdout.contains("boom"), "{}", run.shown());
    let run = environment.run("apply --auto-approve").expect(1);
    assert!(run.shown().contains("boom"), "{}", run.shown());
    let run = environment.run("get integrations -o json").expect(0);
    assert!(!run.stdout.contains("Acme"), "{}", run.stdout);
}

#[test]
fn endings_in_capitals_are_read() {
    let environment = project();
    let root = environment.project();
    std::fs::rename(root.join("acme.yaml"), root.join("ACME.YAML")).unwrap();
    std::fs::rename(
        root.join("customers/smith.yaml"),
        root.join("customers/Smith.YmL"),
    )
    .unwrap();
    let run = environment.run("validate").expect(0);
    assert_eq!(run.stdout, "Valid: 1 integration, 1 instance.\n");
    environment.edit(
        "customers/Smith.YmL",
        "integration: acme",
        "integration: none",
    );
    let run = environment.run("validate").expect(1);
    assert!(
        run.stderr.contains("customers/Smith.YmL:5"),
        "{}",
        run.stderr
    );
}
