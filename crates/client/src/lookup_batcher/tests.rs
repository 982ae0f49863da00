use serde_json::json;

use super::*;

fn answer(body: &Value) -> Answer<IndexMap<String, Value>> {
    let response = super::super::transport::Response {
        status: 200,
        headers: Vec::new(),
        body: body.to_string().into(),
    };
    let reply = super::super::wire::Reply {
        response,
        retry_after: None,
        took: std::time::Duration::ZERO,
    };
    super::super::graphql::open(&reply, Repeat::Read).unwrap()
}

fn observed_all(answer: Answer<IndexMap<String, Value>>, count: usize) -> Vec<Observed<Value>> {
    let found = split("many", answer, count);
    found.into_iter().map(observed).collect()
}

fn lookup(value: &str, after: &str) -> Lookup {
    Lookup {
        before: "integration(id:",
        kind: "ID!",
        value: value.to_owned(),
        after: after.to_owned(),
    }
}

#[test]
fn an_error_spoils_only_what_it_names() {
    let body = json!({
        "data": {"l0": {"x": 1}, "l1": null, "l2": null, "l3": null, "l4": {"x": null}},
        "errors": [
            {"message": "Record not found.", "path": ["l1"]},
            {"message": "boom", "path": ["l3", "x"]},
            {"message": "Record not found.", "path": ["l4", "x"]},
        ],
    });
    let found = observed_all(answer(&body), 6);
    assert_eq!(found[0], Observed::Known(json!({"x": 1})));
    assert_eq!(found[1], Observed::Absent);
    assert_eq!(found[2], Observed::Absent);
    assert_eq!(found[3], Observed::Unknown("boom".into()));
    assert_eq!(found[4], Observed::Unknown("Record not found.".into()));
    assert_eq!(
        found[5],
        Observed::Unknown("the answer leaves it out".into())
    );
}

#[test]
fn an_error_without_a_place_spoils_all() {
    for path in [json!(null), json!([]), json!(["elsewhere"]), json!(["l7"])] {
        let body = json!({
            "data": {"l0": {"x": 1}, "l1": null},
            "errors": [{"message": "boom", "path": path}],
        });
        let found = observed_all(answer(&body), 2);
        assert_eq!(found, vec![Observed::Unknown("boom".into()); 2]);
    }
}

#[test]
fn a_document_names_each_look_up() {
    let lookups = [lookup("a", ") { id }"), lookup("b", ") { ...part }")];
    let fragments = [("part", "fragment part on X { id }"), ("other", "unused")];
    let (text, variables) = document("many", &lookups, &fragments);
    insta::assert_snapshot!(text, @"
    query many($v0: ID!, $v1: ID!) {
      l0: integration(id: $v0) { id }
      l1: integration(id: $v1) { ...part }
    }
    fragment part on X { id }
    ");
    assert_eq!(variables["v1"], "b");
}

#[tokio::test(start_paused = true)]
async fn what_is_too_much_at_once_is_asked_for_in_halves() {
    use crate::testing::{Step, reply};
    let complex = json!({"errors": [{"message": "Query is too complex"}]});
    for step in [
        Step::Fail(TransportError::TooLarge { limit: 1 }),
        reply(200, &complex),
        reply(400, &complex),
        reply(413, &json!({"detail": "Payload too large"})),
    ] {
        in_halves_after(step).await;
    }
}

/// Asks a server that answers more than two look-ups with this.
async fn in_halves_after(refusal: crate::testing::Step) {
    use crate::testing::{Fake, client, data};
    let fake = Fake::new(move |ask| {
        let names = ask.variables().as_object().unwrap();
        if names.len() > 2 {
            return refusal.clone();
        }
        let answers = names.iter().map(|(name, id)| {
            let alias = name.replace('v', "l");
            (alias, json!({ "id": id }))
        });
        data(&Value::Object(answers.collect()))
    });
    let lookups: Vec<_> = (0..5)
        .map(|id| lookup(&id.to_string(), ") { id }"))
        .collect();
    let batch = Batch {
        name: "many",
        size: 5,
        fragments: &[],
    };
    let found = look_up(&client(&fake).session, batch, &lookups).await;
    let ids: Vec<_> = (0..5)
        .map(|id| Observed::Known(json!({"id": id.to_string()})))
        .collect();
    assert_eq!(found, ids);
    // 5, then 2 and 3, then 1 and 2.
    assert_eq!(fake.count(), 5);
}
