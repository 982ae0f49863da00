use serde_json::{Value, json};

use super::client::{Client, column, text};

const CUSTOMERS: &str = "query Q($first: Int, $last: Int, $after: String, $before: String,
    $offset: Int, $sort: [CustomerOrder]) {
    customers(isSystem: false, first: $first, last: $last, after: $after, before: $before,
              offset: $offset, sortBy: $sort) {
      nodes { name } edges { cursor node { name } } totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }";

async fn page(client: &Client, variables: Value) -> (Vec<String>, Value) {
    let mut data = client.data(CUSTOMERS, variables).await;
    let list = data["customers"].take();
    (column(&list["nodes"], "name"), list)
}

#[tokio::test(start_paused = true)]
async fn cursors_walk_a_list_once() {
    let client = Client::new();
    let (all, whole) = page(&client, json!({ "after": "" })).await;
    assert_eq!(all.len(), 6);
    assert_eq!(whole["pageInfo"]["hasNextPage"], false);
    let mut walked = Vec::new();
    let mut after = Value::Null;
    loop {
        let (names, list) = page(&client, json!({ "first": 4, "after": after })).await;
        assert_eq!(list["totalCount"], 6);
        walked.extend(names);
        let info = &list["pageInfo"];
        if info["hasNextPage"] == false {
            assert_eq!(info["hasPreviousPage"], true);
            break;
        }
        after = info["endCursor"].clone();
        assert_eq!(list["edges"][3]["cursor"], after);
    }
    assert_eq!(walked, all);
}

#[tokio::test(start_paused = true)]
async fn cursors_are_the_offsets_that_clients_know() {
    let client = Client::new();
    let (_, list) = page(&client, json!({ "first": 1 })).await;
    // base64 of arrayconnection:0
    assert_eq!(list["pageInfo"]["startCursor"], "YXJyYXljb25uZWN0aW9uOjA=");
}

#[tokio::test(start_paused = true)]
async fn pages_can_be_cut_from_both_ends() {
    let client = Client::new();
    let (all, _) = page(&client, json!({})).await;
    let last = page(&client, json!({ "last": 2 })).await.0;
    assert_eq!(last, all[4..]);
    let skipped = page(&client, json!({ "offset": 1, "first": 2 })).await.0;
    assert_eq!(skipped, all[1..3]);
    let before = page(&client, json!({ "before": "YXJyYXljb25uZWN0aW9uOjI=" }))
        .await
        .0;
    assert_eq!(before, all[..2]);
    assert!(page(&client, json!({ "offset": 99 })).await.0.is_empty());
}

#[tokio::test(start_paused = true)]
async fn lists_sort_both_ways_and_one_order_may_stand_alone() {
    let client = Client::new();
    let by = |direction: &str| json!({ "field": "NAME", "direction": direction });
    let up = page(&client, json!({ "sort": [by("ASC")] })).await.0;
    let down = page(&client, json!({ "sort": by("DESC") })).await.0;
    assert_eq!(up[0], "Café Aurore");
    assert_eq!(up.iter().rev().cloned().collect::<Vec<_>>(), down);
}

#[tokio::test(start_paused = true)]
async fn pages_hold_a_hundred_at_most() {
    let client = Client::new();
    for number in 0..100 {
        let input = json!({ "name": format!("Customer {number}") });
        client
            .change("createCustomer", "customer { id }", input)
            .await;
    }
    for first in [json!(500), Value::Null] {
        let (names, list) = page(&client, json!({ "first": first })).await;
        assert_eq!(names.len(), 100);
        assert_eq!(list["totalCount"], 106);
        assert_eq!(list["pageInfo"]["hasNextPage"], true);
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_between_two_pages_is_seen() {
    let client = Client::new();
    page(&client, json!({ "first": 2 })).await;
    client
        .change(
            "createCustomer",
            "customer { id }",
            json!({ "name": "New" }),
        )
        .await;
    let (_, list) = page(&client, json!({ "first": 2 })).await;
    assert_eq!(list["totalCount"], 7);
}

#[tokio::test(start_paused = true)]
async fn a_null_filter_is_no_filter() {
    let client = Client::new();
    let query = "query Q($name: String) { customers(isSystem: false, name: $name) { totalCount } }";
    for variables in [json!({ "name": null }), json!({})] {
        assert_eq!(
            client.data(query, variables).await["customers"]["totalCount"],
            6
        );
    }
    let named = client
        .data(query, json!({ "name": "Smith Hardware" }))
        .await;
    assert_eq!(named["customers"]["totalCount"], 1);
}

#[tokio::test(start_paused = true)]
async fn senseless_pages_are_refused() {
    let client = Client::new();
    let cases = [
        (json!({ "after": "nonsense" }), "after is not a cursor."),
        (json!({ "first": -1 }), "first must not be negative."),
    ];
    for (variables, message) in cases {
        let answer = client.answer(CUSTOMERS, variables).await;
        assert!(answer["data"].is_null());
        assert_eq!(text(&answer["errors"][0]["message"]), message);
    }
}
