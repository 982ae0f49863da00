mod deploys;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use serde_json::json;
use tokio::time::Instant;

use crate::error::{Effect, PlatformError};
use crate::model::{ConfigWrite, InstanceId, InstanceSighting, RateLimit, Secret, WriteValue};
use crate::platform::{InstanceUpdate, Platform as _, PlatformResult};
use crate::testing::{
    Ask, Fake, Step, access, broken, client, client_with, data, payload, reply, text, throttled,
};

/// The inputs of a request, by alias; a plain one is under `payload`.
fn inputs(ask: &Ask) -> BTreeMap<String, serde_json::Value> {
    let variables = ask.variables().as_object().unwrap();
    let alias = |name: &str| name.strip_prefix('i').map(|rest| format!("w{rest}"));
    let one = |(name, value): (&String, &serde_json::Value)| {
        let alias = alias(name).filter(|it| it != "wnput");
        (alias.unwrap_or_else(|| "payload".to_owned()), value.clone())
    };
    variables.iter().map(one).collect()
}

/// Answers each write of a request by its instance's id.
fn each(ask: &Ask, answer: impl Fn(&str) -> serde_json::Value) -> Step {
    let one = |(alias, input): (String, serde_json::Value)| {
        (alias, answer(input["id"].as_str().unwrap()))
    };
    let all: serde_json::Map<_, _> = inputs(ask).into_iter().map(one).collect();
    data(&all.into())
}

fn done(id: &str) -> serde_json::Value {
    json!({"object": {"id": id}, "errors": []})
}

fn refused() -> serde_json::Value {
    json!({"object": null, "errors": [{"field": "__all__", "messages": ["No."]}]})
}

/// How many writes each request had.
fn sizes(fake: &Fake) -> Vec<usize> {
    fake.asked().iter().map(|ask| inputs(ask).len()).collect()
}

fn update(number: usize) -> InstanceUpdate {
    InstanceUpdate {
        enabled: Some(true),
        ..InstanceUpdate::of(InstanceId::new(format!("n{number}")))
    }
}

async fn updates(fake: &Arc<Fake>, count: usize) -> Vec<PlatformResult<InstanceSighting>> {
    let client = client(fake);
    let one = |number| {
        let client = &client;
        async move { client.update_instance(&update(number)).await }
    };
    join_all((0..count).map(one)).await
}

fn failures(outcomes: &[PlatformResult<InstanceSighting>]) -> Vec<(usize, String)> {
    let one = |(index, outcome): (usize, &PlatformResult<InstanceSighting>)| {
        outcome
            .as_ref()
            .err()
            .map(|error| (index, error.to_string()))
    };
    outcomes.iter().enumerate().filter_map(one).collect()
}

/// How often each instance was written.
fn written(fake: &Fake) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for ask in fake.asked() {
        if ask.body["query"].as_str().unwrap().starts_with("mutation") {
            for input in inputs(&ask).into_values() {
                let id = input["id"].as_str().unwrap().to_owned();
                *counts.entry(id).or_insert(0) += 1;
            }
        }
    }
    counts
}

#[tokio::test(start_paused = true)]
async fn one_write_is_the_plain_operation() {
    let fake = Fake::script(vec![payload(&json!({"id": "n0"}))]);
    assert!(updates(&fake, 1).await[0].is_ok());
    insta::assert_snapshot!(fake.asked()[0].body["query"].as_str().unwrap(), @r"
    mutation updateInstance($input: UpdateInstanceInput!) {
      payload: updateInstance(input: $input) {
        object: instance {
          ...sighting
        }
        errors {
          field
          messages
        }
      }
    }
    fragment sighting on Instance {
      id
      name
      labels
      enabled
      createdAt
      updatedAt
      needsDeploy
      lastDeployedAt
      deployedVersion
      integration {
        id
        versionSequenceId
      }
      customer {
        id
      }
    }
    ");
}

/// Answers as a server over a network does, so that others gather meanwhile.
fn later(step: Step) -> Step {
    Step::After(Duration::from_millis(80), Box::new(step))
}

#[tokio::test(start_paused = true)]
async fn writes_that_come_at_once_share_requests_that_grow() {
    let fake = Fake::new(|ask| later(each(ask, done)));
    let outcomes = updates(&fake, 100).await;
    assert_eq!(failures(&outcomes), []);
    let sizes = sizes(&fake);
    assert_eq!(sizes.iter().sum::<usize>(), 100);
    assert!(sizes.len() <= 12, "{sizes:?}");
    assert!(
        sizes[0] <= 5 && sizes.iter().any(|size| *size > 10),
        "{sizes:?}"
    );
    assert!(written(&fake).values().all(|count| *count == 1));
    let asked = fake.asked();
    let large = asked.iter().find(|ask| inputs(ask).len() > 4).unwrap();
    let query = large.body["query"].as_str().unwrap();
    assert!(query.starts_with("mutation updateInstance($i0: UpdateInstanceInput!, $i1: "));
    assert!(
        query.contains("w4: updateInstance(input: $i4) {"),
        "{query}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_request_counts_once_against_the_rate() {
    let fake = Fake::new(|ask| later(each(ask, done)));
    let rate = RateLimit {
        requests_per_second: 10.0,
        burst: 1,
        concurrency: 8,
    };
    let client = client_with(&fake, access("opaque"), rate);
    let begun = Instant::now();
    let client = &client;
    let one = |number| async move { client.update_instance(&update(number)).await };
    join_all((0..200).map(one)).await;
    assert!(
        begun.elapsed() < Duration::from_secs(3),
        "{:?}",
        begun.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn a_refused_write_fails_alone_and_the_rest_is_made_sure_of() {
    let fake = Fake::new(|ask| each(ask, |id| if id == "n2" { refused() } else { done(id) }));
    let outcomes = updates(&fake, 5).await;
    assert_eq!(
        failures(&outcomes),
        [(2, "updateInstance: refused: No.".to_owned())]
    );
    assert_eq!(
        sizes(&fake),
        [5, 4],
        "the others are sent again, without it"
    );
}

#[tokio::test(start_paused = true)]
async fn an_error_with_a_path_is_about_its_write() {
    let fake = Fake::new(|ask| {
        let bad = inputs(ask)
            .into_iter()
            .find(|(_, input)| input["id"] == "n1");
        let Some((alias, _)) = bad else {
            return each(ask, done);
        };
        let mut all: serde_json::Map<_, _> = inputs(ask)
            .into_iter()
            .map(|(alias, input)| (alias, done(input["id"].as_str().unwrap())))
            .collect();
        all[&alias] = json!(null);
        let errors = json!([{"message": "Record not found.", "path": [alias]}]);
        reply(200, &json!({"data": all, "errors": errors}))
    });
    let outcomes = updates(&fake, 4).await;
    let failed = failures(&outcomes);
    assert_eq!(
        failed,
        [(1, "updateInstance: not found: Record not found.".to_owned())]
    );
}

#[tokio::test(start_paused = true)]
async fn an_error_about_nothing_in_particular_leads_to_single_writes() {
    let fake = Fake::new(|ask| {
        if inputs(ask).len() == 1 {
            return each(ask, done);
        }
        reply(200, &json!({"data": null, "errors": [{"message": "boom"}]}))
    });
    assert_eq!(failures(&updates(&fake, 4).await), []);
    assert_eq!(sizes(&fake), [4, 1, 1, 1, 1]);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_breaks_at_shared_requests_gets_single_writes() {
    let breaks: [fn() -> Step; 4] = [
        || reply(500, &json!({})),
        || reply(504, &json!({})),
        || text(200, "text/html", "<html>"),
        broken,
    ];
    for fails in breaks {
        let fake = Fake::new(move |ask| match inputs(ask).len() {
            1 => each(ask, done),
            _ => fails(),
        });
        assert_eq!(failures(&updates(&fake, 5).await), []);
        assert!(written(&fake).len() == 5);
        assert_eq!(sizes(&fake).iter().filter(|size| **size == 1).count(), 5);
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_down_is_not_asked_for_each_write() {
    let fake = Fake::new(|_| reply(500, &json!({})));
    assert_eq!(failures(&updates(&fake, 5).await).len(), 5);
    assert_eq!(sizes(&fake), [5, 1]);
}

#[tokio::test(start_paused = true)]
async fn aliases_that_the_answer_leaves_out_are_written_again() {
    let fake = Fake::new(|ask| {
        let (alias, input) = inputs(ask).into_iter().next().unwrap();
        data(&json!({alias: done(input["id"].as_str().unwrap())}))
    });
    assert_eq!(failures(&updates(&fake, 3).await), []);
    assert_eq!(sizes(&fake), [3, 1, 1, 1]);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_refuses_large_requests_gets_smaller_ones() {
    for status in [200, 400] {
        let fake = Fake::new(move |ask| match inputs(ask).len() {
            0..=2 => each(ask, done),
            _ => reply(
                status,
                &json!({"errors": [{"message": "Query is too complex"}]}),
            ),
        });
        assert_eq!(failures(&updates(&fake, 40).await), []);
        let sizes = sizes(&fake);
        let refused = sizes.iter().filter(|size| **size > 2).count();
        assert!(refused <= 8, "it is not tried again and again: {sizes:?}");
        assert!(written(&fake).len() == 40);
    }
}

#[tokio::test(start_paused = true)]
async fn secrets_of_every_part_stay_out_of_every_error() {
    let fake = Fake::new(|ask| {
        let quoted = ask.body["variables"].to_string();
        let refuse = |_: &str| json!({"object": null, "errors": [{"field": "x", "messages": [quoted.clone()]}]});
        each(ask, refuse)
    });
    let client = client(&fake);
    let client = &client;
    let one = |number: usize| async move {
        let secret = Secret::new(format!("hidden-{number}"));
        let write = ConfigWrite {
            key: "Key".to_owned(),
            value: WriteValue::Secret(secret),
        };
        let id = InstanceId::new(format!("n{number}"));
        client.configure_instance(&id, &[write]).await.unwrap_err()
    };
    let errors = join_all((0..5).map(one)).await;
    assert!(fake.asked().iter().any(|ask| inputs(ask).len() == 5));
    for error in errors {
        let shown = error.to_string();
        assert!(
            shown.contains("[secret]") && !shown.contains("hidden-"),
            "{shown}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn who_goes_away_leaves_the_others_answered() {
    let slow = Duration::from_secs(2);
    let fake = Fake::new(move |ask| Step::After(slow, Box::new(each(ask, done))));
    let client = client(&fake);
    let [first, second, third] = [0, 1, 2].map(update);
    let gone = async {
        let write = client.update_instance(&first);
        let wait = tokio::time::timeout(Duration::from_secs(1), write);
        assert!(wait.await.is_err());
    };
    let ((), stayed) = tokio::join!(gone, client.update_instance(&second));
    // The one that left may have carried both.
    if let Err(error) = stayed {
        assert_eq!(error.effect, Effect::Unknown);
    }
    let write = client.update_instance(&third);
    let again = tokio::time::timeout(Duration::from_secs(10), write);
    assert!(again.await.unwrap().is_ok(), "the line goes on");
}
