use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::*;
use crate::model::Identity;
use crate::platform::Platform as _;
use crate::testing::{
    Ask, EPOCH, Fake, Step, access, client, client_with, data, refresh, reply, unlimited,
};

/// A token that is valid between these numbers of seconds after the epoch.
fn jwt(name: &str, begins: i64, ends: i64) -> String {
    let epoch = EPOCH.parse::<Timestamp>().unwrap().as_second();
    let claims = json!({"sub": name, "iat": epoch + begins, "exp": epoch + ends}).to_string();
    format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(claims))
}

fn identity() -> Step {
    data(&json!({
        "authenticatedUser": {"email": "a@b", "name": "A", "tenantId": "t",
            "org": {"id": "o", "name": "Acme"}},
    }))
}

/// Grants a token for an hour at each exchange, and knows every user.
fn server() -> Arc<Fake> {
    Fake::new(|ask| match ask.path.as_str() {
        "/auth/refresh" => {
            let now = i64::try_from(ask.at.as_secs()).unwrap();
            let token = jwt(&format!("token-{}", ask.number), now, now + 3600);
            reply(200, &json!({"access_token": token}))
        }
        _ => identity(),
    })
}

fn exchanges(fake: &Fake) -> Vec<Ask> {
    let all = fake.asked();
    all.into_iter()
        .filter(|ask| ask.path == "/auth/refresh")
        .collect()
}

#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_before_it_ends() {
    let fake = server();
    let client = client_with(&fake, refresh("r"), unlimited());
    let first: Identity = client.identity().await.unwrap();
    assert_eq!(
        (first.organization.as_str(), first.tenant_id.as_deref()),
        ("Acme", Some("t"))
    );
    assert_eq!(
        exchanges(&fake)[0].body,
        json!({"refresh_token": "r", "tenant_id": "tenant"})
    );
    for (wait, expected) in [(3200, 1), (99, 1), (2, 2), (3290, 2), (20, 3)] {
        tokio::time::sleep(Duration::from_secs(wait)).await;
        client.identity().await.unwrap();
        assert_eq!(exchanges(&fake).len(), expected, "after {wait} s more");
    }
}

#[tokio::test(start_paused = true)]
async fn many_at_once_renew_once() {
    let fake = Fake::new(|ask| match ask.path.as_str() {
        "/auth/refresh" => Step::After(
            Duration::from_secs(3),
            Box::new(reply(200, &json!({"access_token": "opaque-2"}))),
        ),
        _ => identity(),
    });
    let client = client_with(&fake, refresh("r"), unlimited());
    let all = futures::future::join_all((0..20).map(|_| client.identity())).await;
    assert!(all.iter().all(Result::is_ok));
    assert_eq!((exchanges(&fake).len(), fake.count()), (1, 21));
}

#[tokio::test(start_paused = true)]
async fn many_at_once_share_a_failure() {
    let fake = Fake::script(vec![reply(401, &json!({"error": "invalid_grant"}))]);
    let client = client_with(&fake, refresh("r"), unlimited());
    let all = futures::future::join_all((0..20).map(|_| client.identity())).await;
    let error = all[19].as_ref().unwrap_err();
    insta::assert_snapshot!(error, @"auth/refresh: not authenticated: the refresh token was not accepted: invalid_grant");
    assert!(error.is_fatal());
    assert_eq!(fake.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_is_renewed_once_and_the_request_repeated() {
    let fake = Fake::new(
        |ask| match (ask.path.as_str(), ask.authorization.as_str()) {
            ("/auth/refresh", _) => {
                let body = json!({
                    "access_token": format!("token-{}", ask.number),
                    "refresh_token": format!("refresh-{}", ask.number),
                });
                reply(200, &body)
            }
            // The first token is refused, once as a status and later in words.
            (_, "Bearer token-0") => reply(401, &json!({"detail": "expired"})),
            (_, "Bearer token-2") if ask.number > 4 => reply(
                200,
                &json!({"data": null, "errors": [{"message": "Not authenticated"}]}),
            ),
            _ => identity(),
        },
    );
    let client = client_with(&fake, refresh("r"), unlimited());
    client.identity().await.unwrap();
    client.identity().await.unwrap();
    client.identity().await.unwrap();
    let sent: Vec<Value> = exchanges(&fake)
        .iter()
        .map(|ask| ask.body["refresh_token"].clone())
        .collect();
    assert_eq!(sent, ["r", "refresh-0", "refresh-2"]);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_always_refused_ends_in_an_error() {
    let fake = Fake::new(|ask| match ask.path.as_str() {
        "/auth/refresh" => reply(200, &json!({"access_token": format!("t{}", ask.number)})),
        _ => reply(401, &json!({"detail": "no"})),
    });
    let client = client_with(&fake, refresh("r"), unlimited());
    let error = client.identity().await.unwrap_err();
    assert!(error.is_fatal(), "{error}");
    assert_eq!(fake.count(), 4);
}

#[tokio::test(start_paused = true)]
async fn given_tokens_are_used_as_they_are_until_they_end() {
    let fake = Fake::new(|_| identity());
    client(&fake).identity().await.unwrap();
    assert_eq!(fake.asked()[0].authorization, "Bearer opaque");
    let hour = client_with(&fake, access(&jwt("me", 0, 3600)), unlimited());
    tokio::time::sleep(Duration::from_secs(3599)).await;
    hour.identity().await.unwrap();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let error = hour.identity().await.unwrap_err();
    insta::assert_snapshot!(error, @"auth/refresh: not authenticated: the access token has expired; give a refresh token, or a new access token");
    assert_eq!(fake.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_failed_renewal_does_not_stop_a_token_that_still_lasts() {
    let token = jwt("me", 0, 3600);
    let fake = Fake::new(move |ask| match (ask.path.as_str(), ask.number) {
        ("/auth/refresh", 0) => reply(200, &json!({"access_token": token})),
        ("/auth/refresh", _) => reply(500, &json!({})),
        _ => identity(),
    });
    let client = client_with(&fake, refresh("r"), unlimited());
    client.identity().await.unwrap();
    tokio::time::sleep(Duration::from_secs(3400)).await;
    client.identity().await.unwrap();
    client.identity().await.unwrap();
    // Not asked again at once.
    assert_eq!(exchanges(&fake).len(), 2);
    tokio::time::sleep(Duration::from_secs(300)).await;
    assert!(client.identity().await.is_err());
}

#[tokio::test(start_paused = true)]
async fn an_exchange_that_fails_for_a_while_is_repeated() {
    let fake = Fake::new(|ask| match (ask.path.as_str(), ask.number) {
        ("/auth/refresh", 0) => Step::Hang,
        ("/auth/refresh", 1) => reply(503, &json!({})),
        ("/auth/refresh", _) => reply(200, &json!({"access_token": "a", "refresh_token": null})),
        _ => identity(),
    });
    let client = client_with(&fake, refresh("r"), unlimited());
    client.identity().await.unwrap();
    assert_eq!(exchanges(&fake).len(), 3);
}

#[tokio::test(start_paused = true)]
async fn an_answer_without_a_token_is_told_without_its_body() {
    let bodies = [
        json!({"access_token": ""}),
        json!({"token": "canary"}),
        json!("canary"),
    ];
    for body in bodies {
        let fake = Fake::script(vec![reply(200, &body)]);
        let client = client_with(&fake, refresh("canary-r"), unlimited());
        let error = client.identity().await.unwrap_err();
        let shown = format!("{error} {error:?} {client:?}");
        assert!(!shown.contains("canary"), "{shown}");
        assert!(shown.contains("holds no access token"), "{shown}");
    }
    let echo = json!({"error_description": "token canary-r is bad", "token": "canary"});
    let fake = Fake::script(vec![reply(400, &echo)]);
    let client = client_with(&fake, refresh("canary-r"), unlimited());
    let shown = client.identity().await.unwrap_err().to_string();
    assert!(shown.contains("token [secret] is bad"), "{shown}");
}
