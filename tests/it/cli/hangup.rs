//! The terminal of a daemon is closed.

use std::process::{Command, Stdio};
use std::time::Duration;

use super::environment::Environment;
use super::fixture::project;
use super::sandbox::Running;

/// `script` gives a command a terminal of its own.
fn on_a_terminal(environment: &Environment) -> Option<Running> {
    let here = Command::new("script")
        .arg("--version")
        .stdout(Stdio::null())
        .status();
    if !here.is_ok_and(|status| status.success()) {
        println!("skipped: there is no `script` to open a terminal with");
        return None;
    }
    let binary = assert_cmd::cargo::cargo_bin!("prism-gitops").to_owned();
    let binary = binary.display();
    let line = format!(
        "exec {binary} daemon --sandbox --listen 127.0.0.1:0 --log-format json --interval 1h 2>daemon.log"
    );
    let plain = environment.command();
    let variables = plain
        .get_envs()
        .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())));
    let mut command = Command::new("script");
    command
        .args(["-q", "-e", "-c", &line, "/dev/null"])
        .env_clear()
        .envs(variables)
        .env("SHELL", "/bin/sh")
        .current_dir(environment.project())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    Some(Running(command.spawn().unwrap()))
}

fn log(environment: &Environment) -> String {
    std::fs::read_to_string(environment.project().join("daemon.log")).unwrap_or_default()
}

#[track_caller]
fn wait_for(environment: &Environment, text: &str) {
    for _ in 0..600 {
        if log(environment).contains(text) {
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("no {text:?} in\n{}", log(environment));
}

#[test]
fn a_daemon_ends_with_its_terminal() {
    let environment = project();
    let Some(mut terminal) = on_a_terminal(&environment) else {
        return;
    };
    wait_for(&environment, "pass.finished");
    // Who holds the other end of the terminal is gone, and the system says so to whoever runs in it.
    terminal.0.kill().unwrap();
    terminal.0.wait().unwrap();
    wait_for(&environment, "SIGHUP: finishing what is under way");
}
