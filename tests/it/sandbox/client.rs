//! A client that knows no more than GraphQL, and what the tests build on.

use std::sync::Arc;

use jiff::Timestamp;
use prism_gitops::prismatic::transport::{Method, Request, Response};
use prism_gitops::runtime::clock::TokioClock;
use prism_gitops::sandbox::{Behaviour, Options, Sandbox, Seed};
use serde_json::{Value, json};

/// An integration with a flow, a string, a number, a choice, a schedule and a connection.
pub(crate) const DEFINITION: &str = r#"
definitionVersion: 7
name: Acme ERP
description: Orders to the ERP
category: ERP
requiredConfigVars:
  - key: Endpoint
    dataType: string
  - key: Batch Size
    dataType: number
    defaultValue: "100"
  - key: Mode
    dataType: picklist
    pickList: [fast, safe]
    defaultValue: safe
  - key: Sync Schedule
    dataType: schedule
    scheduleType: custom
    defaultValue: "0 * * * *"
  - key: ERP Login
    dataType: connection
    connection:
      component: {key: erp, isPublic: false, version: LATEST}
      key: basic
    inputs:
      username: {type: value, value: ""}
      password: {type: value, value: "", meta: {writeOnly: true}}
flows:
  - name: Sync Orders
    isSynchronous: false
    steps:
      - name: Trigger
        isTrigger: true
        action:
          key: webhook
          component: {key: webhook-triggers, isPublic: true, version: LATEST}
        inputs: {}
      - name: Write Log
        action:
          key: writeLog
          component: {key: log, isPublic: true, version: LATEST}
        inputs: {}
"#;

/// An integration that needs no configuration.
pub(crate) fn plain(name: &str) -> String {
    format!(
        r#"{{"definitionVersion": 7, "name": "{name}", "flows": [{{"name": "Flow 1", "steps": [
            {{"name": "Trigger", "isTrigger": true, "inputs": {{}}, "action": {{"key": "webhook",
            "component": {{"key": "webhook-triggers", "isPublic": true, "version": "LATEST"}}}}}}]}}]}}"#
    )
}

/// Speaks to one sandbox.
pub(crate) struct Client {
    pub(crate) sandbox: Sandbox,
}

impl Client {
    /// A client of a demonstration tenant.
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    /// A client of a demonstration tenant with other switches.
    pub(crate) fn with(change: impl FnOnce(&mut Behaviour)) -> Self {
        let mut options = options();
        change(&mut options.behaviour);
        Self::open(options)
    }

    /// A client of a sandbox.
    pub(crate) fn open(options: Options) -> Self {
        Self {
            sandbox: Sandbox::open(options).unwrap(),
        }
    }

    /// The answer to a document, with everything in it.
    pub(crate) async fn answer(&self, query: &str, variables: Value) -> Value {
        let body = json!({ "query": query, "variables": variables });
        let response = self
            .sandbox
            .handle(post("/api", Some("opaque"), &body))
            .await;
        assert_eq!(response.status, 200, "{:?}", response.body);
        read(&response)
    }

    /// The data of a document that must succeed.
    pub(crate) async fn data(&self, query: &str, variables: Value) -> Value {
        let mut answer = self.answer(query, variables).await;
        assert!(answer.get("errors").is_none(), "{answer}");
        answer["data"].take()
    }

    /// The payload of a mutation: its object and its errors, as asked for by `selection`.
    pub(crate) async fn mutate(&self, mutation: &str, selection: &str, input: Value) -> Value {
        let mut letters = mutation.chars();
        let first = letters.next().unwrap().to_ascii_uppercase();
        let kind = format!("{first}{}Input", letters.as_str());
        let query = format!(
            "mutation M($input: {kind}!) {{
               {mutation}(input: $input) {{ {selection} errors {{ field messages }} }} }}"
        );
        let mut data = self.data(&query, json!({ "input": input })).await;
        data[mutation].take()
    }

    /// The object of a mutation that must succeed.
    pub(crate) async fn change(&self, mutation: &str, selection: &str, input: Value) -> Value {
        let mut payload = self.mutate(mutation, selection, input).await;
        assert_eq!(payload["errors"], json!([]), "{mutation}");
        let object = selection.split([' ', '{']).next().unwrap();
        payload[object].take()
    }

    /// The one message that a mutation is refused with, after its field.
    pub(crate) async fn refused(&self, mutation: &str, selection: &str, input: Value) -> String {
        let payload = self.mutate(mutation, selection, input).await;
        let errors = payload["errors"].as_array().unwrap();
        assert_eq!(errors.len(), 1, "{payload}");
        let messages: Vec<_> = errors[0]["messages"]
            .as_array()
            .unwrap()
            .iter()
            .map(text)
            .collect();
        format!("{}: {}", text(&errors[0]["field"]), messages.join(" "))
    }

    /// Imports a definition as a new integration; gives its id.
    pub(crate) async fn import(&self, definition: &str) -> String {
        let input = json!({ "definition": definition });
        let integration = self
            .change("importIntegration", "integration { id }", input)
            .await;
        text(&integration["id"])
    }

    /// Publishes a working copy; gives the id of the version.
    pub(crate) async fn publish(&self, id: &str) -> String {
        let input = json!({ "id": id });
        let version = self
            .change("publishIntegration", "integration { id }", input)
            .await;
        text(&version["id"])
    }

    /// The id of the customer with this external id.
    pub(crate) async fn customer(&self, external: &str) -> String {
        let query = "query Q($e: String) { customers(externalId: $e) { nodes { id } } }";
        let data = self.data(query, json!({ "e": external })).await;
        text(&data["customers"]["nodes"][0]["id"])
    }

    /// Creates an instance of a version for the first customer; gives its id.
    pub(crate) async fn instance(&self, version: &str, name: &str) -> String {
        let customer = self.customer("cust-0001").await;
        let input = json!({ "name": name, "customer": customer, "integration": version });
        let instance = self
            .change("createInstance", "instance { id }", input)
            .await;
        text(&instance["id"])
    }
}

/// A demonstration tenant in memory, on tokio's clock.
pub(crate) fn options() -> Options {
    let epoch: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let mut options = Options::new(Arc::new(TokioClock::starting_at(epoch)));
    options.seed = Seed::Demo;
    options
}

/// A JSON request.
pub(crate) fn post(path: &str, token: Option<&str>, body: &Value) -> Request {
    let authorization = token.map(|token| ("authorization".to_owned(), format!("Bearer {token}")));
    Request {
        method: Method::Post,
        url: format!("http://sandbox{path}"),
        headers: authorization.into_iter().collect(),
        body: body.to_string().into(),
    }
}

/// The JSON of a response.
pub(crate) fn read(response: &Response) -> Value {
    serde_json::from_slice(&response.body).unwrap()
}

/// A JSON string's text.
pub(crate) fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("{value} is no text"))
        .to_owned()
}

/// The texts of one field of every item.
pub(crate) fn column(items: &Value, field: &str) -> Vec<String> {
    let items = items.as_array().unwrap().iter();
    items.map(|item| text(&item[field])).collect()
}
