//! Every point at which a process can die: before and after each write of a whole apply.

use crate::drift::whole;
use crate::drift::world::World;

/// Dies with the nth write; a new process converges. Says whether there was an nth write.
async fn dies_with(nth: usize, after_commit: bool, change: bool) -> bool {
    let case = format!("write {nth}, after commit: {after_commit}, a change: {change}");
    let mut world = World::new();
    whole::write(&world);
    let mut versions = 2;
    if change {
        world.apply().await;
        whole::rewrite(&world);
        versions = 4;
    }
    world.line.crash_at(nth, after_commit);
    let planned = world.try_plan(false).await.unwrap();
    let died = tokio::select! {
        biased;
        () = world.line.died() => true,
        _ = world.carry_out(&planned) => false,
    };
    world.line.mend();
    world.restart();
    whole::converge(&world, 1, &case).await;
    assert_eq!(whole::count(&world).await, (2, versions, 3), "{case}");
    whole::demand_markers(&world, 0, &case).await;
    died
}

#[tokio::test(start_paused = true)]
async fn a_first_apply_goes_on_from_any_point() {
    every_point(false).await;
}

#[tokio::test(start_paused = true)]
async fn a_change_goes_on_from_any_point() {
    every_point(true).await;
}

async fn every_point(change: bool) {
    for after_commit in [false, true] {
        let mut nth = 1;
        while dies_with(nth, after_commit, change).await {
            nth += 1;
        }
        assert!(nth > 8, "only {nth} writes");
    }
}
