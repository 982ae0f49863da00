//! What goes over the wire for each operation, and how failures are handled.

use std::time::Duration;

use futures::future::{BoxFuture, join_all};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::*;
use crate::error::{Effect, ErrorKind, PlatformError};
use crate::model::{CustomerId, InputWrite, Secret, Visibility, WriteValue};
use crate::testing::{
    Fake, Step, access, broken, client, client_with, connect, data, payload, reply, text,
    throttled, unlimited,
};

mod connections;
mod secrecy;

use connections::{connection, new_connection, new_value, value};

const CANARY: &str = "canary-7f3a";

fn config() -> Vec<ConfigWrite> {
    let secret = || Secret::new(CANARY.to_owned());
    vec![
        ConfigWrite {
            key: "Key".to_owned(),
            value: WriteValue::Secret(secret()),
        },
        ConfigWrite {
            key: "Login".to_owned(),
            value: WriteValue::Inputs(vec![("p".to_owned(), InputWrite::Secret(secret()))]),
        },
    ]
}

fn new_instance() -> NewInstance {
    NewInstance {
        name: "n".to_owned(),
        customer: CustomerId::new("c"),
        version: VersionId::new("v"),
        description: None,
        labels: vec!["gitops:p/n".to_owned()],
        config: config(),
    }
}

type Operation = for<'a> fn(&'a PrismaticClient) -> BoxFuture<'a, PlatformResult<()>>;

fn id() -> IntegrationId {
    IntegrationId::new("i")
}

fn instance() -> InstanceId {
    InstanceId::new("n")
}

/// Operations that change nothing, or the same once as twice.
const HARMLESS: [(&str, Operation); 13] = [
    ("identity", |c| {
        Box::pin(async { c.identity().await.map(drop) })
    }),
    ("definition", |c| {
        Box::pin(async { c.definition(&id()).await.map(drop) })
    }),
    ("validateIntegrationSchema", |c| {
        Box::pin(c.validate_definition("d"))
    }),
    ("importIntegration", |c| {
        Box::pin(async { c.import_integration(Some(&id()), "d").await.map(drop) })
    }),
    ("updateIntegration", |c| {
        Box::pin(async {
            let update = IntegrationUpdate {
                id: id(),
                name: None,
                description: None,
                labels: Some(vec!["a".to_owned()]),
            };
            c.update_integration(&update).await
        })
    }),
    ("updateIntegrationVersionAvailability", |c| {
        Box::pin(async { c.set_availability(&VersionId::new("v"), true).await })
    }),
    ("updateInstance", |c| {
        Box::pin(async {
            let update = InstanceUpdate::of(instance());
            c.update_instance(&update).await.map(drop)
        })
    }),
    ("updateInstanceConfigVariables", |c| {
        Box::pin(async { c.configure_instance(&instance(), &config()).await.map(drop) })
    }),
    ("deleteInstance", |c| {
        Box::pin(async { c.delete_instance(&instance()).await })
    }),
    ("deleteIntegration", |c| {
        Box::pin(async { c.delete_integration(&id()).await })
    }),
    ("updateScopedConfigVariable", |c| {
        Box::pin(async { c.update_connection(&connection(false)).await.map(drop) })
    }),
    ("updateCustomerConfigVariable", |c| {
        Box::pin(async { c.update_connection_value(&value(false)).await.map(drop) })
    }),
    ("deleteScopedConfigVariable", |c| {
        Box::pin(async { c.delete_connection(&ConnectionId::new("s")).await })
    }),
];

/// Operations that change something each time.
const ONCE: [(&str, Operation); 9] = [
    ("createScopedConfigVariable", |c| {
        Box::pin(async { c.create_connection(&new_connection()).await.map(drop) })
    }),
    ("createCustomerConfigVariable", |c| {
        Box::pin(async { c.create_connection_value(&new_value()).await.map(drop) })
    }),
    // Each time deploys instances.
    ("updateScopedConfigVariable", |c| {
        Box::pin(async { c.update_connection(&connection(true)).await.map(drop) })
    }),
    ("updateCustomerConfigVariable", |c| {
        Box::pin(async { c.update_connection_value(&value(true)).await.map(drop) })
    }),
    ("createIntegration", |c| {
        Box::pin(async {
            let labels = ["gitops:p/i".to_owned()];
            c.create_integration("I", &labels).await.map(drop)
        })
    }),
    ("importIntegration", |c| {
        Box::pin(async { c.import_integration(None, "d").await.map(drop) })
    }),
    ("publishIntegration", |c| {
        Box::pin(async {
            let record = VersionRecord::default();
            c.publish_integration(&id(), None, &record).await.map(drop)
        })
    }),
    ("createInstance", |c| {
        Box::pin(async { c.create_instance(&new_instance()).await.map(drop) })
    }),
    ("deployInstance", |c| {
        Box::pin(async { c.deploy_instance(&instance(), false).await.map(drop) })
    }),
];

/// Answers that suit every operation.
fn success(operation: &str) -> Step {
    match operation {
        "identity" => data(&json!({
            "authenticatedUser": {"email": "a@b", "name": "A",
                "org": {"id": "o", "name": "Acme"}},
        })),
        "definition" => data(&json!({"integration": {"definition": "name: x"}})),
        _ => payload(&json!({"id": "x", "versionNumber": 3, "isValid": true})),
    }
}

/// Runs an operation against first failures and then success: requests made, and the error.
async fn run(operation: Operation, failures: Vec<Step>) -> (usize, Option<PlatformError>) {
    let fake = Fake::new(move |ask| match failures.get(ask.number) {
        Some(step) => step.clone(),
        None => success(&ask.operation()),
    });
    let client = client(&fake);
    let outcome = operation(&client).await;
    (fake.count(), outcome.err())
}

fn busy() -> Step {
    text(503, "text/html", "<h1>busy</h1>")
}

#[tokio::test(start_paused = true)]
async fn harmless_operations_outlive_every_passing_failure() {
    for (name, operation) in HARMLESS {
        for failure in [throttled(None), connect(), broken(), busy(), Step::Hang] {
            let (requests, error) = run(operation, vec![failure]).await;
            assert_eq!((requests, error.is_none()), (2, true), "{name} {error:?}");
        }
        let (requests, error) = run(operation, vec![busy(); 9]).await;
        let error = error.unwrap();
        assert_eq!(requests, 6, "{name}");
        assert!(error.is_transient(), "{name} {error}");
    }
}

#[tokio::test(start_paused = true)]
async fn other_operations_are_repeated_only_where_nothing_happened() {
    for (name, operation) in ONCE {
        let (requests, error) = run(operation, vec![connect()]).await;
        assert_eq!((requests, error.is_none()), (2, true), "{name} {error:?}");
        let mut later = busy();
        if let Step::Reply(response) = &mut later {
            let header = ("retry-after".to_owned(), "3".to_owned());
            response.headers.push(header);
        }
        // A throttle may let a request through all the same; a deploy is looked for after it.
        let looks = usize::from(name == "deployInstance");
        let throttles = [throttled(None), throttled(Some("5"))].map(|it| (it, looks));
        let lost = [broken(), busy(), later, Step::Hang].map(|it| (it, 0));
        for (failure, looks) in throttles.into_iter().chain(lost) {
            let (requests, error) = run(operation, vec![failure]).await;
            let error = error.unwrap();
            assert_eq!(
                (requests, error.effect),
                (1 + looks, Effect::Unknown),
                "{name} {error}"
            );
            assert!(error.is_transient(), "{name} {error}");
            assert_eq!(error.operation, name);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_has_no_effect_and_is_final() {
    let refusal = data(&json!({"payload": {"object": null, "errors": [
        {"field": "name", "messages": ["no"]}]}}));
    for (name, operation) in ONCE.into_iter().chain(HARMLESS.into_iter().skip(2)) {
        let (requests, error) = run(operation, vec![refusal.clone()]).await;
        let error = error.unwrap();
        assert!(
            matches!(error.kind, ErrorKind::Refused(_)),
            "{name} {error}"
        );
        assert_eq!((requests, error.effect), (1, Effect::None), "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_follows_a_lost_reply_does_not_settle_it() {
    let refusal = reply(403, &json!({"detail": "no"}));
    let (requests, error) = run(HARMLESS[6].1, vec![broken(), refusal]).await;
    let error = error.unwrap();
    assert!(matches!(error.kind, ErrorKind::Forbidden { .. }), "{error}");
    assert_eq!((requests, error.effect), (2, Effect::Unknown));
}

#[tokio::test(start_paused = true)]
async fn deleting_what_is_gone_is_a_success() {
    let gone = [
        reply(
            200,
            &json!({
                "data": {"payload": null},
                "errors": [{"message": "Record not found.", "path": ["payload"]}],
            }),
        ),
        data(&json!({"payload": {"object": null, "errors": [
            {"field": "id", "messages": ["Record not found."]}]}})),
        data(&json!({"payload": {"object": null, "errors": []}})),
    ];
    for answer in gone {
        let fake = Fake::script(vec![answer]);
        client(&fake).delete_instance(&instance()).await.unwrap();
    }
    // A wrong URL is not a missing instance.
    let fake = Fake::script(vec![text(404, "text/html", "Not Found")]);
    assert!(client(&fake).delete_instance(&instance()).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn retry_after_holds_the_whole_client() {
    let fake = Fake::new(|ask| match ask.number {
        0 => throttled(Some("40")),
        _ => success(&ask.operation()),
    });
    let client = client(&fake);
    let other = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        client.definition(&id()).await
    };
    let (first, second) = tokio::join!(client.identity(), other);
    assert!(first.is_ok() && second.is_ok());
    let times: Vec<u64> = fake.asked().iter().map(|ask| ask.at.as_secs()).collect();
    assert_eq!(times, [0, 40, 40]);
}

#[tokio::test(start_paused = true)]
async fn an_http_date_is_obeyed_too() {
    let fake = Fake::new(|ask| match ask.number {
        0 => throttled(Some("Sun, 01 Mar 2026 12:00:25 GMT")),
        _ => success(&ask.operation()),
    });
    client(&fake).identity().await.unwrap();
    assert_eq!(fake.asked()[1].at.as_secs(), 25);
}

#[tokio::test(start_paused = true)]
async fn a_pause_that_is_too_long_is_reported_and_not_waited_for() {
    let fake = Fake::script(vec![throttled(Some("3600"))]);
    let client = client(&fake);
    let begun = Instant::now();
    // The second is not sent any more.
    for effect in [Effect::Unknown, Effect::None] {
        let error = client.create_instance(&new_instance()).await.unwrap_err();
        assert!(matches!(
            error.kind,
            ErrorKind::RateLimited { retry_after: Some(wait), .. } if wait.as_secs() == 3600
        ));
        assert_eq!(error.effect, effect);
    }
    assert_eq!((fake.count(), begun.elapsed()), (1, Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn every_call_ends() {
    for (name, operation) in HARMLESS.into_iter().chain(ONCE) {
        let begun = Instant::now();
        let (_, error) = run(operation, vec![Step::Hang; 20]).await;
        assert!(error.is_some(), "{name}");
        assert!(
            begun.elapsed() <= Duration::from_secs(260),
            "{name} {:?}",
            begun.elapsed()
        );
    }
}

#[tokio::test(start_paused = true)]
async fn requests_keep_to_the_budget_exactly() {
    let rate = RateLimit {
        requests_per_second: 10.0,
        burst: 5,
        concurrency: 3,
    };
    let fake = Fake::new(|ask| success(&ask.operation()));
    let client = client_with(&fake, access("opaque"), rate);
    let begun = Instant::now();
    let all = join_all((0..45).map(|_| client.identity())).await;
    assert!(all.iter().all(Result::is_ok));
    assert_eq!(
        (fake.count(), begun.elapsed()),
        (45, Duration::from_secs(4))
    );
}

#[tokio::test(start_paused = true)]
async fn no_more_run_at_once_than_allowed() {
    let rate = RateLimit {
        concurrency: 3,
        ..unlimited()
    };
    let fake =
        Fake::new(|ask| Step::After(Duration::from_secs(1), Box::new(success(&ask.operation()))));
    let client = client_with(&fake, access("opaque"), rate);
    let begun = Instant::now();
    join_all((0..9).map(|_| client.identity())).await;
    assert_eq!(begun.elapsed(), Duration::from_secs(3));
}

#[tokio::test(start_paused = true)]
async fn what_is_sent() {
    let fake = Fake::new(|ask| success(&ask.operation()));
    let client = client(&fake);
    let record = VersionRecord {
        commit_hash: Some("1a2b".to_owned()),
        submitted: Some("s".to_owned()),
        ..VersionRecord::default()
    };
    client.create_instance(&new_instance()).await.unwrap();
    client.import_integration(None, "d").await.unwrap();
    client.import_integration(Some(&id()), "d").await.unwrap();
    client
        .publish_integration(&id(), Some("why"), &record)
        .await
        .unwrap();
    client.deploy_instance(&instance(), true).await.unwrap();
    client.deploy_instance(&instance(), false).await.unwrap();
    let update = InstanceUpdate {
        enabled: Some(false),
        version: Some(VersionId::new("v2")),
        ..InstanceUpdate::of(instance())
    };
    client.update_instance(&update).await.unwrap();
    let shown = MarketplaceUpdate {
        version: VersionId::new("v"),
        visibility: Visibility::Listed,
        overview: String::new(),
        allow_multiple_instances: false,
    };
    client.set_marketplace(&shown).await.unwrap();
    let sent: Vec<String> = fake
        .asked()
        .iter()
        .map(|ask| format!("{} {}", ask.operation(), ask.variables()["input"]))
        .collect();
    insta::assert_snapshot!(sent.join("\n"), @r#"
    createInstance {"name":"n","customer":"c","integration":"v","labels":["gitops:p/n"],"configVariables":[{"key":"Key","value":"canary-7f3a"},{"key":"Login","values":"[{\"name\":\"p\",\"type\":\"value\",\"value\":\"canary-7f3a\"}]"}]}
    importIntegration {"definition":"d"}
    importIntegration {"definition":"d","integrationId":"i"}
    publishIntegration {"id":"i","comment":"why","attributes":"{\"commitHash\":\"1a2b\",\"prismGitops\":{\"submitted\":\"s\"}}"}
    deployInstance {"id":"n","force":true}
    deployInstance {"id":"n"}
    updateInstance {"id":"n","enabled":false,"integration":"v2"}
    updateIntegrationMarketplaceConfiguration {"id":"v","marketplaceConfiguration":"AVAILABLE_NOT_DEPLOYABLE","overview":"","allowMultipleMarketplaceInstances":false}
    "#);
}

#[tokio::test(start_paused = true)]
async fn a_definition_is_read_back_with_its_digest() {
    let fake = Fake::new(|ask| success(&ask.operation()));
    let back = client(&fake).definition(&id()).await.unwrap();
    assert_eq!(&*back.text, "name: x");
    assert_eq!(
        back.digest,
        crate::definition::canonical_digest("name: x").unwrap()
    );
    let missing: [Value; 2] = [json!(null), json!({"definition": null})];
    for answer in missing {
        let fake = Fake::script(vec![data(&json!({ "integration": answer }))]);
        assert!(client(&fake).definition(&id()).await.is_err());
    }
}

#[tokio::test(start_paused = true)]
async fn an_invalid_definition_is_refused_in_either_way() {
    let verdicts = [
        payload(&json!({"isValid": false})),
        data(
            &json!({"payload": {"object": {"isValid": false}, "errors": [
            {"field": "definition", "messages": ["flows: required"]}]}}),
        ),
    ];
    for verdict in verdicts {
        let fake = Fake::script(vec![verdict]);
        let error = client(&fake).validate_definition("x").await.unwrap_err();
        assert!(matches!(error.kind, ErrorKind::Refused(_)), "{error}");
    }
}

/// Collects what is logged.
#[derive(Clone, Default)]
struct Log(Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn the_log_names_operations_and_shows_nothing_that_was_sent() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .without_time()
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let fake = Fake::new(|ask| match ask.number {
        0 => busy(),
        1 => reply(500, &json!({"detail": format!("{CANARY} opaque")})),
        _ => success(&ask.operation()),
    });
    let client = client(&fake);
    assert!(
        client
            .configure_instance(&instance(), &config())
            .await
            .is_err()
    );
    client.create_instance(&new_instance()).await.unwrap();
    drop(guard);
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(
        text.contains("operation=\"createInstance\" attempt=1 status=200 millis=0"),
        "{text}"
    );
    assert!(text.contains("HTTP 500"), "{text}");
    assert!(!text.contains(CANARY) && !text.contains("opaque"), "{text}");
}
