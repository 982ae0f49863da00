//! What the page asks, through the router: filters, tags, sessions, and what a second click does.

use axum::body::Body;
use axum::http::Request;
use prism_gitops::server::Reads;
use serde_json::{Value, json};

use super::{Answer, Bench, TOKEN};

const JSON: (&str, &str) = ("content-type", "application/json");

async fn passed(bench: &Bench, path: &str) -> Value {
    let answer = bench.get(path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    answer.json()
}

#[tokio::test(start_paused = true)]
async fn filters_are_the_servers_and_a_wrong_one_is_answered_with_the_right_one() {
    let bench = Bench::new();
    bench.passed();
    let total = async |query: &str| {
        let path = format!("/api/v1/resources?shape=page&{query}");
        passed(&bench, &path).await["total"].clone()
    };
    for (query, expected) in [
        ("", 2),
        ("kind=Instance", 1),
        ("state=held,failing", 2),
        ("state=!held", 0),
        ("customer=cust-0042&version=%3C14", 1),
        ("version=target", 0),
        ("q=SMITH", 2),
        ("label=paid&disposition=wave", 2),
        ("since=1h", 0),
    ] {
        assert_eq!(total(query).await, expected, "{query}");
    }
    for (query, field, suggestion) in [
        ("stat=held", "stat", json!("state")),
        ("state=hel", "state", json!("held")),
        ("limit=0", "limit", Value::Null),
        ("wave=canary", "wave", Value::Null),
        ("after=%25", "after", Value::Null),
    ] {
        let path = format!("/api/v1/resources?shape=page&{query}");
        let answer = bench.get(&path).await;
        assert_eq!(answer.status, 400, "{query}: {}", answer.body);
        let body = answer.json();
        assert_eq!(body["field"], field, "{query}");
        assert_eq!(body["suggestion"], suggestion, "{query}");
    }
}

#[tokio::test(start_paused = true)]
async fn pages_lead_on_and_back_and_facets_count_what_another_value_would_give() {
    let bench = Bench::new();
    bench.passed();
    let path = "/api/v1/resources?shape=page&limit=1&sort=name&facets=state,label";
    let first = passed(&bench, path).await;
    assert_eq!(first["total"], 2);
    assert_eq!(first["facets"]["state"]["held"], 2);
    assert_eq!(
        first["facets"]["label"][0],
        json!({"value": "paid", "count": 2})
    );
    assert!(first["prev"].is_null());
    let next = first["next"].as_str().unwrap();
    let second = passed(&bench, &format!("{path}&after={next}")).await;
    assert!(second["next"].is_null());
    let back = second["prev"].as_str().unwrap();
    let again = passed(&bench, &format!("{path}&before={back}")).await;
    assert_eq!(again["resources"], first["resources"]);
    assert_ne!(again["resources"], second["resources"]);
}

#[tokio::test(start_paused = true)]
async fn equal_causes_are_one_headline_and_counts_are_those_of_the_lists() {
    let bench = Bench::new();
    bench.passed();
    let board = passed(&bench, "/api/v1/overview").await;
    assert_eq!(board["counts"]["held"], 2);
    let headlines = board["headlines"].as_array().unwrap();
    let wave = headlines.iter().find(|it| it["count"] == 2).unwrap();
    assert_eq!(
        (&wave["state"], &wave["person"]),
        (&json!("held"), &json!(false))
    );
    let link = json!({"view": "list", "query": {"disposition": "wave", "state": "held"}});
    assert_eq!(wave["link"], link);
    assert!(headlines.iter().any(|it| it["id"] == "rollout-acme-erp"));
    let row = &board["integrations"]["rows"][0];
    assert_eq!(
        (&row["name"], &row["total"]),
        (&json!("acme-erp"), &json!(1))
    );
    assert_eq!(row["versions"], json!([{"n": "13", "count": 1}]));
    assert_eq!(
        board["open"],
        json!({"rollouts": 1, "plan": 0, "waiting": 0})
    );
    let waiting = passed(&bench, "/api/v1/waiting").await;
    assert_eq!(waiting["groups"].as_array().unwrap().len(), headlines.len());
}

#[tokio::test(start_paused = true)]
async fn what_the_page_has_already_is_not_sent_again() {
    let bench = Bench::new();
    bench.passed();
    let path = "/api/v1/overview";
    let tag = bench.get(path).await.headers["etag"].clone();
    tokio::time::advance(std::time::Duration::from_secs(5)).await;
    let ask = async |path: &str| {
        let request = Request::get(path).header("if-none-match", tag.clone());
        bench.ask(request.body(Body::empty()).unwrap()).await
    };
    let again = ask(path).await;
    assert_eq!((again.status, again.body.as_str()), (304, ""));
    bench.passed();
    assert_eq!(ask(path).await.status, 200, "a pass has ended since");
}

#[tokio::test(start_paused = true)]
async fn a_secret_is_said_to_have_changed_and_has_no_value() {
    let bench = Bench::new();
    bench.passed();
    let one = passed(&bench, "/api/v1/resources/Instance/smith-erp?shape=page").await;
    let row = &one["values"]["rows"][0];
    for side in ["declared", "live"] {
        assert_eq!(row[side], json!({"secret": true, "changed": true}));
    }
}

#[tokio::test(start_paused = true)]
async fn who_may_not_act_is_told_why() {
    let path = "/api/v1/resources/Instance/smith-erp?shape=page";
    for (bench, allowed) in [(Bench::new(), true), (Bench::outside(Reads::Open), false)] {
        bench.passed();
        let one = passed(&bench, path).await;
        for act in one["acts"].as_array().unwrap() {
            assert_eq!(act["allowed"], allowed, "{act}");
            assert_eq!(act["why"].is_string(), !allowed, "{act}");
        }
    }
}

fn cookie(answer: &Answer) -> String {
    let cookie = answer.headers["set-cookie"].to_str().unwrap();
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"),
        "{cookie}"
    );
    cookie.split(';').next().unwrap().to_owned()
}

#[tokio::test(start_paused = true)]
async fn a_session_reads_and_writes_only_with_its_own_token() {
    let bench = Bench::outside(Reads::Token);
    bench.passed();
    assert_eq!(bench.get("/api/v1/overview").await.status, 401);
    let token = format!(r#"{{"token":"{TOKEN}"}}"#);
    let signed = bench.post("/api/v1/session", &[JSON], &token).await;
    assert_eq!(signed.status, 200, "{}", signed.body);
    assert!(!signed.body.contains(TOKEN));
    let (cookie, csrf) = (cookie(&signed), signed.json()["csrf"].clone());
    let own = ("cookie", cookie.as_str());
    let read = async || {
        let request = Request::get("/api/v1/overview").header(own.0, own.1);
        bench.ask(request.body(Body::empty()).unwrap()).await.status
    };
    assert_eq!(read().await, 200);
    let sync = "/api/v1/acts/sync";
    assert_eq!(
        bench.post(sync, &[own], "").await.status,
        403,
        "no second token"
    );
    let forged = ("x-csrf-token", "x");
    assert_eq!(bench.post(sync, &[own, forged], "").await.status, 403);
    let right = ("x-csrf-token", csrf.as_str().unwrap());
    assert_eq!(bench.post(sync, &[own, right], "").await.status, 202);
    let site = ("sec-fetch-site", "cross-site");
    assert_eq!(bench.post(sync, &[own, right, site], "").await.status, 403);
    tokio::time::advance(std::time::Duration::from_secs(13 * 3600)).await;
    assert_eq!(read().await, 401, "it has ended");
}

#[tokio::test(start_paused = true)]
async fn a_second_click_is_the_same_act() {
    let bench = Bench::new();
    bench.passed();
    let pause = async |key: &str, reason: &str| {
        let key = ("idempotency-key", key);
        let body = format!(r#"{{"reason":"{reason}"}}"#);
        let answer = bench.post("/api/v1/acts/pause", &[JSON, key], &body).await;
        assert_eq!(answer.status, 202, "{}", answer.body);
        answer.json()["id"].clone()
    };
    let reason =
        async || passed(&bench, "/api/v1/overview").await["asOf"]["paused"]["reason"].clone();
    let first = pause("a", "one").await;
    assert_eq!(pause("a", "two").await, first);
    assert_eq!(reason().await, "one");
    assert_ne!(pause("b", "three").await, first);
    assert_eq!(reason().await, "three");
}

#[tokio::test(start_paused = true)]
async fn what_is_approved_is_the_plan_that_was_looked_at_and_its_number_is_typed() {
    let bench = Bench::new();
    bench.passed();
    bench.awaits(&format!("sha256:{}", "0".repeat(64)));
    let shown = passed(&bench, "/api/v1/plans/latest?shape=groups").await;
    let digest = shown["digest"].as_str().unwrap();
    let path = format!("/api/v1/plans/{digest}/approvals");
    let wrong = bench
        .post(&path, &[JSON], r#"{"reason":"x","confirm":7}"#)
        .await;
    assert_eq!(
        (wrong.status, &wrong.json()["field"]),
        (400, &json!("confirm"))
    );
    let other = path.replace(&digest[..4], "2222");
    let old = bench.post(&other, &[JSON], r#"{"reason":"x"}"#).await;
    assert_eq!((old.status, &old.json()["digest"]), (409, &json!(digest)));
    let right = bench
        .post(&path, &[JSON], r#"{"reason":"x","confirm":0}"#)
        .await;
    assert_eq!(right.status, 202, "{}", right.body);
}
