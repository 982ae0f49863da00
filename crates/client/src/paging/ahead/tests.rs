use std::sync::Mutex;

use serde::Deserialize;
use serde_json::{Value, json};

use super::*;
use crate::error::{Effect, ErrorKind, PlatformError};

#[derive(Debug, Deserialize)]
struct Item {
    id: String,
}

/// What a server does with an offset.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Offset {
    Obeyed,
    Ignored,
    Refused,
    /// Pages begin one record early.
    OneOff,
    /// A page holds one record less.
    Short,
    /// The total is another.
    Moved,
    /// A record is null.
    Null,
    /// The last page announces another.
    Endless,
    /// After a few pages a record of the first is deleted, and another comes to the end.
    Replaced,
    /// The order is another on every page.
    Unstable,
}

const PAGE: usize = 10;

/// Walks a list of `total` records: how many were found, how many requests, and why it is incomplete.
async fn walked(total: usize, offset: Offset) -> (usize, Vec<Place>, Option<String>) {
    let asked = Mutex::new(Vec::new());
    let fetch = |place: Place| {
        asked.lock().unwrap().push(place.clone());
        async move {
            match (place.offset, offset) {
                (Some(_), Offset::Refused) => Err(PlatformError {
                    operation: "list",
                    kind: ErrorKind::GraphQl(vec!["Unknown argument".to_owned()]),
                    effect: Effect::None,
                }),
                _ => Ok(serde_json::from_value::<Page<Item>>(page(&place, total, offset)).unwrap()),
            }
        }
    };
    let walk = walk_ahead(fetch, |item: &Item| item.id.clone()).await;
    let ids: HashSet<_> = walk.listing.items.iter().map(|item| &item.id).collect();
    assert_eq!(ids.len(), walk.listing.items.len(), "a record came twice");
    let why = walk.listing.incomplete.map(|why| why.to_string());
    (ids.len(), asked.into_inner().unwrap(), why)
}

fn page(place: &Place, total: usize, offset: Offset) -> Value {
    let after = place.after.as_deref().map_or(0, |it| it.parse().unwrap());
    let ahead = place.offset.is_some();
    let start = match (place.offset, offset) {
        (None, _) => after,
        (Some(_), Offset::Ignored) => 0,
        (Some(start), Offset::OneOff) => start - 1,
        (Some(start), _) => start,
    };
    let mut end = (start + PAGE).min(total);
    let has_next = end < total || (ahead && offset == Offset::Endless);
    if ahead && offset == Offset::Short {
        end -= 1;
    }
    let name = |place: usize| match offset {
        // As many as before, and one of them was on no page.
        Offset::Replaced if ahead && start > total / 2 => place + 1,
        Offset::Unstable if ahead => total - 1 - place,
        _ => place,
    };
    let mut nodes: Vec<_> = (start..end)
        .map(|place| json!({"id": name(place).to_string()}))
        .collect();
    if ahead && offset == Offset::Null {
        nodes[0] = Value::Null;
    }
    let total = total + usize::from(ahead && offset == Offset::Moved);
    json!({
        "nodes": nodes,
        "edges": (start..end).map(|place| json!({"cursor": (place + 1).to_string()})).collect::<Vec<_>>(),
        "pageInfo": {"hasNextPage": has_next},
        "totalCount": total,
    })
}

#[tokio::test]
async fn every_page_is_asked_for_once() {
    for (total, pages) in [
        (0, 1),
        (7, 1),
        (10, 1),
        (11, 2),
        // By cursor too, each page has one record of the page before.
        (20, 3),
        // From the second page on, each has one record of the page before.
        (21, 3),
        (28, 3),
        (29, 4),
        (100, 11),
        (105, 12),
    ] {
        let (found, asked, why) = walked(total, Offset::Obeyed).await;
        assert_eq!((found, asked.len(), why), (total, pages, None), "{total}");
    }
    let (_, asked, _) = walked(105, Offset::Obeyed).await;
    assert!(asked[1..].iter().all(|place| place.offset.is_some()));
}

#[tokio::test]
async fn an_offset_that_does_not_do_what_it_says_is_not_used() {
    for offset in [
        Offset::Ignored,
        Offset::Refused,
        Offset::OneOff,
        Offset::Short,
        Offset::Moved,
        Offset::Null,
        Offset::Endless,
        Offset::Replaced,
        Offset::Unstable,
    ] {
        let (found, asked, why) = walked(105, offset).await;
        assert_eq!((found, why), (105, None), "{offset:?}");
        let by_cursor = asked.iter().filter(|place| place.after.is_some()).count();
        assert_eq!(
            by_cursor, 11,
            "{offset:?}: the first page is not read again"
        );
        assert!(asked.len() <= 12 + 11, "{offset:?}: {}", asked.len());
    }
}

#[tokio::test]
async fn a_first_page_that_fails_is_the_failure() {
    let fetch = |_: Place| async {
        Err::<Page<Item>, _>(PlatformError {
            operation: "list",
            kind: ErrorKind::GraphQl(vec!["boom".to_owned()]),
            effect: Effect::None,
        })
    };
    let walk = walk_ahead(fetch, |item: &Item| item.id.clone()).await;
    assert!(walk.failed.is_some());
    let why = walk.listing.incomplete.unwrap();
    assert_eq!(&*why, "page 1 could not be read: list: boom");
}

#[test]
fn a_place_leaves_out_the_offset_it_does_not_have() {
    let text = |place: &Place| serde_json::to_string(place).unwrap();
    assert_eq!(text(&Place::default()), r#"{"after":null}"#);
    assert_eq!(text(&Place::offset(100)), r#"{"after":null,"offset":100}"#);
}
