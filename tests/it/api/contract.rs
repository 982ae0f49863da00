//! The `OpenAPI` document and the server say the same.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{Method, Request};
use prism_gitops::api::http::{Error, ErrorCode};
use prism_gitops::server::{Access, Reads, api};
use serde_json::{Value, json};

use super::{Answer, Bench, Past, TOKEN};

/// HMAC-SHA256 of `{}` under `key`.
const SIGNED: &str = "a777724d943eb48dc69bca8a4a6d57a04db3f9ec7e1de4e581e860265bdf3032";
const JSON: (&str, &str) = ("content-type", "application/json");

fn document() -> Value {
    serde_json::from_str(api::OPENAPI).unwrap()
}

/// The group of the bench's one plan: its name follows from what is done.
const GROUP: &str = "3b5341a5cd7a";

type Exercised = BTreeSet<(String, String, u16)>;

/// Checks answers against the document, and remembers which it has seen.
struct Contract {
    document: Value,
    seen: Exercised,
    codes: BTreeSet<ErrorCode>,
}

impl Contract {
    #[track_caller]
    fn holds(&mut self, method: &str, path: &str, expected: u16, answer: &Answer) {
        let shown = format!("{method} {path}: {} {}", answer.status, answer.body);
        assert_eq!(answer.status, expected, "{shown}");
        let described = &self.document["paths"][path][method]["responses"][expected.to_string()];
        assert!(described.is_object(), "not described: {shown}");
        if expected >= 400 && !path.ends_with('z') {
            let refused: Error = serde_json::from_value(answer.json()).unwrap();
            let code = refused.code.known().unwrap();
            assert_eq!(code.status(), expected, "{shown}");
            self.codes.insert(code);
        }
        let content = described["content"].as_object().unwrap();
        let (kind, content) = content.iter().next().unwrap();
        let told = answer.headers["content-type"].to_str().unwrap();
        assert_eq!(told.split(';').next(), Some(kind.as_str()), "{shown}");
        if kind == "application/json" {
            let mut schema = content["schema"].clone();
            schema["components"] = self.document["components"].clone();
            let validator = jsonschema::validator_for(&schema).unwrap();
            let body = answer.json();
            let wrong: Vec<String> = validator
                .iter_errors(&body)
                .map(|error| format!("{} at {}", error, error.instance_path))
                .collect();
            assert!(wrong.is_empty(), "{shown}\n{}", wrong.join("\n"));
        }
        self.seen
            .insert((method.to_owned(), path.to_owned(), expected));
    }
}

fn described(document: &Value) -> Exercised {
    let mut all = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            for status in operation["responses"].as_object().unwrap().keys() {
                all.insert((method.clone(), path.clone(), status.parse().unwrap()));
            }
        }
    }
    all
}

/// A path of the document with its parts filled in.
fn filled(path: &str) -> String {
    let path = path
        .replace("{kind}", "Instance")
        .replace("{name}", "smith-erp");
    let path = path
        .replace("{digest}", &"1".repeat(64))
        .replace("{group}", GROUP)
        .replace("{key}", "cust-0042")
        .replace("{integration}", "acme-erp");
    let path = match path.starts_with("/api/v1/rollouts/") {
        true => path.replace("{act}", "pause"),
        false => path.replace("{act}", "sync"),
    };
    path.replace("{provider}", "generic")
}

const OPEN: [&str; 4] = ["/healthz", "/readyz", "/metrics", "/api/v1/openapi.json"];

#[tokio::test(start_paused = true)]
async fn every_answer_that_is_described_is_given_and_is_as_described() {
    let document = document();
    let mut contract = Contract {
        document: document.clone(),
        seen: BTreeSet::new(),
        codes: BTreeSet::new(),
    };
    reading(&mut contract).await;
    wishing(&mut contract).await;
    acting(&mut contract).await;
    several(&mut contract).await;
    let all = described(&document);
    let missing: Vec<_> = all.difference(&contract.seen).collect();
    assert!(missing.is_empty(), "never exercised: {missing:?}");
    // Of these, no path has a description: any may answer so.
    let anywhere = [
        ErrorCode::NotFound,
        ErrorCode::MethodNotAllowed,
        ErrorCode::PathTooLong,
        ErrorCode::HeadersTooLarge,
        ErrorCode::TimedOut,
        ErrorCode::Internal,
    ];
    let known = ErrorCode::ALL.into_iter();
    let missing: Vec<_> = known
        .filter(|code| !contract.codes.contains(code) && !anywhere.contains(code))
        .collect();
    assert!(missing.is_empty(), "never answered: {missing:?}");
}

async fn reading(contract: &mut Contract) {
    let document = contract.document.clone();
    let bench = Bench::new();
    contract.holds("get", "/readyz", 503, &bench.get("/readyz").await);
    let latest = "/api/v1/plans/latest";
    contract.holds("get", latest, 404, &bench.get(latest).await);
    bench.passed();
    let gets = document["paths"].as_object().unwrap().iter();
    let gets = gets.filter(|(_, methods)| methods["get"].is_object());
    for (path, _) in gets {
        let address = filled(path);
        if path == "/api/v1/events" {
            bench.state.api.events.close();
        }
        contract.holds("get", path, 200, &bench.get(&address).await);
        let upload = Request::get(&address).header("content-length", "2");
        let upload = upload.body(Body::from("{}")).unwrap();
        contract.holds("get", path, 413, &bench.ask(upload).await);
        if OPEN.contains(&path.as_str()) {
            continue;
        }
        let bent = Request::get(&address).header("host", "evil.example:8080");
        let bent = bent.body(Body::empty()).unwrap();
        contract.holds("get", path, 403, &bench.ask(bent).await);
        let outside = Bench::outside(Reads::Token);
        contract.holds("get", path, 401, &outside.get(&address).await);
    }
    let before = bench.get("/api/v1/history?before=0").await;
    contract.holds("get", "/api/v1/history", 400, &before);
    for path in ["/api/v1/status", "/api/v1/resources", "/api/v1/history"] {
        let answer = bench.get(&format!("{path}?nonsense=1")).await;
        contract.holds("get", path, 400, &answer);
    }
    let one = "/api/v1/resources/{kind}/{name}";
    contract.holds(
        "get",
        one,
        404,
        &bench.get("/api/v1/resources/Instance/x").await,
    );
    contract.holds(
        "get",
        one,
        400,
        &bench.get("/api/v1/resources/Instance/%ff").await,
    );
    let mut broken = Bench::new();
    broken.state.api.past = Some(Arc::new(Past { broken: true }));
    let history = "/api/v1/history";
    contract.holds("get", history, 503, &broken.get(history).await);
    tokio::time::sleep(std::time::Duration::from_secs(301)).await;
    contract.holds("get", "/healthz", 503, &bench.get("/healthz").await);
    full(contract).await;
}

/// With several environments answers are about all of them, unless one has to be named.
async fn several(contract: &mut Contract) {
    let bench = Bench::of_two();
    contract.holds("get", "/readyz", 503, &bench.get("/readyz").await);
    bench.passed();
    for path in ["/readyz", "/healthz", "/api/v1/status", "/api/v1/resources"] {
        contract.holds("get", path, 200, &bench.get(path).await);
    }
    let sync = "/api/v1/sync";
    contract.holds("post", sync, 202, &bench.post(sync, &[], "").await);
    let smith = r#"{"targets":["Instance/smith-erp"]}"#;
    contract.holds("post", sync, 400, &bench.post(sync, &[JSON], smith).await);
    let (latest, one) = ("/api/v1/plans/latest", "/api/v1/resources/{kind}/{name}");
    for path in [latest, one] {
        contract.holds("get", path, 400, &bench.get(&filled(path)).await);
        let named = format!("{}?environment=prod-eu", filled(path));
        contract.holds("get", path, 200, &bench.get(&named).await);
    }
    let body = r#"{"reason":"release"}"#;
    let approve = APPROVE.replace("DIGEST", &digest());
    let answer = bench.post("/api/v1/approve", &[JSON], &approve).await;
    contract.holds("post", "/api/v1/approve", 400, &answer);
    let other = "/api/v1/approve?environment=prod-uk";
    let answer = bench.post(other, &[JSON], &approve).await;
    contract.holds("post", "/api/v1/approve", 404, &answer);
    for (path, body) in [("/api/v1/pause", body), ("/api/v1/resume", "")] {
        contract.holds("post", path, 400, &bench.post(path, &[JSON], body).await);
        let named = format!("{path}?environment=prod-eu");
        contract.holds("post", path, 200, &bench.post(&named, &[JSON], body).await);
        let other = format!("{path}?environment=prod-uk");
        contract.holds("post", path, 404, &bench.post(&other, &[JSON], body).await);
    }
    several_on_the_page(contract, &bench).await;
    let events = "/api/v1/events";
    for path in ["/readyz", "/api/v1/status", "/api/v1/resources", events] {
        let other = format!("{path}?environment=prod-uk");
        contract.holds("get", path, 404, &bench.get(&other).await);
    }
    for path in [events, sync] {
        let method = if path == sync { "post" } else { "get" };
        let wrong = format!("{path}?nonsense=1");
        let answer = match method {
            "post" => bench.post(&wrong, &[], "").await,
            _ => bench.get(&wrong).await,
        };
        contract.holds(method, path, 400, &answer);
    }
    let other = bench
        .post("/api/v1/sync?environment=prod-uk", &[], "")
        .await;
    contract.holds("post", sync, 404, &other);
}

/// The page asks about one environment: which one has to be said, and it has to be there.
async fn several_on_the_page(contract: &mut Contract, bench: &Bench) {
    for path in [
        "/api/v1/overview",
        "/api/v1/integrations",
        "/api/v1/customers/{key}",
        "/api/v1/search",
        "/api/v1/plans/{digest}",
        "/api/v1/plans/{digest}/groups/{group}",
        "/api/v1/rollouts",
        "/api/v1/rollouts/{integration}",
        "/api/v1/timeline",
        "/api/v1/waiting",
    ] {
        let address = filled(path);
        contract.holds("get", path, 400, &bench.get(&address).await);
        let other = format!("{address}?environment=prod-uk");
        contract.holds("get", path, 404, &bench.get(&other).await);
    }
    for (method, path) in ACTS {
        let address = match method {
            "delete" => format!("{path}?address=Instance/smith-erp"),
            _ => filled(path),
        };
        let unnamed = asked(bench, method, &address, ("{}", None)).await;
        contract.holds(method, path, 400, &unnamed);
        let joined = if address.contains('?') { '&' } else { '?' };
        let other = format!("{address}{joined}environment=prod-uk");
        let other = asked(bench, method, &other, ("{}", None)).await;
        contract.holds(method, path, 404, &other);
    }
}

const ACTS: [(&str, &str); 5] = [
    ("post", "/api/v1/acts/{act}"),
    ("post", "/api/v1/holds"),
    ("delete", "/api/v1/holds"),
    ("post", "/api/v1/rollouts/{integration}/{act}"),
    ("post", "/api/v1/plans/{digest}/approvals"),
];

/// Bodies that are no JSON, too large, or not what is asked for.
async fn bodies(contract: &mut Contract, bench: &Bench) {
    let large = "x".repeat(20_000);
    let sign_in = [("post", "/api/v1/session")];
    for (method, path) in ACTS.into_iter().chain(sign_in) {
        let address = match method {
            "delete" => format!("{path}?address=Instance/smith-erp"),
            _ => filled(path).replace("sync", "pause"),
        };
        let send = async |kind: &'static str, body: &str| {
            let request = Request::builder().method(method.to_uppercase().as_str());
            let request = request.uri(&address).header(JSON.0, kind);
            bench
                .ask(request.body(Body::from(body.to_owned())).unwrap())
                .await
        };
        contract.holds(method, path, 415, &send("text/plain", "{}").await);
        contract.holds(method, path, 413, &send(JSON.1, &large).await);
        contract.holds(method, path, 400, &send(JSON.1, "{").await);
    }
}

async fn full(contract: &mut Contract) {
    let bench = Bench::new();
    let events = "/api/v1/events";
    let mut clients = Vec::new();
    for _ in 0..128 {
        let request = Request::get(events).body(Body::empty()).unwrap();
        clients.push(bench.send(request).await);
    }
    contract.holds("get", events, 503, &bench.get(events).await);
    drop(clients);
    bench.state.api.events.close();
    assert_eq!(bench.get(events).await.status, 200, "they made room");
}

const APPROVE: &str = r#"{"digest":"DIGEST","reason":"CHG-12","by":"alice"}"#;

fn digest() -> String {
    format!("sha256:{}", "0".repeat(64))
}

/// What waits is approved once, by its digest and by no other.
async fn approving(contract: &mut Contract, bench: &Bench) {
    let path = "/api/v1/approve";
    for wrong in [
        "{}".to_owned(),
        r#"{"digest":"x","reason":""}"#.to_owned(),
        r#"{"digest":"x","reason":"x","more":1}"#.to_owned(),
    ] {
        contract.holds("post", path, 400, &bench.post(path, &[JSON], &wrong).await);
    }
    let plain = ("content-type", "text/plain");
    contract.holds(
        "post",
        path,
        415,
        &bench.post(path, &[plain], APPROVE).await,
    );
    bench.awaits(&digest());
    let other = APPROVE.replace("DIGEST", "sha256:1");
    contract.holds("post", path, 409, &bench.post(path, &[JSON], &other).await);
    let right = APPROVE.replace("DIGEST", &digest());
    contract.holds("post", path, 200, &bench.post(path, &[JSON], &right).await);
}

/// A pass about a part: what is wrong, what is not there, and too many.
async fn syncing_a_part(contract: &mut Contract) {
    let bench = Bench::new();
    bench.passed();
    let path = "/api/v1/sync";
    for wrong in [
        "{}",
        "[]",
        r#"{"target":["Instance/smith-erp"]}"#,
        r#"{"targets":[""]}"#,
    ] {
        contract.holds("post", path, 400, &bench.post(path, &[JSON], wrong).await);
    }
    let smith = r#"{"targets":["Instance/smith-erp"]}"#;
    let plain = ("content-type", "text/plain");
    contract.holds("post", path, 415, &bench.post(path, &[plain], smith).await);
    let smyth = r#"{"targets":["Instance/smyth-erp"]}"#;
    contract.holds("post", path, 404, &bench.post(path, &[JSON], smyth).await);
    contract.holds("post", path, 202, &bench.post(path, &[JSON], smith).await);
    let full = Bench::new();
    let ask = async |number: usize| {
        let body = format!(r#"{{"targets":["Instance/i{number}"]}}"#);
        full.post(path, &[JSON], &body).await
    };
    for number in 0..16 {
        contract.holds("post", path, 202, &ask(number).await);
    }
    contract.holds("post", path, 503, &ask(16).await);
}

/// Asks for an act, by a page of another site where that is named.
async fn asked(
    bench: &Bench,
    method: &str,
    address: &str,
    (body, site): (&'static str, Option<&str>),
) -> Answer {
    let mut request = Request::builder().method(method.to_uppercase().as_str());
    request = request.uri(address).header(JSON.0, JSON.1);
    if let Some(site) = site {
        request = request.header("sec-fetch-site", site);
    }
    bench.ask(request.body(Body::from(body)).unwrap()).await
}

/// What the page asks for: done, refused without the token, and refused to other sites.
async fn acting(contract: &mut Contract) {
    let bench = Bench::new();
    bench.passed();
    let outside = Bench::outside(Reads::Open);
    let hold =
        r#"{"address":"Instance/smith-erp","reason":"visit","until":"2026-01-03T00:00:00Z"}"#;
    let why = r#"{"version":"14","reason":"visit"}"#;
    for (method, path, body) in [
        ("post", "/api/v1/acts/{act}", ""),
        ("post", "/api/v1/holds", hold),
        ("delete", "/api/v1/holds", why),
        ("post", "/api/v1/rollouts/{integration}/{act}", why),
    ] {
        let address = match method {
            "delete" => format!("{path}?address=Instance/smith-erp"),
            _ => filled(path),
        };
        contract.holds(
            method,
            path,
            202,
            &asked(&bench, method, &address, (body, None)).await,
        );
        contract.holds(
            method,
            path,
            401,
            &asked(&outside, method, &address, (body, None)).await,
        );
        contract.holds(
            method,
            path,
            403,
            &asked(&bench, method, &address, (body, Some("cross-site"))).await,
        );
    }
    let path = "/api/v1/plans/{digest}/approvals";
    let address = format!("/api/v1/plans/{}/approvals", "1".repeat(64));
    let body = r#"{"reason":"CHG-12","confirm":0}"#;
    contract.holds(
        "post",
        path,
        409,
        &bench.post(&address, &[JSON], body).await,
    );
    bench.awaits(&digest());
    contract.holds(
        "post",
        path,
        409,
        &bench
            .post("/api/v1/plans/latest/approvals", &[JSON], body)
            .await,
    );
    contract.holds(
        "post",
        path,
        202,
        &bench.post(&address, &[JSON], body).await,
    );
    contract.holds(
        "post",
        path,
        401,
        &outside.post(&address, &[JSON], body).await,
    );
    let site = [JSON, ("sec-fetch-site", "cross-site")];
    contract.holds("post", path, 403, &bench.post(&address, &site, body).await);
    bodies(contract, &bench).await;
    let path = "/api/v1/session";
    let right = format!(r#"{{"token":"{TOKEN}"}}"#);
    contract.holds(
        "post",
        path,
        200,
        &outside.post(path, &[JSON], &right).await,
    );
    let wrong = r#"{"token":"no"}"#;
    contract.holds("post", path, 401, &outside.post(path, &[JSON], wrong).await);
    let out = Request::delete(path).body(Body::empty()).unwrap();
    contract.holds("delete", path, 200, &outside.ask(out).await);
    for path in [
        "/api/v1/customers/{key}",
        "/api/v1/plans/{digest}",
        "/api/v1/rollouts/{integration}",
        "/api/v1/plans/{digest}/groups/{group}",
    ] {
        let other = filled(path)
            .replace("cust-0042", "x")
            .replace("1111", "2222");
        let other = other.replace("acme-erp", "x");
        contract.holds("get", path, 404, &bench.get(&other).await);
    }
}

async fn wishing(contract: &mut Contract) {
    let bench = Bench::new();
    let outside = Bench::outside(Reads::Open);
    let approve = APPROVE.replace("DIGEST", &digest());
    let approve = approve.as_str();
    let pause = r#"{"reason":"release","until":"2026-01-02T04:00:00Z"}"#;
    for (path, body, status) in [
        ("/api/v1/sync", "", 202),
        ("/api/v1/pause", pause, 200),
        ("/api/v1/resume", "", 200),
        ("/api/v1/approve", approve, 409),
    ] {
        contract.holds("post", path, status, &bench.post(path, &[JSON], body).await);
        contract.holds("post", path, 401, &outside.post(path, &[JSON], body).await);
        let site = [JSON, ("sec-fetch-site", "cross-site")];
        contract.holds("post", path, 403, &bench.post(path, &site, body).await);
        let large = "x".repeat(20_000);
        contract.holds("post", path, 413, &bench.post(path, &[JSON], &large).await);
    }
    approving(contract, &bench).await;
    syncing_a_part(contract).await;
    let open = Bench::with(Access::default());
    let nobody = open.post("/api/v1/sync", &[], "").await;
    contract.holds("post", "/api/v1/sync", 403, &nobody);
    let path = "/api/v1/pause";
    for wrong in [
        "{",
        "[]",
        "{}",
        r#"{"reason":""}"#,
        r#"{"reason":"a\nb"}"#,
        r#"{"reason":"x","until":"2020-01-01T00:00:00Z"}"#,
        r#"{"reason":"x","until":"soon"}"#,
        r#"{"reason":"x","for":"2h"}"#,
    ] {
        contract.holds("post", path, 400, &bench.post(path, &[JSON], wrong).await);
    }
    let plain = ("content-type", "text/plain");
    contract.holds("post", path, 415, &bench.post(path, &[plain], pause).await);

    let hook = "/webhooks/{provider}";
    let right = ("x-signature", SIGNED);
    let answer = bench.post("/webhooks/generic", &[right], "{}").await;
    contract.holds("post", hook, 202, &answer);
    let answer = bench.post("/webhooks/generic", &[], "{}").await;
    contract.holds("post", hook, 401, &answer);
    let answer = bench.post("/webhooks/github", &[], "{}").await;
    contract.holds("post", hook, 404, &answer);
    let large = " ".repeat(5 << 20);
    let answer = bench.post("/webhooks/generic", &[right], &large).await;
    contract.holds("post", hook, 413, &answer);
}

#[tokio::test]
async fn every_route_is_described_with_all_its_methods() {
    let document = document();
    let bench = Bench::outside(Reads::Open);
    let described = document["paths"].as_object().unwrap();
    for path in api::paths() {
        assert!(described.contains_key(path), "{path} is not described");
    }
    for (path, methods) in described {
        let methods = methods.as_object().unwrap();
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"] {
            let request = Request::builder()
                .method(Method::from_bytes(method.as_bytes()).unwrap())
                .uri(filled(path))
                .header("authorization", format!("Bearer {TOKEN}"))
                .body(Body::empty())
                .unwrap();
            let response = bench.send(request).await;
            let same = method.to_lowercase().replace("head", "get");
            let answered = response.status() != 405;
            assert_eq!(answered, methods.contains_key(&same), "{method} {path}");
            if !answered {
                let allow = response.headers()["allow"].to_str().unwrap();
                let first = methods.keys().next().unwrap().to_uppercase();
                assert!(allow.contains(&first), "{method} {path}: {allow}");
            }
        }
    }
}

#[test]
fn the_document_is_sound() {
    let document = document();
    assert_eq!(document["openapi"], "3.1.0");
    let text = document.to_string();
    for name in document["components"]["schemas"]
        .as_object()
        .unwrap()
        .keys()
    {
        let used = format!("#/components/schemas/{name}\"");
        assert!(text.contains(&used), "{name} is used nowhere");
    }
    let mut schema = json!({"type": "object"});
    schema["components"] = document["components"].clone();
    for (name, part) in document["components"]["schemas"].as_object().unwrap() {
        schema["properties"][name] = part.clone();
    }
    jsonschema::validator_for(&schema).unwrap();
    let manual = include_str!("../../../docs/daemon.md");
    for path in document["paths"].as_object().unwrap().keys() {
        let short = path.replace("{provider}", "WHO");
        assert!(manual.contains(&short), "{path} is not in docs/daemon.md");
    }
}
