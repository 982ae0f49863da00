//! Shared connections, where manifests declare some.

use super::*;
use crate::model::{ConnectionScope, ConnectionType, ConnectionsWanted, ManagedBy};

fn value(id: &str, more: &Value) -> Value {
    let plain = json!({
        "id": id, "isTest": false, "status": "ACTIVE",
        "customer": {"id": format!("c-{id}"), "name": "Smith", "externalId": "x"},
        "inputs": page(&[json!({"name": "user", "value": "u", "hasValue": true})]),
    });
    merged(plain, more)
}

fn shared(id: &str, values: &Value, more: &Value) -> Value {
    let plain = json!({
        "id": id, "key": "Login", "stableKey": format!("key-{id}"),
        "description": "Shared [gitops:p/login]", "managedBy": "ORG", "variableScope": "CUSTOMER",
        "status": null, "isInUse": false, "customer": null,
        "connection": {"key": "basic", "oauth2Type": null, "component": {"key": "sftp", "public": true}},
        "inputs": page(&[json!({"name": "host", "value": "a", "hasValue": true})]),
        "customerConfigVariables": values,
    });
    merged(plain, more)
}

fn basic(component: &str, public: bool) -> ConnectionType {
    ConnectionType {
        component: component.to_owned(),
        public,
        connection: "basic".to_owned(),
    }
}

fn everything() -> Scope {
    let types = [
        basic("sftp", true),
        basic("sftp", false),
        basic("other", true),
    ];
    Scope {
        connections: Some(ConnectionsWanted {
            types: types.into(),
        }),
        ..Scope::default()
    }
}

fn own(ask: &Ask) -> Option<Step> {
    Some(match ask.operation().as_str() {
        "listConnections" => {
            let few = page(&[
                value("v1", &json!({})),
                value("v2", &json!({"isTest": true})),
            ]);
            let many = more(&[value("w1", &json!({}))]);
            let list = [
                shared("s1", &few, &json!({})),
                shared(
                    "s2",
                    &many,
                    &json!({"isInUse": null, "managedBy": "SYSTEM"}),
                ),
                shared("s3", &few, &json!({"customer": {"id": "c9"}})),
            ];
            data(&json!({"scopedConfigVariables": page(&list)}))
        }
        "listConnectionValues" => {
            assert_eq!(ask.variables()["connection"], "s2");
            let list = [
                value("w1", &json!({})),
                value("w2", &json!({"customer": null})),
            ];
            data(&json!({"customerConfigVariables": page(&list)}))
        }
        "connectionTypes" => each(ask, |key| {
            let found = json!({"key": "sftp", "public": true, "customer": null,
                "connections": page(&[json!({"id": "t1", "key": "basic"})])});
            match key {
                "sftp" => page(&[found]),
                _ => page(&[]),
            }
        }),
        _ => return None,
    })
}

#[tokio::test(start_paused = true)]
async fn all_of_them_are_read_with_all_their_values() {
    let fake = server(own);
    let tenant = observe_with(&fake, &everything()).await;
    let all = tenant.connections.unwrap();
    assert_eq!(all.incomplete, None);
    let [one, two] = &all.items[..] else {
        panic!("a customer owns the third: {all:?}");
    };
    assert_eq!(
        (one.text.as_str(), &one.labels[..]),
        ("Shared", &["gitops:p/login".to_owned()][..])
    );
    assert_eq!(
        (one.scope, one.managed_by),
        (Some(ConnectionScope::Customer), Some(ManagedBy::Org))
    );
    assert_eq!(one.kind, Some(basic("sftp", true)));
    assert!(
        !one.in_use && two.in_use,
        "what is not said to be unused may be used"
    );
    assert_eq!(two.managed_by, None);
    let ids = |record: &crate::model::ConnectionRecord| -> Vec<String> {
        record
            .values
            .items
            .iter()
            .map(|it| it.id.to_string())
            .collect()
    };
    assert_eq!(
        (ids(one), ids(two)),
        (
            vec!["v1".to_owned()],
            vec!["w1".to_owned(), "w2".to_owned()]
        )
    );
    assert!(two.values.items[1].customer.is_none());
    let types = tenant.connection_types;
    assert_eq!(
        types[&basic("sftp", true)],
        Observed::Known("t1".to_owned())
    );
    assert_eq!(types[&basic("sftp", false)], Observed::Absent);
    assert_eq!(types[&basic("other", true)], Observed::Absent);
}

#[tokio::test(start_paused = true)]
async fn values_that_could_not_be_read_are_unknown() {
    let fake = server(|ask| match ask.operation().as_str() {
        "listConnectionValues" => Some(reply(
            200,
            &json!({"data": null, "errors": [{"message": "boom"}]}),
        )),
        _ => own(ask),
    });
    let all = observe_with(&fake, &everything())
        .await
        .connections
        .unwrap();
    assert_eq!(all.incomplete, None);
    assert_eq!(all.items[0].values.incomplete, None);
    let two = &all.items[1].values;
    assert!(two.incomplete.is_some() && two.items.is_empty(), "{two:?}");
}
