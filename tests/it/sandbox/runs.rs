use std::time::Duration;

use prism_gitops::prismatic::transport::{Method, Request};
use prism_gitops::sandbox::RunRule;
use serde_json::{Value, json};

use super::client::{Client, DEFINITION, column, plain, text};

const RESULT: &str =
    "query Q($id: ID!) { executionResult(id: $id) { status resultType error endedAt
    isTestExecution flow { name } instance { isSystem } stepResults { nodes { stepName hasError } }
    logs(orderBy: {field: TIMESTAMP, direction: ASC}) { nodes { severity message } } } }";

fn rule(error: Option<&str>, seconds: u32) -> RunRule {
    RunRule {
        version: None,
        customer: None,
        flow: None,
        error: error.map(str::to_owned),
        seconds,
    }
}

async fn start(client: &Client) -> String {
    let id = client.import(DEFINITION).await;
    let query = "query Q($id: ID!) { integration(id: $id) { flows { nodes { id testUrl } } } }";
    let data = client.data(query, json!({ "id": id })).await;
    let input = json!({ "id": data["integration"]["flows"]["nodes"][0]["id"], "payload": "{}" });
    let selection = "testIntegrationFlowResult { statusCode flow { name } execution { id } }";
    let result = client.change("testIntegrationFlow", selection, input).await;
    assert_eq!(result["flow"]["name"], "Sync Orders");
    text(&result["execution"]["id"])
}

async fn result(client: &Client, id: &str) -> Value {
    client.data(RESULT, json!({ "id": id })).await["executionResult"].clone()
}

#[tokio::test(start_paused = true)]
async fn a_test_leaves_an_execution() {
    let client = Client::new();
    let execution = start(&client).await;
    let result = result(&client, &execution).await;
    assert_eq!(
        (&result["status"], &result["resultType"]),
        (&json!("SUCCESS"), &json!("COMPLETED"))
    );
    assert_eq!(result["isTestExecution"], true);
    assert_eq!(
        column(&result["stepResults"]["nodes"], "stepName"),
        ["Trigger", "Write Log"]
    );
    let logs = column(&result["logs"]["nodes"], "message");
    assert_eq!(logs.first().unwrap(), "Starting flow Sync Orders");
    assert_eq!(logs.last().unwrap(), "Finished flow Sync Orders");
    let query = "query Q($id: ID) { logs(executionResult: $id, severity: 30) { totalCount } 
        executionResults(isTestExecution: true) { nodes { id } } stepResults(executionResult: $id, hasError: true) { totalCount } }";
    let data = client.data(query, json!({ "id": execution })).await;
    assert_eq!(data["logs"]["totalCount"], 2);
    assert_eq!(
        column(&data["executionResults"]["nodes"], "id"),
        [execution]
    );
    assert_eq!(data["stepResults"]["totalCount"], 0);
}

#[tokio::test(start_paused = true)]
async fn runs_fail_and_dawdle_as_told() {
    let client = Client::with(|behaviour| behaviour.runs = vec![rule(Some("ERP is down"), 90)]);
    let execution = start(&client).await;
    let running = result(&client, &execution).await;
    assert_eq!(
        (&running["status"], &running["endedAt"]),
        (&json!("PENDING"), &Value::Null)
    );
    assert!(running["error"].is_null());
    let logged = column(&running["logs"]["nodes"], "message");
    assert!(!logged.contains(&"ERP is down".to_owned()), "{logged:?}");
    tokio::time::sleep(Duration::from_secs(91)).await;
    let ended = result(&client, &execution).await;
    assert_eq!(
        (&ended["status"], &ended["error"]),
        (&json!("ERROR"), &json!("ERP is down"))
    );
    assert_eq!(ended["stepResults"]["nodes"][1]["hasError"], true);
}

#[tokio::test(start_paused = true)]
async fn a_webhook_runs_the_flow_of_an_enabled_instance() {
    let client = Client::new();
    let version = client.publish(&client.import(&plain("P")).await).await;
    let id = client.instance(&version, "One").await;
    let query = "query Q($id: ID!) { instance(id: $id) { lastExecutedAt
        flowConfigs { nodes { id webhookUrl flow { name } } } } }";
    let data = client.data(query, json!({ "id": id })).await;
    let flow = data["instance"]["flowConfigs"]["nodes"][0].clone();
    let call = async || {
        let request = Request {
            method: Method::Post,
            url: text(&flow["webhookUrl"]),
            headers: Vec::new(),
            body: "{}".into(),
        };
        client.sandbox.handle(request).await
    };
    assert_eq!(call().await.status, 404, "not deployed");
    client
        .change("deployInstance", "instance { id }", json!({ "id": id }))
        .await;
    let response = call().await;
    let execution = response.header("prismatic-executionid").unwrap();
    let result = result(&client, execution).await;
    assert_eq!(result["isTestExecution"], false);
    let data = client.data(query, json!({ "id": id })).await;
    assert!(data["instance"]["lastExecutedAt"].is_string());
    let input = json!({ "id": flow["id"] });
    let selection = "testInstanceFlowConfigResult { flowConfig { id } execution { id } }";
    let tested = client
        .change("testInstanceFlowConfig", selection, input)
        .await;
    assert_eq!(tested["flowConfig"]["id"], flow["id"]);
}
