//! `plan` and `apply` on the embedded sandbox, from nothing to changed to converged.

use super::environment::Environment;
use super::fixture::{CUSTOMER, DEFINITION, project};

#[test]
fn a_plan_is_shown_applied_and_then_empty() {
    let environment = project();
    let plan = environment.run("plan --sandbox").expect(0);
    assert!(
        plan.stdout.contains("+ Integration/acme"),
        "{}",
        plan.stdout
    );
    assert!(plan.stdout.contains("+ Instance/smith"), "{}", plan.stdout);
    let summary =
        "Plan: 2 to create, 0 to update, 1 to publish, 1 to deploy, 0 to disable, 0 to delete.";
    assert!(plan.stdout.contains(summary), "{}", plan.stdout);
    environment
        .run("plan --sandbox --detailed-exitcode")
        .expect(2);

    let apply = environment.run("apply --sandbox --auto-approve").expect(0);
    assert!(
        apply
            .stdout
            .ends_with("\nApply complete: 2 created, 1 published, 1 deployed.\n"),
        "{}",
        apply.stdout
    );

    let again = environment
        .run("plan --sandbox --detailed-exitcode")
        .expect(0);
    assert!(
        again
            .stdout
            .contains("No changes. The tenant matches the manifests."),
        "{}",
        again.stdout
    );
    let nothing = environment.run("apply --sandbox").expect(0);
    assert!(
        !nothing.stderr.contains("Only 'yes'"),
        "nothing to do is nothing to ask"
    );
}

#[test]
fn an_edit_is_all_that_a_plan_shows() {
    let environment = project();
    environment.run("apply --sandbox --auto-approve").expect(0);
    environment.edit(
        "customers/smith.yaml",
        "erp.smith.example",
        "erp2.smith.example",
    );
    let plan = environment
        .run("plan --sandbox -o json --detailed-exitcode")
        .expect(2)
        .json();
    let changed: Vec<_> = plan["resources"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|resource| !resource["actions"].as_array().unwrap().is_empty())
        .collect();
    assert_eq!(changed.len(), 1, "{plan:#}");
    assert_eq!(changed[0]["address"], "Instance/smith");
    assert_eq!(
        changed[0]["actions"],
        serde_json::json!(["configure", "deploy"])
    );
    let change = &changed[0]["changes"][0];
    assert_eq!(change["before"], "https://erp.smith.example");
    assert_eq!(change["after"], "https://erp2.smith.example");
}

#[test]
fn the_document_of_a_plan_has_the_promised_shape() {
    let environment = project();
    let plan = environment.run("plan --sandbox -o json").expect(0).json();
    for key in [
        "formatVersion",
        "project",
        "environment",
        "revision",
        "observedAt",
        "digest",
        "summary",
        "impact",
        "cost",
        "resources",
        "diagnostics",
    ] {
        assert!(plan.get(key).is_some(), "{key} is missing in {plan:#}");
    }
    assert_eq!(plan["formatVersion"], "1.1");
    assert_eq!(plan["environment"], "sandbox");
    assert_eq!(plan["summary"]["create"], 2);
    assert_eq!(plan["impact"]["customers"], 1);

    let apply = environment
        .run("apply --sandbox --auto-approve -o json")
        .expect(0)
        .json();
    for resource in apply["resources"].as_array().unwrap() {
        assert!(
            resource["result"].to_string().contains("applied"),
            "{resource:#}"
        );
    }
}

#[test]
fn a_plan_is_markdown_for_a_pull_request() {
    let plan = project().run("plan --sandbox -o markdown").expect(0);
    assert!(plan.stdout.contains("Integration/acme"), "{}", plan.stdout);
    assert!(!plan.stdout.contains('\u{1b}'));
}

#[test]
fn without_a_terminal_nobody_can_say_yes() {
    let environment = project();
    let run = environment.run_with("apply --sandbox", "yes\n").expect(1);
    insta::assert_snapshot!(run.stderr, @"
    Error: there is a question before anything is written, and no terminal to ask it on
    Hint: add --auto-approve to go on without being asked; nothing was written
    ");
    let document = environment.run("apply --sandbox -o json").expect(1).json();
    assert!(
        document["error"]["hint"]
            .as_str()
            .unwrap()
            .contains("--auto-approve")
    );
    environment
        .run("plan --sandbox --detailed-exitcode")
        .expect(2);
}

#[test]
fn a_saved_plan_is_applied_once_and_not_after_a_change() {
    let environment = project();
    environment.run("plan --sandbox --out plan.json").expect(0);
    environment.edit("customers/smith.yaml", "erp.smith", "erp2.smith");
    let stale = environment
        .run("apply --sandbox --plan plan.json")
        .expect(4);
    assert!(
        stale.stderr.contains("Instance/smith: what is written")
            || stale.stderr.contains("config \"Endpoint\""),
        "{}",
        stale.stderr
    );
    environment.edit("customers/smith.yaml", "erp2.smith", "erp.smith");
    environment
        .run("apply --sandbox --plan plan.json")
        .expect(0);
    environment
        .run("apply --sandbox --plan plan.json")
        .expect(4);
}

#[test]
fn a_variable_without_a_value_blocks_its_instance_and_nothing_else() {
    let environment = project();
    environment.edit(
        "customers/smith.yaml",
        "  config:\n    Endpoint: https://erp.smith.example\n",
        "",
    );
    let plan = environment.run("plan --sandbox").expect(0);
    assert!(plan.stdout.contains("! Instance/smith"), "{}", plan.stdout);
    assert!(plan.stdout.contains("Endpoint"), "{}", plan.stdout);
    let apply = environment.run("apply --sandbox --auto-approve").expect(3);
    assert!(apply.stdout.contains("1 blocked"), "{}", apply.stdout);
    environment
        .run("plan --sandbox --detailed-exitcode")
        .expect(3);
}

#[test]
fn a_closed_window_holds_changes_back_until_this_plan_is_approved() {
    let mut environment = project();
    environment.write(
        "project.yaml",
        "apiVersion: prism-gitops/v1\nkind: Project\nspec:\n  policy:\n    windows:\n    \
         - {kind: deny, schedule: \"* * * * *\", duration: 1h}\n",
    );
    let held = environment.run("apply --sandbox --auto-approve").expect(4);
    assert!(held.shown().contains("the deny window"), "{}", held.shown());
    let plan = environment.run("plan --sandbox -o json").expect(0).json();
    assert_eq!(plan["violations"][0]["guard"], "windows");
    assert_eq!(plan["summary"]["create"], 2, "nothing was written");
    environment
        .run("plan --sandbox --detailed-exitcode")
        .expect(4);
    let line = "apply --sandbox --auto-approve --approve";
    let wrong = environment.run(&format!("{line} sha256:1")).expect(4);
    let said = "--approve sha256:1 is for another plan";
    assert!(wrong.stderr.contains(said), "{}", wrong.shown());
    let digest = plan["digest"].as_str().unwrap();
    environment.set("GITHUB_ACTOR", "ada");
    environment.run(&format!("{line} {digest}")).expect(0);
    let history = environment.run("history -o json").expect(0).json();
    let pass = &history["passes"][0];
    assert_eq!(pass["actor"]["login"], "ada");
    let trigger = pass["trigger"].as_str().unwrap();
    assert!(
        trigger.starts_with(&format!("approved {digest}, past ")),
        "{trigger}"
    );
    environment
        .run("plan --sandbox --detailed-exitcode")
        .expect(0);
}

#[test]
fn a_program_is_asked_for_a_secret_only_where_project_and_operator_allow_it() {
    let mut environment = project();
    environment.set("PRISM_REFRESH_TOKEN", "leaked");
    let exec = "{secret: {exec: [sh, -c, \"echo ran >> ran; printf '%s' \\\"$PRISM_REFRESH_TOKEN\\\"hunter2\"]}}";
    environment.edit("customers/smith.yaml", "https://erp.smith.example", exec);
    let refused = environment.run("plan --sandbox --allow-exec").expect(1);
    assert!(
        refused.shown().contains("exec-not-allowed"),
        "{}",
        refused.shown()
    );

    let allow =
        "apiVersion: prism-gitops/v1\nkind: Project\nspec: {policy: {secrets: {exec: [sh]}}}\n";
    environment.write("project.yaml", allow);
    let plan = environment.run("plan --sandbox").expect(0);
    assert!(plan.shown().contains("--allow-exec"), "{}", plan.shown());
    assert!(
        !environment.project().join("ran").exists(),
        "a plan of untrusted files runs nothing"
    );

    let apply = environment.run("apply --sandbox --auto-approve --allow-exec");
    let apply = apply.expect(0);
    assert!(environment.project().join("ran").exists());
    assert!(!apply.shown().contains("hunter2"), "{}", apply.shown());
    let state = std::fs::read_to_string(environment.project().join(".prism-gitops/sandbox.json"));
    assert!(
        state.unwrap().contains("\"hunter2\""),
        "nothing but what it prints, and no token of ours"
    );
}

/// The recipe of docs/manifests.md, with the real program.
#[test]
fn a_file_encrypted_with_age_is_read_by_its_program() {
    let environment = project();
    let (root, home) = (environment.project(), environment.home());
    let age = |program: &str, args: &[&str]| {
        let run = std::process::Command::new(program)
            .current_dir(&root)
            .args(args)
            .output();
        run.ok().filter(|run| run.status.success())
    };
    let key = home.join("key.txt");
    let key = key.to_str().unwrap();
    let Some(made) = age("age-keygen", &["-o", key]) else {
        return eprintln!("skipped: no age here; scripts/test-tools installs it");
    };
    let told = String::from_utf8(made.stderr).unwrap();
    let recipient = told.trim().rsplit(' ').next().unwrap();
    environment.write("smith.txt", "hunter2\n");
    let encrypted = age(
        "age",
        &["-r", recipient, "-a", "-o", "smith.age", "smith.txt"],
    );
    assert!(encrypted.is_some(), "{told}");
    std::fs::remove_file(root.join("smith.txt")).unwrap();

    let exec = format!("{{secret: {{exec: [age, --decrypt, -i, {key}, smith.age]}}}}");
    environment.edit("customers/smith.yaml", "https://erp.smith.example", &exec);
    let allow =
        "apiVersion: prism-gitops/v1\nkind: Project\nspec: {policy: {secrets: {exec: [age]}}}\n";
    environment.write("project.yaml", allow);
    let apply = environment.run("apply --sandbox --auto-approve --allow-exec");
    assert!(!apply.expect(0).shown().contains("hunter2"));
    let state = std::fs::read_to_string(root.join(".prism-gitops/sandbox.json")).unwrap();
    assert!(
        state.contains("\"hunter2\""),
        "decrypted, without its line break"
    );

    std::fs::write(key, "not a key").unwrap();
    let blocked = environment.run("plan --sandbox --allow-exec").expect(0);
    assert!(blocked.shown().contains("age"), "{}", blocked.shown());
}

#[test]
fn what_is_protected_is_neither_switched_off_nor_pruned() {
    let environment = project();
    let smith = "customers/smith.yaml";
    environment.write(
        "project.yaml",
        "apiVersion: prism-gitops/v1\nkind: Project\nspec: {policy: {prune: delete}}\n",
    );
    environment.edit(smith, "  config:\n", "  protect: true\n  config:\n");
    environment.run("apply --sandbox --auto-approve").expect(0);
    environment.edit(
        smith,
        "protect: true\n",
        "protect: true\n  state: disabled\n",
    );
    let off = environment.run("plan --sandbox").expect(0);
    assert!(off.shown().contains("it is protected"), "{}", off.shown());

    let path = environment.project().join(smith);
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    let gone = environment
        .run("apply --sandbox --auto-approve --allow-delete")
        .expect(0);
    assert!(
        gone.shown().contains("kept: it is protected by its label"),
        "{}",
        gone.shown()
    );

    // Without the key the label goes, and with it the protection.
    environment.write(
        smith,
        &text.replace("  protect: true\n  state: disabled\n", ""),
    );
    environment.run("apply --sandbox --auto-approve").expect(0);
    std::fs::remove_file(&path).unwrap();
    let deleted = environment
        .run("apply --sandbox --auto-approve --allow-delete")
        .expect(0);
    assert!(deleted.stdout.contains("1 deleted"), "{}", deleted.shown());
}

#[test]
fn a_customer_has_a_cap_of_its_own() {
    let environment = project();
    environment.write(
        "project.yaml",
        "apiVersion: prism-gitops/v1\nkind: Project\nspec: {policy: {guards: {perCustomer: 0}}}\n",
    );
    let refused = environment.run("apply --sandbox --auto-approve").expect(4);
    assert!(
        refused.shown().contains("perCustomer: too many"),
        "{}",
        refused.shown()
    );
    assert!(
        refused.shown().contains("--approve sha256:"),
        "{}",
        refused.shown()
    );
}

#[test]
fn a_changed_definition_is_shown_as_text_on_request() {
    let environment = project();
    environment.run("apply --sandbox --auto-approve").expect(0);
    environment.edit(
        "acme.yml",
        "sleepDuration: {type: value, value: \"1\"}",
        "sleepDuration: {type: value, value: \"7\"}",
    );
    let plan = environment.run("plan --sandbox --diff").expect(0);
    let lines: Vec<_> = plan
        .stdout
        .lines()
        .filter(|line| line.starts_with(['+', '-']))
        .collect();
    assert!(
        lines
            .iter()
            .any(|line| line.starts_with('-') && line.contains("value: 1")),
        "{lines:?}"
    );
    assert!(
        lines
            .iter()
            .any(|line| line.starts_with('+') && line.contains("value: 7")),
        "{lines:?}"
    );
}

#[test]
fn colour_is_for_those_who_ask() {
    let environment = project();
    let plain = environment.run("plan --sandbox").expect(0);
    assert!(!plain.stdout.contains('\u{1b}') && !plain.stderr.contains('\u{1b}'));
    let coloured = environment.run("plan --sandbox --color always").expect(0);
    assert!(coloured.stdout.contains('\u{1b}'));
}

#[test]
fn whoami_says_who_and_where_and_never_the_token() {
    let environment = Environment::new();
    let run = environment.run("whoami --sandbox").expect(0);
    assert!(
        run.stdout.contains("Credentials    the embedded sandbox"),
        "{}",
        run.stdout
    );
    let document = environment.run("whoami --sandbox -o json").expect(0).json();
    assert!(document["organization"]["name"].is_string(), "{document:#}");
    assert!(document["user"]["email"].is_string(), "{document:#}");
}

/// The definition with a connection, whose password the sandbox masks.
fn project_with_a_password() -> Environment {
    let environment = project();
    let login = "requiredConfigVars:
  - key: Login
    dataType: connection
    connection:
      key: basic
      component: {key: http, isPublic: true, version: LATEST}
    inputs:
      username: {type: value, value: \"\"}
      password: {type: value, value: \"\"}
    orgOnly: false
";
    let page = "    elements:\n";
    let definition = DEFINITION.replace("requiredConfigVars:\n", login).replace(
        page,
        &format!("{page}      - {{type: configVar, value: Login}}\n"),
    );
    environment.write("acme.yml", &definition);
    environment.write("password", "c4nary-one");
    environment.write(
        "customers/smith.yaml",
        &format!(
            "apiVersion: prism-gitops/v1\nkind: Instance\nmetadata: {{name: smith}}\nspec:\n  \
             integration: acme\n  customer: {CUSTOMER}\n  config:\n    \
             Endpoint: https://erp.smith.example\n    Login:\n      connection:\n        \
             username: smith\n        password: {{secret: {{file: password}}}}\n"
        ),
    );
    environment
}

#[test]
fn a_rotated_secret_is_noticed_by_the_next_process() {
    let environment = project_with_a_password();
    let mut all = String::new();
    let mut run = |line: &str, code: i32| {
        let run = environment
            .run(&format!("{line} --sandbox -vvv"))
            .expect(code);
        all.push_str(&run.stdout);
        all.push_str(&run.stderr);
        run.stdout
    };
    run("apply --auto-approve", 0);
    run("plan --detailed-exitcode", 0);
    environment.write("password", "c4nary-two");
    let plan = run("plan --detailed-exitcode", 2);
    assert!(
        plan.contains("config \"Login\" input \"password\"  (sensitive) changed"),
        "{plan}"
    );
    run("apply --auto-approve -o json", 0);
    run("plan --detailed-exitcode", 0);
    // Elsewhere nothing is known of it: it is written once, or left alone.
    let elsewhere = run("plan --detailed-exitcode --state-dir elsewhere/state", 2);
    assert!(elsewhere.contains("no record of the last value written"));
    run(
        "plan --detailed-exitcode --secrets never --state-dir elsewhere",
        0,
    );
    run("apply --auto-approve --state-dir elsewhere/state", 0);
    run("plan --detailed-exitcode --state-dir elsewhere/state", 0);
    assert!(!all.contains("c4nary"), "{all}");
}
