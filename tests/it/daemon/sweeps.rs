//! Reading only what changed between sweeps: what it costs, what it notices, and when it gives up.

use std::time::Duration;

use prism_gitops::controller::Status;
use prism_gitops::controller::status::PassOutcome;
use prism_gitops::sandbox::{Behaviour, Fault, FaultRule, FaultScript, Seed};
use serde_json::{Value, json};

use super::several::{Running, applied};
use crate::drift::project::{DEFINITION, INTEGRATION};
use crate::drift::whole;
use crate::drift::world::World;

/// Sweeps at the full hour; the clock begins at noon, and passes are made every minute.
const PROJECT: &str = "\
apiVersion: prism-gitops/v1
kind: Project
metadata: {name: default}
spec:
  policy:
    sweep: {schedule: \"0 * * * *\", timeZone: Europe/Berlin}
";

/// Passes from now on that have ended.
async fn passes(daemon: &Running, more: u64) -> Status {
    let now = daemon.status(0).borrow().generation;
    daemon
        .until(0, |status| status.generation >= now + more)
        .await
}

/// The whole project, applied, swept once more, and read by what changed once.
async fn at_rest(world: &World) -> Running {
    whole::write(world);
    world.files.write("project.yaml", PROJECT);
    let daemon = Running::start(&[("us", world)]);
    daemon.until(0, applied).await;
    passes(&daemon, 3).await;
    daemon
}

/// Requests of the next pass, and how that ended.
async fn next(daemon: &Running, world: &World) -> (usize, Status) {
    world.forget_calls();
    let status = passes(daemon, 1).await;
    (world.requests(), status)
}

fn is_sweep(status: &Status) -> bool {
    status.swept_at == status.observed_at
}

async fn live(world: &World, name: &str) -> Value {
    let query = "query($name: String) { instances(isSystem: false, name: $name) { nodes {
        id enabled description configVariables { nodes { value } } } } }";
    let answer = world.ask(query, json!({ "name": name })).await;
    answer["instances"]["nodes"][0].clone()
}

async fn instance(world: &World, name: &str) -> Value {
    live(world, name).await["id"].clone()
}

#[tokio::test(start_paused = true)]
async fn a_quiet_pass_over_two_thousand_instances_is_a_handful_of_requests() {
    let folder = tempfile::tempdir().unwrap();
    let seed = folder.path().join("seed.yml");
    let generated = "generate: {customers: 400, integrations: 10, versions: 2, instances: 2000}";
    std::fs::write(&seed, generated).unwrap();
    let world = World::seeded(Seed::File(seed), Behaviour::default(), None);
    world.files.write("acme.yml", DEFINITION);
    world.files.write("overview.md", "Brings orders over.\n");
    world.files.write("acme.yaml", INTEGRATION);
    world.files.write("project.yaml", PROJECT);
    // The fleet has not changed for longer than an increment reaches back.
    tokio::time::sleep(Duration::from_secs(600)).await;
    let daemon = Running::start(&[("us", &world)]);
    daemon.until(0, applied).await;
    let (whole, status) = next(&daemon, &world).await;
    assert!(is_sweep(&status) && whole > 20, "{whole} requests");
    let (changes, status) = next(&daemon, &world).await;
    assert!(!is_sweep(&status));
    assert_eq!(changes, 2, "who we are, and what changed");
    assert_eq!(status.last_pass.unwrap().result, PassOutcome::Unchanged);
    daemon.end().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_change_that_shows_is_undone_by_a_whole_reading_in_the_same_pass() {
    let world = World::new();
    let daemon = at_rest(&world).await;
    let id = instance(&world, "smith-feed").await;
    let input = json!({"id": id, "enabled": false});
    world.change("updateInstance", input).await;
    let (requests, status) = next(&daemon, &world).await;
    assert!(is_sweep(&status) && requests > 2);
    assert_eq!(status.last_pass.unwrap().result, PassOutcome::Applied);
    let live = live(&world, "smith-feed").await;
    assert_eq!(live["enabled"], true);
    daemon.end().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_is_gone_is_missed_by_number_and_read_about_at_once() {
    let world = World::new();
    let daemon = at_rest(&world).await;
    let id = instance(&world, "smith-feed").await;
    world.change("deleteInstance", json!({ "id": id })).await;
    let (_, status) = next(&daemon, &world).await;
    assert!(is_sweep(&status), "an increment alone creates nothing");
    assert_eq!(status.last_pass.unwrap().result, PassOutcome::Applied);
    assert_eq!(whole::count(&world).await.2, 3, "it is there again");
    daemon.end().await.unwrap();
}

/// Nothing is known of what moves `updatedAt`, so a change can stay unseen until the schedule.
#[tokio::test(start_paused = true)]
async fn a_change_that_does_not_show_waits_for_the_schedule_and_no_longer() {
    let behaviour = Behaviour {
        config_moves_updated_at: false,
        ..Behaviour::default()
    };
    let world = World::with(behaviour, None);
    let daemon = at_rest(&world).await;
    // Nothing of it is new enough to be read over any more.
    passes(&daemon, 8).await;
    let id = instance(&world, "smith-feed").await;
    let config = json!([{"key": "Feed", "value": "never"}]);
    let input = json!({"id": id, "configVariables": config});
    world.change("updateInstanceConfigVariables", input).await;
    let (requests, status) = next(&daemon, &world).await;
    assert_eq!((requests, is_sweep(&status)), (2, false));
    let swept = status.swept_at.unwrap();
    let status = daemon
        .until(0, |status| status.swept_at > Some(swept))
        .await;
    let late = status.swept_at.unwrap().duration_since(swept);
    assert!(late.as_secs() <= 3700, "{late:?}");
    daemon
        .until(0, |now| now.generation > status.generation)
        .await;
    let live = live(&world, "smith-feed").await;
    assert_eq!(live["configVariables"]["nodes"][0]["value"], "hourly");
    daemon.end().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn new_files_a_failure_and_a_wish_are_reasons_to_read_everything() {
    let world = World::new();
    let daemon = at_rest(&world).await;
    world.files.write("notes.yaml", "# nothing to declare\n");
    world.forget_calls();
    daemon.nudge.send(()).await.unwrap();
    let status = passes(&daemon, 1).await;
    assert!(is_sweep(&status), "new files");
    assert!(!is_sweep(&passes(&daemon, 1).await));

    let control = daemon.environments.all()[0].control.clone();
    let generation = control.sync();
    let status = daemon.until(0, |s| s.generation >= generation).await;
    assert!(is_sweep(&status), "somebody asked");
    assert!(!is_sweep(&passes(&daemon, 1).await));

    let refused = Fault::Status {
        code: 503,
        commit: false,
    };
    world.set_faults(FaultScript {
        rules: vec![FaultRule::every("authenticatedUser", refused)],
    });
    let failed = |status: &Status| status.error.is_some();
    daemon.until(0, failed).await;
    world.set_faults(FaultScript::default());
    let status = daemon.until(0, |status| status.error.is_none()).await;
    assert!(is_sweep(&status), "after a failure");
    daemon.end().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn more_changes_than_fit_on_a_page_are_a_reason_to_read_everything() {
    let behaviour = Behaviour {
        page_limit: 1,
        ..Behaviour::default()
    };
    let world = World::with(behaviour, None);
    let daemon = at_rest(&world).await;
    tokio::time::sleep(Duration::from_secs(300)).await;
    for name in ["smith-feed", "jones-feed"] {
        let id = instance(&world, name).await;
        world.change("deployInstance", json!({ "id": id })).await;
    }
    let (_, status) = next(&daemon, &world).await;
    assert!(is_sweep(&status));
    daemon.end().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn without_a_schedule_every_pass_reads_everything() {
    let world = World::new();
    whole::write(&world);
    let daemon = Running::start(&[("us", &world)]);
    daemon.until(0, applied).await;
    for _ in 0..3 {
        assert!(is_sweep(&passes(&daemon, 1).await));
    }
    daemon.end().await.unwrap();
}
