//! A run that dies at a write, whether the server did it or not, is made good by the next.

use std::process::Stdio;
use std::time::Duration;

use serde_json::json;

use crate::cli::environment::Environment;
use crate::cli::sandbox::Running;
use crate::peer::against_both;
use crate::peer::project::{VARIABLES, definition, write_integration, write_project};
use crate::peer::proxy::Cut;
use crate::peer::server::Kind;
use crate::peer::world::World;

against_both!(publishing_survives_a_crash, killed_at_every_write);

/// Applies, with the line cut at a write and the run killed there. Whether it came to that.
fn killed_at(world: &World, passing: usize, cut: Cut) -> bool {
    world.proxy.cut(passing, cut);
    let mut command = world.environment.command();
    command
        .args(["apply", "--auto-approve"])
        .stdin(Stdio::null());
    let mut running = Running(
        command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap(),
    );
    while !world.proxy.is_severed() {
        if let Some(status) = running.0.try_wait().unwrap() {
            assert!(status.success() || world.proxy.is_severed(), "{status}");
            break;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    drop(running);
    world.proxy.mend()
}

/// 2, second half: killed between import and publish, or right after publish.
fn publishing_survives_a_crash(kind: Kind) {
    let Some(world) = World::start(kind) else {
        return;
    };
    write_project(&world.environment, 1);
    world.run("apply --auto-approve").expect(0);
    for (round, (passing, cut)) in [(0, Cut::After), (1, Cut::Before), (1, Cut::After)]
        .into_iter()
        .enumerate()
    {
        let text = definition(&VARIABLES).replace("Orders to the ERP", &format!("Round {round}"));
        write_integration(&world.environment, &text);
        assert!(killed_at(&world, passing, cut));
        world.run("apply --auto-approve").expect(0);
        assert_eq!(world.versions(), round + 2, "{passing} {cut:?}");
        assert_eq!(world.writes("apply --auto-approve", 0), [""; 0]);
    }
}

/// 10: the desired state after a rerun, no duplicates, no second publish.
fn killed_at_every_write(kind: Kind) {
    let Some(mut world) = World::start(kind) else {
        return;
    };
    for cut in [Cut::Before, Cut::After] {
        let mut passing = 0;
        loop {
            let mut environment = Environment::new();
            for name in ["PRISMATIC_URL", "PRISM_REFRESH_TOKEN"] {
                environment.set(name, &world.environment.variable(name).unwrap());
            }
            world.environment = environment;
            write_project(&world.environment, 2);
            let was_killed = killed_at(&world, passing, cut);
            world.run("apply --auto-approve").expect(0);
            assert_eq!(world.versions(), 1, "at write {passing}, {cut:?}");
            let instances = world.instances();
            assert_eq!(instances.len(), 2, "at write {passing}, {cut:?}");
            assert!(
                instances
                    .iter()
                    .all(|it| it["needsDeploy"] == false && it["enabled"] == true)
            );
            world.run("plan --detailed-exitcode").expect(0);
            clear(&world);
            if !was_killed {
                break;
            }
            passing += 1;
        }
        assert!(passing >= 6, "only {passing} writes");
    }
}

/// Empties the tenant but for its customers.
fn clear(world: &World) {
    for (records, kind) in [
        (world.instances(), "Instance"),
        (world.integrations(), "Integration"),
    ] {
        for record in records {
            let mutation = format!(
                "mutation($input: Delete{kind}Input!) {{ delete{kind}(input: $input) {{ errors {{ messages }} }} }}"
            );
            world.api(&mutation, &json!({ "input": {"id": record["id"]} }));
        }
    }
}
