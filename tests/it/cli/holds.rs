//! `hold` and `unhold`, and what other commands make of a hold.

use std::time::Duration;

use serde_json::{Value, json};

use super::daemon::address;
use super::environment::Environment;
use super::fixture::project;
use super::sandbox::{Running, serve, wait_for};

/// A project that is applied, with a history.
fn applied() -> Environment {
    let mut environment = project();
    environment.set("PRISM_GITOPS_SANDBOX", "1");
    environment.run("apply --auto-approve").expect(0);
    environment
}

fn labels(environment: &Environment) -> Value {
    environment
        .run("get instance smith -o json")
        .expect(0)
        .json()["labels"]
        .clone()
}

/// The same, with its instance switched off by a person and on hold.
fn held() -> Environment {
    let environment = applied();
    environment.run("disable smith").expect(0);
    let hold = "hold Instance/smith --for 4h --reason";
    let args: Vec<&str> = hold.split(' ').chain(["incident 4711"]).collect();
    let hold = environment.run_args(&args, "").expect(0);
    assert!(
        hold.stdout.starts_with("On hold until 2"),
        "{}",
        hold.stdout
    );
    environment
}

#[test]
fn plans_show_what_is_on_hold_and_how_it_differs() {
    let environment = held();
    assert!(labels(&environment).to_string().contains("gitops:hold=2"));

    // Plans show what differs and why nothing is done about it.
    let plan = environment.run("plan").expect(0).stdout;
    for part in [
        "! Instance/smith",
        "held until 2",
        "incident 4711",
        "disabled → enabled",
        "1 held.",
    ] {
        assert!(plan.contains(part), "{part}: {plan}");
    }
    environment.run("plan --detailed-exitcode").expect(3);
    let markdown = environment.run("plan -o markdown").expect(0).stdout;
    assert!(
        markdown.contains("| held |") && markdown.contains("incident 4711"),
        "{markdown}"
    );
    let json = environment.run("plan -o json").expect(0).json();
    assert_eq!(json["summary"]["held"], 1);
    let resources = json["resources"].as_array().unwrap();
    let smith = resources
        .iter()
        .find(|it| it["address"] == "Instance/smith");
    let reason = smith.unwrap()["held"]["reason"].as_str().unwrap();
    assert!(reason.starts_with("incident 4711"), "{reason}");
}

#[test]
fn nothing_writes_what_is_on_hold_unless_that_is_said_to_be_meant() {
    let environment = held();
    environment.run("apply --auto-approve").expect(3);
    environment
        .run("release Instance/smith --auto-approve")
        .expect(3);
    for line in [
        "enable smith",
        "deploy smith",
        "deploy smith --force",
        "update instance smith --name X",
    ] {
        let refused = environment.run(line).expect(4);
        assert!(
            refused.stderr.contains("is held until 2"),
            "{}",
            refused.stderr
        );
        assert!(
            refused.stderr.contains("--despite-hold"),
            "{}",
            refused.stderr
        );
    }
    environment
        .run("update instance smith --description mine --despite-hold")
        .expect(0);
    let live = environment
        .run("get instance smith -o json")
        .expect(0)
        .json();
    assert_eq!(
        (&live["enabled"], &live["description"]),
        (&json!(false), &json!("mine"))
    );
}

#[test]
fn a_second_hold_takes_the_place_of_the_first_and_unhold_of_both() {
    let environment = held();
    environment
        .run_args(
            &[
                "hold",
                "Instance/smith",
                "--reason",
                "still",
                "--until",
                "2999-01-01T00:00:00+01:00",
            ],
            "",
        )
        .expect(0);
    let text = labels(&environment).to_string();
    assert_eq!(text.matches("gitops:hold=").count(), 1, "{text}");
    assert!(text.contains("gitops:hold=2998-12-31T23:00:00Z"), "{text}");
    let plan = environment.run("plan").expect(0).stdout;
    assert!(plan.contains("(still") && !plan.contains("4711"), "{plan}");
    let history = environment.run("history").expect(0).stdout;
    assert!(
        history.contains("incident 4711") || history.contains("hold"),
        "{history}"
    );

    environment.run("unhold Instance/smith").expect(0);
    assert!(!labels(&environment).to_string().contains("gitops:hold="));
    let again = environment.run("unhold Instance/smith").expect(0);
    assert_eq!(again.stdout, "Instance/smith is not on hold.\n");
    environment.run("apply --auto-approve").expect(0);
    let live = environment
        .run("get instance smith -o json")
        .expect(0)
        .json();
    assert_eq!(live["enabled"], true);
}

#[test]
fn a_hold_says_until_when_and_why() {
    let environment = applied();
    for (args, code, expected) in [
        (vec!["--reason", "x"], 1, "--until"),
        (vec!["--for", "4h"], 1, "--reason"),
        (
            vec![
                "--reason",
                "x",
                "--for",
                "4h",
                "--until",
                "2999-01-01T00:00:00Z",
            ],
            1,
            "cannot be used with",
        ),
        (vec!["--reason", " ", "--for", "4h"], 1, "needs a reason"),
        (
            vec!["--reason", "x", "--until", "2999-01-01T00:00:00"],
            1,
            "it has no time zone: write `2999-01-01T00:00:00Z`",
        ),
        (
            vec!["--reason", "x", "--until", "2020-01-01T00:00:00Z"],
            1,
            "would be over at once",
        ),
        (
            vec!["--reason", "x", "--for", "0s"],
            1,
            "would be over at once",
        ),
        (
            vec!["--reason", "x", "--for", "99999999w"],
            1,
            "--for: that is beyond",
        ),
        (
            vec!["--reason", "x", "--for", "soon"],
            1,
            "a number and a unit",
        ),
    ] {
        let all: Vec<&str> = ["hold", "Instance/smith"]
            .into_iter()
            .chain(args.clone())
            .collect();
        let run = environment.run_args(&all, "").expect(code);
        assert!(run.stderr.contains(expected), "{args:?}: {}", run.stderr);
    }
    let nothing = environment
        .run("hold Instance/nobody --reason x --for 1h")
        .expect(1);
    assert!(nothing.stderr.contains("nobody"), "{}", nothing.stderr);
    assert!(!labels(&environment).to_string().contains("gitops:hold="));
}

#[test]
fn a_daemon_goes_by_a_hold_that_another_machine_put_on() {
    let mut environment = project();
    let _sandbox = serve(&mut environment, Duration::ZERO);
    environment.run("apply --auto-approve").expect(0);
    // Another machine: another state folder.
    environment
        .run("hold Integration/acme --reason x --for 1h --state-dir elsewhere")
        .expect(0);
    let mut command = environment.command();
    command.args("daemon --listen 127.0.0.1:0 --log-format json --interval 1h".split(' '));
    let (mut running, log) = Running::with_stderr(&mut command);
    environment.set(
        "PRISM_GITOPS_DAEMON",
        &address(&wait_for(&log, "daemon.started")),
    );
    wait_for(&log, "hold.found");
    environment.edit("acme.yml", "Orders to the ERP", "Orders both ways");
    environment.run("sync --wait").expect(3);
    let status = environment.run("status").expect(0).stdout;
    assert!(status.contains("held until 2"), "{status}");
    environment.run("unhold Integration/acme").expect(0);
    environment.run("sync --wait").expect(0);
    environment.run("plan --detailed-exitcode").expect(0);
    running.signal("INT");
    assert_eq!(running.code(&log), Some(0));
}

#[test]
fn new_files_wait_for_a_person_and_changes_made_elsewhere_do_not() {
    let mut environment = project();
    environment.write(
        "project.yaml",
        "apiVersion: prism-gitops/v1\nkind: Project\nmetadata: {name: default}\nspec: {policy: {apply: manual}}\n",
    );
    let _sandbox = serve(&mut environment, Duration::ZERO);
    environment.run("apply --auto-approve").expect(0);
    let mut command = environment.command();
    command.args("daemon --listen 127.0.0.1:0 --log-format json --interval 1h".split(' '));
    let (mut running, log) = Running::with_stderr(&mut command);
    environment.set(
        "PRISM_GITOPS_DAEMON",
        &address(&wait_for(&log, "daemon.started")),
    );
    environment.run("sync --wait").expect(0);
    let calm = environment.run("approve").expect(0);
    assert!(
        calm.stdout.contains("nothing waits for approval"),
        "{}",
        calm.stdout
    );

    environment.edit("customers/smith.yaml", "erp.smith", "erp2.smith");
    wait_for(&log, "approval.awaited");
    environment.run("sync --wait").expect(3);
    let waits = environment.run("approve").expect(3).stdout;
    assert!(
        waits.contains("1 change") && waits.contains("Instance/smith: configure"),
        "{waits}"
    );
    let digest = waits
        .split_whitespace()
        .find(|it| it.starts_with("sha256:"))
        .unwrap()
        .to_owned();
    let wrong = format!("sha256:{}", "0".repeat(64));
    let refused = environment
        .run_args(&["approve", &wrong, "--reason", "x"], "")
        .expect(1);
    assert!(refused.stderr.contains(&digest), "{}", refused.stderr);
    environment.run_args(&["approve", &digest], "").expect(1);

    // What a person does meanwhile to what these files leave as it is, is undone.
    environment
        .run("update integration acme --description mine")
        .expect(0);
    environment.run("sync --wait").expect(3);
    let healed = wait_for(&log, "drift.healing");
    assert!(
        healed.contains("Integration/acme") && healed.contains("mine"),
        "{healed}"
    );

    environment
        .run_args(&["approve", &digest, "--reason", "CHG-12"], "")
        .expect(0);
    environment.run("sync --wait").expect(0);
    environment.run("plan --detailed-exitcode").expect(0);
    let calm = environment.run("approve -o json").expect(0).json();
    assert_eq!(calm.get("approval"), None, "{calm}");
    running.signal("INT");
    assert_eq!(running.code(&log), Some(0));
}
