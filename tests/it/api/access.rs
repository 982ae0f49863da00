//! Who may read, and who may write.

use axum::body::Body;
use axum::http::Request;
use prism_gitops::server::{Access, Reads};

use super::{Bench, TOKEN};

async fn sync(bench: &Bench, headers: &[(&str, &str)]) -> u16 {
    bench.post("/api/v1/sync", headers, "").await.status
}

async fn read(bench: &Bench, headers: &[(&str, &str)]) -> u16 {
    let mut request = Request::get("/api/v1/status");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    bench.ask(request.body(Body::empty()).unwrap()).await.status
}

#[tokio::test]
async fn without_a_token_only_this_machine_may_write() {
    let mut bench = Bench::new();
    for host in [
        "127.0.0.1:8080",
        "localhost:8080",
        "LOCALHOST",
        "[::1]:8080",
        "127.9.9.9",
    ] {
        assert_eq!(sync(&bench, &[("host", host)]).await, 202, "{host}");
    }
    assert_eq!(sync(&bench, &[]).await, 202, "no browser leaves Host out");
    // A name that an attacker bends to 127.0.0.1, in all spellings.
    for host in [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "evil.example:8080",
        "10.0.0.1",
        "0.0.0.0",
        "a@127.0.0.1@b",
        "",
    ] {
        assert_eq!(sync(&bench, &[("host", host)]).await, 403, "{host:?}");
        assert_eq!(read(&bench, &[("host", host)]).await, 403, "{host:?}");
    }
    for name in ["forwarded", "via", "x-forwarded-for", "x-real-ip"] {
        assert_eq!(sync(&bench, &[(name, "127.0.0.1")]).await, 403, "{name}");
    }
    bench.peer = "[::ffff:127.0.0.1]:1".parse().unwrap();
    assert_eq!(sync(&bench, &[]).await, 202);
    bench.peer = "10.0.0.1:1".parse().unwrap();
    assert_eq!(sync(&bench, &[]).await, 403);
    let bench = Bench::with(Access::default());
    assert_eq!(sync(&bench, &[]).await, 403, "it listens elsewhere");
    assert_eq!(read(&bench, &[("host", "gitops.acme.example")]).await, 200);
}

#[tokio::test]
async fn pages_of_other_sites_are_refused_with_and_without_a_token() {
    let right = format!("Bearer {TOKEN}");
    let right = ("authorization", right.as_str());
    let host = ("host", "127.0.0.1:8080");
    for bench in [Bench::new(), Bench::outside(Reads::Open)] {
        for (wrong, value) in [
            ("origin", "https://evil.example"),
            ("origin", "null"),
            ("origin", "http://127.0.0.1:9999"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
        ] {
            let status = sync(&bench, &[right, host, (wrong, value)]).await;
            assert_eq!(status, 403, "{wrong}: {value}");
        }
        for (fine, value) in [
            ("origin", "http://127.0.0.1:8080"),
            ("sec-fetch-site", "same-origin"),
            ("sec-fetch-site", "none"),
        ] {
            let status = sync(&bench, &[right, host, (fine, value)]).await;
            assert_eq!(status, 202, "{fine}: {value}");
        }
    }
}

#[tokio::test]
async fn a_token_is_demanded_from_everybody_once_there_is_one() {
    let bench = Bench::outside(Reads::Token);
    let longer = format!("Bearer {TOKEN}x");
    let basic = format!("Basic {TOKEN}");
    for wrong in ["", "Bearer", "Bearer ", "Bearer 0", TOKEN, &longer, &basic] {
        let headers = [("authorization", wrong)];
        assert_eq!(sync(&bench, &headers).await, 401, "{wrong}");
        assert_eq!(read(&bench, &headers).await, 401, "{wrong}");
    }
    let refused = bench.post("/api/v1/sync", &[], "").await;
    assert_eq!(refused.headers["www-authenticate"], "Bearer");
    for scheme in ["Bearer", "bearer"] {
        let right = format!("{scheme} {TOKEN}");
        let headers = [("authorization", right.as_str())];
        assert_eq!(sync(&bench, &headers).await, 202);
        assert_eq!(read(&bench, &headers).await, 200);
    }
    for open in ["/healthz", "/metrics", "/api/v1/openapi.json"] {
        assert_eq!(bench.get(open).await.status, 200, "{open}");
    }
    assert_eq!(read(&Bench::outside(Reads::Open), &[]).await, 200);
}

#[tokio::test]
async fn what_is_too_large_is_refused() {
    let bench = Bench::new();
    let path = format!("/api/v1/resources/Instance/{}", "x".repeat(5000));
    assert_eq!(bench.get(&path).await.status, 414);
    let large = "x".repeat(17 * 1024);
    assert_eq!(read(&bench, &[("x-large", &large)]).await, 431);
    let chunked = Request::post("/api/v1/resume").header("transfer-encoding", "chunked");
    let answer = bench.ask(chunked.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, 413);
    assert_eq!(answer.headers["x-content-type-options"], "nosniff");
}
