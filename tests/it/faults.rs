//! Every operation fails in every way; once the fault is gone, the tenant converges.
//!
//! The matrix needs no upkeep: its rows are what a pass without faults is seen to send, held against every
//! document that the client has; its columns are [`kinds`], which does not compile while it leaves out a
//! fault that the sandbox knows. In every cell, for any operation and fault:
//!
//! - the pass ends, shows no secret, and prunes nothing that it would not have pruned otherwise;
//! - what it wrote bears the marker;
//! - a new process converges, without duplicates.

mod columns;
mod phases;
mod rows;
mod stale;

use std::panic::AssertUnwindSafe;

use futures::FutureExt as _;
use prism_gitops::plan::Plan;
use prism_gitops::sandbox::{Fault, FaultRule, FaultScript};

use crate::drift::whole;
use columns::kinds;
use phases::Phase;
use rows::Row;

/// A pass in which the fault strikes, then passes without it.
async fn survives(phase: Phase, usual: &Plan, rule: &FaultRule, case: &str) {
    let mut world = phase.start().await;
    let mut rules = phase.others();
    rules.push(rule.clone());
    world.set_faults(FaultScript { rules });
    let seen = world.all_calls().len();
    let plan = whole::pass(&world, case).await;
    let operation = rule.operation.as_deref().unwrap_or_default();
    let called = |call: &prism_gitops::sandbox::CallRecord| {
        call.operations.iter().any(|name| name == operation)
    };
    assert!(
        operation == rows::TOKEN || world.all_calls()[seen..].iter().any(called),
        "{case}: nothing was struck"
    );
    if let Some(plan) = plan {
        demand_restraint(&plan, usual, case);
    }
    whole::demand_markers(&world, 2, case).await;
    world.set_faults(FaultScript::default());
    world.restart();
    whole::converge(&world, 2, case).await;
    let mut end = phase.end();
    if phase == Phase::Rival {
        // A duplicate that could not be removed is never used, and a warning reports it.
        let (integrations, _, _) = whole::count(&world).await;
        end.0 += usize::from(integrations > end.0);
    }
    assert_eq!(whole::count(&world).await, end, "{case}");
    whole::demand_markers(&world, 0, case).await;
}

/// What could not be read is not absent: nothing is made or taken away that would not be otherwise.
fn demand_restraint(plan: &Plan, usual: &Plan, case: &str) {
    let pairs = [
        (plan.summary.create, usual.summary.create),
        (plan.summary.disable, usual.summary.disable),
        (plan.summary.delete, usual.summary.delete),
    ];
    for (made, most) in pairs {
        assert!(made <= most, "{case}: {:?}", plan.summary);
    }
}

/// A read fails every time, as fewer failures are seen to by trying again; a write fails the first
/// time, and each of its kind does.
fn rules(row: &Row, fault: &Fault) -> Vec<FaultRule> {
    let nth = |nth| FaultRule::nth(&row.operation, nth, fault.clone());
    match row.mutation {
        false => vec![FaultRule::every(&row.operation, fault.clone())],
        true if row.times == 1 => vec![nth(1)],
        true => vec![nth(1), nth(2)],
    }
}

/// One cell in N is run by default; `make worlds` and CI run all.
const THINNED: usize = 4;

/// Runs one of several parts of a phase's cells, and says at the end what did not survive.
async fn cells(phase: Phase, part: usize, parts: usize) {
    let all: Vec<FaultRule> = rows::of(phase)
        .await
        .iter()
        .filter(|row| phase != Phase::Rival || row.first_seen)
        .flat_map(|row| kinds(row).into_iter().map(move |fault| (row, fault)))
        .flat_map(|(row, fault)| rules(row, &fault))
        .collect();
    assert!(all.len() > 25, "only {} cells", all.len());
    let usual = phase.usual().await;
    let thinned = if std::env::var_os("PRISM_GITOPS_TEST_ALL").is_some() {
        1
    } else {
        THINNED
    };
    let mut failed = Vec::new();
    for rule in all.iter().skip(part).step_by(parts * thinned) {
        let case = serde_json::to_string(rule).unwrap();
        let run = survives(phase, &usual, rule, &case);
        if AssertUnwindSafe(run).catch_unwind().await.is_err() {
            failed.push(case);
        }
    }
    assert!(
        failed.is_empty(),
        "these do not converge:\n{}",
        failed.join("\n")
    );
}

#[tokio::test(start_paused = true)]
async fn a_first_apply_survives_1() {
    cells(Phase::First, 0, 3).await;
}

#[tokio::test(start_paused = true)]
async fn a_first_apply_survives_2() {
    cells(Phase::First, 1, 3).await;
}

#[tokio::test(start_paused = true)]
async fn a_first_apply_survives_3() {
    cells(Phase::First, 2, 3).await;
}

#[tokio::test(start_paused = true)]
async fn a_change_survives_1() {
    cells(Phase::Change, 0, 3).await;
}

#[tokio::test(start_paused = true)]
async fn a_change_survives_2() {
    cells(Phase::Change, 1, 3).await;
}

#[tokio::test(start_paused = true)]
async fn a_change_survives_3() {
    cells(Phase::Change, 2, 3).await;
}

#[tokio::test(start_paused = true)]
async fn a_removal_survives() {
    cells(Phase::Removal, 0, 1).await;
}

/// Only what no other phase sends.
#[tokio::test(start_paused = true)]
async fn a_rival_survives() {
    cells(Phase::Rival, 0, 1).await;
}
