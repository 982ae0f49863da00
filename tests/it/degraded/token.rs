//! The token is revoked and replaced: the real binary, with the token in a file.

use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;

use crate::cli::daemon::address;
use crate::cli::fixture::project;
use crate::cli::sandbox::{Running, lines, serve, wait_for};

#[test]
fn a_token_is_revoked_and_restored() {
    let mut environment = project();
    let _sandbox = serve(&mut environment, Duration::ZERO);
    environment.write("../token", "sandbox\n");
    environment.set("PRISM_GITOPS_SECRET_ROOT", "..");
    environment.write(
        "project.yaml",
        "apiVersion: prism-gitops/v1\nkind: Project\nmetadata: {name: acme}\n\
         spec:\n  environments:\n    test:\n      auth: {refreshToken: {file: ../token}}\n",
    );
    let mut child = environment
        .command()
        .args("daemon --env test --listen 127.0.0.1:0 --log-format json --interval 1h --reload-on-hup".split(' '))
        .env_remove("PRISM_REFRESH_TOKEN")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let log = lines(child.stderr.take().unwrap());
    let running = Running(child);
    let daemon = address(&wait_for(&log, "daemon.started"));
    environment.set("PRISM_GITOPS_DAEMON", &daemon);
    wait_for(&log, "pass.finished");
    let status = || -> Value { environment.run("status -o json").expect(0).json() };
    let observed = status()["observedAt"].clone();

    environment.write("../token", "revoked\n");
    environment.edit("customers/smith.yaml", "erp.smith", "erp2.smith");
    let failed = wait_for(&log, "pass.failed");
    assert!(failed.contains(r#""class":"user""#), "{failed}");
    let told = status();
    assert_eq!(told["lastPass"]["result"], "failed");
    assert_eq!(told["error"]["class"], "user");
    assert_eq!(told["observedAt"], observed, "nothing was read");
    assert!(told["observationAgeSeconds"].is_u64());
    assert_eq!(told["resources"].as_array().unwrap().len(), 2);

    environment.write("../token", "sandbox\n");
    running.signal("HUP");
    let applied = wait_for(&log, "pass.finished");
    assert!(applied.contains(r#""result":"applied""#), "{applied}");
    assert_eq!(status()["error"], Value::Null);
}
