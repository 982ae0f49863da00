//! Every point at which a process can die: before and after each write of a whole apply.

use std::sync::Arc;
use std::time::Duration;

use prism_gitops::sandbox::{Behaviour, Duplicates, Shown};
use serde_json::json;

use crate::drift::line::{Bend, each};
use crate::drift::whole;
use crate::drift::world::World;

/// Carries out a plan until the nth write ends the process, and starts another. Says whether there was an nth write.
async fn die(world: &mut World, nth: usize, after_commit: bool) -> bool {
    world.line.crash_at(nth, after_commit);
    let planned = world.try_plan(false).await.unwrap();
    let died = tokio::select! {
        biased;
        () = world.line.died() => true,
        _ = world.carry_out(&planned) => false,
    };
    world.line.mend();
    world.restart();
    died
}

/// Dies with the nth write; a new process converges. Says whether there was an nth write.
async fn dies_with(nth: usize, after_commit: bool, change: bool, server: &Server) -> bool {
    let name = server.name;
    let case = format!("{name}: write {nth}, after commit: {after_commit}, a change: {change}");
    let mut world = World::with(server.behaviour.clone(), server.bend.clone());
    whole::write(&world);
    let mut versions = 2;
    if change {
        world.apply().await;
        whole::rewrite(&world);
        versions = 4;
    }
    let died = die(&mut world, nth, after_commit).await;
    whole::converge(&world, server.passes, &case).await;
    assert_eq!(whole::count(&world).await, (2, versions, 3), "{case}");
    whole::demand_markers(&world, 0, &case).await;
    died
}

/// A server to die at.
struct Server {
    name: &'static str,
    behaviour: Behaviour,
    bend: Option<Bend>,
    /// How many passes of a new process are enough.
    passes: usize,
}

fn plain() -> Server {
    Server {
        name: "plain",
        behaviour: Behaviour::default(),
        bend: None,
        passes: 1,
    }
}

/// Nothing but the journal says whose an integration is that a server created without its label.
#[tokio::test(start_paused = true)]
async fn a_created_integration_without_its_marker_is_still_ours() {
    for (list_lag_ms, after_commit) in [(0, true), (900, true), (0, false)] {
        let behaviour = Behaviour {
            create_ignores_labels: true,
            list_lag_ms,
            ..Behaviour::default()
        };
        // The create's own write, and the label's after it.
        for nth in 1..=2 {
            let mut world = World::with(behaviour.clone(), None);
            whole::write(&world);
            let died = die(&mut world, nth, after_commit).await;
            assert!(died, "it sends {nth} writes");
            let case = format!("write {nth}, lag {list_lag_ms}, after commit: {after_commit}");
            whole::converge(&world, 2, &case).await;
            assert_eq!(whole::count(&world).await, (2, 2, 3), "{case}");
            whole::demand_markers(&world, 0, &case).await;
        }
    }
}

/// A draft that was changed by hand is brought back to what is published: nothing but the journal says whose the
/// integration is if the process dies after an import that drops labels.
#[tokio::test(start_paused = true)]
async fn a_repaired_draft_that_lost_its_marker_is_still_ours() {
    for list_lag_ms in [0, 1300] {
        for nth in 1..=2 {
            let behaviour = Behaviour {
                import_drops_labels: true,
                list_lag_ms,
                ..Behaviour::default()
            };
            let mut world = World::with(behaviour, None);
            whole::write(&world);
            world.apply().await;
            tokio::time::sleep(Duration::from_millis(list_lag_ms)).await;
            whole::meddle_with_a_draft(&world).await;
            tokio::time::sleep(Duration::from_millis(list_lag_ms)).await;
            let died = die(&mut world, nth, true).await;
            assert!(died, "it sends {nth} writes");
            let case = format!("write {nth}, lag {list_lag_ms}");
            whole::converge(&world, 1, &case).await;
            assert_eq!(whole::count(&world).await, (2, 2, 3), "{case}");
            whole::demand_markers(&world, 0, &case).await;
        }
    }
}

async fn every_point(change: bool, server: Server) {
    for after_commit in [false, true] {
        let mut nth = 1;
        while dies_with(nth, after_commit, change, &server).await {
            nth += 1;
        }
        assert!(nth > 8, "only {nth} writes");
    }
}

#[tokio::test(start_paused = true)]
async fn a_first_apply_goes_on_from_any_point() {
    every_point(false, plain()).await;
}

#[tokio::test(start_paused = true)]
async fn a_change_goes_on_from_any_point() {
    every_point(true, plain()).await;
}

/// Only the records of versions show what is left to do.
#[tokio::test(start_paused = true)]
async fn a_server_that_forgets_labels_and_never_says_what_is_unpublished() {
    let never: Bend = Arc::new(|answer| {
        each(answer, "hasUnpublishedChanges", &mut |it| {
            *it = json!(false);
        });
    });
    let server = Server {
        name: "forgetful",
        behaviour: Behaviour {
            import_drops_labels: true,
            ..Behaviour::default()
        },
        bend: Some(never),
        passes: 1,
    };
    every_point(true, server).await;
}

/// Drafts are not listed, labels are lost, and nothing can be published twice.
#[tokio::test(start_paused = true)]
async fn a_server_that_lists_versions_and_drops_labels() {
    let server = Server {
        name: "strict",
        behaviour: Behaviour {
            list_shows: Shown::Published,
            import_drops_labels: true,
            metadata_needs_deploy: true,
            unchanged_versions: Duplicates::Rejected,
            duplicate_instance_names: Duplicates::Rejected,
            page_limit: 2,
            ..Behaviour::default()
        },
        bend: None,
        passes: 2,
    };
    every_point(false, server).await;
}
