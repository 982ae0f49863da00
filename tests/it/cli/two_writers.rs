//! Two runs at once on one tenant and one state folder: one waits, and there are no duplicates.

use std::time::Duration;

use serde_json::Value;

use super::environment::Environment;
use super::fixture::{CUSTOMER, project};
use super::sandbox::{Running, serve, wait_for};

/// So slow that two runs meet.
const LATENCY: Duration = Duration::from_millis(120);

/// A project with several instances, and a tenant for it.
fn several() -> (Environment, Running) {
    let mut environment = project();
    for number in 1..=6 {
        environment.write(
            &format!("customers/more-{number}.yaml"),
            &format!(
                "apiVersion: prism-gitops/v1\nkind: Instance\nmetadata: {{name: more-{number}}}\n\
                 spec:\n  integration: acme\n  customer: {CUSTOMER}\n  displayName: More {number}\n  \
                 config:\n    Endpoint: https://{number}.example\n"
            ),
        );
    }
    let sandbox = serve(&mut environment, LATENCY);
    (environment, sandbox)
}

fn names(environment: &Environment, what: &str) -> Vec<String> {
    let mut args = vec!["get", what, "-o", "json"];
    args.extend(["--label-contains", "gitops:default/"]);
    let listed = environment.run_args(&args, "").expect(0).json();
    let nodes = listed["nodes"].as_array().or(listed.as_array()).unwrap();
    let name = |node: &Value| node["name"].as_str().unwrap().to_owned();
    let mut names: Vec<String> = nodes.iter().map(name).collect();
    names.sort();
    names
}

#[track_caller]
fn nothing_is_there_twice(environment: &Environment) {
    assert_eq!(names(environment, "integrations").len(), 1);
    let instances = names(environment, "instances");
    let mut once = instances.clone();
    once.dedup();
    assert_eq!((instances.len(), &once), (7, &instances));
    environment.run("plan --detailed-exitcode").expect(0);
}

fn start(environment: &Environment, line: &str) -> (Running, std::sync::mpsc::Receiver<String>) {
    let mut command = environment.command();
    command.args(line.split(' '));
    Running::with_stderr(&mut command)
}

#[test]
fn two_applies_at_once_make_everything_once() {
    let (environment, _sandbox) = several();
    let (mut one, of_one) = start(&environment, "apply --auto-approve");
    let (mut other, of_other) = start(&environment, "apply --auto-approve");
    assert_eq!(one.code(&of_one), Some(0));
    assert_eq!(other.code(&of_other), Some(0));
    nothing_is_there_twice(&environment);
}

#[test]
fn who_waits_says_for_whom_and_gives_up_in_time() {
    let (environment, _sandbox) = several();
    let (mut first, of_first) = start(&environment, "apply --auto-approve");
    wait_for(&of_first, "Integration/acme: import done");
    first.signal("STOP");
    let refused = environment
        .run("apply --auto-approve --lock-timeout 0")
        .expect(1);
    let pid = first.0.id().to_string();
    assert!(
        refused.stderr.contains("`apply` (process "),
        "{}",
        refused.stderr
    );
    assert!(refused.stderr.contains(&pid) && refused.stderr.contains("--lock-timeout"));
    let plan = environment.run("plan").expect(0);
    assert!(
        plan.stderr.contains("writes to this tenant now"),
        "{}",
        plan.stderr
    );

    let (mut second, of_second) = start(&environment, "apply --auto-approve --lock-timeout 2s");
    let told = wait_for(&of_second, "Waiting up to 2s");
    assert!(told.contains("State: T"), "{told}");
    assert_eq!(second.code(&of_second), Some(1));
    first.signal("CONT");
    assert_eq!(first.code(&of_first), Some(0));
    nothing_is_there_twice(&environment);
}

#[test]
fn a_killed_run_keeps_nobody_waiting() {
    let (environment, _sandbox) = several();
    let (mut first, of_first) = start(&environment, "apply --auto-approve");
    wait_for(&of_first, "Integration/acme: import done");
    first.signal("KILL");
    assert_eq!(first.code(&of_first), None);
    environment
        .run("apply --auto-approve --lock-timeout 0")
        .expect(0);
    assert_eq!(names(&environment, "integrations").len(), 1);
}

#[test]
fn an_apply_beside_a_daemon_makes_everything_once() {
    let (environment, _sandbox) = several();
    // The second writer finds nothing left to do, which is not logged at `info`.
    let daemon = "daemon --listen 127.0.0.1:0 --log-format json --interval 1h \
                  --log-level prism_gitops=debug";
    let (mut daemon, log) = start(&environment, daemon);
    let (mut apply, told) = start(&environment, "apply --auto-approve");
    assert_eq!(apply.code(&told), Some(0));
    wait_for(&log, "pass.finished");
    daemon.signal("INT");
    assert_eq!(daemon.code(&log), Some(0));
    nothing_is_there_twice(&environment);
}

#[test]
fn an_approved_apply_beside_a_held_daemon_goes_through() {
    let (environment, _sandbox) = several();
    environment.run("apply --auto-approve").expect(0);
    environment.write(
        "project.yaml",
        "apiVersion: prism-gitops/v1\nkind: Project\nmetadata: {name: default}\n\
         spec:\n  policy: {prune: delete, guards: {deletes: 10%, minimum: 0}}\n",
    );
    for number in 1..=6 {
        let file = environment
            .project()
            .join(format!("customers/more-{number}.yaml"));
        std::fs::remove_file(file).unwrap();
    }
    let daemon = "daemon --listen 127.0.0.1:0 --log-format json --interval 1s --allow-delete";
    let (mut daemon, log) = start(&environment, daemon);
    wait_for(&log, "plan.refused");
    let refused = environment
        .run("apply --auto-approve --allow-delete")
        .expect(4);
    let digest = refused.stderr.split("--approve ").nth(1).unwrap();
    let digest = digest.split([';', ' ', '\n']).next().unwrap();
    let line = format!("apply --auto-approve --allow-delete --approve {digest}");
    environment.run(&line).expect(0);
    daemon.signal("INT");
    assert_eq!(daemon.code(&log), Some(0));
    assert_eq!(names(&environment, "instances").len(), 1);
}

#[test]
fn two_environments_that_are_one_tenant_are_refused() {
    let (mut environment, _sandbox) = several();
    let url = environment.variable("PRISMATIC_URL").unwrap();
    // A blank one counts as none: the Project says where its environments are, and may.
    environment.set("PRISMATIC_URL", "");
    environment.set("PRISM_GITOPS_ALLOW_HOST", "127.0.0.1,localhost");
    let other = url.replace("127.0.0.1", "localhost");
    environment.write(
        "project.yaml",
        &format!(
            "apiVersion: prism-gitops/v1\nkind: Project\nmetadata: {{name: default}}\n\
             spec:\n  environments:\n    one: {{url: \"{url}\", auth: {{refreshToken: {{env: PRISM_REFRESH_TOKEN}}}}}}\n    \
             two: {{url: \"{other}\", auth: {{refreshToken: {{env: PRISM_REFRESH_TOKEN}}}}}}\n"
        ),
    );
    let daemon = "daemon --all-envs --listen 127.0.0.1:0 --log-format json --interval 1s";
    let (mut daemon, log) = start(&environment, daemon);
    let told = wait_for(&log, "are one tenant");
    assert!(told.contains("one") && told.contains("two"), "{told}");
    daemon.signal("INT");
    assert_eq!(daemon.code(&log), Some(0));

    environment.edit("project.yaml", &other, &url);
    let refused = environment.run("plan --env one").expect(1);
    assert!(
        refused.stderr.contains("are one tenant"),
        "{}",
        refused.stderr
    );
}

/// A duplicate instance: the environment, its server, and the ids of the deployed one and of the other.
pub(crate) fn doubled() -> (Environment, Running, String, String) {
    let mut environment = project();
    let sandbox = serve(&mut environment, Duration::ZERO);
    environment.run("apply --auto-approve").expect(0);
    environment.run("dedupe").expect(0);
    let made = environment
        .run("get instances --label gitops:default/smith -o json")
        .expect(0);
    let made = made.json()["nodes"][0]["id"].as_str().unwrap().to_owned();
    let twin = "mutation($input: CreateInstanceInput!) { \
                createInstance(input: $input) { instance { id } errors { messages } } }";
    let instance = environment.run_args(&["get", "instance", &made, "-o", "json"], "");
    let instance = instance.expect(0).json();
    let input = serde_json::json!({"input": {
        "name": "Twin", "labels": ["gitops:default/smith"],
        "customer": instance["customer"]["id"], "integration": instance["integration"]["id"],
    }});
    let created = environment.run_args(&["api", twin, "--variables", &input.to_string()], "");
    let created = created.expect(0).json();
    let id = created["data"]["createInstance"]["instance"]["id"].as_str();
    let id = id.unwrap().to_owned();
    (environment, sandbox, made, id)
}

#[test]
fn what_was_made_twice_and_never_used_is_removed_and_the_rest_is_listed() {
    let (environment, _sandbox, made, id) = doubled();
    let (made, id) = (made.as_str(), id.as_str());
    let plan = environment.run("plan").expect(0);
    assert!(plan.stderr.contains("is there 2 times"), "{}", plan.stderr);
    let listed = environment.run("dedupe -o json").expect(3).json();
    let objects = &listed["doubled"][0]["objects"];
    assert_eq!(objects[0]["id"], made, "the one that was deployed");
    assert_eq!(
        (&objects[1]["id"], &objects[1]["fate"]),
        (&id.into(), &"left".into())
    );
    assert_eq!(objects[1]["why"], "it is younger than 60 s");
    let refused = environment.run(&format!("dedupe --remove {made} --reason x"));
    assert!(refused.expect(1).stderr.contains("the one that is kept"));
    environment
        .run_args(
            &[
                "dedupe",
                "--auto-approve",
                "--remove",
                id,
                "--reason",
                "a test made it",
            ],
            "",
        )
        .expect(0);
    environment.run("dedupe -o json").expect(0);
    let history = environment.run("history -o json").expect(0);
    assert!(
        history.stdout.contains("a test made it"),
        "{}",
        history.stdout
    );
}
