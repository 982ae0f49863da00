//! A bug that is planted, found, and made small: this is what shows that the worlds find anything.

use std::sync::Arc;

use serde_json::json;

use super::{case::Case, draw, live, report, shrink};
use crate::drift::line::Bend;

/// Every list of instances seems to end with its first page.
fn last_page() -> Bend {
    Arc::new(|answer| {
        let list = &mut answer["data"]["instances"];
        let Some(nodes) = list["nodes"].as_array().map(Vec::len) else {
            return;
        };
        if list.get("pageInfo").is_some() {
            list["pageInfo"] = json!({"hasNextPage": false, "endCursor": null});
        }
        if list.get("totalCount").is_some() {
            list["totalCount"] = json!(nodes);
        }
    })
}

#[tokio::test(start_paused = true)]
async fn a_dropped_page_is_found_and_made_small() {
    let mut seeds = 0..200;
    let (case, fault) = loop {
        let case = draw::case(seeds.next().expect("no world finds the bug"));
        if let Err(fault) = live::through(&case, Some(last_page())).await {
            break (case, fault);
        }
    };
    let found = shrink::smallest(case, fault, Some(last_page())).await;
    let text = report::written(&found.case);
    // As many as it takes for a page that can be dropped, since each begins with the last record of
    // the one before, and nothing that is not needed for it.
    assert_eq!(
        found.case.before.instances.len(),
        found.case.server.page_limit + 2,
        "{text}"
    );
    assert_eq!(found.case.before.flows.len(), 1, "{text}");
    // The look before each create hides the bug where nothing else goes wrong, so that something else may stay.
    // What is written can be read again, and is the world that failed.
    let again: Case = serde_json::from_str(&text).unwrap();
    assert_eq!(again, found.case);
    assert!(live::through(&again, Some(last_page())).await.is_err());
    assert_eq!(live::through(&again, None).await, Ok(()));
}
