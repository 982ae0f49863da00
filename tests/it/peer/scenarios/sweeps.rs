//! Reading only what changed, of servers that keep `updatedAt` each in its own way.

use std::process::Stdio;

use serde_json::json;

use crate::cli::sandbox::{Running, lines, wait_for};
use crate::peer::against_both;
use crate::peer::project::{instance_name, write_project};
use crate::peer::server::Kind;
use crate::peer::world::World;

against_both!(what_changes_between_sweeps_is_noticed_for_two_requests);

fn what_changes_between_sweeps_is_noticed_for_two_requests(kind: Kind) {
    let Some(world) = World::start(kind) else {
        return;
    };
    let project = "apiVersion: prism-gitops/v1\nkind: Project\nmetadata: {name: default}\n\
                   spec:\n  policy:\n    sweep: {schedule: \"0 3 1 1 *\"}\n";
    world.environment.write("project.yaml", project);
    write_project(&world.environment, 2);
    world.run("apply --auto-approve").expect(0);
    let line = "daemon --listen 127.0.0.1:0 --log-format json --log-level debug --interval 1s";
    let mut command = world.environment.command();
    command.args(line.split(' ')).stdout(Stdio::null());
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let log = lines(child.stderr.take().unwrap());
    let mut running = Running(child);
    let passed = || wait_for(&log, r#""event":"pass.finished""#);
    passed();
    passed();
    world.proxy.take();
    passed();
    assert_eq!(world.proxy.take().len(), 2);

    let name = instance_name(1);
    world.edit_instance(&name, json!({ "enabled": false }));
    wait_for(&log, r#""event":"step.applied""#);
    passed();
    assert_eq!(world.instance(&name)["enabled"], true);

    let id = world.instance(&name)["id"].clone();
    let mutation = "mutation($input: DeleteInstanceInput!) {
        deleteInstance(input: $input) { errors { messages } } }";
    world.api(mutation, &json!({ "input": { "id": id } }));
    wait_for(&log, r#""event":"step.applied""#);
    passed();
    assert_eq!(world.instances().len(), 2);
    running.signal("TERM");
    assert_eq!(running.code(&log), Some(0));
}
