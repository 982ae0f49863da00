use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use prism_gitops::prismatic::transport::{Method, Request};
use prism_gitops::sandbox::Rate;
use serde_json::{Value, json};

use super::client::{Client, post, read, text};

const WHO: &str = "{ authenticatedUser { email tenantId org { name } } }";

async fn status(client: &Client, token: Option<&str>) -> u16 {
    let request = post("/api/", token, &json!({ "query": WHO }));
    client.sandbox.handle(request).await.status
}

fn jwt(exp: i64) -> String {
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!(
        "{}.{}.sig",
        part(json!({"alg": "none"})),
        part(json!({ "exp": exp }))
    )
}

#[tokio::test(start_paused = true)]
async fn requests_need_a_token_that_has_not_expired() {
    let client = Client::new();
    let now = 1_767_225_600; // 2026-01-01, when the clock starts
    assert_eq!(status(&client, None).await, 401);
    assert_eq!(status(&client, Some("")).await, 401);
    assert_eq!(status(&client, Some("opaque")).await, 200);
    assert_eq!(status(&client, Some(&jwt(now + 60))).await, 200);
    assert_eq!(status(&client, Some(&jwt(now - 1))).await, 401);
    tokio::time::sleep(Duration::from_secs(61)).await;
    assert_eq!(status(&client, Some(&jwt(now + 60))).await, 401);
}

#[tokio::test(start_paused = true)]
async fn strict_sandboxes_take_no_opaque_tokens() {
    let client = Client::with(|behaviour| behaviour.strict_tokens = true);
    assert_eq!(status(&client, Some("opaque")).await, 401);
}

#[tokio::test(start_paused = true)]
async fn a_refresh_token_gives_access_for_a_while() {
    let client = Client::with(|behaviour| behaviour.token_lifetime_seconds = 100);
    let body = json!({ "refresh_token": "sandbox" });
    let response = client
        .sandbox
        .handle(post("/auth/refresh", None, &body))
        .await;
    let token = text(&read(&response)["access_token"]);
    assert_eq!(status(&client, Some(&token)).await, 200);
    tokio::time::sleep(Duration::from_secs(101)).await;
    assert_eq!(status(&client, Some(&token)).await, 401);
}

#[tokio::test(start_paused = true)]
async fn refreshing_minds_the_token_and_the_tenant() {
    let client = Client::new();
    let tenant = client.sandbox.tenant().await;
    let cases = [
        (
            json!({ "refresh_token": "sandbox", "tenant_id": tenant }),
            200,
            None,
        ),
        (
            json!({ "refresh_token": "other" }),
            403,
            Some("invalid_grant"),
        ),
        (
            json!({ "refresh_token": "sandbox", "tenant_id": "x" }),
            403,
            Some("access_denied"),
        ),
    ];
    for (body, status, error) in cases {
        let response = client
            .sandbox
            .handle(post("/auth/refresh", None, &body))
            .await;
        assert_eq!(response.status, status, "{body}");
        assert_eq!(read(&response)["error"].as_str(), error);
    }
}

#[tokio::test(start_paused = true)]
async fn the_other_way_in_takes_a_form() {
    let client = Client::new();
    let get = |path: &str| Request {
        method: Method::Get,
        url: format!("http://127.0.0.1:8787{path}"),
        headers: Vec::new(),
        body: bytes::Bytes::new(),
    };
    let meta = read(&client.sandbox.handle(get("/auth/meta")).await);
    assert_eq!(meta["domain"], "127.0.0.1:8787");
    let form = "grant_type=refresh_token&client_id=sandbox&refresh_token=sandbox";
    let request = Request {
        method: Method::Post,
        body: form.into(),
        ..get("/oauth/token")
    };
    let tokens = read(&client.sandbox.handle(request).await);
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(
        status(&client, Some(&text(&tokens["access_token"]))).await,
        200
    );
}

#[tokio::test(start_paused = true)]
async fn revoking_takes_back_every_refresh_token() {
    let client = Client::new();
    let body = json!({ "refresh_token": "sandbox" });
    client
        .sandbox
        .handle(post("/auth/revoke", None, &body))
        .await;
    let response = client
        .sandbox
        .handle(post("/auth/refresh", None, &body))
        .await;
    assert_eq!(response.status, 403);
}

#[tokio::test(start_paused = true)]
async fn unknown_paths_and_bodies_are_refused() {
    let client = Client::new();
    let lost = client
        .sandbox
        .handle(post("/nowhere", Some("t"), &json!({})))
        .await;
    assert_eq!(lost.status, 404);
    let garbled = client
        .sandbox
        .handle(post("/api", Some("t"), &json!([1])))
        .await;
    assert_eq!(garbled.status, 400);
    let answer = client.answer("{ nothingLikeThis }", json!({})).await;
    assert!(text(&answer["errors"][0]["message"]).contains("nothingLikeThis"));
}

#[tokio::test(start_paused = true)]
async fn the_rate_limit_answers_429_with_detail() {
    let client = Client::with(|behaviour| {
        behaviour.rate = Some(Rate {
            requests_per_second: 1.0,
            burst: 2,
            retry_after: true,
        });
    });
    assert_eq!(status(&client, Some("t")).await, 200);
    assert_eq!(status(&client, Some("t")).await, 200);
    let response = client
        .sandbox
        .handle(post("/api", Some("t"), &json!({ "query": WHO })))
        .await;
    assert_eq!(response.status, 429);
    assert_eq!(response.header("retry-after"), Some("1"));
    assert!(read(&response)["detail"].is_string());
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(status(&client, Some("t")).await, 200);
    let throttled = client
        .sandbox
        .calls()
        .iter()
        .filter(|call| call.throttled)
        .count();
    assert_eq!(throttled, 1);
}
