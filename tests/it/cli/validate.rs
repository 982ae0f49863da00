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
