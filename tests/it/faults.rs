//! Every operation fails in every way; once the fault is gone, the tenant converges.

use std::panic::AssertUnwindSafe;

use futures::FutureExt as _;
use prism_gitops::sandbox::{Fault, FaultRule, FaultScript};

use crate::drift::whole;
use crate::drift::world::World;

const READS: [&str; 6] = [
    "auth/refresh",
    "authenticatedUser",
    "integrations",
    "instances",
    "integration",
    "customers",
];

/// The writes of a first apply.
const FIRST: [&str; 8] = [
    "importIntegration",
    "updateIntegration",
    "publishIntegration",
    "updateIntegrationVersionAvailability",
    "updateIntegrationMarketplaceConfiguration",
    "createInstance",
    "deployInstance",
    "updateInstance",
];

/// The writes of a change.
const CHANGE: [&str; 8] = [
    "importIntegration",
    "updateIntegration",
    "publishIntegration",
    "updateIntegrationVersionAvailability",
    "updateIntegrationMarketplaceConfiguration",
    "updateInstance",
    "updateInstanceConfigVariables",
    "deployInstance",
];

/// What can happen to any request.
fn faults() -> Vec<Fault> {
    let message = || "something broke".to_owned();
    let status = |code, commit| Fault::Status { code, commit };
    let hang = |commit| Fault::Hang {
        seconds: 50,
        commit,
    };
    let throttle = |retry_after| Fault::Throttle { retry_after };
    vec![
        Fault::Error { message: message() },
        Fault::ErrorAfter { message: message() },
        Fault::LostReply,
        Fault::Disconnect,
        throttle(None),
        throttle(Some(3)),
        Fault::Truncate,
        Fault::Html { code: 200 },
        Fault::Unauthorized,
        status(500, true),
        status(502, true),
        status(503, false),
        hang(false),
        hang(true),
    ]
}

/// Those after which it is least certain what was done.
fn harsh() -> Vec<Fault> {
    vec![
        Fault::LostReply,
        Fault::Truncate,
        Fault::Unauthorized,
        Fault::Status {
            code: 503,
            commit: false,
        },
    ]
}

/// What can happen to a list besides.
fn page_faults(operation: &str) -> Vec<Fault> {
    vec![
        Fault::ShortPage { size: 1 },
        Fault::RepeatPage,
        Fault::NullNode,
        Fault::NullField {
            path: operation.to_owned(),
        },
        Fault::NullField {
            path: format!("{operation}.nodes"),
        },
        Fault::NullField {
            path: format!("{operation}.nodes.id"),
        },
        Fault::NullField {
            path: format!("{operation}.nodes.labels"),
        },
        Fault::NullField {
            path: format!("{operation}.nodes.versionSequenceId"),
        },
        Fault::NullField {
            path: format!("{operation}.pageInfo"),
        },
    ]
}

/// What can happen to a mutation besides.
fn write_faults(operation: &str) -> Vec<Fault> {
    let refuse = |field: &str| Fault::Refuse {
        field: field.to_owned(),
        message: "No.".to_owned(),
    };
    let object = match operation {
        name if name.contains("Integration") => "integration",
        _ => "instance",
    };
    vec![
        refuse("__all__"),
        refuse("name"),
        Fault::NullField {
            path: "*".to_owned(),
        },
        Fault::NullField {
            path: format!("*.{object}"),
        },
        Fault::NullField {
            path: "*.object".to_owned(),
        },
    ]
}

/// A read fails every time, as fewer failures are seen to by trying again; a write fails once.
fn rules(operation: &str, read: bool, change: bool, fault: &Fault) -> Vec<FaultRule> {
    let nth = |nth| FaultRule::nth(operation, nth, fault.clone());
    match (read, change) {
        (true, _) => vec![FaultRule::every(operation, fault.clone())],
        (false, false) => vec![nth(1)],
        (false, true) => vec![nth(2)],
    }
}

/// A pass in which the fault strikes, then passes without it.
async fn survives(rule: &FaultRule, read: bool, change: bool, case: &str) {
    let mut world = World::new();
    whole::write(&world);
    let mut versions = 2;
    if change {
        world.apply().await;
        whole::rewrite(&world);
        versions = 4;
        // The token that the first apply was made with is not remembered.
        world.restart();
    }
    world.set_faults(FaultScript {
        rules: vec![rule.clone()],
    });
    let plan = whole::pass(&world, case).await;
    if let Some(plan) = plan.filter(|_| read && change) {
        let quiet = (
            plan.summary.create,
            plan.summary.disable,
            plan.summary.delete,
        );
        assert_eq!(
            quiet,
            (0, 0, 0),
            "{case}: what could not be read is not absent"
        );
    }
    whole::demand_markers(&world, 2, case).await;
    world.set_faults(FaultScript::default());
    world.restart();
    whole::converge(&world, 2, case).await;
    assert_eq!(whole::count(&world).await, (2, versions, 3), "{case}");
    whole::demand_markers(&world, 0, case).await;
}

/// Runs all faults of some operations, and says at the end what did not survive.
async fn all(operations: &[&str], read: bool, change: bool) {
    let mut failed = Vec::new();
    for operation in operations {
        let more = match read {
            true if operation.starts_with("auth") => Vec::new(),
            true => page_faults(operation),
            false => write_faults(operation),
        };
        let common = if change { harsh() } else { faults() };
        for fault in common.into_iter().chain(more) {
            for rule in rules(operation, read, change, &fault) {
                let case = serde_json::to_string(&rule).unwrap();
                let run = survives(&rule, read, change, &case);
                if AssertUnwindSafe(run).catch_unwind().await.is_err() {
                    failed.push(case);
                }
            }
        }
    }
    assert!(
        failed.is_empty(),
        "these do not converge:\n{}",
        failed.join("\n")
    );
}

#[tokio::test(start_paused = true)]
async fn reads_of_a_first_apply() {
    all(&READS, true, false).await;
}

#[tokio::test(start_paused = true)]
async fn reads_of_a_change() {
    all(&READS, true, true).await;
}

#[tokio::test(start_paused = true)]
async fn writes_of_a_first_apply() {
    all(&FIRST, false, false).await;
}

#[tokio::test(start_paused = true)]
async fn writes_of_a_change() {
    all(&CHANGE, false, true).await;
}
