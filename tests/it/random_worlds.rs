//! For any project, any change to the tenant and any single failure: it converges.
//!
//! Every world follows from its seed. `PRISM_GITOPS_TEST_WORLDS` asks for more of them,
//! `PRISM_GITOPS_TEST_SEED` for one alone, and `PRISM_GITOPS_TEST_REPLAY` for one from a file.
//! `PRISM_GITOPS_TEST_ALL` goes on after a failure and names every seed that fails.
//! `make worlds` runs very many. A world that fails is made as small as it goes and written to
//! `target/worlds/`, with the command that lives through it again.

mod case;
mod draw;
mod fleets;
mod live;
mod planted;
mod report;
mod saving;
mod shrink;

use std::path::PathBuf;

use case::Case;
use planted::Bug;
use shrink::Lived;

const WORLDS: u64 = 300;

/// The worlds are distributed over this many tests, for as many processors.
const PARTS: u64 = 4;

/// One world in this many has a fleet, among the first ones: later seeds find worlds that are not explained yet.
const FLEETS: u64 = 5;
const FIRST: u64 = 800;

fn asked(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// One part of all worlds. Stops at the first that fails, unless asked not to: the others may well fail alike.
async fn part(part: u64) {
    let seeds = match asked("PRISM_GITOPS_TEST_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..asked("PRISM_GITOPS_TEST_WORLDS").unwrap_or(WORLDS),
    };
    let all = std::env::var_os("PRISM_GITOPS_TEST_ALL").is_some();
    let mut failed = Vec::new();
    for seed in seeds.filter(|seed| seed % PARTS == part) {
        let lived = match has_fleet(seed) {
            true => lives(fleets::case(seed), seed, all).await,
            false => lives(draw::case(seed), seed, all).await,
        };
        if !lived {
            failed.push(seed);
        }
    }
    assert!(failed.is_empty(), "these seeds fail: {failed:?}");
}

/// Whether the world of a seed has a fleet. `PRISM_GITOPS_TEST_FLEETS` chooses one kind for all of them.
fn has_fleet(seed: u64) -> bool {
    match std::env::var("PRISM_GITOPS_TEST_FLEETS").as_deref() {
        Ok("all") => true,
        Ok("none") => false,
        _ => seed < FIRST && (seed / PARTS).is_multiple_of(FLEETS),
    }
}

/// Lives through one world, and ends the test with what is left of it if it fails; `all` only says so.
async fn lives(case: impl Lived, seed: u64, all: bool) -> bool {
    let Err(fault) = case.through(&Bug::default()).await else {
        return true;
    };
    if all {
        let line = fault.lines().next().unwrap_or_default();
        eprintln!("seed-{seed}: {line}");
        let (tried, name) = (0, format!("seed-{seed}"));
        report::of(&name, &shrink::Found { case, fault, tried });
        return false;
    }
    let found = shrink::smallest(case, fault, &Bug::default()).await;
    panic!("{}", report::of(&format!("seed-{seed}"), &found));
}

#[tokio::test(start_paused = true)]
async fn every_world_converges_1() {
    part(0).await;
}

#[tokio::test(start_paused = true)]
async fn every_world_converges_2() {
    part(1).await;
}

#[tokio::test(start_paused = true)]
async fn every_world_converges_3() {
    part(2).await;
}

#[tokio::test(start_paused = true)]
async fn every_world_converges_4() {
    part(3).await;
}

/// A world from a file, as a failure wrote it; nothing without one.
#[tokio::test(start_paused = true)]
async fn replay() {
    let Some(path) = std::env::var_os("PRISM_GITOPS_TEST_REPLAY").map(PathBuf::from) else {
        return;
    };
    let text = std::fs::read_to_string(path).unwrap();
    if let Ok(case) = serde_json::from_str::<fleets::Case>(&text) {
        return fleets::through(&case, &Bug::default()).await.unwrap();
    }
    let case: Case = serde_json::from_str(&text).unwrap();
    live::through(&case, &Bug::default()).await.unwrap();
}
