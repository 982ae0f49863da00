use std::fs;

use prism_gitops::sandbox::{Options, Sandbox};
use serde_json::json;

use super::client::{Client, DEFINITION, options, plain};

fn kept(path: &std::path::Path) -> Options {
    Options {
        state: Some(path.to_owned()),
        ..options()
    }
}

#[tokio::test]
async fn the_state_is_there_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/state.json");
    let first = Client::open(kept(&path));
    assert!(!path.exists(), "nothing has changed yet");
    let draft = first.import(DEFINITION).await;
    let version = first.publish(&draft).await;
    let instance = first.instance(&version, "One").await;
    let query = "query Q($id: ID!) { instance(id: $id) { name updatedAt needsDeploy
        integration { id definition versionNumber } customer { name }
        configVariables { nodes { id value } } flowConfigs { nodes { id webhookUrl } } } }";
    let before = first.data(query, json!({ "id": instance })).await;
    let second = Client::open(kept(&path));
    assert_eq!(second.data(query, json!({ "id": instance })).await, before);
    // Ids go on where they were.
    let next = second.instance(&version, "Two").await;
    assert_ne!(next, instance);
    let leftovers: Vec<_> = fs::read_dir(path.parent().unwrap()).unwrap().collect();
    assert_eq!(leftovers.len(), 1, "no temporary files are left");
}

#[tokio::test]
async fn two_sandboxes_on_one_file_see_and_keep_each_others_changes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    let one = Client::open(kept(&path));
    let two = Client::open(kept(&path));
    let draft = one.import(DEFINITION).await;
    let version = two.publish(&draft).await;
    let made = tokio::join!(
        one.instance(&version, "One"),
        two.instance(&version, "Two"),
        one.instance(&version, "Three"),
    );
    assert_ne!(made.0, made.1);
    for client in [&one, &two, &Client::open(kept(&path))] {
        let query = "query { instances(instanceType: INTEGRATION) { nodes { name } } }";
        let data = client.data(query, json!({})).await;
        let text = data.to_string();
        for name in ["One", "Two", "Three"] {
            assert!(text.contains(name), "{name} is lost: {text}");
        }
    }
}

#[tokio::test]
async fn a_damaged_state_is_an_error_and_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    let cases = [
        ("{ not json", "is damaged; move it away to start afresh"),
        (
            "{\"format\": 1}",
            "is damaged; move it away to start afresh",
        ),
        (
            "{\"format\": 99}",
            "has format 99, which this version does not know",
        ),
    ];
    for (text, message) in cases {
        fs::write(&path, text).unwrap();
        let error = Sandbox::open(kept(&path)).unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
}

#[tokio::test]
async fn a_state_that_cannot_be_written_is_said_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    let client = Client::open(kept(&path));
    // A folder in the file's place: the replacement cannot succeed.
    fs::create_dir(&path).unwrap();
    let body = json!({ "query": "mutation { createCustomer(input: {name: \"x\"}) { errors { field } } }" });
    let response = client
        .sandbox
        .handle(super::client::post("/api", Some("t"), &body))
        .await;
    assert_eq!(response.status, 500);
    assert!(String::from_utf8_lossy(&response.body).contains("cannot write"));
}

/// Time moved forward in one process is moved forward in all.
#[tokio::test]
async fn the_clock_goes_forward_for_everybody_who_has_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    let mut hourly = kept(&path);
    hourly.behaviour.runs_every_seconds = Some(3600);
    let one = Client::open(hourly.clone());
    let draft = one.import(&plain("Plain")).await;
    let version = one.publish(&draft).await;
    let instance = one.instance(&version, "One").await;
    let deploy = json!({ "id": instance });
    one.change("deployInstance", "instance { id }", deploy)
        .await;
    let query = "{ executionResults(isTestExecution: false) { totalCount } }";
    let runs = async |client: &Client| {
        client.data(query, json!({})).await["executionResults"]["totalCount"].clone()
    };
    assert_eq!(runs(&one).await, 0);
    let other = Client::open(hourly.clone());
    other
        .sandbox
        .forward(std::time::Duration::from_secs(3 * 3600))
        .await
        .unwrap();
    for client in [&one, &other, &Client::open(hourly)] {
        assert_eq!(runs(client).await, 3);
    }
}
