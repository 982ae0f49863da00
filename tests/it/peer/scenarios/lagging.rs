//! A server whose reads are behind its writes: what was just written is not written again.

use std::process::Stdio;
use std::time::Duration;

use fastrand::Rng;

use crate::cli::sandbox::Running;
use crate::peer::against_both;
use crate::peer::habits::Habits;
use crate::peer::project::{
    VARIABLES, definition, instance_name, write_integration, write_project,
};
use crate::peer::server::Kind;
use crate::peer::world::World;

against_both!(
    a_lost_reply_does_not_end_the_run,
    an_upgrade_twice_in_a_row_makes_one_version,
    a_write_waits_until_what_it_names_is_there,
    kills_amid_lag_and_lost_replies_leave_what_is_declared,
);

const LAGS: Habits = Habits {
    lags: true,
    lists_only: false,
    writes_lag: false,
    trims: false,
    reformats: false,
    echoes: None,
    page: None,
    refuses: None,
};

/// Exactly what a project declares: this many instances, and this many versions of its definition.
#[track_caller]
fn demand_exactly(world: &World, instances: usize, versions: usize) {
    world.catch_up();
    assert_eq!(world.versions(), versions);
    let found = world.instances();
    let names: Vec<_> = found
        .iter()
        .map(|it| it["name"].as_str().unwrap())
        .collect();
    let declared: Vec<_> = (1..=instances).map(instance_name).collect();
    assert_eq!(names, declared);
    for instance in &found {
        assert_eq!(instance["needsDeploy"], false, "{instance}");
        assert_eq!(instance["enabled"], true, "{instance}");
    }
    world.run("plan --detailed-exitcode").expect(0);
}

/// A3, A8: each write loses its reply once, and the run goes on.
fn a_lost_reply_does_not_end_the_run(kind: Kind) {
    for lags in [false, true] {
        for passing in 0..5 {
            let habits = Habits { lags, ..LAGS };
            let Some(world) = World::start_hard(kind, &habits) else {
                return;
            };
            write_project(&world.environment, 2);
            world.proxy.lose(passing);
            world.run("apply --auto-approve").expect(0);
            if !world.proxy.has_lost() {
                break;
            }
            demand_exactly(&world, 2, 1);
        }
    }
}

/// A3: two runs of an upgrade with nothing between them.
fn an_upgrade_twice_in_a_row_makes_one_version(kind: Kind) {
    for lists_only in [false, true] {
        let habits = Habits { lists_only, ..LAGS };
        let Some(world) = World::start_hard(kind, &habits) else {
            return;
        };
        write_project(&world.environment, 2);
        world.run("apply --auto-approve").expect(0);
        world.run("apply --auto-approve").expect(0);
        demand_exactly(&world, 2, 1);
        let text = definition(&VARIABLES).replace("Orders to the ERP", "Orders and returns");
        write_integration(&world.environment, &text);
        world.run("apply --auto-approve").expect(0);
        world.run("apply --auto-approve").expect(0);
        demand_exactly(&world, 2, 2);
    }
}

/// A3: "Record not found." right after our own import is no reason to give up.
fn a_write_waits_until_what_it_names_is_there(kind: Kind) {
    let habits = Habits {
        writes_lag: true,
        ..LAGS
    };
    let Some(world) = World::start_hard(kind, &habits) else {
        return;
    };
    write_project(&world.environment, 2);
    world.run("apply --auto-approve").expect(0);
    demand_exactly(&world, 2, 1);
}

/// How often a run is killed where the number is not asked for.
const KILLS: usize = 6;

/// `kill -9` at any moment, with a reply lost now and then; the last run finds or makes all there is to be.
fn kills_amid_lag_and_lost_replies_leave_what_is_declared(kind: Kind) {
    let asked = std::env::var("PRISM_GITOPS_TEST_KILLS");
    let kills = asked.map_or(KILLS, |text| text.parse().unwrap());
    let Some(world) = World::start_hard(kind, &LAGS) else {
        return;
    };
    let mut rng = Rng::with_seed(7);
    let mut texts = 1;
    write_project(&world.environment, 3);
    for _ in 0..kills {
        if rng.usize(..4) == 0 {
            texts += 1;
            let text =
                definition(&VARIABLES).replace("Orders to the ERP", &format!("Text {texts}"));
            write_integration(&world.environment, &text);
        }
        if rng.bool() {
            world.proxy.lose(rng.usize(..4));
        }
        kill_after(&world, Duration::from_millis(rng.u64(50..3000)));
        world.proxy.has_lost();
    }
    world.run("apply --auto-approve").expect(0);
    world.catch_up();
    // A text that no killed run came to is no version.
    assert!(
        world.versions() <= texts,
        "{} versions of {texts} texts",
        world.versions()
    );
    demand_exactly(&world, 3, world.versions());
}

fn kill_after(world: &World, time: Duration) {
    let mut command = world.environment.command();
    command
        .args(["apply", "--auto-approve"])
        .stdin(Stdio::null());
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let running = Running(child.unwrap());
    std::thread::sleep(time);
    drop(running);
}
