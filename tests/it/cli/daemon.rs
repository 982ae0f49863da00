//! `daemon` on the embedded sandbox: it applies, follows an edit, and ends when told.

use std::process::Stdio;

use super::fixture::project;
use super::sandbox::{Running, lines, wait_for};

#[test]
fn it_applies_follows_an_edit_and_ends_well() {
    let environment = project();
    let mut child = environment
        .command()
        .args("daemon --sandbox --listen 127.0.0.1:0 --log-format json --interval 1h".split(' '))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let log = lines(child.stderr.take().unwrap());
    let mut running = Running(child);
    wait_for(&log, "pass.finished");
    environment.edit("customers/smith.yaml", "erp.smith", "erp2.smith");
    wait_for(&log, "pass.finished");

    running.signal("INT");
    assert_eq!(running.code(&log), Some(0));
    environment
        .run("plan --sandbox --detailed-exitcode")
        .expect(0);
}

#[test]
fn a_second_daemon_on_the_same_state_is_refused_and_the_first_one_recorded() {
    let environment = project();
    let line = "daemon --sandbox --listen 127.0.0.1:0 --log-format json --interval 1h";
    let mut child = environment
        .command()
        .args(line.split(' '))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let log = lines(child.stderr.take().unwrap());
    let pid = child.id();
    let mut running = Running(child);
    wait_for(&log, "pass.finished");
    let second = environment.run(line).expect(1);
    let told = format!("another daemon (process {pid}) keeps sandbox in step from");
    assert!(second.stderr.contains(&told), "{}", second.stderr);
    assert!(second.stderr.contains("--state-dir"), "{}", second.stderr);

    running.signal("INT");
    assert_eq!(running.code(&log), Some(0));
    let history = environment.run("history").expect(0);
    assert!(
        history.stdout.contains("daemon (start) in sandbox"),
        "{}",
        history.stdout
    );
}
