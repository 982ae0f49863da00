//! One reading against a scripted server: what is requested, and the result.

mod connections;
mod customers;

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::*;
use crate::client::PrismaticClient;
use crate::model::{CustomerRef, IntegrationWanted, Observed, VersionRef};
use crate::platform::Platform as _;
use crate::testing::{Ask, Fake, Step, client, data, reply};

fn page(nodes: &[Value]) -> Value {
    let count = nodes.len();
    json!({"nodes": nodes, "pageInfo": {"hasNextPage": false, "endCursor": null}, "totalCount": count})
}

fn more(nodes: &[Value]) -> Value {
    json!({"nodes": nodes, "pageInfo": {"hasNextPage": true, "endCursor": "c"}, "totalCount": 900})
}

fn version(number: i64, available: bool, commit: &str) -> Value {
    json!({
        "id": format!("v{number}"), "versionNumber": number, "versionIsAvailable": available,
        "versionCreatedAt": "2026-01-01T00:00:00Z",
        "versionAttributes": json!({"commitHash": commit}).to_string(),
        "marketplaceConfiguration": "NEW_WORD", "allowMultipleMarketplaceInstances": null,
    })
}

fn draft() -> Value {
    json!({"id": "i1", "versionNumber": 99, "versionIsAvailable": false})
}

fn integration(newest: &Value, available: &Value) -> Value {
    json!({
        "id": "i1", "name": "Acme ERP", "description": null, "labels": null,
        "versionSequenceId": "s1", "isCodeNative": false, "hasUnpublishedChanges": true,
        "customer": null, "newest": newest, "available": available, "surprise": 7,
    })
}

fn variable(key: &str) -> Value {
    json!({
        "id": format!("cv-{key}"), "value": "x", "status": "ACTIVE", "timeZone": null,
        "customerConfigVariable": null, "inputs": null,
        "requiredConfigVariable": {"id": key, "key": key, "dataType": "NEW_TYPE"},
    })
}

fn instance(id: &str, config: &Value) -> Value {
    json!({
        "id": id, "name": "Smith ERP", "description": "d", "labels": ["a"], "enabled": true,
        "isSystem": false, "instanceType": "INTEGRATION", "needsDeploy": false,
        "lastDeployedAt": null, "deployedVersion": 0, "configState": "SOMETHING_NEW",
        "inFailedState": null, "systemSuspended": false, "designedBy": "CUSTOMER",
        "integration": {"id": "v3", "name": "Acme ERP", "versionNumber": 3, "versionSequenceId": "s1"},
        "customer": {"id": "c1", "name": "Smith", "externalId": "x-1"},
        "configVariables": config,
    })
}

fn identity() -> Step {
    data(&json!({
        "authenticatedUser": {"email": "a@b", "name": "A", "tenantId": "t",
            "org": {"id": "o", "name": "Acme"}},
    }))
}

/// A tenant with one integration and one instance, and answers of the test's own.
fn server(own: impl Fn(&Ask) -> Option<Step> + Send + Sync + 'static) -> Arc<Fake> {
    Fake::new(move |ask| {
        if let Some(step) = own(ask) {
            return step;
        }
        let newest = more(&[
            draft(),
            version(4, false, "cafe4444"),
            version(3, true, "cafe3333"),
        ]);
        let available = page(&[version(3, true, "cafe3333")]);
        match ask.operation().as_str() {
            "identity" => identity(),
            "listIntegrations" => {
                let list = page(&[integration(&newest, &available)]);
                data(&json!({ "integrations": list }))
            }
            "listInstances" => {
                let system = json!({"isSystem": true});
                let test = merged(instance("test", &page(&[])), &system);
                let list = page(&[instance("n1", &page(&[variable("Key")])), test]);
                data(&json!({ "instances": list }))
            }
            other => panic!("unexpected {other}"),
        }
    })
}

fn merged(mut value: Value, with: &Value) -> Value {
    for (key, field) in with.as_object().unwrap() {
        value[key] = field.clone();
    }
    value
}

async fn observe_with(fake: &Arc<Fake>, scope: &Scope) -> Tenant {
    let client: PrismaticClient = client(fake);
    client.observe(scope).await.unwrap()
}

fn wanted(definition: bool, versions: &[VersionRef]) -> Scope {
    Scope {
        integrations: vec![IntegrationWanted {
            name: Some("Acme ERP".to_owned()),
            definition,
            versions: versions.iter().cloned().collect(),
            ..IntegrationWanted::default()
        }],
        ..Scope::default()
    }
}

/// Answers each alias of a batch.
fn each(ask: &Ask, answer: impl Fn(&str) -> Value) -> Step {
    let variables = ask.variables().as_object().unwrap();
    let answers: Map<String, Value> = variables
        .iter()
        .map(|(name, id)| {
            let alias = name.replace('v', "l");
            (alias, answer(id.as_str().unwrap()))
        })
        .collect();
    data(&Value::Object(answers))
}

#[tokio::test(start_paused = true)]
async fn a_plain_reading_takes_three_requests() {
    let fake = server(|_| None);
    let tenant = observe_with(&fake, &Scope::default()).await;
    assert_eq!(fake.count(), 3);
    assert_eq!(tenant.identity.organization, "Acme");
    let found = &tenant.integrations.items[0];
    assert_eq!((found.description.as_str(), found.labels.len()), ("", 0));
    assert!(matches!(found.definition, Observed::Unknown(_)));
    let versions: Vec<_> = (found.versions.items.iter())
        .map(|version| (version.number, version.available))
        .collect();
    assert_eq!(versions, [(4, false), (3, true)]);
    assert!(found.versions.incomplete.is_some());
    assert_eq!(found.newest().known().unwrap().number, 4);
}

#[tokio::test(start_paused = true)]
async fn instances_come_with_everything_and_test_instances_not_at_all() {
    let fake = server(|_| None);
    let tenant = observe_with(&fake, &Scope::default()).await;
    assert_eq!(tenant.instances.items.len(), 1);
    let found = &tenant.instances.items[0];
    assert_eq!((found.deployed, found.designed_by_customer), (false, true));
    assert_eq!(found.config_state, None);
    let config = found.config.known().unwrap();
    assert_eq!(config["Key"].value.as_deref(), Some("x"));
    assert_eq!(config["Key"].declared.data_type, "NEW_TYPE");
    assert!(!format!("{tenant:?}").contains("\"x\""));
}

#[tokio::test(start_paused = true)]
async fn what_two_instances_have_in_common_is_in_memory_once() {
    let fake = server(|ask| {
        (ask.operation() == "listInstances").then(|| {
            let config = page(&[variable("Key"), variable("Other")]);
            let list = page(&[instance("n1", &config), instance("n2", &config)]);
            data(&json!({ "instances": list }))
        })
    });
    let tenant = observe_with(&fake, &Scope::default()).await;
    let declared = |instance: usize, key: &str| {
        let config = &tenant.instances.items[instance].config;
        Arc::clone(&config.known().unwrap()[key].declared)
    };
    assert!(Arc::ptr_eq(&declared(0, "Key"), &declared(1, "Key")));
    assert_eq!(declared(1, "Other").key, "Other");
}

#[tokio::test(start_paused = true)]
async fn details_are_read_for_what_the_scope_wants() {
    let fake = server(|ask| {
        (ask.operation() == "integrationDetails").then(|| {
            each(ask, |id| match id {
                "i1" => json!({"definition": "name: x"}),
                _ => json!({"requiredConfigVariables": page(&[json!({
                    "id": "r", "key": id, "dataType": "PICKLIST", "pickList": ["a"],
                    "dataSource": {"id": "d"}, "scopedConfigVariable": {"id": "s"},
                })])}),
            })
        })
    });
    let tenant = observe_with(&fake, &wanted(true, &[VersionRef::Latest])).await;
    assert_eq!(fake.count(), 4);
    let found = &tenant.integrations.items[0];
    assert_eq!(found.definition, Observed::Known("name: x".into()));
    let required = found.versions.items[1].required.known().unwrap();
    assert_eq!(required[0].key, "v3");
    assert!(required[0].shared && required[0].pick_list.is_empty());
    assert!(found.versions.items[0].required.known().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_failed_detail_is_unknown_and_a_missing_one_absent() {
    for (message, path, absent) in [
        ("Record not found.", json!(["l0"]), true),
        ("boom", json!(["l0", "definition"]), false),
        ("boom", json!([]), false),
    ] {
        let body = json!({
            "data": {"l0": null}, "errors": [{"message": message, "path": path}],
        });
        let fake =
            server(move |ask| (ask.operation() == "integrationDetails").then(|| reply(200, &body)));
        let tenant = observe_with(&fake, &wanted(true, &[])).await;
        let found = &tenant.integrations.items[0].definition;
        let expected = if absent {
            Observed::Absent
        } else {
            Observed::Unknown(message.into())
        };
        assert_eq!(*found, expected);
    }
}

/// Of equal versions the older counts, so one version alone says too little.
#[tokio::test(start_paused = true)]
async fn a_page_that_shows_one_version_of_several_is_read_on() {
    let fake = server(|ask| match ask.operation().as_str() {
        "listIntegrations" => {
            let newest = more(&[draft(), version(4, true, "cafe4444")]);
            let available = page(&[version(4, true, "cafe4444")]);
            let list = page(&[integration(&newest, &available)]);
            Some(data(&json!({ "integrations": list })))
        }
        "integrationVersions" => {
            let all = [
                draft(),
                version(4, true, "cafe4444"),
                version(3, true, "cafe4444"),
            ];
            let sequence = json!({"versionSequence": page(&all)});
            Some(data(&json!({ "integration": sequence })))
        }
        _ => None,
    });
    let tenant = observe_with(&fake, &Scope::default()).await;
    let versions = &tenant.integrations.items[0].versions;
    let numbers: Vec<_> = versions.items.iter().map(|it| it.number).collect();
    assert_eq!(numbers, [4, 3]);
    assert!(versions.incomplete.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_version_is_found_by_number_or_the_whole_sequence_is_read() {
    let fake = server(|ask| match ask.operation().as_str() {
        "integrationVersionByNumber" => {
            let two = ask.body["query"]
                .as_str()
                .unwrap()
                .contains("versionNumber: 2");
            let found = if two {
                vec![version(2, true, "cafe2222")]
            } else {
                Vec::new()
            };
            Some(each(ask, |_| json!({"versionSequence": page(&found)})))
        }
        "integrationVersions" => {
            let all = [
                draft(),
                version(4, false, "cafe4444"),
                version(1, true, "cafe1111"),
            ];
            Some(data(
                &json!({"integration": {"versionSequence": page(&all)}}),
            ))
        }
        "integrationDetails" => Some(each(ask, |_| json!({"requiredConfigVariables": page(&[])}))),
        _ => None,
    });
    let numbers = |tenant: &Tenant| -> Vec<i64> {
        let items = &tenant.integrations.items[0].versions.items;
        items.iter().map(|version| version.number).collect()
    };
    let two = observe_with(&fake, &wanted(false, &[VersionRef::Number(2)])).await;
    assert_eq!(numbers(&two), [4, 3, 2]);
    assert!(two.integrations.items[0].versions.incomplete.is_some());
    assert!(
        two.integrations.items[0].versions.items[2]
            .required
            .known()
            .is_some()
    );

    let commit = VersionRef::Commit("cafe111".to_owned());
    for wish in [commit, VersionRef::Number(77)] {
        let tenant = observe_with(&fake, &wanted(false, &[wish])).await;
        assert_eq!(numbers(&tenant), [4, 3, 1]);
        assert_eq!(tenant.integrations.items[0].versions.incomplete, None);
    }
}

#[tokio::test(start_paused = true)]
async fn nested_lists_are_followed_or_unknown() {
    for works in [true, false] {
        let fake = server(move |ask| match ask.operation().as_str() {
            "listInstances" => {
                let list = page(&[instance("n1", &more(&[variable("A")]))]);
                Some(data(&json!({ "instances": list })))
            }
            "instanceConfig" if works => {
                let all = page(&[variable("A"), variable("B")]);
                Some(data(&json!({"instance": {"configVariables": all}})))
            }
            "instanceConfig" => Some(data(&json!({"instance": null}))),
            _ => None,
        });
        let tenant = observe_with(&fake, &Scope::default()).await;
        let config = &tenant.instances.items[0].config;
        assert_eq!(config.known().map(BTreeMap::len), works.then_some(2));
    }
}

/// The config of an instance whose connection has another page of inputs, under this id.
async fn config_with_cut_inputs(id: &'static str) -> Observed<Vec<String>> {
    let mut cut = variable("Login");
    let input = |name: &str| json!({"name": name, "value": null, "hasValue": true});
    cut["inputs"] = more(&[input("a")]);
    let fake = server(move |ask| match ask.operation().as_ref() {
        "listInstances" => {
            let list = page(&[instance("n1", &page(&[cut.clone()]))]);
            Some(data(&json!({ "instances": list })))
        }
        "connectionInputs" => {
            let variable = json!({"id": id, "inputs": page(&[input("a"), input("b")])});
            let config = page(&[variable]);
            Some(data(&json!({"instance": {"configVariables": config}})))
        }
        _ => None,
    });
    let tenant = observe_with(&fake, &Scope::default()).await;
    match &tenant.instances.items[0].config {
        Observed::Known(all) => {
            let names = all["Login"].inputs.iter().map(|input| input.name.clone());
            Observed::Known(names.collect())
        }
        Observed::Absent => Observed::Absent,
        Observed::Unknown(why) => Observed::Unknown(why.clone()),
    }
}

#[tokio::test(start_paused = true)]
async fn inputs_that_are_cut_are_read_to_their_end() {
    let config = config_with_cut_inputs("cv-Login").await;
    assert_eq!(config, Observed::Known(vec!["a".into(), "b".into()]));
}

#[tokio::test(start_paused = true)]
async fn inputs_that_stay_cut_make_the_config_unknown() {
    assert_eq!(
        config_with_cut_inputs("another").await,
        Observed::Unknown("config variable \"Login\": there are more pages".into())
    );
}

#[tokio::test(start_paused = true)]
async fn customers_are_looked_up_unless_an_instance_shows_them() {
    let fake = server(|ask| {
        if ask.operation() == "newestCustomers" {
            let newest = page(&[json!({"id": "c7", "name": "Nobodi", "externalId": null})]);
            return Some(data(&json!({ "customers": newest })));
        }
        (ask.operation() == "customers").then(|| {
            each(ask, |id| match id {
                "x-2" => page(&[
                    json!({"id": "c2", "name": "A", "externalId": "x-2"}),
                    json!({"id": "c3", "name": "B", "externalId": "x-2"}),
                    json!({"id": "c4", "name": "C", "externalId": "X-2"}),
                ]),
                "c9" => Value::Null,
                _ => page(&[]),
            })
        })
    });
    let references = [
        CustomerRef::ExternalId("x-1".to_owned()),
        CustomerRef::ExternalId("x-2".to_owned()),
        CustomerRef::Id("c9".to_owned()),
        CustomerRef::Name("Smith".to_owned()),
        CustomerRef::Name("Nobody".to_owned()),
    ];
    let scope = Scope {
        customers: references.iter().cloned().collect(),
        ..Scope::default()
    };
    let tenant = observe_with(&fake, &scope).await;
    assert_eq!(fake.count(), 5);
    assert_eq!(fake.asked()[3].variables().as_object().unwrap().len(), 3);
    // One is looked for that does not exist: another may be meant.
    assert_eq!(tenant.near_customers[0].name, "Nobodi");
    let found = references.map(|reference| {
        let listing = &tenant.customers[&reference];
        assert_eq!(listing.incomplete, None);
        let ids: Vec<_> = listing
            .items
            .iter()
            .map(|c| c.id.as_str().to_owned())
            .collect();
        ids.join(" ")
    });
    assert_eq!(found, ["c1", "c2 c3", "", "c1", ""]);
}

#[tokio::test(start_paused = true)]
async fn a_list_that_fails_is_incomplete_and_the_rest_is_used() {
    let fake = server(|ask| {
        let boom = json!({"data": null, "errors": [{"message": "boom"}]});
        (ask.operation() == "listInstances").then(|| reply(200, &boom))
    });
    let tenant = observe_with(&fake, &Scope::default()).await;
    assert_eq!(tenant.integrations.items.len(), 1);
    let why = tenant.instances.incomplete.unwrap();
    assert_eq!(&*why, "page 1 could not be read: instances: boom");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_read_without_an_identity_or_when_both_lists_are_refused() {
    let refused = || reply(401, &json!({"detail": "no"}));
    let nobody = Fake::new(move |ask| match ask.operation().as_str() {
        "identity" => refused(),
        _ => data(&json!({"integrations": page(&[]), "instances": page(&[])})),
    });
    let error = client(&nobody)
        .observe(&Scope::default())
        .await
        .unwrap_err();
    assert!(error.is_fatal());
    let lists = Fake::new(move |ask| match ask.operation().as_str() {
        "identity" => identity(),
        _ => refused(),
    });
    let error = client(&lists).observe(&Scope::default()).await.unwrap_err();
    assert!(error.is_fatal());
}

#[tokio::test(start_paused = true)]
async fn a_user_of_a_customer_is_told_so() {
    let fake = Fake::script(vec![data(&json!({
        "authenticatedUser": {"email": "a@b", "name": "A", "tenantId": "t", "org": null},
    }))]);
    let error = client(&fake).identity().await.unwrap_err();
    insta::assert_snapshot!(error, @"authenticatedUser: not permitted: the token belongs to a user of a customer; one of the organization is needed");
}
