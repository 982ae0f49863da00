//! A stranger's pull request is planned, with the operator's tokens in the environment: what it
//! may have read, sent and run.

use std::path::PathBuf;

use super::environment::{Environment, Run};
use super::far_end::{FarEnd, response};
use super::sandbox::Running;
use super::streams::served;

const TOKEN: &str = "canary-refresh-token-of-the-operator";

/// A listener that the stranger runs, and that must not receive anything.
fn elsewhere() -> FarEnd {
    FarEnd::answering(|_| response("200 OK", "application/json", r#"{"data": {}}"#))
}

fn propose(environment: &Environment, environments: &str, more: &str) {
    environment.write(
        "project.yaml",
        &format!(
            "apiVersion: prism-gitops/v1\nkind: Project\nmetadata: {{name: acme}}\nspec:\n  \
             environments: {{prod: {environments}}}\n{more}"
        ),
    );
}

/// The operator, with a token and a home of profiles, and no URL of its own.
fn operator() -> Environment {
    let mut environment = Environment::new();
    environment.set("PRISM_REFRESH_TOKEN", TOKEN);
    environment.set("AWS_SECRET_ACCESS_KEY", "canary-of-aws");
    environment.set("PRISM_GITOPS_SLACK", "canary-of-slack");
    environment
}

#[track_caller]
fn tells_nothing(run: &Run) {
    assert_eq!(run.code, 1, "{}", run.shown());
    assert!(!run.shown().contains("canary"), "{}", run.shown());
}

#[test]
fn no_project_has_a_token_sent_to_a_host_that_it_chose() {
    let far = elsewhere();
    let url = far.url.clone();
    for auth in [
        "",
        ", auth: {refreshToken: {file: /proc/self/environ}}",
        ", auth: {accessToken: {file: /proc/self/environ}}",
        ", auth: {refreshToken: {env: AWS_SECRET_ACCESS_KEY}}",
        ", auth: {accessToken: {env: PRISM_REFRESH_TOKEN}}",
        ", auth: {accessToken: {file: link}}",
    ] {
        let environment = operator();
        environment.write("acme.yml", super::fixture::DEFINITION);
        std::os::unix::fs::symlink("/proc/self/environ", environment.project().join("link"))
            .unwrap();
        propose(&environment, &format!("{{url: '{url}'{auth}}}"), "");
        for line in [
            "plan",
            "plan --env prod --out plan.json",
            "apply --auto-approve",
            "whoami",
            "get instances",
            "api {__typename}",
            "export",
        ] {
            let run = environment.run(line);
            tells_nothing(&run);
        }
        assert!(environment.run("plan").stderr.contains("project.yaml:5"));
    }
    assert_eq!(far.received().len(), 0, "{:?}", far.received());
}

#[test]
fn nothing_but_a_token_is_taken_for_one() {
    // The URL is the operator's own: what is at stake is what is sent there.
    let far = elsewhere();
    for auth in [
        "{refreshToken: {file: /proc/self/environ}}",
        "{refreshToken: {file: ../home/key}}",
        "{refreshToken: {file: /etc/hostname}}",
        "{refreshToken: {file: .git/config}}",
        "{refreshToken: {file: /dev/stdin}}",
        "{refreshToken: {env: AWS_SECRET_ACCESS_KEY}}",
        "{refreshToken: {exec: [cat, /proc/self/environ]}}",
    ] {
        let mut environment = operator();
        environment.set("PRISMATIC_URL", &far.url);
        environment.write("../home/key", "canary-of-a-key");
        environment.write(".git/config", "canary-of-git");
        let policy = "  policy: {secrets: {exec: true}}\n";
        propose(&environment, &format!("{{auth: {auth}}}"), policy);
        tells_nothing(&environment.run("plan"));
    }
    assert_eq!(far.received().len(), 0, "{:?}", far.received());
}

#[test]
fn the_operators_word_is_enough() {
    let (served, _server): (_, Running) = served("customers: []\n", None);
    let url = served.variable("PRISMATIC_URL").unwrap();
    let host = url.trim_start_matches("http://");
    let mut environment = Environment::new();
    environment.set("PRISM_REFRESH_TOKEN", "sandbox");
    propose(&environment, &format!("{{url: '{url}'}}"), "");
    let refused = environment.run("whoami").expect(1);
    assert!(
        refused.stderr.contains(&format!("--allow-host {host}")),
        "{}",
        refused.shown()
    );
    environment
        .run(&format!("whoami --allow-host {host}"))
        .expect(0);
    environment.run("whoami --allow-host 127.0.0.1").expect(0);
    environment.run(&format!("whoami --url {url}")).expect(0);
    environment.set("PRISMATIC_URL", &url);
    let run = environment.run("whoami").expect(0);
    assert!(
        run.stdout.contains("prod (project.yaml:5)"),
        "{}",
        run.shown()
    );
    assert!(run.stderr.contains("project.yaml:5"), "{}", run.shown());
    environment.set("PRISMATIC_URL", "https://app.prismatic.io");
    let refused = environment.run("whoami").expect(1);
    assert!(
        refused.stderr.contains("PRISMATIC_URL says"),
        "{}",
        refused.shown()
    );
    let run = environment.run("whoami --sandbox").expect(0);
    assert!(!run.shown().contains("project.yaml"), "{}", run.shown());
}

#[test]
fn two_projects_choose_no_tenant() {
    let (mut environment, _server) = served("customers: []\n", None);
    environment.set("PRISM_GITOPS_COLOR", "never");
    let project = "apiVersion: prism-gitops/v1\nkind: Project\nmetadata: {name: acme}\n";
    environment.write("deploy/overlay/project.yaml", project);
    environment.run("whoami").expect(0);
    environment.write("project.yaml", project);
    for line in ["whoami", "get customers"] {
        let run = environment.run(line).expect(1);
        for file in ["deploy/overlay/project.yaml", "project.yaml:"] {
            assert!(run.stderr.contains(file), "{}", run.shown());
        }
        assert_eq!(run.stdout, "", "{}", run.shown());
    }
    // Nor does one that cannot be read as it was meant.
    std::fs::remove_file(environment.project().join("deploy/overlay/project.yaml")).unwrap();
    environment.write(
        "project.yaml",
        &format!("{project}spec: {{enviroments: {{}}}}\n"),
    );
    environment.run("get customers").expect(1);
}

/// Programs that a repository's own configuration names, in each place that git looks for them.
#[test]
fn nothing_that_the_repository_names_is_run() {
    use std::os::unix::fs::PermissionsExt as _;
    let mut environment = super::fixture::project();
    environment.set("PRISM_GITOPS_SANDBOX", "1");
    environment.write(".gitattributes", "* filter=x diff=x\n");
    let git = |line: &str| {
        let mut git = std::process::Command::new("git");
        git.args(["-c", "user.name=A", "-c", "user.email=a@example.com"]);
        git.args(line.split(' ')).current_dir(environment.project());
        git.output().is_ok_and(|output| output.status.success())
    };
    if !git("init -q") {
        return;
    }
    assert!(git("add .") && git("commit -q -m one"));
    let program: PathBuf = environment.home().join("program");
    let ran = environment.home().join("ran");
    std::fs::write(
        &program,
        format!("#!/bin/sh\nenv >'{}'\ncat\n", ran.display()),
    )
    .unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let program = program.display();
    let lines = format!(
        "[filter \"x\"]\nclean = {program}\nprocess = {program}\nrequired = true\n[core]\n\
         fsmonitor = {program}\nhooksPath = {program}\n[diff \"x\"]\ntextconv = {program}\n"
    );
    environment.write(".git/lines", &lines);
    let config = std::fs::read_to_string(environment.project().join(".git/config")).unwrap();
    environment.write(
        ".git/config",
        &format!("{config}{lines}[include]\npath = lines\n"),
    );
    // The same content at another time, which git would look at.
    environment.write("acme.yml", super::fixture::DEFINITION);
    for line in ["validate", "plan", "apply --auto-approve", "publish acme"] {
        let run = environment.run(line);
        assert!(!ran.exists(), "{line}: {}", run.shown());
    }
}
