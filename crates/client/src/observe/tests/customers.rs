//! All customers, where manifests declare some.

use super::*;
use crate::model::{Asked, CustomersWanted};

fn record(id: &str, more: &Value) -> Value {
    let plain = json!({
        "id": id, "name": format!("Customer {id}"), "externalId": format!("x-{id}"),
        "description": "d", "labels": ["gitops:p/a"], "updatedAt": "2026-03-01T12:00:05Z",
    });
    merged(plain, more)
}

fn everyone(limits: bool) -> Scope {
    Scope {
        all_customers: Some(CustomersWanted { limits }),
        customers: [CustomerRef::ExternalId("x-c2".to_owned())].into(),
        ..Scope::default()
    }
}

#[tokio::test(start_paused = true)]
async fn all_of_them_are_read_once_and_nothing_is_looked_up() {
    let fake = server(|ask| {
        (ask.operation() == "listCustomers").then(|| {
            let query = ask.body["query"].as_str().unwrap();
            assert!(query.contains("isSystem: false"));
            assert!(!query.contains("concurrentExecutionLimit"), "nobody asked");
            let list = [
                record("c1", &json!({})),
                record("c2", &json!({"labels": null})),
            ];
            data(&json!({"customers": page(&list)}))
        })
    });
    let tenant = observe_with(&fake, &everyone(false)).await;
    assert_eq!(fake.count(), 4);
    let all = tenant.all_customers.unwrap();
    assert_eq!((all.items.len(), &all.incomplete), (2, &None));
    assert_eq!(all.items[0].labels, ["gitops:p/a"]);
    assert_eq!(all.items[0].concurrent_execution_limit, Asked::NotAsked);
    assert_eq!(all.items[1].labels, [""; 0]);
    let [found] = &tenant.customers.values().collect::<Vec<_>>()[..] else {
        panic!("one was asked for");
    };
    assert_eq!(found.items[0].id.as_str(), "c2");
}

#[tokio::test(start_paused = true)]
async fn a_server_without_limits_shows_the_rest() {
    let fake = server(|ask| {
        if ask.operation() != "listCustomers" {
            return None;
        }
        let query = ask.body["query"].as_str().unwrap();
        let message = "Cannot query field 'concurrentExecutionLimit' on type 'Customer'.";
        Some(match query.contains("concurrentExecutionLimit") {
            true => reply(400, &json!({"errors": [{"message": message}]})),
            false => data(&json!({"customers": page(&[record("c1", &json!({}))])})),
        })
    });
    let tenant = observe_with(&fake, &everyone(true)).await;
    let all = tenant.all_customers.unwrap();
    assert_eq!(all.incomplete, None);
    let Asked::Unknown(why) = &all.items[0].concurrent_execution_limit else {
        panic!("{all:?}");
    };
    assert!(why.contains("Cannot query field"), "{why}");
}

fn first(ask: &Ask) -> bool {
    let place = ask.variables();
    place["after"].is_null() && place["offset"].is_null()
}

#[tokio::test(start_paused = true)]
async fn a_page_that_fails_is_no_end_of_the_list() {
    let fake = server(|ask| {
        (ask.operation() == "listCustomers").then(|| match first(ask) {
            true => {
                let limit = json!({"concurrentExecutionLimit": 10});
                data(&json!({"customers": more(&[record("c1", &limit)])}))
            }
            false => reply(200, &json!({"data": null, "errors": [{"message": "boom"}]})),
        })
    });
    let scope = Scope {
        customers: Default::default(),
        ..everyone(true)
    };
    let tenant = observe_with(&fake, &scope).await;
    let all = tenant.all_customers.unwrap();
    assert!(all.incomplete.is_some());
    let limit = &all.items[0].concurrent_execution_limit;
    assert_eq!(*limit, Asked::Known(Some(10)));
}
