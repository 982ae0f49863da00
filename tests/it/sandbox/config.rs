use prism_gitops::prismatic::transport::{Method, Request};
use serde_json::{Value, json};

use super::client::{Client, DEFINITION, text};

const VARIABLES: &str = "configVariables { nodes { value status scheduleType timeZone
    requiredConfigVariable { key } inputs { nodes { name value hasValue } } } }";

async fn instance(client: &Client) -> String {
    let version = client.publish(&client.import(DEFINITION).await).await;
    client.instance(&version, "Smith ERP").await
}

/// The value of every variable, by key; of the connection, its inputs.
async fn values(client: &Client, id: &str) -> Value {
    let query = format!("query Q($id: ID!) {{ instance(id: $id) {{ {VARIABLES} }} }}");
    let data = client.data(&query, json!({ "id": id })).await;
    let nodes = data["instance"]["configVariables"]["nodes"]
        .as_array()
        .unwrap()
        .clone();
    let value = |node: &Value| {
        let key = text(&node["requiredConfigVariable"]["key"]);
        let inputs = node["inputs"]["nodes"].clone();
        let value = if inputs.is_null() {
            node["value"].clone()
        } else {
            inputs
        };
        (key, value)
    };
    Value::Object(nodes.iter().map(value).collect())
}

async fn merge(client: &Client, id: &str, variables: Value) {
    let input = json!({ "id": id, "configVariables": variables, "configMode": "INSTANCE" });
    client
        .change("updateInstanceConfigVariables", "instance { id }", input)
        .await;
}

#[tokio::test(start_paused = true)]
async fn defaults_stand_until_something_is_set() {
    let client = Client::new();
    let id = instance(&client).await;
    insta::assert_json_snapshot!(values(&client, &id).await, @r#"
    {
      "Endpoint": null,
      "Batch Size": "100",
      "Mode": "safe",
      "Sync Schedule": "0 * * * *",
      "ERP Login": [
        {
          "name": "password",
          "value": "",
          "hasValue": false
        },
        {
          "name": "username",
          "value": "",
          "hasValue": false
        }
      ]
    }
    "#);
}

#[tokio::test(start_paused = true)]
async fn one_mutation_merges_and_the_other_resets() {
    let client = Client::new();
    let id = instance(&client).await;
    merge(
        &client,
        &id,
        json!([{ "key": "Endpoint", "value": "a" }, { "key": "Mode", "value": "fast" }]),
    )
    .await;
    merge(&client, &id, json!([{ "key": "Batch Size", "value": "7" }])).await;
    let merged = values(&client, &id).await;
    assert_eq!(
        (&merged["Endpoint"], &merged["Mode"], &merged["Batch Size"]),
        (&json!("a"), &json!("fast"), &json!("7"))
    );
    let input = json!({ "id": id, "configVariables": [{ "key": "Endpoint", "value": "b" }] });
    client
        .change("updateInstance", "instance { id }", input)
        .await;
    let reset = values(&client, &id).await;
    assert_eq!(
        (&reset["Endpoint"], &reset["Mode"], &reset["Batch Size"]),
        (&json!("b"), &json!("safe"), &json!("100"))
    );
}

#[tokio::test(start_paused = true)]
async fn secrets_go_in_and_do_not_come_out() {
    for mask in ["", "NA"] {
        let client = Client::with(|behaviour| behaviour.masked_text = mask.to_owned());
        let id = instance(&client).await;
        let login = |password: &str| {
            let values = json!([
                { "name": "username", "type": "value", "value": "smith" },
                { "name": "password", "type": "value", "value": password },
            ]);
            json!([{ "key": "ERP Login", "values": values.to_string() }])
        };
        merge(&client, &id, login("hunter2")).await;
        let inputs = values(&client, &id).await["ERP Login"].clone();
        assert_eq!(
            inputs,
            json!([
                { "name": "password", "value": mask, "hasValue": true },
                { "name": "username", "value": "smith", "hasValue": true },
            ])
        );
        if !mask.is_empty() {
            // The mask that comes back keeps the secret.
            merge(&client, &id, login(mask)).await;
            let stored = client.sandbox.snapshot().await.unwrap().to_string();
            assert!(stored.contains("hunter2"));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn values_that_could_never_be_are_refused() {
    let client = Client::new();
    let id = instance(&client).await;
    let cases = [
        (
            json!({ "key": "Nope", "value": "1" }),
            "has no config variable \"Nope\"",
        ),
        (
            json!({ "key": "Batch Size", "value": "many" }),
            "takes a number",
        ),
        (
            json!({ "key": "Mode", "value": "slow" }),
            "takes one of its choices only",
        ),
        (
            json!({ "key": "ERP Login", "value": "x" }),
            "is a connection",
        ),
        (
            json!({ "key": "ERP Login", "values": "not json" }),
            "needs values as JSON text",
        ),
        (
            json!({ "key": "Endpoint", "values": "[]" }),
            "is no connection",
        ),
        (
            json!({ "key": "Sync Schedule", "scheduleType": "yearly" }),
            "schedule type",
        ),
        (
            json!({ "key": "Endpoint", "customerConfigVariableId": "x" }),
            "does not exist",
        ),
    ];
    for (variable, message) in cases {
        let input = json!({ "id": id, "configVariables": [variable] });
        let refused = client
            .refused("updateInstanceConfigVariables", "instance { id }", input)
            .await;
        assert!(
            refused.starts_with("configVariables: ") && refused.contains(message),
            "{refused}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn schedules_have_a_type_and_a_zone() {
    let client = Client::new();
    let id = instance(&client).await;
    let schedule = json!([{ "key": "Sync Schedule", "value": "*/5 * * * *",
        "scheduleType": "custom", "timeZone": "America/Chicago" }]);
    merge(&client, &id, schedule).await;
    let query = format!("query Q($id: ID!) {{ instance(id: $id) {{ {VARIABLES} }} }}");
    let data = client.data(&query, json!({ "id": id })).await;
    let schedule = &data["instance"]["configVariables"]["nodes"][3];
    assert_eq!(schedule["value"], "*/5 * * * *");
    assert_eq!(schedule["scheduleType"], "CUSTOM");
    assert_eq!(schedule["timeZone"], "America/Chicago");
}

#[tokio::test(start_paused = true)]
async fn an_upgrade_keeps_values_by_key() {
    let client = Client::new();
    let draft = client.import(DEFINITION).await;
    let first = client.publish(&draft).await;
    let id = client.instance(&first, "One").await;
    merge(
        &client,
        &id,
        json!([{ "key": "Endpoint", "value": "kept" }, { "key": "Mode", "value": "fast" }]),
    )
    .await;
    let edited = DEFINITION.replace("key: Mode", "key: Speed");
    let input = json!({ "definition": edited, "integrationId": draft });
    client
        .change("importIntegration", "integration { id }", input)
        .await;
    let second = client.publish(&draft).await;
    let upgrade = async |version: &str| {
        let input = json!({ "id": id, "integration": version });
        client
            .change("updateInstance", "instance { id }", input)
            .await;
        values(&client, &id).await
    };
    let upgraded = upgrade(&second).await;
    assert_eq!(upgraded["Endpoint"], "kept");
    assert_eq!(upgraded["Speed"], "safe");
    assert!(upgraded.get("Mode").is_none());
    assert_eq!(upgrade(&first).await["Mode"], "fast");
}

#[tokio::test(start_paused = true)]
async fn oauth_waits_for_a_person() {
    let client = Client::new();
    let oauth = DEFINITION.replace("key: basic", "key: oauth2");
    let version = client.publish(&client.import(&oauth).await).await;
    let id = client.instance(&version, "One").await;
    let query = "query Q($id: ID!, $status: String) { instance(id: $id) {
        configVariables(status: $status) { nodes { id status authorizeUrl meta } } } }";
    let find = async |status: &str| {
        let data = client
            .data(query, json!({ "id": id, "status": status }))
            .await;
        data["instance"]["configVariables"]["nodes"].clone()
    };
    let pending = find("pending").await[0].clone();
    assert!(pending["authorizeUrl"].is_string());
    let input = json!({ "id": pending["id"], "status": "active", "tokenType": "Bearer",
        "accessToken": "t0ken", "expiresIn": 60 });
    let selection = "instanceConfigVariable { id status refreshAt }";
    let active = client
        .change("updateOAuth2Connection", selection, input)
        .await;
    assert_eq!(active["status"], "ACTIVE");
    assert_eq!(active["refreshAt"], "2026-01-01T00:01:00.000000+00:00");
    assert!(text(&find("active").await[0]["meta"]).contains("t0ken"));
    let input = json!({ "id": pending["id"] });
    client
        .change("disconnectConnection", selection, input)
        .await;
    assert_eq!(find("pending").await[0]["status"], "PENDING");

    let url = text(&find("pending").await[0]["authorizeUrl"]);
    let open = async |method, url: &str| {
        let request = Request {
            method,
            url: url.to_owned(),
            headers: Vec::new(),
            body: Vec::new().into(),
        };
        client.sandbox.exchange(request).await.unwrap().status
    };
    assert_eq!(open(Method::Get, &url).await, 200, "the page");
    assert_eq!(
        find("pending").await[0]["status"],
        "PENDING",
        "looking changes nothing"
    );
    assert_eq!(open(Method::Post, &url).await, 200, "its button");
    assert_eq!(find("active").await[0]["status"], "ACTIVE");
    let elsewhere = url.replace("connections/", "connections/x");
    for method in [Method::Get, Method::Post] {
        assert_eq!(open(method, &elsewhere).await, 404);
    }
}
