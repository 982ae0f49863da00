//! Looks at single objects: whole or an error.

use futures::future::join_all;
use serde_json::{Map, Value, json};

use super::*;
use crate::error::{Effect, ErrorKind};
use crate::model::{SequenceId, VersionId};
use crate::platform::Platform as _;
use crate::testing::{Ask, Fake, Step, client, data, reply};

/// Answers every look-up of a request by its value.
fn each(ask: &Ask, one: impl Fn(&str) -> Value) -> Step {
    let variables = ask.variables().as_object().unwrap();
    let answers = variables.iter().map(|(name, value)| {
        let alias = name.replacen('v', "l", 1);
        (alias, one(value.as_str().unwrap()))
    });
    data(&answers.collect::<Map<_, _>>().into())
}

fn instance(id: &str) -> Value {
    json!({
        "id": id, "name": "Smith", "labels": ["gitops:p/n"], "enabled": true,
        "createdAt": "2026-03-01T12:00:00Z", "updatedAt": "2026-03-01T12:00:05+00:00",
        "needsDeploy": false, "lastDeployedAt": null, "deployedVersion": 0,
        "integration": {"id": "v1", "versionSequenceId": "s"}, "customer": {"id": "c"},
    })
}

fn page(nodes: &[Value], more: bool, total: usize) -> Value {
    json!({"nodes": nodes, "pageInfo": {"hasNextPage": more, "endCursor": "cursor"},
           "totalCount": total})
}

#[tokio::test(start_paused = true)]
async fn looks_of_one_moment_share_requests() {
    let fake = Fake::new(|ask| {
        each(ask, |id| {
            if id == "gone" {
                json!(null)
            } else {
                instance(id)
            }
        })
    });
    let client = client(&fake);
    let mut ids: Vec<_> = (0..60)
        .map(|it| InstanceId::new(format!("n{it}")))
        .collect();
    ids.push(InstanceId::new("gone"));
    let looks = join_all(ids.iter().map(|id| client.sight_instance(id))).await;
    for (id, look) in ids.iter().zip(looks) {
        let found = look.unwrap().map(|sighting| sighting.id);
        assert_eq!(found.as_ref(), (id.as_str() != "gone").then_some(id));
    }
    assert!(fake.count() <= 4, "{}", fake.count());
}

#[tokio::test(start_paused = true)]
async fn a_sighting_says_what_it_shows_and_no_more() {
    let bare = json!({"id": "n"});
    let fake = Fake::new(move |ask| {
        each(ask, |id| {
            if id == "bare" {
                bare.clone()
            } else {
                instance(id)
            }
        })
    });
    let client = client(&fake);
    let full = client.sight_instance(&InstanceId::new("n")).await.unwrap();
    let at = |text: &str| Some(text.parse().unwrap());
    let expected = InstanceSighting {
        id: InstanceId::new("n"),
        name: Some("Smith".to_owned()),
        customer: Some(CustomerId::new("c")),
        labels: Some(vec!["gitops:p/n".to_owned()]),
        created_at: at("2026-03-01T12:00:00Z"),
        updated_at: at("2026-03-01T12:00:05Z"),
        version: Some(VersionId::new("v1")),
        sequence: Some(SequenceId::new("s")),
        enabled: Some(true),
        needs_deploy: Some(false),
        last_deployed_at: None,
        deployed_version: Some(0),
    };
    assert_eq!(full, Some(expected));
    let bare = client
        .sight_instance(&InstanceId::new("bare"))
        .await
        .unwrap();
    assert_eq!(bare, Some(InstanceSighting::of(InstanceId::new("bare"))));
}

#[tokio::test(start_paused = true)]
async fn a_list_that_is_cut_is_walked_and_one_that_cannot_be_is_no_absence() {
    let customer = CustomerId::new("c");
    // The first page, what the walk finds, and how many are known in the end.
    for (first, walk, expected) in [
        (page(&[instance("a")], false, 1), vec![], Ok(1)),
        (page(&[], false, 0), vec![], Ok(0)),
        (
            page(&[instance("a")], true, 2),
            vec![page(&[instance("a"), instance("b")], false, 2)],
            Ok(2),
        ),
        (
            page(&[instance("a")], false, 2),
            vec![page(&[instance("a")], false, 2)],
            Err("the list changed while it was read"),
        ),
        (
            page(&[json!(null)], false, 1),
            vec![page(&[json!(null)], false, 1)],
            Err("could not be read"),
        ),
        (json!(null), vec![], Err("the server gave no list")),
    ] {
        let shown = first.to_string();
        let fake = Fake::new(move |ask| match ask.operation().as_str() {
            "findInstances" => data(&json!({"instances": walk[0]})),
            _ => each(ask, |_| first.clone()),
        });
        let found = client(&fake).find_instances(&customer).await;
        match (found, expected) {
            (Ok(found), Ok(count)) => assert_eq!(found.len(), count, "{shown}"),
            (Err(error), Err(part)) => {
                assert!(error.to_string().contains(part), "{shown}: {error}");
                assert_eq!(error.effect, Effect::None);
            }
            (found, _) => panic!("{shown}: {found:?}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_is_never_an_absence() {
    for error in [
        json!({"message": "Record not found.", "path": ["l0", "labels"]}),
        json!({"message": "Record not found."}),
        json!({"message": "boom", "path": ["l0"]}),
    ] {
        let body = json!({"data": {"l0": null}, "errors": [error]});
        let fake = Fake::new(move |_| reply(200, &body));
        let look = client(&fake).sight_instance(&InstanceId::new("n")).await;
        let failed = look.unwrap_err();
        assert!(
            !matches!(failed.kind, ErrorKind::NotFound { .. }),
            "{failed}"
        );
    }
    let body = json!({"data": {"l0": null},
        "errors": [{"message": "Record not found.", "path": ["l0"]}]});
    let fake = Fake::new(move |_| reply(200, &body));
    let look = client(&fake).sight_instance(&InstanceId::new("n")).await;
    assert_eq!(look.unwrap(), None);
}

fn version(id: &str, number: i64, available: bool) -> Value {
    json!({"id": id, "versionNumber": number, "versionIsAvailable": available,
           "versionCreatedAt": available.then_some("2026-03-01T12:00:00Z"),
           "versionComment": "why", "versionAttributes": "{\"commitHash\":\"1a2b\"}"})
}

fn draft(id: &str, versions: &[Value], instances: usize) -> Value {
    let instances = vec![json!({"id": "n"}); instances];
    json!({
        "id": id, "versionNumber": 1, "versionIsAvailable": false, "name": "Acme", "labels": null,
        "createdAt": "2026-03-01T12:00:00Z", "updatedAt": "2026-03-01T12:00:00Z",
        "versionSequenceId": "s", "hasUnpublishedChanges": true, "customer": null,
        "versionSequence": page(versions, false, versions.len()),
        "instances": page(&instances, false, instances.len()),
    })
}

#[tokio::test(start_paused = true)]
async fn an_integration_is_found_once_by_label_and_by_name() {
    let fake = Fake::new(|ask| {
        each(ask, |value| match value {
            "gitops:p/a" => page(&[draft("i", &[], 0)], false, 1),
            _ => page(
                &[draft("i", &[], 0), draft("j", &[version("v", 1, true)], 0)],
                false,
                2,
            ),
        })
    });
    let found = client(&fake).find_integrations("gitops:p/a", "Acme").await;
    let found: Vec<_> = (found.unwrap().into_iter())
        .map(|it| (it.id.as_str().to_owned(), it.published, it.has_instances))
        .collect();
    assert_eq!(
        found,
        [
            ("i".to_owned(), Some(false), Some(false)),
            ("j".to_owned(), Some(true), None)
        ]
    );
    assert_eq!(fake.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_version_that_is_listed_leads_to_its_draft() {
    let shown = draft("v", &[version("v", 1, true)], 1);
    let record = {
        let mut record = shown.clone();
        record["versionIsAvailable"] = json!(true);
        record
    };
    for (records, expected) in [
        (
            vec![draft("d", &[version("v", 1, true)], 0), record.clone()],
            Ok("d"),
        ),
        (vec![record.clone()], Err("its draft was not found")),
    ] {
        let shown = shown.clone();
        let fake = Fake::new(move |ask| {
            each(ask, |value| match value {
                "s" => page(&records, false, records.len()),
                _ => page(std::slice::from_ref(&shown), false, 1),
            })
        });
        let found = client(&fake).find_integrations("m", "Acme").await;
        match (found, expected) {
            (Ok(found), Ok(id)) => {
                assert_eq!(found.len(), 1);
                assert_eq!(found[0].id.as_str(), id);
            }
            (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{error}"),
            (found, _) => panic!("{found:?}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_draft_shows_its_newest_versions_and_not_itself() {
    let mut versions: Vec<_> = (1..=6)
        .map(|it| version(&format!("v{it}"), it, true))
        .collect();
    versions.insert(
        2,
        json!({"id": "d", "versionNumber": 7, "versionComment": ""}),
    );
    let fake = Fake::new(move |ask| each(ask, |id| draft(id, &versions, 0)));
    let seen = client(&fake).sight_draft(&IntegrationId::new("d")).await;
    let seen = seen.unwrap().unwrap();
    let numbers: Vec<_> = seen.newest.iter().map(|version| version.number).collect();
    assert_eq!(numbers, [6, 5, 4, 3, 2]);
    assert_eq!(seen.newest[0].record.commit_hash.as_deref(), Some("1a2b"));
    assert_eq!(seen.newest[0].comment.as_deref(), Some("why"));
    assert_eq!(
        (seen.labels, seen.has_unpublished_changes),
        (None, Some(true))
    );
}

#[tokio::test(start_paused = true)]
async fn the_servers_time_is_the_newest_that_it_showed() {
    let fake = Fake::new(|ask| {
        let mut step = each(ask, instance);
        if let (Step::Reply(response), 1..) = (&mut step, ask.number) {
            let date = (
                "date".to_owned(),
                "Sun, 01 Mar 2026 11:00:00 GMT".to_owned(),
            );
            response.headers.push(date);
        }
        step
    });
    let client = client(&fake);
    assert_eq!(client.server_now(), None);
    for expected in ["2026-03-01T12:00:05Z", "2026-03-01T11:00:00Z"] {
        client.sight_instance(&InstanceId::new("n")).await.unwrap();
        assert_eq!(client.server_now(), Some(expected.parse().unwrap()));
    }
}

#[tokio::test(start_paused = true)]
async fn a_customer_is_looked_for_by_both_of_its_keys_in_one_request() {
    let customer = |id: &str| {
        json!({"id": id, "name": "Smith", "externalId": "x-1", "labels": ["gitops:p/smith"],
               "createdAt": "2026-03-01T12:00:00Z", "updatedAt": "2026-03-01T12:00:05Z"})
    };
    let fake = Fake::new(move |ask| {
        each(ask, |value| match value {
            "x-1" => page(&[customer("c1")], false, 1),
            "Smith" => page(&[customer("c1"), customer("c2")], false, 2),
            _ => page(&[customer("c1")], true, 200),
        })
    });
    let client = client(&fake);
    let found = client.find_customers("x-1", "Smith").await.unwrap();
    let ids: Vec<_> = found.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(ids, ["c1", "c2"]);
    assert_eq!(fake.count(), 1);
    let query = fake.asked()[0].body["query"].as_str().unwrap().to_owned();
    assert_eq!(query.matches("isSystem: false").count(), 2, "{query}");
    let cut = client.find_customers("x-1", "everybody").await;
    assert!(matches!(cut.unwrap_err().kind, ErrorKind::Protocol { .. }));
}
