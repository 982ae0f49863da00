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
