//! What is written of shared connections.

use super::*;
use crate::model::{ConnectionScope, ConnectionValueId, ManagedBy};

fn login() -> ConfigWrite {
    config().remove(1)
}

pub(super) fn new_connection() -> NewConnection {
    NewConnection {
        name: "Login".to_owned(),
        stable_key: "login".to_owned(),
        kind: "t".to_owned(),
        scope: ConnectionScope::Organization,
        managed_by: Some(ManagedBy::Org),
        description: "[gitops:p/login]".to_owned(),
        inputs: Some(login()),
    }
}

pub(super) fn new_value() -> NewConnectionValue {
    NewConnectionValue {
        connection: ConnectionId::new("s"),
        customer: CustomerId::new("c"),
        inputs: Some(login()),
    }
}

pub(super) fn connection(redeploy: bool) -> ConnectionUpdate {
    ConnectionUpdate {
        id: ConnectionId::new("s"),
        name: None,
        description: None,
        inputs: Some(login()),
        redeploy,
    }
}

pub(super) fn value(redeploy: bool) -> ConnectionValueUpdate {
    ConnectionValueUpdate {
        id: ConnectionValueId::new("v"),
        inputs: login(),
        redeploy,
    }
}

/// Enums in the case that FACTS §10 has, and nothing that is not to be written.
#[tokio::test(start_paused = true)]
async fn connections_are_written_in_the_words_of_the_api() {
    let fake = Fake::new(|_| payload(&json!({"id": "x"})));
    let client = client(&fake);
    client.create_connection(&new_connection()).await.unwrap();
    client.create_connection_value(&new_value()).await.unwrap();
    client.update_connection(&connection(false)).await.unwrap();
    client.update_connection_value(&value(true)).await.unwrap();
    let sent: Vec<Value> = (fake.asked().iter())
        .map(|ask| ask.variables()["input"].clone())
        .collect();
    let inputs = json!([{"name": "p", "type": "value", "value": CANARY}]);
    let expected = [
        json!({"key": "Login", "stableKey": "login", "connection": "t", "variableScope": "org",
               "managedBy": "org", "description": "[gitops:p/login]", "inputs": inputs}),
        json!({"scopedConfigVariable": "s", "customer": "c", "inputs": inputs}),
        json!({"id": "s", "inputs": inputs}),
        json!({"id": "v", "inputs": inputs, "redeploy": true}),
    ];
    assert_eq!(sent, expected);
}
