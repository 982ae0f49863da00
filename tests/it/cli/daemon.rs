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
