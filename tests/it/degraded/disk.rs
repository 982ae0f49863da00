//! The disk is full: no file of the real daemon may grow for a while.
//!
//! A limit on the size of files simulates the disk: it needs no rights, strikes every write, and
//! can be lifted from outside while the process lives.

use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::cli::daemon::address;
use crate::cli::fixture::project;
use crate::cli::sandbox::{Running, lines, serve, wait_for};
use crate::killed::tenant::until;

/// How large files of a process may become; existing ones stay as they are.
fn limit(process: &Running, bytes: &str) {
    let mut prlimit = Command::new("prlimit");
    prlimit.arg(format!("--pid={}", process.0.id()));
    let done = prlimit.arg(format!("--fsize={bytes}:unlimited")).status();
    assert!(done.unwrap().success());
}

#[test]
fn a_full_disk_stops_nothing_but_the_records() {
    if Command::new("prlimit").arg("--version").output().is_err() {
        println!("skipped: there is no prlimit here");
        return;
    }
    let mut environment = project();
    let _sandbox = serve(&mut environment, Duration::ZERO);
    let daemon = environment.command();
    let arguments = "daemon --listen 127.0.0.1:0 --log-format json --interval 1h";
    // A write beyond the limit would end the process; ignored, it is an error like a full disk.
    let mut shell = Command::new("bash");
    shell.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""]);
    shell.arg(daemon.get_program()).args(arguments.split(' '));
    let variables = daemon.get_envs();
    shell.env_clear();
    shell.envs(variables.filter_map(|(name, value)| Some((name, value?))));
    let mut child = shell
        .current_dir(environment.project())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let log = lines(child.stderr.take().unwrap());
    let mut running = Running(child);
    let started = address(&wait_for(&log, "daemon.started"));
    environment.set("PRISM_GITOPS_DAEMON", &started);
    wait_for(&log, "pass.finished");
    let status = || -> Value { environment.run("status -o json").expect(0).json() };
    assert_eq!(status()["history"]["problem"], Value::Null);

    limit(&running, "0");
    environment.edit("customers/smith.yaml", "erp.smith", "erp2.smith");
    let pass = wait_for(&log, "pass.finished");
    assert!(pass.contains(r#""result":"applied""#), "{pass}");
    until("the history is seen to be lost", || {
        status()["history"]["problem"].is_string()
    });
    let full = status();
    assert_ne!(full["history"]["lost"], 0);
    assert_eq!(full["error"], Value::Null);
    let paused = environment.run("pause --reason full -o json").expect(0);
    assert_eq!(paused.json()["kept"], false);
    environment.run("resume").expect(0);

    limit(&running, "unlimited");
    environment.edit("customers/smith.yaml", "erp2.smith", "erp3.smith");
    // The end of the pause made a pass of its own, which may have given way to this one.
    wait_for(&log, r#""result":"applied""#);
    until("the history is kept again", || {
        status()["history"]["problem"].is_null()
    });
    running.signal("TERM");
    assert_eq!(running.code(&log), Some(0));
    environment.run("plan --detailed-exitcode").expect(0);
    let history = environment.run("history -o json").expect(0).json();
    let newest = &history["passes"][0];
    assert_eq!(newest["outcome"], "applied", "{history}");
    assert_eq!(newest["writes"].as_array().map(Vec::len), Some(1));
}
