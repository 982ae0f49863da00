//! What callers may do, with the signatures as the providers make them.

use axum::body::Body;
use axum::http::Request;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use tower::ServiceExt as _;

use super::*;

const SECRET: &str = "It's a Secret to Everybody";
const BODY: &str = r#"{"ref":"refs/heads/main"}"#;

struct Bench {
    hooks: Hooks,
    pushes: mpsc::Receiver<()>,
    events: mpsc::Receiver<()>,
}

impl Bench {
    fn new(secret: &str) -> Self {
        let (push, pushes) = mpsc::channel(1);
        let (event, events) = mpsc::channel(1);
        let secret = || Secret::new(secret.to_owned());
        let secrets = Provider::ALL.map(|provider| (provider, secret())).into();
        Self {
            hooks: Hooks::new(
                secrets,
                Some("main".to_owned()),
                push,
                vec![("prod-us".to_owned(), event)],
            ),
            pushes,
            events,
        }
    }

    async fn post(&self, who: &str, headers: &[(&str, &str)], body: &str) -> u16 {
        let mut request = Request::post(format!("/webhooks/{who}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let answer = router(self.hooks.clone()).oneshot(request).await.unwrap();
        answer.status().as_u16()
    }

    /// How many wake-ups wait: for the remote, and for the tenant.
    fn woken(&mut self) -> (usize, usize) {
        let count = |receiver: &mut mpsc::Receiver<()>| {
            std::iter::from_fn(|| receiver.try_recv().ok()).count()
        };
        (count(&mut self.pushes), count(&mut self.events))
    }
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex(text: &str) -> String {
    crate::model::hex(&mac(SECRET.as_bytes(), text))
}

#[test]
fn the_digest_is_that_of_githubs_own_example() {
    // From GitHub's documentation, so that both sides cannot share a mistake.
    assert_eq!(
        hex("Hello, World!"),
        "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    );
}

#[tokio::test]
async fn every_provider_wakes_with_its_signature_and_only_with_it() {
    let right = format!("sha256={}", hex(BODY));
    let plain = hex(BODY);
    let base64 = STANDARD.encode(mac(SECRET.as_bytes(), BODY));
    let other = format!("sha256={}", hex("another body"));
    for (who, header, value, woken) in [
        ("github", "x-hub-signature-256", right.as_str(), (1, 0)),
        ("bitbucket", "x-hub-signature", &right, (1, 0)),
        ("gitlab", "x-gitlab-token", SECRET, (1, 0)),
        ("generic", "x-signature-256", &right, (1, 0)),
        ("generic", "x-signature", &plain, (1, 0)),
        ("generic", "x-signature", &base64, (1, 0)),
        ("prismatic", "x-webhook-signature", &plain, (0, 1)),
        ("prismatic", "x-webhook-signature", &right, (0, 1)),
    ] {
        let mut bench = Bench::new(SECRET);
        assert_eq!(
            bench.post(who, &[(header, value)], BODY).await,
            202,
            "{who}"
        );
        assert_eq!(bench.woken(), woken, "{who}");
        for wrong in [&other, "", "sha256=", "x", &plain[1..], "ü"] {
            assert_eq!(
                bench.post(who, &[(header, wrong)], BODY).await,
                401,
                "{who} {wrong}"
            );
        }
        assert_eq!(bench.post(who, &[], BODY).await, 401, "{who}");
        assert_eq!(bench.woken(), (0, 0), "{who}");
    }
}

#[tokio::test]
async fn gitlabs_signing_tokens_cover_id_and_time() {
    let key = [7_u8; 32];
    let mut bench = Bench::new(&format!("whsec_{}", STANDARD.encode(key)));
    let signature = STANDARD.encode(mac(&key, &format!("id-1.1700000000.{BODY}")));
    let several = format!("v1,AAAA v1,{signature}");
    let headers = |time: &'static str| {
        [
            ("webhook-id", "id-1"),
            ("webhook-timestamp", time),
            ("webhook-signature", several.as_str()),
        ]
        .map(|(name, value)| (name, value.to_owned()))
    };
    for (time, status) in [("1700000000", 202), ("1700000001", 401)] {
        let headers = headers(time);
        let headers: Vec<_> = headers.iter().map(|(n, v)| (*n, v.as_str())).collect();
        assert_eq!(bench.post("gitlab", &headers, BODY).await, status);
    }
    let token = bench.hooks.secrets[0].1.clone();
    let plain = [("x-gitlab-token", token.expose())];
    assert_eq!(
        bench.post("gitlab", &plain, BODY).await,
        401,
        "no way around"
    );
    assert_eq!(bench.woken(), (1, 0));
}

#[tokio::test]
async fn many_calls_are_one_wake_up_and_other_branches_none() {
    let mut bench = Bench::new(SECRET);
    for _ in 0..20 {
        let signature = format!("sha256={}", hex(BODY));
        let headers = [("x-hub-signature-256", signature.as_str())];
        assert_eq!(bench.post("github", &headers, BODY).await, 202);
    }
    assert_eq!(bench.woken(), (1, 0));
    let other = r#"{"ref":"refs/heads/other"}"#;
    let signature = format!("sha256={}", hex(other));
    let headers = [("x-hub-signature-256", signature.as_str())];
    assert_eq!(bench.post("github", &headers, other).await, 202);
    assert_eq!(bench.woken(), (0, 0));
}

#[tokio::test]
async fn the_unknown_and_the_too_large_are_turned_away() {
    let mut bench = Bench::new(SECRET);
    assert_eq!(bench.post("gitea", &[], BODY).await, 404);
    let large = "x".repeat(MAX_BODY + 1);
    assert_eq!(bench.post("github", &[], &large).await, 413);
    bench.hooks.secrets.clear();
    let signature = format!("sha256={}", hex(BODY));
    let headers = [("x-hub-signature-256", signature.as_str())];
    assert_eq!(bench.post("github", &headers, BODY).await, 404);
    assert_eq!(bench.woken(), (0, 0));
}

/// Of several tenants one is woken by its own webhook, and all by one that says no name.
#[tokio::test]
async fn an_event_wakes_the_environment_that_the_url_names() {
    let (push, _pushes) = mpsc::channel(1);
    let (us, mut of_us) = mpsc::channel(1);
    let (eu, mut of_eu) = mpsc::channel(1);
    let events = vec![("us".to_owned(), us), ("eu".to_owned(), eu)];
    let secrets = vec![(Provider::Prismatic, Secret::new(SECRET.to_owned()))];
    let hooks = Hooks::new(secrets, None, push, events);
    let body = r#"{"event":"instance.updated"}"#;
    for (query, status, woken) in [
        ("", 202, (true, true)),
        ("?environment=eu", 202, (false, true)),
        ("?environment=uk", 404, (false, false)),
        ("?other=eu", 202, (true, true)),
    ] {
        let signature = hex(body);
        let request = Request::post(format!("/webhooks/prismatic{query}"))
            .header("x-webhook-signature", signature)
            .body(Body::from(body))
            .unwrap();
        let answer = router(hooks.clone()).oneshot(request).await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{query}");
        let heard = (of_us.try_recv().is_ok(), of_eu.try_recv().is_ok());
        assert_eq!(heard, woken, "{query}");
    }
}

#[tokio::test]
async fn a_slash_at_the_end_is_no_other_place() {
    let mut bench = Bench::new(SECRET);
    let headers = [("x-gitlab-token", SECRET)];
    assert_eq!(bench.post("gitlab/", &headers, BODY).await, 202);
    assert_eq!(bench.woken(), (1, 0));
    assert_eq!(
        bench
            .post("gitlab/", &[("x-gitlab-token", "x")], BODY)
            .await,
        401
    );
    assert_eq!(bench.post("nobody/", &headers, BODY).await, 404);
    let signed = hex(BODY);
    let whose = "prismatic/?environment=prod-us";
    let headers = [("x-webhook-signature", signed.as_str())];
    assert_eq!(bench.post(whose, &headers, BODY).await, 202);
    assert_eq!(bench.woken(), (0, 1));
}
