//! The terminal of a daemon is closed.

use std::process::Stdio;
use std::time::Duration;

use super::environment::Environment;
use super::fixture::project;
use super::sandbox::Running;
use super::terminal;

/// A daemon that holds a terminal of its own.
fn on_a_terminal(environment: &Environment) -> Option<Running> {
    let line = "daemon --sandbox --listen 127.0.0.1:0 --log-format json --interval 1h 2>daemon.log";
    let mut command = terminal::command(environment, line)?;
    command.stdout(Stdio::null()).stderr(Stdio::null());
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
    // The process at the other end of the terminal is gone, so the system sends a hangup to the processes in
    // it.
    terminal.0.kill().unwrap();
    terminal.0.wait().unwrap();
    wait_for(&environment, "SIGHUP: finishing what is under way");
}
