//! What is said of versions, of a project under another name, and of servers that are not ours.

use super::environment::Environment;
use super::far_end::{FarEnd, response};
use super::fixture::project;

const APPLY: &str = "apply --sandbox --auto-approve";

fn applied() -> Environment {
    let environment = project();
    environment.run(APPLY).expect(0);
    environment
}

#[test]
fn our_own_upgrades_have_numbers_and_are_not_changes_outside() {
    let environment = applied();
    for (from, to) in [("\"1\"", "\"2\""), ("\"2\"", "\"3\"")] {
        let from = format!("sleepDuration: {{type: value, value: {from}}}");
        let to = format!("sleepDuration: {{type: value, value: {to}}}");
        environment.edit("acme.yml", &from, &to);
        environment.run(APPLY).expect(0);
    }
    let why = environment.run("why Instance/smith version").expect(0);
    assert!(why.stdout.contains("version = 3"), "{}", why.stdout);
    assert!(why.stdout.contains("acme.yml"), "{}", why.stdout);
    assert!(!why.stdout.contains("outside"), "{}", why.stdout);
    let history = environment.run("history Instance/smith").expect(0);
    assert!(
        history.stdout.contains("version  2 → 3"),
        "{}",
        history.stdout
    );
    assert!(
        !history.stdout.contains("published here"),
        "{}",
        history.stdout
    );
    let history = environment.run("history Integration/acme").expect(0);
    assert!(
        history.stdout.contains("publish: version 3"),
        "{}",
        history.stdout
    );
}

#[test]
fn a_project_that_is_called_otherwise_is_told_of_once_and_taken_along() {
    let environment = applied();
    environment.write(
        "project.yaml",
        "apiVersion: prism-gitops/v1\nkind: Project\nmetadata: {name: shop}\nspec: {}\n",
    );
    let plan = environment.run("plan --sandbox").expect(0);
    let told = format!("{}{}", plan.stderr, plan.stdout);
    assert!(
        told.contains("`prism-gitops migrate project default shop`"),
        "{told}"
    );
    let moved = environment
        .run("migrate project default shop --sandbox --auto-approve")
        .expect(0);
    assert!(
        moved.stdout.contains("Migration complete: 2 marked anew."),
        "{}",
        moved.stdout
    );
    let plan = environment.run("plan --sandbox").expect(0);
    assert!(plan.stdout.contains("No changes."), "{}", plan.stdout);
    for (line, name) in [
        ("get instance Instance/smith --sandbox -o name", "smith\n"),
        ("get instance smith --sandbox -o name", "smith\n"),
        ("get integration acme --sandbox -o name", "Acme ERP\n"),
    ] {
        assert_eq!(environment.run(line).expect(0).stdout, name, "{line}");
    }
    let wrong = environment
        .run("get instance Integration/acme --sandbox")
        .expect(1);
    assert!(wrong.stderr.contains("is no instance"), "{}", wrong.stderr);
    let again = environment
        .run("migrate project default shop --sandbox --auto-approve")
        .expect(1);
    assert!(
        again.stderr.contains("nothing in this tenant"),
        "{}",
        again.stderr
    );
    let released = environment
        .run("release --all --sandbox --auto-approve")
        .expect(0);
    assert!(
        released.stdout.contains("Release complete: 2 released."),
        "{}",
        released.stdout
    );
}

#[test]
fn a_script_gets_the_addresses_that_change() {
    let environment = project();
    let plan = environment.run("plan --path . --sandbox -o name").expect(0);
    assert_eq!(plan.stdout, "Integration/acme\nInstance/smith\n");
}

#[test]
fn what_is_no_daemon_of_ours_is_called_that() {
    let environment = Environment::new();
    for (status, kind, body) in [
        (
            "200 OK",
            "text/html",
            "<!DOCTYPE html><html><title>Welcome</title></html>",
        ),
        ("200 OK", "application/json", "{\"status\": \"ok\"}"),
        ("200 OK", "application/json", "null"),
        (
            "404 Not Found",
            "application/json",
            "{\"error\": \"Not Found\"}",
        ),
        ("404 Not Found", "text/plain", "no"),
    ] {
        let answer = response(status, kind, body);
        let other = FarEnd::answering(move |_| answer.clone());
        for verb in ["status", "sync"] {
            let run = environment
                .run(&format!("{verb} --daemon {}", other.url))
                .expect(1);
            assert!(
                run.stderr.contains("is no daemon of this program"),
                "{verb} {body}: {}",
                run.stderr
            );
        }
    }
}
