//! Signals in the middle of an apply.

use std::time::Duration;

use super::environment::Environment;
use super::fixture::project;
use super::sandbox::{Running, serve, wait_for};

/// An apply under way: its first step is done, and every other one takes a while.
fn apply(environment: &Environment) -> (Running, std::sync::mpsc::Receiver<String>) {
    let mut command = environment.command();
    command.args(["apply", "--auto-approve"]);
    let (process, stderr) = Running::with_stderr(&mut command);
    wait_for(&stderr, "Integration/acme: import done");
    (process, stderr)
}

#[test]
fn the_first_signal_lets_steps_finish_and_the_next_run_goes_on() {
    let mut environment = project();
    let _sandbox = serve(&mut environment, Duration::from_millis(200));
    let (mut running, stderr) = apply(&environment);
    running.signal("INT");
    wait_for(&stderr, "Stopping: steps under way finish first.");
    assert_eq!(running.code(&stderr), Some(130));

    environment.run("apply --auto-approve").expect(0);
    environment.run("plan --detailed-exitcode").expect(0);
}

#[test]
fn the_second_signal_stops_at_once() {
    let mut environment = project();
    let _sandbox = serve(&mut environment, Duration::from_secs(2));
    let (mut running, stderr) = apply(&environment);
    running.signal("INT");
    wait_for(&stderr, "Stopping: steps under way finish first.");
    running.signal("INT");
    wait_for(&stderr, "goes on from there");
    assert_eq!(running.code(&stderr), Some(130));
}
