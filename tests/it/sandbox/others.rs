//! Other clients between two calls, lists that shift, and servers that change and quote what they are sent.

use prism_gitops::prismatic::transport::Transport as _;
use prism_gitops::sandbox::{Behaviour, Echo, Fault, FaultRule, FaultScript, Rewrites, Sent};
use serde_json::{Value, json};

use super::client::{Client, DEFINITION, column, post, read};

const PAGE: &str = "query Q($after: String) { customers(isSystem: false, first: 3, after: $after,
    sortBy: {field: CREATED_AT, direction: ASC}) {
    nodes { name } totalCount pageInfo { endCursor } } }";

fn sent(query: &str, variables: Value) -> Sent {
    Sent {
        query: query.to_owned(),
        variables,
    }
}

fn script(client: &Client, rule: FaultRule) {
    client.sandbox.set_faults(FaultScript { rules: vec![rule] });
}

#[tokio::test(start_paused = true)]
async fn between_two_pages_one_record_goes_and_another_comes() {
    let client = Client::new();
    let remove =
        "mutation M($id: ID!) { deleteCustomer(input: {id: $id}) { errors { messages } } }";
    let create = "mutation { createCustomer(input: {name: \"New\"}) { errors { messages } } }";
    let meanwhile = Fault::Meanwhile {
        sends: vec![
            sent(remove, json!({ "id": "${customer:Smith Hardware}" })),
            sent(create, json!({})),
        ],
        then: None,
    };
    script(&client, FaultRule::nth("customers", 2, meanwhile));
    let first = client.data(PAGE, json!({})).await["customers"].take();
    let after = json!({ "after": first["pageInfo"]["endCursor"] });
    let second = client.data(PAGE, after).await["customers"].take();
    assert_eq!(
        (&first["totalCount"], &second["totalCount"]),
        (&json!(6), &json!(6))
    );
    let mut seen = column(&first["nodes"], "name");
    seen.extend(column(&second["nodes"], "name"));
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 6, "as many as there should be");
    let all = client
        .data(
            "{ customers(isSystem: false) { nodes { name } } }",
            json!({}),
        )
        .await;
    let all = column(&all["customers"]["nodes"], "name");
    let missed: Vec<_> = all.iter().filter(|name| !seen.contains(name)).collect();
    assert_eq!(
        missed.len(),
        1,
        "one that is there all the time was not shown"
    );
}

#[tokio::test(start_paused = true)]
async fn others_may_write_and_the_call_fail_besides() {
    let client = Client::new();
    let create = "mutation { createCustomer(input: {name: \"New\"}) { errors { messages } } }";
    let meanwhile = Fault::Meanwhile {
        sends: vec![sent(create, Value::Null)],
        then: Some(Box::new(Fault::LostReply)),
    };
    script(&client, FaultRule::nth("customers", 1, meanwhile));
    let body = json!({ "query": PAGE });
    let lost = client
        .sandbox
        .transport()
        .send(post("/api", Some("t"), &body))
        .await;
    assert!(lost.is_err());
    let page = client.data(PAGE, json!({})).await;
    assert_eq!(page["customers"]["totalCount"], 7);
    assert!(client.sandbox.calls().iter().all(|call| !call.mutation));
}

#[tokio::test(start_paused = true)]
async fn a_list_may_be_shown_from_its_other_end() {
    let client = Client::new();
    let first = client.data(PAGE, json!({})).await["customers"].take();
    script(&client, FaultRule::every("customers", Fault::ReorderPage));
    let again = client.data(PAGE, json!({})).await["customers"].take();
    assert_eq!(again["totalCount"], 6);
    let shown = |list: &Value| column(&list["nodes"], "name");
    assert!(
        shown(&first)
            .iter()
            .all(|name| !shown(&again).contains(name))
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_throttled_may_be_done() {
    let client = Client::new();
    let fault = Fault::ThrottleAfter {
        retry_after: Some(2),
    };
    script(&client, FaultRule::nth("createCustomer", 1, fault));
    let create = "mutation { createCustomer(input: {name: \"New\"}) { errors { messages } } }";
    let body = json!({ "query": create });
    let throttled = client.sandbox.handle(post("/api", Some("t"), &body)).await;
    assert_eq!(
        (throttled.status, throttled.header("retry-after")),
        (429, Some("2"))
    );
    let page = client.data(PAGE, json!({})).await;
    assert_eq!(page["customers"]["totalCount"], 7);
}

/// The value of each config variable and the inputs of each connection, after they were set.
async fn configured(change: impl FnOnce(&mut Behaviour)) -> Value {
    let client = Client::with(change);
    let erp = client.import(DEFINITION).await;
    let version = client.publish(&erp).await;
    let customers = client.data(PAGE, json!({})).await;
    assert_eq!(customers["customers"]["totalCount"], 6);
    let made = client.change(
        "createCustomer",
        "customer { id name }",
        json!({ "name": " New " }),
    );
    let made = made.await;
    let values = r#"[{"name": "username", "type": "value", "value": "kim "}]"#;
    let input = json!({
        "customer": made["id"], "integration": version, "name": " I\n",
        "labels": ["a "],
        "configVariables": [
            { "key": "Endpoint", "value": " {\"b\": 1,\"a\":2} " },
            { "key": "Sync Schedule", "value": "0  * * * *", "scheduleType": "CUSTOM" },
            { "key": "ERP Login", "values": values },
        ],
    });
    let selection = "instance { name labels customer { name } configVariables { nodes {
        requiredConfigVariable { key } value inputs { nodes { name value } } } } }";
    client.change("createInstance", selection, input).await
}

fn shown(instance: &Value) -> Vec<&str> {
    let variables = &instance["configVariables"]["nodes"];
    let inputs = variables[4]["inputs"]["nodes"].as_array().unwrap();
    let username = inputs.iter().find(|input| input["name"] == "username");
    let name = &username.unwrap()["value"];
    [
        &instance["name"],
        &instance["labels"][0],
        &instance["customer"]["name"],
        &variables[0]["value"],
        &variables[3]["value"],
        name,
    ]
    .map(|value| value.as_str().unwrap())
    .to_vec()
}

#[tokio::test(start_paused = true)]
async fn texts_may_be_trimmed_and_values_written_anew() {
    let as_sent = configured(|_| {}).await;
    let json = " {\"b\": 1,\"a\":2} ";
    assert_eq!(
        shown(&as_sent),
        [" I\n", "a ", " New ", json, "0  * * * *", "kim "]
    );
    let trimmed = configured(|behaviour| behaviour.trims = true).await;
    assert_eq!(
        shown(&trimmed),
        ["I", "a", "New", json.trim(), "0  * * * *", "kim"]
    );
    let alike = configured(|behaviour| {
        behaviour.trims = true;
        behaviour.rewrites = Rewrites::Alike;
    });
    let alike = alike.await;
    let json = r#"{"a": 2, "b": 1}"#;
    assert_eq!(shown(&alike), ["I", "a", "New", json, "0 * * * *", "kim"]);
    let upper = configured(|behaviour| behaviour.rewrites = Rewrites::Upper).await;
    assert_eq!(shown(&upper)[3], " {\"B\": 1,\"A\":2} ");
}

#[tokio::test(start_paused = true)]
async fn labels_may_be_lost_at_a_create() {
    for ignored in [false, true] {
        let client = Client::with(|behaviour| behaviour.create_ignores_labels = ignored);
        let input = json!({ "name": "Small", "labels": ["mine"] });
        let made = client
            .change("createIntegration", "integration { labels }", input)
            .await;
        let labels = if ignored { json!([]) } else { json!(["mine"]) };
        assert_eq!(made["labels"], labels);
    }
}

#[tokio::test(start_paused = true)]
async fn errors_may_quote_what_this_and_earlier_requests_said() {
    let client = Client::new();
    let erp = client.import(DEFINITION).await;
    let version = client.publish(&erp).await;
    let customer = client
        .change(
            "createCustomer",
            "customer { id }",
            json!({ "name": "New" }),
        )
        .await;
    let values = r#"[{"name": "password", "type": "value", "value": "hunter-22"}]"#;
    let input = json!({
        "customer": customer["id"], "integration": version, "name": "I",
        "configVariables": [{ "key": "ERP Login", "values": values }],
    });
    client
        .change("createInstance", "instance { id }", input)
        .await;
    client.sandbox.set_behaviour(Behaviour {
        echoes_secrets: Some(Echo::Percent),
        ..Behaviour::default()
    });
    let rename = "mutation M($n: String!) { createCustomer(input: {name: $n}) {
        errors { field messages } } }";
    let twice = client.answer(rename, json!({ "n": "New" })).await;
    let message = &twice["data"]["createCustomer"]["errors"][0]["messages"][0];
    let message = message.as_str().unwrap();
    assert!(
        message.ends_with("The request said \"New\", \"hunter%2D22\"."),
        "{message}"
    );
    let whole = client.answer(rename, json!({ "n": "Newer" })).await;
    assert!(!whole.to_string().contains("hunter"));
    script(
        &client,
        FaultRule::every("createCustomer", Fault::Html { code: 502 }),
    );
    let body = json!({ "query": rename, "variables": { "n": "Newest" } });
    let html = client.sandbox.handle(post("/api", Some("t"), &body)).await;
    assert!(String::from_utf8_lossy(&html.body).contains("hunter%2D22"));
    drop(read(
        &client
            .sandbox
            .handle(post("/auth/refresh", None, &json!({})))
            .await,
    ));
}
