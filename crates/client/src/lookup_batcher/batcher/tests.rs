use futures::future::join_all;
use serde_json::json;

use crate::error::ErrorKind;
use crate::model::IntegrationId;
use crate::platform::Platform as _;
use crate::testing::{Ask, Fake, Step, client, data};

/// Answers look-ups by the ids in their variables; `gone` is not there.
fn answer(ask: &Ask) -> Step {
    let one = |id: &serde_json::Value| match id.as_str() {
        Some("gone") => json!(null),
        _ => json!({"definition": format!("name: {}\n", id.as_str().unwrap())}),
    };
    let variables = ask.variables().as_object().unwrap();
    let alias = |name: &str| match name.strip_prefix('v') {
        Some(number) => format!("l{number}"),
        None => "integration".to_owned(),
    };
    let all: serde_json::Map<_, _> = variables
        .iter()
        .map(|(name, id)| (alias(name), one(id)))
        .collect();
    data(&all.into())
}

#[tokio::test(start_paused = true)]
async fn what_is_read_at_once_shares_a_request_and_everyone_gets_their_own() {
    let fake = Fake::new(answer);
    let client = client(&fake);
    let ids: Vec<_> = (0..20)
        .map(|number| IntegrationId::new(format!("i{number}")))
        .collect();
    let read = join_all(ids.iter().map(|id| client.definition(id))).await;
    for (id, read) in ids.iter().zip(read) {
        assert_eq!(*read.unwrap().text, format!("name: {}\n", id.as_str()));
    }
    assert!(fake.count() <= 2, "{}", fake.count());
}

#[tokio::test(start_paused = true)]
async fn one_alone_is_the_plain_query() {
    let fake = Fake::new(answer);
    let id = IntegrationId::new("i0".to_owned());
    assert!(client(&fake).definition(&id).await.is_ok());
    let query = fake.asked()[0].body["query"].to_string();
    assert!(query.contains("query definition("), "{query}");
    assert_eq!(fake.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_there_is_asked_for_again_by_itself_and_spoils_nothing() {
    let fake = Fake::new(answer);
    let client = client(&fake);
    let ids = ["i0", "gone", "i2"].map(|id| IntegrationId::new(id.to_owned()));
    let read = join_all(ids.iter().map(|id| client.definition(id))).await;
    assert!(read[0].is_ok() && read[2].is_ok());
    let error = read[1].as_ref().err().unwrap();
    assert!(matches!(error.kind, ErrorKind::NotFound { .. }), "{error}");
}
