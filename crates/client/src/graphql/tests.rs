use serde_json::json;

use super::*;

fn reply(status: u16, content_type: &str, body: &str) -> Reply {
    Reply {
        response: Response {
            status,
            headers: vec![("content-type".to_owned(), content_type.to_owned())],
            body: body.to_owned().into(),
        },
        retry_after: None,
        took: std::time::Duration::ZERO,
    }
}

/// What a mutation makes of an answer: the class, the words, and the effect.
fn verdict(status: u16, body: &str) -> String {
    let reply = reply(status, "application/json", body);
    let outcome = open::<Mutation<Value>>(&reply, Repeat::Once)
        .and_then(|answer| answer.whole(Repeat::Once))
        .and_then(|data| data.object(Repeat::Once));
    match outcome {
        Ok(value) => format!("{value}"),
        Err(failure) => format!("{} [{:?}]", failure.kind, failure.effect),
    }
}

fn errors(list: &Value) -> String {
    json!({"data": {"payload": null}, "errors": list}).to_string()
}

#[test]
fn the_layers_of_an_answer() {
    let good = json!({"data": {"payload": {"object": {"id": "x"}, "errors": []}}}).to_string();
    assert_eq!(verdict(200, &good), r#"{"id":"x"}"#);
    let partial = json!({
        "data": {"payload": {"object": {"id": "x"}, "errors": []}},
        "errors": [{"message": "boom", "path": ["payload", "object", "id"]}],
    });
    assert_eq!(verdict(200, &partial.to_string()), "boom [Unknown]");
    let refused = json!({"data": {"payload": {"object": null, "errors": [
        {"field": "name", "messages": ["too long", "too loud"]},
        {"field": "__all__", "messages": ["no"]},
    ]}}});
    assert_eq!(
        verdict(200, &refused.to_string()),
        "refused: name: too long; too loud; no [None]"
    );
    for (body, expected) in [
        (r#"{"data": null}"#, "the answer's data is null [Unknown]"),
        (
            "{}",
            "an answer that cannot be read: it has neither data nor errors [Unknown]",
        ),
        (
            r#"{"data": {"payload": null}}"#,
            "an answer that cannot be read: the payload is null without an error [Unknown]",
        ),
        (
            r#"{"data": {"payload": {"object": null, "errors": []}}}"#,
            "an answer that cannot be read: the payload's object is null without an error [Unknown]",
        ),
        (
            r#"{"data": {"payload": 7}}"#,
            "an answer that cannot be read: it does not fit the schema at line 1, column 22 [Unknown]",
        ),
        (
            r#"{"errors": [{"message": "Query is too complex"}]}"#,
            "Query is too complex [None]",
        ),
        (
            r#"{"detail": "Request was throttled."}"#,
            "rate limited: Request was throttled. [Unknown]",
        ),
        (
            r#"{"detail": "Something else"}"#,
            "rate limited: Something else [Unknown]",
        ),
        (
            r#"{"detail": "Authentication credentials were not provided."}"#,
            "not authenticated: Authentication credentials were not provided. [None]",
        ),
    ] {
        assert_eq!(verdict(200, body), expected, "{body}");
    }
}

#[test]
fn words_decide_the_class_carefully() {
    let payload = json!(["payload"]);
    let deep = json!(["payload", "object", "x"]);
    for (message, path, expected) in [
        (
            "Not authenticated",
            &payload,
            "not authenticated: Not authenticated [None]",
        ),
        (
            "Signature has expired",
            &payload,
            "not authenticated: Signature has expired [None]",
        ),
        (
            "You do not have permission to do this.",
            &payload,
            "not permitted: You do not have permission to do this. [None]",
        ),
        (
            "You do not have permission to do this.",
            &deep,
            "not permitted: You do not have permission to do this. [Unknown]",
        ),
        (
            "Record not found.",
            &payload,
            "not found: Record not found. [None]",
        ),
        (
            "The connection's token has expired",
            &payload,
            "The connection's token has expired [Unknown]",
        ),
        (
            "Permission set is odd",
            &payload,
            "Permission set is odd [Unknown]",
        ),
        ("Internal error", &payload, "Internal error [Unknown]"),
    ] {
        let body = errors(&json!([{"message": message, "path": path}]));
        assert_eq!(verdict(200, &body), expected);
    }
    let two = json!([{"message": "Record not found."}, {"message": "Internal error"}]);
    assert_eq!(
        verdict(200, &errors(&two)),
        "Record not found.; Internal error [Unknown]"
    );
    let coded = json!([{"message": "Who?", "extensions": {"code": "UNAUTHENTICATED"}}]);
    assert_eq!(
        verdict(200, &errors(&coded)),
        "not authenticated: Who? [None]"
    );
    let odd = json!([{"message": {"a": 1}, "path": null}]);
    assert_eq!(verdict(200, &errors(&odd)), r#"{"a":1} [Unknown]"#);
}

#[test]
fn statuses_are_judged_on_their_own() {
    let error = r#"{"errors": [{"message": "Record not found."}]}"#;
    for (status, body, expected) in [
        (
            400,
            r#"{"errors": [{"message": "bad variable"}]}"#,
            "bad variable [None]",
        ),
        (401, "", "not authenticated: (nothing) [None]"),
        (403, r#"{"detail": "Nope"}"#, "not permitted: Nope [None]"),
        (
            403,
            r#"{"errors": [{"message": "Not authenticated"}]}"#,
            "not authenticated: Not authenticated [None]",
        ),
        (429, "slow down", "rate limited: slow down [Unknown]"),
        (
            302,
            "",
            "HTTP 302: a redirect, which is not followed: check the URL of the stack [None]",
        ),
        (
            404,
            "<h1>Not  Found</h1>",
            "HTTP 404: there is no API at this URL: a web page [None]",
        ),
        (500, error, "HTTP 500: Record not found. [Unknown]"),
        (503, "busy", "HTTP 503: busy [Unknown]"),
        (408, "", "HTTP 408: (nothing) [Unknown]"),
        (413, "too much", "HTTP 413: too much [None]"),
    ] {
        assert_eq!(verdict(status, body), expected, "{status}");
    }
}

#[test]
fn a_body_that_is_no_answer_is_shown_in_part() {
    let page = format!("xxx\n{}é", "x".repeat(1000));
    let failure = open::<Value>(&reply(200, "text/plain", &page), Repeat::Read).unwrap_err();
    let message = failure.kind.to_string();
    let expected = "text/plain instead of a GraphQL answer (no JSON), which begins: xxx x";
    assert!(message.contains(expected), "{message}");
    assert!(message.chars().count() < SHOWN + 120, "{message}");
    let binary = Reply {
        response: Response {
            body: vec![0xff; 3000].into(),
            ..reply(200, "", "").response
        },
        retry_after: None,
        took: std::time::Duration::ZERO,
    };
    assert!(open::<Value>(&binary, Repeat::Read).is_err());
}

/// It may hold what a config variable was set to.
#[test]
fn nothing_is_shown_of_json_that_cannot_be_read() {
    let value = "hunter2";
    for (status, body) in [
        (
            200,
            format!(r#"{{"data": {{"payload": {{"object": {{"value": "{value}"#),
        ),
        (200, format!(r#" [{{"value": "{value}"}}]"#)),
        (500, format!(r#"{{"data": {{"value": "{value}"}}}}"#)),
        (502, format!(r#"{{"data": {{"value": "{value}"#)),
    ] {
        let shown = verdict(status, &body);
        assert!(!shown.contains("hunt"), "{shown}");
    }
    let cut = verdict(200, "{\"data\": {");
    assert!(cut.contains("(cut short, 10 bytes)"), "{cut}");
    let gateway = r#"{"message": "Endpoint request timed out"}"#;
    let shown = verdict(504, gateway);
    assert_eq!(shown, "HTTP 504: Endpoint request timed out [Unknown]");
}

#[test]
fn a_missing_object_is_told_from_a_refused_field() {
    let answer = |field: &str| {
        json!({"data": {"payload": {"object": null, "errors": [
            {"field": field, "messages": ["Record not found."]}]}}})
        .to_string()
    };
    assert_eq!(
        verdict(200, &answer("id")),
        "not found: Record not found. [None]"
    );
    assert_eq!(
        verdict(200, &answer("customer")),
        "refused: customer: Record not found. [None]"
    );
}

/// A server that does not know a field, an argument or a value says so before it begins.
#[test]
fn a_request_that_is_not_understood_is_no_missing_object() {
    for message in [
        "Cannot query field 'needsDeploy' on type 'Instance'.",
        "Cannot query field \"starred\" on type \"Instance\". Did you mean \"shared\"?",
        "Unknown argument \"labels_Contains\" on field \"Query.integrations\".",
        "Unknown type \"UUID\".",
        "Variable \"$v0\" of type \"ID!\" used in position expecting type \"UUID!\".",
        "Variable '$input' got invalid value {'x': 1}; Field 'x' is not defined",
        "Value \"CREATED_AT\" does not exist in \"InstanceOrderField\" enum.",
        "Field \"instance\" argument \"id\" of type \"ID!\" is required but not provided.",
        "Field 'customer' of type 'Customer!' must have a selection of subfields.",
        "Argument \"sortBy\" has invalid value [{field: X}].",
        "Syntax Error: Expected Name, found }",
    ] {
        for body in [
            json!({"errors": [{"message": message}]}),
            json!({"data": null, "errors": [{"message": message, "locations": []}]}),
        ] {
            let shown = verdict(200, &body.to_string());
            assert!(
                shown
                    .starts_with("the server does not understand this request; its schema differs"),
                "{shown}"
            );
            assert!(shown.ends_with(" [None]"), "{shown}");
        }
        // What has a place in the answer was understood.
        let body = json!({"data": null, "errors": [{"message": message, "path": ["payload"]}]});
        let shown = verdict(200, &body.to_string());
        assert_eq!(shown, format!("{message} [Unknown]"));
    }
    let coded = json!({"errors": [{"message": "Nope",
        "extensions": {"code": "GRAPHQL_VALIDATION_FAILED"}}]});
    let shown = verdict(400, &coded.to_string());
    assert!(
        shown.starts_with("the server does not understand"),
        "{shown}"
    );
}
