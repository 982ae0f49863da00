use std::time::Duration;

use prism_gitops::prismatic::transport::{Response, Transport as _, TransportError};
use prism_gitops::sandbox::{Fault, FaultRule, FaultScript};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::client::{Client, column, post, read};

const CREATE: &str = "mutation M($n: String!) {
    made: createCustomer(input: {name: $n}) { customer { id } errors { field messages } } }";
const LIST: &str = "query Q($after: String) { customers(isSystem: false, after: $after) {
    nodes { id name } totalCount pageInfo { hasNextPage endCursor } } }";

async fn send(client: &Client, query: &str, variables: Value) -> Result<Response, TransportError> {
    let body = json!({ "query": query, "variables": variables });
    client
        .sandbox
        .transport()
        .send(post("/api", Some("t"), &body))
        .await
}

/// A client whose first `operation` meets a fault.
fn struck(operation: &str, fault: Fault) -> Client {
    let client = Client::new();
    let rules = vec![FaultRule::nth(operation, 1, fault)];
    client.sandbox.set_faults(FaultScript { rules });
    client
}

async fn exists(client: &Client) -> bool {
    let data = client
        .data("{ customers(name: \"New\") { totalCount } }", json!({}))
        .await;
    data["customers"]["totalCount"] == 1
}

#[tokio::test(start_paused = true)]
async fn faults_before_and_after_the_commit_differ_in_what_is_there() {
    let message = || "boom".to_owned();
    let cases = [
        (Fault::LostReply, true),
        (Fault::Disconnect, false),
        (Fault::Unreachable, false),
        (
            Fault::Hang {
                seconds: 30,
                commit: true,
            },
            true,
        ),
        (
            Fault::Hang {
                seconds: 30,
                commit: false,
            },
            false,
        ),
        (Fault::Error { message: message() }, false),
        (Fault::ErrorAfter { message: message() }, true),
        (
            Fault::Refuse {
                field: "name".to_owned(),
                message: message(),
            },
            false,
        ),
        (
            Fault::Status {
                code: 503,
                commit: false,
            },
            false,
        ),
        (
            Fault::Status {
                code: 502,
                commit: true,
            },
            true,
        ),
        (Fault::Throttle { retry_after: None }, false),
        (Fault::ThrottleAfter { retry_after: None }, true),
        (Fault::Html { code: 502 }, false),
        (Fault::Truncate, true),
        (Fault::Unauthorized, false),
        (Fault::Delay { milliseconds: 5 }, true),
    ];
    for (fault, committed) in cases {
        let shown = format!("{fault:?}");
        let client = struck("createCustomer", fault);
        drop(send(&client, CREATE, json!({ "n": "New" })).await);
        assert_eq!(exists(&client).await, committed, "{shown}");
    }
}

#[tokio::test(start_paused = true)]
async fn each_fault_looks_as_it_does_in_the_wild() {
    let create = async |fault: Fault| {
        let client = struck("createCustomer", fault);
        send(&client, CREATE, json!({ "n": "New" })).await
    };
    assert!(matches!(
        create(Fault::LostReply).await,
        Err(TransportError::Broken { .. })
    ));
    assert!(matches!(
        create(Fault::Unreachable).await,
        Err(TransportError::Connect { .. })
    ));
    let throttled = create(Fault::Throttle {
        retry_after: Some(7),
    })
    .await
    .unwrap();
    assert_eq!(
        (throttled.status, throttled.header("retry-after")),
        (429, Some("7"))
    );
    let html = create(Fault::Html { code: 502 }).await.unwrap();
    assert!(html.body.starts_with(b"<html>"));
    let cut = create(Fault::Truncate).await.unwrap();
    assert!(serde_json::from_slice::<Value>(&cut.body).is_err());
    let late = create(Fault::Unauthorized).await.unwrap();
    assert_eq!(late.status, 401);
    let refuse = Fault::Refuse {
        field: "name".to_owned(),
        message: "No.".to_owned(),
    };
    let refused = read(&create(refuse).await.unwrap());
    let errors = json!([{ "field": "name", "messages": ["No."] }]);
    assert_eq!(
        refused["data"],
        json!({ "made": { "customer": null, "errors": errors } })
    );
}

#[tokio::test(start_paused = true)]
async fn a_hang_takes_its_time() {
    let client = struck(
        "customers",
        Fault::Hang {
            seconds: 30,
            commit: false,
        },
    );
    let start = Instant::now();
    let outcome = send(&client, LIST, json!({})).await;
    assert!(matches!(
        outcome,
        Err(TransportError::Timeout { seconds: 30 })
    ));
    assert_eq!(start.elapsed(), Duration::from_secs(30));
}

#[tokio::test(start_paused = true)]
async fn lists_can_come_short_or_again_or_with_holes() {
    let client = struck("customers", Fault::ShortPage { size: 2 });
    let short = client.data(LIST, json!({})).await["customers"].clone();
    assert_eq!(short["nodes"].as_array().unwrap().len(), 2);
    assert_eq!(short["pageInfo"]["hasNextPage"], true);
    let after = json!({ "after": short["pageInfo"]["endCursor"] });
    let rest = client.data(LIST, after.clone()).await["customers"].clone();
    assert_eq!(rest["nodes"].as_array().unwrap().len(), 4);

    let client = struck("customers", Fault::RepeatPage);
    let again = client.data(LIST, after).await["customers"].clone();
    assert_eq!(column(&again["nodes"], "name")[0], "Smith Hardware");

    let client = struck("customers", Fault::NullNode);
    let holed = client.answer(LIST, json!({})).await;
    assert!(holed["data"]["customers"]["nodes"][0].is_null());
    assert_eq!(holed["errors"][0]["path"], json!(["customers", "nodes", 0]));

    let client = struck(
        "customers",
        Fault::NullField {
            path: "customers.nodes.name".to_owned(),
        },
    );
    let blank = client.answer(LIST, json!({})).await;
    assert!(blank["data"]["customers"]["nodes"][5]["name"].is_null());
    assert!(blank["data"]["customers"]["nodes"][5]["id"].is_string());
}

#[tokio::test(start_paused = true)]
async fn signing_in_can_fail_too() {
    let client = struck(
        "auth/refresh",
        Fault::Status {
            code: 503,
            commit: false,
        },
    );
    let body = json!({ "refresh_token": "sandbox" });
    let refresh = async || {
        client
            .sandbox
            .handle(post("/auth/refresh", None, &body))
            .await
            .status
    };
    assert_eq!((refresh().await, refresh().await), (503, 200));
}

#[tokio::test(start_paused = true)]
async fn latency_is_added_to_every_answer() {
    let client = Client::with(|behaviour| behaviour.latency_ms = 250);
    let start = Instant::now();
    client.data(LIST, json!({})).await;
    assert_eq!(start.elapsed(), Duration::from_millis(250));
}

#[tokio::test(start_paused = true)]
async fn calls_are_recorded() {
    let client = Client::new();
    client
        .data(
            "{ authenticatedUser { id } customers { totalCount } }",
            json!({}),
        )
        .await;
    drop(send(&client, CREATE, json!({ "n": "New" })).await);
    let calls = client.sandbox.calls();
    assert_eq!(calls[0].operations, ["authenticatedUser", "customers"]);
    assert!(!calls[0].mutation && calls[1].mutation);
    client.sandbox.forget_calls();
    assert!(client.sandbox.calls().is_empty());
}
