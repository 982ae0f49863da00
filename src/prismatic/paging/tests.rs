use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::*;
use crate::prismatic::error::{Effect, ErrorKind};

#[derive(Debug, Deserialize)]
struct Item {
    id: String,
}

fn page(ids: &[&str], next: Option<&str>, total: usize) -> Value {
    let nodes: Vec<_> = ids.iter().map(|id| json!({"id": id})).collect();
    json!({
        "nodes": nodes,
        "pageInfo": {"hasNextPage": next.is_some(), "endCursor": next},
        "totalCount": total,
    })
}

fn last(ids: &[&str], total: usize) -> Value {
    page(ids, None, total)
}

/// Walks pages given in order, the last one for ever: ids, requests, and why not all.
async fn walked(pages: Vec<Value>) -> (String, usize, Option<String>) {
    let requests = AtomicUsize::new(0);
    let fetch = |_| {
        let number = requests.fetch_add(1, Ordering::Relaxed);
        let page = pages[number.min(pages.len() - 1)].clone();
        async move {
            match page {
                Value::Null => Err(PlatformError {
                    operation: "list",
                    kind: ErrorKind::GraphQl(vec!["boom".to_owned()]),
                    effect: Effect::None,
                }),
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
    let pages = vec![page(&["a", "b"], Some("1"), 3), last(&["c"], 3)];
    assert_eq!(walked(pages).await, ("abc".to_owned(), 2, None));
    assert_eq!(walked(vec![last(&[], 0)]).await, (String::new(), 1, None));
    let bare = json!({"nodes": [{"id": "a"}], "pageInfo": {"hasNextPage": false}});
    assert_eq!(walked(vec![bare]).await, ("a".to_owned(), 1, None));
}

#[tokio::test]
async fn a_list_that_moved_is_read_once_more() {
    // A record before the cursor went away, and `c` slipped onto the first page.
    let moved = vec![
        page(&["a", "b"], Some("1"), 4),
        last(&["d"], 3),
        page(&["b", "c"], Some("1"), 3),
        last(&["d"], 3),
    ];
    assert_eq!(walked(moved).await, ("bcd".to_owned(), 4, None));
    let doubled = vec![
        page(&["a", "b"], Some("1"), 3),
        last(&["b", "c"], 3),
        page(&["a", "b"], Some("1"), 3),
        last(&["c"], 3),
    ];
    assert_eq!(walked(doubled).await, ("abc".to_owned(), 4, None));
}

#[tokio::test]
async fn a_list_that_keeps_moving_is_incomplete() {
    let (ids, requests, why) = walked(vec![last(&["a"], 5)]).await;
    assert_eq!((ids.as_str(), requests), ("a", 2));
    assert_eq!(
        why.as_deref(),
        Some("the list changed while it was read: 1 record of 5")
    );
}

#[tokio::test]
async fn every_endless_list_ends() {
    let no_cursor = json!({"nodes": [{"id": "a"}], "pageInfo": {"hasNextPage": true}});
    for (pages, requests, expected) in [
        (
            vec![no_cursor],
            1,
            "page 1 announces another but gives no cursor",
        ),
        (
            vec![page(&["a"], Some("1"), 9)],
            2,
            "page 2 brought nothing new",
        ),
        (
            vec![page(&[], Some("1"), 9)],
            1,
            "page 1 brought nothing new",
        ),
        (
            vec![page(&["a"], Some("1"), 9), page(&["b"], Some("1"), 9)],
            2,
            "page 2 points back to an earlier one",
        ),
        (
            vec![page(&["a"], Some("1"), 9), page(&["a"], Some("2"), 9)],
            2,
            "page 2 brought nothing new",
        ),
    ] {
        let (_, made, why) = walked(pages).await;
        assert_eq!((made, why.as_deref()), (requests, Some(expected)));
    }
}

#[tokio::test]
async fn a_failed_page_keeps_what_was_read() {
    let pages = vec![page(&["a"], Some("1"), 3), Value::Null];
    let (ids, requests, why) = walked(pages).await;
    assert_eq!((ids.as_str(), requests), ("a", 2));
    assert_eq!(why.as_deref(), Some("page 2 could not be read: list: boom"));
    let (_, requests, why) = walked(vec![Value::Null]).await;
    assert_eq!((requests, why.is_some()), (1, true));
}

#[tokio::test]
async fn a_second_walk_that_fails_does_not_lose_the_first() {
    let pages = vec![
        page(&["a", "b"], Some("1"), 4),
        last(&["c"], 4),
        page(&["a"], Some("1"), 4),
        Value::Null,
    ];
    let (ids, _, why) = walked(pages).await;
    assert_eq!(ids, "abc");
    assert_eq!(why.as_deref(), Some("page 2 could not be read: list: boom"));
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
