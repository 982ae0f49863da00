use serde_json::{Map, Value, json};

use super::*;
use crate::error::ErrorKind;
use crate::testing::{Fake, client, data, payload, reply};

#[tokio::test(start_paused = true)]
async fn a_list_sends_the_filters_that_are_given() {
    let page = json!({"nodes": [{"id": "a", "name": "x"}], "pageInfo": {"hasNextPage": false},
        "totalCount": 1});
    let fake = Fake::script(vec![data(&json!({ "list": page }))]);
    let request = ListRequest::of(Collection::Instances)
        .filter("customer_ExternalId", "c-1")
        .and_then(|request| request.filter("enabled", "true"))
        .unwrap();
    let found = client(&fake).list(&request).await.unwrap();
    assert_eq!(serde_json::to_value(found).unwrap(), page);
    let ask = &fake.asked()[0];
    assert_eq!(
        *ask.variables(),
        json!({"customer_ExternalId": "c-1", "enabled": true})
    );
    let head = ask.body["query"]
        .as_str()
        .unwrap()
        .split(" {")
        .next()
        .unwrap()
        .to_owned();
    insta::assert_snapshot!(head, @"query listInstances($customer_ExternalId: String, $enabled: Boolean)");
}

#[test]
fn filters_are_checked_before_anything_is_sent() {
    let list = || ListRequest::of(Collection::Integrations);
    for (name, text, why) in [
        ("externalId", "x", "is not known for this list"),
        ("allVersions", "yes", "takes true or false"),
        ("versionNumber", "x", "takes a whole number"),
        (
            "versionSequenceId",
            "nonsense",
            "takes a UUID, as versionSequenceId shows it",
        ),
    ] {
        assert_eq!(list().filter(name, text).unwrap_err().why, why);
    }
    let several = list()
        .filter("marketplaceConfiguration_In", "A, B")
        .unwrap();
    assert_eq!(
        several,
        list().filter("marketplaceConfiguration_In", "A,B").unwrap()
    );
}

#[tokio::test(start_paused = true)]
async fn a_whole_list_is_walked_below_its_parent() {
    let page = |ids: &[&str], more: bool| {
        let nodes: Vec<_> = ids.iter().map(|id| json!({ "id": id })).collect();
        let edges: Vec<_> = ids.iter().map(|id| json!({ "cursor": id })).collect();
        data(
            &json!({"parent": {"list": {"nodes": nodes, "totalCount": 3, "edges": edges,
            "pageInfo": {"hasNextPage": more}}}}),
        )
    };
    let fake = Fake::script(vec![page(&["a", "b"], true), page(&["b", "c"], false)]);
    let request = ListRequest::of(Collection::Flows("i".to_owned()));
    let found = client(&fake).list_all(&request).await.unwrap();
    assert_eq!(found, ["a", "b", "c"].map(|id| json!({ "id": id })));
    assert_eq!(
        *fake.asked()[1].variables(),
        json!({"first": 100, "after": "a", "id": "i"})
    );
    let nothing = Fake::script(vec![data(&json!({"parent": null}))]);
    let error = client(&nothing).list(&request).await.unwrap_err();
    assert!(matches!(error.kind, ErrorKind::NotFound { .. }), "{error}");
}

#[tokio::test(start_paused = true)]
async fn records_are_given_as_they_are() {
    let record = json!({"id": "e", "status": "SUCCESS"});
    let fake = Fake::script(vec![
        data(&json!({ "record": record })),
        data(&json!({"record": null})),
    ]);
    let client = client(&fake);
    assert_eq!(client.get(Record::Execution, "e").await.unwrap(), record);
    let error = client.get(Record::Execution, "e").await.unwrap_err();
    insta::assert_snapshot!(error, @"executionResult: not found: there is no such record");
}

#[tokio::test(start_paused = true)]
async fn a_flow_is_tested_once_and_its_payload_not_shown() {
    let result = json!({"statusCode": 200, "execution": {"id": "x"}});
    let refused = json!({"data": null, "errors": [{"message": "bad canary-1 in body"}]});
    let fake = Fake::script(vec![payload(&result), reply(200, &refused)]);
    let client = client(&fake);
    let test = FlowTest {
        flow: "f".to_owned(),
        payload: Some("canary-1".to_owned()),
        ..FlowTest::default()
    };
    assert_eq!(client.test_flow(&test).await.unwrap(), result);
    assert_eq!(
        fake.asked()[0].variables()["input"],
        json!({"id": "f", "payload": "canary-1"})
    );
    let shown = client.test_flow(&test).await.unwrap_err().to_string();
    assert_eq!(shown, "testIntegrationFlow: bad [secret] in body");
}

#[tokio::test(start_paused = true)]
async fn a_raw_query_gives_data_and_errors() {
    let body = json!({"data": {"a": 1}, "errors": [
        {"message": "boom", "path": ["b", 0], "locations": []}]});
    let fake = Fake::script(vec![reply(200, &body)]);
    let variables = Map::from_iter([("x".to_owned(), json!(7))]);
    let answer = client(&fake)
        .query("query($x: Int) { a(x: $x) }", &variables)
        .await;
    assert_eq!(
        serde_json::to_value(answer.unwrap()).unwrap(),
        json!({"data": {"a": 1}, "errors": [{"message": "boom", "path": ["b", 0]}]})
    );
    assert_eq!(*fake.asked()[0].variables(), json!({"x": 7}));
}

#[tokio::test(start_paused = true)]
async fn pages_come_one_at_a_time_and_have_to_add_up() {
    let page = |ids: &[&str], total: u64, more: bool| {
        let nodes: Vec<_> = ids.iter().map(|id| json!({ "id": id })).collect();
        let edges: Vec<_> = ids.iter().map(|id| json!({ "cursor": id })).collect();
        data(
            &json!({"list": {"nodes": nodes, "totalCount": total, "edges": edges,
            "pageInfo": {"hasNextPage": more}}}),
        )
    };
    let request = ListRequest::of(Collection::Customers);
    let fake = Fake::script(vec![
        page(&["a", "b"], 3, true),
        page(&["b", "c"], 3, false),
    ]);
    let client_of = client(&fake);
    let mut pages = client_of.pages(&request);
    assert_eq!(pages.next().await.unwrap().unwrap().nodes.len(), 2);
    assert_eq!(fake.asked().len(), 1, "nothing is read ahead");
    assert_eq!(
        pages.next().await.unwrap().unwrap().nodes,
        [json!({"id": "c"})]
    );
    assert_eq!(pages.next().await.unwrap(), None);
    assert_eq!(fake.asked().len(), 2);

    for (script, message) in [
        (vec![page(&["a"], 2, false)], "1 record of 2"),
        (vec![page(&["a"], 3, true)], "1 record of 3"),
        // A record before the cursor went away, and another came to the end.
        (
            vec![page(&["a", "b"], 4, true), page(&["c", "d", "e"], 4, false)],
            "2 records of 4",
        ),
        (
            vec![page(&["a", "b"], 4, true), page(&["b", "a", "c"], 4, false)],
            "2 records of 4",
        ),
        (
            vec![page(&["a", "b"], 3, true), page(&["b"], 3, true)],
            "page 2 announces",
        ),
        (
            vec![page(&["a", "b"], 3, true), page(&[], 3, true)],
            "2 records of 3",
        ),
    ] {
        let fake = Fake::script(script);
        let client = client(&fake);
        let mut pages = client.pages(&request);
        let error = loop {
            match pages.next().await {
                Ok(page) => assert!(page.is_some(), "{message}"),
                Err(error) => break error.to_string(),
            }
        };
        assert!(error.contains(message), "{error}");
    }
}

/// The schema allows null in a list: the other records are shown, and the gap is reported at the end.
#[tokio::test(start_paused = true)]
async fn a_null_among_records_hides_no_other() {
    let list = |nodes: Value| json!({"list": {"nodes": nodes, "totalCount": 2, "pageInfo": {"hasNextPage": false}}});
    let error = |path: Value| json!([{"message": "No access", "path": path}]);
    let gap = list(json!([null, {"id": "b"}]));
    let part = list(json!([{"id": "a", "owner": null}, {"id": "b"}]));
    for (answer, shown, expected) in [
        (
            json!({ "data": gap }),
            1,
            "the server gave null in place of 1 record",
        ),
        (
            json!({"data": gap, "errors": error(json!(["list", "nodes", 0]))}),
            1,
            "the server gave null in place of 1 record: No access",
        ),
        (
            json!({"data": part, "errors": error(json!(["list", "nodes", 0, "owner"]))}),
            2,
            "parts of records could not be read: No access",
        ),
        (
            json!({"data": part, "errors": error(json!(["list"]))}),
            0,
            "No access",
        ),
        (
            json!({"data": part, "errors": error(json!([]))}),
            0,
            "No access",
        ),
    ] {
        let fake = Fake::script(vec![reply(200, &answer)]);
        let client = client(&fake);
        let mut pages = client.pages(&ListRequest::of(Collection::Customers));
        if shown > 0 {
            assert_eq!(pages.next().await.unwrap().unwrap().nodes.len(), shown);
        }
        let told = pages.next().await.unwrap_err().to_string();
        assert!(told.ends_with(expected), "{told}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_is_ordered_by_the_server() {
    let page = json!({"nodes": [], "pageInfo": {"hasNextPage": false}, "totalCount": 0});
    let fake = Fake::script(vec![data(&json!({ "list": page }))]);
    let request = ListRequest::of(Collection::Instances)
        .sorted("customer.name", true)
        .unwrap();
    client(&fake).list(&request).await.unwrap();
    let query = fake.asked()[0].body["query"].as_str().unwrap().to_owned();
    let order = "sortBy: [{field: CUSTOMER, direction: DESC}, {field: CREATED_AT, direction: ASC}]";
    assert!(query.contains(order), "{query}");
    let unknown = ListRequest::of(Collection::Versions("x".to_owned()))
        .sorted("name", false)
        .unwrap_err();
    insta::assert_snapshot!(unknown, @r#"this list is not ordered by "name"; choose one of versionNumber"#);
}

#[test]
fn fields_are_paths() {
    let fields = Collection::Instances.fields();
    for path in ["id", "customer.externalId", "integration.versionNumber"] {
        assert!(fields.iter().any(|field| field == path), "{path}");
    }
    assert!(!fields.iter().any(|field| field == "customer"));
}
