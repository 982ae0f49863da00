//! What a command says while it waits, and what it says of a server that answers with other errors than
//! "not found".

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;

use super::environment::{Environment, Run};
use super::far_end::{FarEnd, response};

fn json_of(body: &serde_json::Value) -> Vec<u8> {
    response("200 OK", "application/json", &body.to_string())
}

fn against(far_end: &FarEnd, line: &str) -> Run {
    let mut environment = Environment::new();
    environment.set("PRISMATIC_URL", &far_end.url);
    environment.set("PRISM_ACCESS_TOKEN", "opaque");
    environment.run(line)
}

#[test]
fn a_pause_for_the_rate_limit_is_told_off_a_terminal_too() {
    let requests = AtomicUsize::new(0);
    let far_end = FarEnd::answering(move |_| match requests.fetch_add(1, Ordering::Relaxed) {
        0 => {
            let throttled = response("429 Too Many Requests", "application/json", "{}");
            let text = String::from_utf8(throttled).unwrap();
            text.replacen("connection:", "retry-after: 2\r\nconnection:", 1)
                .into_bytes()
        }
        _ => json_of(
            &json!({"data": {"authenticatedUser": {"email": "a@b", "name": "A",
            "org": {"id": "o", "name": "Acme"}}}}),
        ),
    });
    let run = against(&far_end, "whoami").expect(0);
    assert_eq!(run.stderr, "waiting 2 s for the rate limit\n");
}

#[test]
fn only_a_missing_object_is_called_missing() {
    for (errors, expected, missing) in [
        (
            json!([{"message": "Cannot query field 'starred' on type 'Instance'."}]),
            "the server does not understand this request; its schema differs",
            false,
        ),
        (
            json!([{"message": "Internal server error", "path": ["record"]}]),
            "Internal server error",
            false,
        ),
        (
            json!([{"message": "Record not found.", "path": ["record"]}]),
            "there is no instance",
            true,
        ),
    ] {
        let body = json!({ "data": null, "errors": errors });
        let far_end = FarEnd::answering(move |request| {
            let document = request.json()["query"]
                .as_str()
                .unwrap_or_default()
                .to_owned();
            match document.contains("list: ") {
                true => json_of(
                    &json!({"data": {"list": {"nodes": [], "edges": [], "totalCount": 0,
                    "pageInfo": {"hasNextPage": false}}}}),
                ),
                false => json_of(&body),
            }
        });
        for which in [
            "SW5zdGFuY2U6MDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMDAw",
            "Smith",
        ] {
            let run = against(&far_end, &format!("get instance {which}")).expect(1);
            assert!(run.stderr.contains(expected), "{}", run.stderr);
            assert_eq!(
                run.stderr.contains("there is no instance"),
                missing,
                "{}",
                run.stderr
            );
        }
    }
}
