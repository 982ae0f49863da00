//! Reads that lag behind writes: replicas, indexes, and who sees what when.

use std::time::Duration;

use prism_gitops::sandbox::Behaviour;
use serde_json::{Value, json};

use super::client::{Client, DEFINITION, plain, post, read};

const LIST: &str = "{ customers(isSystem: false) { nodes { id name } totalCount } }";
const ONE: &str = "query Q($id: ID!) { customer(id: $id) { name } }";

async fn later(milliseconds: u64) {
    tokio::time::advance(Duration::from_millis(milliseconds)).await;
}

async fn listed(client: &Client) -> usize {
    let data = client.data(LIST, json!({})).await;
    usize::try_from(data["customers"]["totalCount"].as_u64().unwrap()).unwrap()
}

async fn readable(client: &Client, id: &Value) -> bool {
    let answer = client.answer(ONE, json!({ "id": id })).await;
    answer["data"]["customer"].is_object()
}

async fn create(client: &Client, name: &str) -> Value {
    let input = json!({ "name": name });
    let made = client.change("createCustomer", "customer { id }", input);
    made.await["id"].clone()
}

#[tokio::test(start_paused = true)]
async fn reads_show_what_was_there_a_while_ago() {
    let client = Client::with(|behaviour| behaviour.read_lag_ms = 400);
    let id = create(&client, "New").await;
    assert_eq!(
        (listed(&client).await, readable(&client, &id).await),
        (6, false)
    );
    later(399).await;
    assert_eq!(listed(&client).await, 6);
    later(1).await;
    assert_eq!(
        (listed(&client).await, readable(&client, &id).await),
        (7, true)
    );
    let input = json!({ "id": id });
    client
        .change("deleteCustomer", "customer { id }", input)
        .await;
    assert_eq!(
        (listed(&client).await, readable(&client, &id).await),
        (7, true)
    );
    later(400).await;
    assert_eq!(
        (listed(&client).await, readable(&client, &id).await),
        (6, false)
    );
}

#[tokio::test(start_paused = true)]
async fn several_writes_show_one_after_the_other() {
    let client = Client::with(|behaviour| behaviour.read_lag_ms = 1000);
    let mut seen = Vec::new();
    for number in 0..4 {
        create(&client, &format!("New {number}")).await;
        later(400).await;
        seen.push(listed(&client).await);
    }
    later(600).await;
    seen.push(listed(&client).await);
    later(5000).await;
    seen.push(listed(&client).await);
    assert_eq!(seen, [6, 6, 7, 8, 10, 10]);
}

#[tokio::test(start_paused = true)]
async fn lists_may_lag_alone_those_of_versions_too() {
    let client = Client::with(|behaviour| behaviour.list_lag_ms = 500);
    let id = create(&client, "New").await;
    assert_eq!(
        (listed(&client).await, readable(&client, &id).await),
        (6, true)
    );
    let import = json!({ "definition": plain("Small") });
    let made = client.change("importIntegration", "integration { id }", import);
    let id = made.await["id"].clone();
    let published = json!({ "id": id });
    client
        .change("publishIntegration", "integration { id }", published)
        .await;
    let versions = "query Q($id: ID!) { integration(id: $id) { versionNumber
        versionSequence { totalCount } } }";
    let shown = async || client.data(versions, json!({ "id": id })).await["integration"].take();
    assert_eq!(shown().await["versionSequence"]["totalCount"], 0);
    later(500).await;
    assert_eq!(shown().await["versionSequence"]["totalCount"], 1);
}

#[tokio::test(start_paused = true)]
async fn one_object_in_some_may_lag() {
    let client = Client::with(|behaviour| {
        behaviour.read_lag_ms = 1000;
        behaviour.lag_one_in = 3;
    });
    for number in 0..30 {
        create(&client, &format!("New {number}")).await;
    }
    let at_once = listed(&client).await;
    assert!((16..=34).contains(&at_once), "{at_once}");
    later(1000).await;
    assert_eq!(listed(&client).await, 36);
}

#[tokio::test(start_paused = true)]
async fn what_an_instance_refers_to_is_there_with_it() {
    for one_in in 2..8 {
        let client = Client::with(|behaviour| {
            behaviour.read_lag_ms = 1000;
            behaviour.lag_one_in = one_in;
        });
        let erp = client.import(DEFINITION).await;
        let version = client.publish(&erp).await;
        let customer = create(&client, "New").await;
        let input = json!({ "customer": customer, "integration": version, "name": "I" });
        client
            .change("createInstance", "instance { id }", input)
            .await;
        let list = "{ instances(isSystem: false) { nodes {
            name customer { name } integration { name } } } }";
        let data = client.data(list, json!({})).await;
        for node in data["instances"]["nodes"].as_array().unwrap() {
            assert_eq!(node["integration"]["name"], "Acme ERP");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn writers_may_see_their_own_writes() {
    let client = Client::with(|behaviour| {
        behaviour.read_lag_ms = 1000;
        behaviour.own_writes_at_once = true;
    });
    create(&client, "New").await;
    assert_eq!(listed(&client).await, 7);
    let body = json!({ "query": LIST });
    let other = client
        .sandbox
        .handle(post("/api", Some("other"), &body))
        .await;
    assert_eq!(read(&other)["data"]["customers"]["totalCount"], 6);
}

#[tokio::test(start_paused = true)]
async fn a_write_may_not_find_what_was_just_made() {
    let client = Client::with(|behaviour| {
        behaviour.read_lag_ms = 1000;
        behaviour.writes_lag = true;
    });
    let import = json!({ "definition": plain("Small") });
    let made = client.change("importIntegration", "integration { id }", import);
    let id = made.await["id"].clone();
    let publish = "mutation M($id: ID!) { publishIntegration(input: {id: $id}) {
        integration { id } errors { messages } } }";
    let answer = client.answer(publish, json!({ "id": id })).await;
    assert_eq!(answer["errors"][0]["message"], "Record not found.");
    later(1000).await;
    client.data(publish, json!({ "id": id })).await;
}

#[tokio::test(start_paused = true)]
async fn without_lag_nothing_of_the_past_is_left() {
    let client = Client::with(|behaviour| behaviour.read_lag_ms = 1000);
    create(&client, "New").await;
    client.sandbox.set_behaviour(Behaviour::default());
    assert_eq!(listed(&client).await, 7);
}
