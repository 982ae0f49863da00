use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::*;
use crate::error::{Effect, ErrorKind};

mod moving;

#[derive(Debug, Deserialize)]
struct Item {
    id: String,
}

/// A page of these records, each with its own name as its cursor.
fn page(ids: &[&str], more: bool, total: usize) -> Value {
    let nodes: Vec<_> = ids.iter().map(|id| json!({"id": id})).collect();
    let edges: Vec<_> = ids.iter().map(|id| json!({"cursor": id})).collect();
    json!({
        "nodes": nodes,
        "edges": edges,
        "pageInfo": {"hasNextPage": more},
        "totalCount": total,
    })
}

fn more(ids: &[&str], total: usize) -> Value {
    page(ids, true, total)
}

fn last(ids: &[&str], total: usize) -> Value {
    page(ids, false, total)
}

/// A page that fails: with this status, or with GraphQL's words.
fn failure(status: Option<u16>) -> PlatformError {
    let message = "boom".to_owned();
    PlatformError {
        operation: "list",
        kind: match status {
            Some(status) => ErrorKind::Status { status, message },
            None => ErrorKind::GraphQl(vec![message]),
        },
        effect: Effect::None,
    }
}

/// Walks pages given in order, the last one for ever: ids, requests, and why not all. A number is a
/// status, null an error in GraphQL's words.
async fn walked(pages: Vec<Value>) -> (String, usize, Option<String>) {
    let requests = AtomicUsize::new(0);
    let fetch = |_| {
        let number = requests.fetch_add(1, Ordering::Relaxed);
        let page = pages[number.min(pages.len() - 1)].clone();
        async move {
            match page {
                Value::Null => Err(failure(None)),
                Value::Number(status) => Err(failure(status.as_u64().map(|it| it as u16))),
                page => Ok(serde_json::from_value::<Page<Item>>(page).unwrap()),
            }
        }
    };
    let walk = walk(fetch, |item: &Item| item.id.clone()).await;
    let ids: Vec<_> = walk
        .listing
        .items
        .iter()
        .map(|item| item.id.as_str())
        .collect();
    let why = walk.listing.incomplete.map(|why| why.to_string());
    (ids.join(""), requests.into_inner(), why)
}

#[tokio::test]
async fn a_quiet_list_is_read_once_and_complete() {
    let pages = vec![more(&["a", "b"], 3), last(&["b", "c"], 3)];
    assert_eq!(walked(pages).await, ("abc".to_owned(), 2, None));
    assert_eq!(walked(vec![last(&[], 0)]).await, (String::new(), 1, None));
    let bare = json!({"nodes": [{"id": "a"}], "pageInfo": {"hasNextPage": false}});
    assert_eq!(walked(vec![bare]).await, ("a".to_owned(), 1, None));
}

#[tokio::test]
async fn a_page_is_asked_for_from_the_record_before_the_last() {
    let cursors = std::sync::Mutex::new(Vec::new());
    let fetch = |after: Option<String>| {
        let begins = after.is_some();
        cursors.lock().unwrap().push(after);
        let page = match begins {
            false => more(&["a", "b", "c"], 4),
            true => last(&["c", "d"], 4),
        };
        async move { Ok(serde_json::from_value::<Page<Item>>(page).unwrap()) }
    };
    let walk = walk(fetch, |item: &Item| item.id.clone()).await;
    assert_eq!(walk.listing.items.len(), 4);
    let cursors = cursors.into_inner().unwrap();
    assert_eq!(cursors, [None, Some("b".to_owned())]);
}

#[tokio::test]
async fn a_list_that_moved_is_read_again_from_its_beginning() {
    let quiet = [more(&["b", "c"], 3), last(&["c", "d"], 3)];
    for moved in [
        // A record before the cursor went away, and `c` slipped onto the first page.
        vec![more(&["a", "b"], 4), last(&["d"], 3)],
        // The same, and another came to the end: there are as many as before.
        vec![more(&["a", "b"], 4), last(&["c", "d", "e"], 4)],
        // A record came before the cursor.
        vec![more(&["a", "b"], 3), last(&["a", "b", "c"], 4)],
        // A record was seen twice.
        vec![more(&["a", "b"], 3), last(&["b", "a"], 3)],
        // The page after is empty.
        vec![more(&["a", "b"], 3), last(&[], 1)],
        // The record of the cursor is gone, and the server does not know it any more.
        vec![more(&["a", "b"], 3), Value::Null],
    ] {
        let pages = moved.iter().chain(&quiet).cloned().collect();
        assert_eq!(
            walked(pages).await,
            ("bcd".to_owned(), 4, None),
            "{moved:?}"
        );
    }
}

#[tokio::test]
async fn a_list_that_keeps_moving_is_incomplete() {
    let (ids, requests, why) = walked(vec![last(&["a"], 5)]).await;
    assert_eq!((ids.as_str(), requests), ("a", WALKS));
    assert_eq!(
        why.as_deref(),
        Some("the list changed while it was read: 1 record of 5")
    );
}

#[tokio::test]
async fn every_endless_list_ends() {
    let no_cursors =
        json!({"nodes": [{"id": "a"}, {"id": "b"}], "pageInfo": {"hasNextPage": true}});
    let no_way = "page 1 announces another but gives no cursors that lead there";
    for (pages, requests, expected) in [
        (vec![no_cursors], 1, no_way),
        (vec![more(&["a"], 9)], 2, "page 2 brought nothing new"),
        (vec![more(&[], 9)], 1, no_way),
        (
            vec![more(&["a", "b"], 9), more(&["b", "b"], 9)],
            2,
            "page 2 brought nothing new",
        ),
        (
            vec![
                more(&["a", "b"], 9),
                page_with_cursors(&["b", "c"], &["a", "c"], 9),
            ],
            2,
            "page 2 points back to an earlier one",
        ),
    ] {
        let (_, made, why) = walked(pages).await;
        assert_eq!((made, why.as_deref()), (requests, Some(expected)));
    }
}

fn page_with_cursors(ids: &[&str], cursors: &[&str], total: usize) -> Value {
    let mut page = more(ids, total);
    page["edges"] = cursors.iter().map(|it| json!({"cursor": it})).collect();
    page
}

#[tokio::test]
async fn a_failed_page_keeps_what_was_read() {
    let pages = vec![more(&["a", "b"], 3), json!(502)];
    let (ids, requests, why) = walked(pages).await;
    assert_eq!((ids.as_str(), requests), ("ab", 2));
    assert_eq!(
        why.as_deref(),
        Some("page 2 could not be read: list: HTTP 502: boom")
    );
    let (_, requests, why) = walked(vec![Value::Null]).await;
    assert_eq!((requests, why.is_some()), (1, true));
}

#[tokio::test]
async fn another_walk_that_fails_does_not_lose_the_first() {
    let pages = vec![
        more(&["a", "b"], 4),
        last(&["b", "c"], 4),
        more(&["a", "b"], 4),
        json!(502),
    ];
    let (ids, _, why) = walked(pages).await;
    assert_eq!(ids, "abc");
    assert_eq!(
        why.as_deref(),
        Some("page 2 could not be read: list: HTTP 502: boom")
    );
}

#[tokio::test]
async fn null_records_are_counted_as_unread() {
    let pages = vec![json!({
        "nodes": [null, {"id": "a"}], "pageInfo": {"hasNextPage": false}, "totalCount": 2,
    })];
    let (ids, requests, why) = walked(pages).await;
    assert_eq!((ids.as_str(), requests), ("a", 1));
    assert_eq!(why.as_deref(), Some("1 record could not be read"));
    let nothing = json!({"nodes": null, "pageInfo": null, "totalCount": 0});
    assert_eq!(walked(vec![nothing]).await.2, None);
}
