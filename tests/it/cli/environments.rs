//! `daemon` on two tenants: one goes away and comes back, without an effect on the other.

use std::path::Path;
use std::process::Stdio;

use serde_json::Value;

use super::environment::Environment;
use super::fixture::project;
use super::sandbox::{Running, lines, wait_for};

/// A tenant with a memory, at a fixed place once it has one. Returns the place.
fn tenant(environment: &Environment, listen: &str, state: &Path) -> (Running, String) {
    let mut child = environment
        .command()
        .args(["sandbox", "--listen", listen, "--state"])
        .arg(state)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let stdout = lines(child.stdout.take().unwrap());
    let running = Running(child);
    let line = wait_for(&stdout, "listening on ");
    (running, line.replace("listening on ", ""))
}

fn declare(environment: &mut Environment, us: &str, eu: &str) {
    let spec = |name: &str, url: &str| {
        format!("    {name}: {{url: {url}, auth: {{refreshToken: {{env: TOKEN}}}}}}\n")
    };
    let (us, eu) = (spec("us", us), spec("eu", eu));
    environment.write(
        "project.yaml",
        &format!(
            "apiVersion: prism-gitops/v1\nkind: Project\nmetadata: {{name: acme}}\n\
             spec:\n  environments:\n{us}{eu}"
        ),
    );
    environment.set("TOKEN", "sandbox");
    // Both are the operator's word: neither is said by a file.
    environment.set("PRISM_GITOPS_ALLOW_HOST", "127.0.0.1");
    environment.set("PRISM_GITOPS_ALLOW_TOKEN_ENV", "TOKEN");
}

fn of<'a>(status: &'a Value, name: &str) -> &'a Value {
    let each = status["environments"].as_array().unwrap();
    let found = each.iter().find(|one| one["environment"] == name);
    found.unwrap_or_else(|| panic!("no {name} in {status}"))
}

#[test]
fn a_tenant_that_goes_away_is_kept_in_step_once_it_is_back_and_the_other_one_all_the_while() {
    let mut environment = project();
    let states = ["us.json", "eu.json"].map(|name| environment.home().join(name));
    let (_us, us) = tenant(&environment, "127.0.0.1:0", &states[0]);
    let (far, eu) = tenant(&environment, "127.0.0.1:0", &states[1]);
    declare(&mut environment, &us, &eu);
    let line = "daemon --all-envs --listen 127.0.0.1:0 --log-format json --interval 1h";
    let mut command = environment.command();
    command.args(line.split(' '));
    let (mut running, log) = Running::with_stderr(&mut command);
    let started = wait_for(&log, "daemon.started");
    assert!(started.contains("us, eu"), "{started}");
    environment.set("PRISM_GITOPS_DAEMON", &super::daemon::address(&started));
    environment.run("sync --wait").expect(0);
    for name in ["us", "eu"] {
        let plan = format!("plan --env {name} --detailed-exitcode");
        environment.run(&plan).expect(0);
    }

    far.signal("KILL");
    drop(far);
    environment.edit("customers/smith.yaml", "erp.smith", "erp2.smith");
    environment.run("sync --wait --env us").expect(0);
    environment
        .run("plan --env us --detailed-exitcode")
        .expect(0);
    let both = environment.run("sync --wait --timeout 50s").expect(1);
    assert!(both.stdout.contains("us: The pass ended: unchanged"));
    assert!(both.stdout.contains("eu: The pass ended: failed"));
    let status = environment.run("status -o json").expect(0).json();
    assert_eq!(of(&status, "eu")["error"]["class"], "world");
    assert_eq!(of(&status, "us")["error"], Value::Null);
    let shown = environment.run("status --env eu").expect(0).stdout;
    assert!(shown.starts_with("eu: "), "{shown}");

    environment
        .run_args(&["pause", "--reason", "release"], "")
        .expect(1);
    let paused = ["pause", "--reason", "release", "--env", "us"];
    environment.run_args(&paused, "").expect(0);

    let at = eu.trim_start_matches("http://").to_owned();
    let (_far, again) = tenant(&environment, &at, &states[1]);
    assert_eq!(again, eu);
    environment.run("sync --wait --env eu").expect(0);
    environment
        .run("plan --env eu --detailed-exitcode")
        .expect(0);

    let second = environment.run("daemon --env eu --listen 127.0.0.1:0");
    assert!(second.expect(1).stderr.contains("keeps eu in step"));
    running.signal("TERM");
    assert_eq!(running.code(&log), Some(0));
    let of_eu = environment.run("history --env eu -o json").expect(0).json();
    for pass in of_eu["passes"].as_array().unwrap() {
        assert_eq!(pass["environment"], "eu");
    }
}
