//! Bugs that only worlds with a fleet find.

use std::sync::Arc;

use serde_json::json;

use super::{Case, case, through};
use crate::drift::line::Bend;
use crate::random_worlds::planted::Bug;
use crate::random_worlds::report;

/// At most this many worlds are tried.
const MOST: u64 = 300;

/// The first world that finds a bug, and how. Without the bug it is healthy.
async fn found(bug: &Bug) -> (Case, String) {
    for seed in 0..MOST {
        let case = case(seed);
        if let Err(fault) = through(&case, bug).await {
            let healthy = through(&case, &Bug::default()).await;
            assert_eq!(healthy, Ok(()), "{}", report::written(&case));
            return (case, fault);
        }
    }
    panic!("no world finds the bug");
}

fn bent(change: impl Fn(&mut serde_json::Value) + Send + Sync + 'static) -> Bug {
    let answers: Bend = Arc::new(change);
    Bug {
        answers: Some(answers),
        ..Bug::default()
    }
}

/// Every list of customers seems to end with its first page: a fleet that believes it loses members.
#[tokio::test(start_paused = true)]
async fn customers_that_are_cut_off_are_found() {
    let bug = bent(|answer| {
        let list = &mut answer["data"]["customers"];
        let Some(nodes) = list["nodes"].as_array().map(Vec::len) else {
            return;
        };
        if list.get("pageInfo").is_some() {
            list["pageInfo"] = json!({"hasNextPage": false, "endCursor": null});
        }
        if list.get("totalCount").is_some() {
            list["totalCount"] = json!(nodes);
        }
    });
    let (case, fault) = found(&bug).await;
    // What is written can be read again, and fails for this bug alone.
    let again: Case = serde_json::from_str(&report::written(&case)).unwrap();
    assert_eq!(again, case, "{fault}");
    assert!(through(&again, &bug).await.is_err());
}

/// No execution ever seems to fail: a bad version goes on to all members.
#[tokio::test(start_paused = true)]
async fn failures_that_are_not_seen_are_found() {
    let bug = bent(|answer| {
        let list = &mut answer["data"]["executionResults"];
        if let Some(nodes) = list["nodes"].as_array_mut() {
            nodes.clear();
            list["edges"] = json!([]);
            list["totalCount"] = json!(0);
            list["pageInfo"] = json!({"hasNextPage": false, "endCursor": null});
        }
    });
    let (_, fault) = found(&bug).await;
    assert!(fault.contains("fail"), "{fault}");
}
