//! Two writers on one tenant: everything exists once, regardless of their order.

use std::process::{Child, Stdio};

use crate::cli::environment::Environment;
use crate::peer::against_both;
use crate::peer::habits::Habits;
use crate::peer::project::{
    VARIABLES, definition, instance_name, write_integration, write_project,
};
use crate::peer::server::Kind;
use crate::peer::world::{World, names};

against_both!(two_runs_of_one_folder, two_runs_of_two_machines);

fn apply(environment: &Environment) -> Child {
    let mut command = environment.command();
    command
        .args(["apply", "--auto-approve"])
        .stdin(Stdio::null());
    let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

/// Lets both run at once. Answers what they said.
fn both(world: &World, other: &Environment) -> String {
    let runs = [apply(&world.environment), apply(other)];
    let ended = runs.map(|run| run.wait_with_output().unwrap());
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let said = ended
        .iter()
        .map(|it| text(&it.stdout) + &text(&it.stderr) + &it.status.to_string());
    said.collect::<Vec<_>>().join("\n--- the other\n")
}

/// One of each, deployed `4..=most` times in all, and nothing left to do on either side.
#[track_caller]
fn demand_one_of_each(world: &World, other: &Environment, said: &str, most: usize) {
    let calls = names(world.proxy.take().iter().filter(|call| call.mutation));
    for environment in [&world.environment, other] {
        environment.run("apply --auto-approve").expect(0);
    }
    world.catch_up();
    let found = world.instances();
    let found: Vec<_> = found
        .iter()
        .map(|it| it["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        found,
        (1..=4).map(instance_name).collect::<Vec<_>>(),
        "{said}"
    );
    let deploys = calls
        .iter()
        .filter(|name| *name == "deployInstance")
        .count();
    assert!((4..=most).contains(&deploys), "{calls:?}\n{said}");
    for environment in [&world.environment, other] {
        environment.run("plan --detailed-exitcode").expect(0);
    }
}

/// All instances run the older of two equal versions, and the runs and `dedupe` report both.
#[track_caller]
fn demand_the_older(world: &World, said: &str) {
    assert!(said.contains("versions 2 and 3 of"), "{said}");
    let listed = world.environment.run("dedupe -o json").expect(0).json();
    let versions = listed["equalVersions"][0]["versions"].as_array().unwrap();
    let used = versions.iter().map(|it| {
        (
            it["number"].as_i64(),
            it["instances"].as_array().unwrap().len(),
        )
    });
    assert_eq!(
        used.collect::<Vec<_>>(),
        [(Some(2), 4), (Some(3), 0)],
        "{said}"
    );
}

fn with(kind: Kind, lags: bool, elsewhere: bool) {
    let habits = Habits {
        lags,
        ..Habits::default()
    };
    let Some(mut world) = World::start_hard(kind, &habits) else {
        return;
    };
    let mut other = world.elsewhere();
    if !elsewhere {
        let folder = world.environment.home().join("state");
        for environment in [&mut world.environment, &mut other] {
            environment.set("PRISM_GITOPS_STATE_DIR", folder.to_str().unwrap());
        }
    }
    for environment in [&world.environment, &other] {
        write_project(environment, 4);
    }
    let said = both(&world, &other);
    demand_one_of_each(&world, &other, &said, 4);
    assert_eq!(world.versions(), 1, "{said}");
    let text = definition(&VARIABLES).replace("Orders to the ERP", "Orders and returns");
    for environment in [&world.environment, &other] {
        write_integration(environment, &text);
    }
    world.catch_up();
    world.proxy.take();
    let said = both(&world, &other);
    // A writer that shares no state does not know that the other has just deployed an upgrade.
    let most = if elsewhere { 8 } else { 4 };
    demand_one_of_each(&world, &other, &said, most);
    match world.versions() {
        2 => {}
        // Two machines that publish one change at the same moment make two equal versions, and say so.
        3 if elsewhere => demand_the_older(&world, &said),
        other => panic!("{other} versions: {said}"),
    }
}

/// Case 02: the state folder is the same, and so is the lock in it.
fn two_runs_of_one_folder(kind: Kind) {
    with(kind, false, false);
}

/// Case 02, A2: nothing is shared but the tenant, and that is seen late.
fn two_runs_of_two_machines(kind: Kind) {
    with(kind, true, true);
}
