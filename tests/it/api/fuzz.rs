//! The server answers any request, and never with a 500.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Method, Request, Uri};
use prism_gitops::server::{Reads, api};
use proptest::prelude::*;

use super::{Bench, TOKEN};

/// Paths near and far from those there are.
fn path() -> impl Strategy<Value = String> {
    let mut known = api::paths();
    known.extend(["/webhooks/{name}", "/healthz", "/metrics"]);
    let known = proptest::sample::select(known);
    let piece = prop_oneof![
        "[a-zA-Z0-9._~-]{0,12}",
        Just("%00".to_owned()),
        Just("%ff%fe".to_owned()),
        Just("..%2f..".to_owned()),
        Just("{name}".replace('{', "%7B").replace('}', "%7D")),
        "(%[0-9a-f]{2}){1,6}",
    ];
    let query = prop_oneof![
        Just(String::new()),
        "(limit|after|before|kind|sync|health|failed|resources)=[a-zA-Z0-9%+&=._-]{0,24}",
        "[a-z]{1,8}=(%[0-9a-f]{2}){0,8}",
    ];
    (known, proptest::collection::vec(piece, 0..3), query).prop_map(|(known, pieces, query)| {
        let mut pieces = pieces.into_iter();
        let mut fill = |text: String, part: &str| {
            let piece = pieces.next().unwrap_or_else(|| "x".to_owned());
            text.replace(part, &piece)
        };
        let path = fill(known.to_owned(), "{kind}");
        let path = fill(path, "{name}");
        let path = format!(
            "{path}{}",
            pieces.map(|piece| format!("/{piece}")).collect::<String>()
        );
        if query.is_empty() {
            path
        } else {
            format!("{path}?{query}")
        }
    })
}

fn headers() -> impl Strategy<Value = Vec<(String, Vec<u8>)>> {
    let name = proptest::sample::select(vec![
        "host",
        "origin",
        "authorization",
        "content-type",
        "last-event-id",
        "sec-fetch-site",
        "content-length",
        "transfer-encoding",
        "accept",
        "x-signature",
    ]);
    let value = prop_oneof![
        "[ -~]{0,40}".prop_map(String::into_bytes),
        Just(format!("Bearer {TOKEN}").into_bytes()),
        Just(b"application/json".to_vec()),
        proptest::collection::vec(0x80_u8..=0xff, 0..20),
    ];
    proptest::collection::vec((name.prop_map(str::to_owned), value), 0..5)
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        Just(Vec::new()),
        Just(br#"{"reason":"x","until":"9999-12-31T23:59:59Z"}"#.to_vec()),
        r#"\{"reason":"[ -~]{0,20}","until":"[0-9TZ:+-]{0,30}"\}"#.prop_map(String::into_bytes),
        proptest::collection::vec(any::<u8>(), 0..200),
        Just(vec![b'['; 10_000]),
    ]
}

fn method() -> impl Strategy<Value = Method> {
    let known = [
        Method::GET,
        Method::POST,
        Method::HEAD,
        Method::PUT,
        Method::DELETE,
    ];
    proptest::sample::select(known.to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_is_sent_makes_a_500(
        path in path(),
        method in method(),
        headers in headers(),
        body in body(),
        outside in any::<bool>(),
    ) {
        let Ok(uri) = path.parse::<Uri>() else {
            return Ok(());
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (status, json) = runtime.block_on(async {
            let bench = if outside { Bench::outside(Reads::Open) } else { Bench::new() };
            bench.passed();
            bench.state.api.events.close();
            let mut request = Request::builder().method(method).uri(uri).body(Body::from(body)).unwrap();
            for (name, value) in headers {
                let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
                if let Ok(value) = HeaderValue::from_bytes(&value) {
                    request.headers_mut().append(name, value);
                }
            }
            let response = bench.send(request).await;
            let kind = response.headers().get("content-type").cloned();
            let json = kind.is_some_and(|kind| kind == "application/json");
            (response.status().as_u16(), json)
        });
        prop_assert!(status < 500, "{status}");
        prop_assert!(status < 400 || json, "{status} is not told in JSON");
    }
}
