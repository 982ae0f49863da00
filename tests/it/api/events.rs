//! Server-sent events: which are sent, and to which clients.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::http::Request;
use futures::StreamExt as _;
use prism_gitops::controller::status::Phase;

use super::Bench;

/// The stream of one client.
struct Client(BodyDataStream);

impl Client {
    async fn connect(bench: &Bench, last: Option<&str>) -> Self {
        Self::connect_to(bench, "/api/v1/events", last).await
    }

    async fn connect_to(bench: &Bench, path: &str, last: Option<&str>) -> Self {
        let mut request = Request::get(path);
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = bench.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), 200);
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("x-accel-buffering"), "no");
        assert_eq!(header("cache-control"), "no-cache, no-transform");
        let mut body = response.into_body().into_data_stream();
        let first = body.next().await.unwrap().unwrap();
        assert_eq!(&first[..], b": connected\n\n", "a byte at once");
        Self(body)
    }

    /// The next event; `None` once the stream has ended.
    async fn next(&mut self) -> Option<(String, String, String)> {
        let chunk = self.0.next().await?.unwrap();
        let text = String::from_utf8(chunk.to_vec()).unwrap();
        let field = |name: &str| {
            let mut lines = text.lines();
            lines.find_map(|line| line.strip_prefix(&format!("{name}: ")).map(str::to_owned))
        };
        let heartbeat = text.starts_with(':');
        let event = field("event").unwrap_or_default();
        let event = if heartbeat {
            text.trim().to_owned()
        } else {
            event
        };
        Some((
            event,
            field("id").unwrap_or_default(),
            field("data").unwrap_or_default(),
        ))
    }

    async fn name(&mut self) -> String {
        self.next().await.map(|event| event.0).unwrap_or_default()
    }
}

impl Bench {
    fn note(&self) {
        for sender in &self.senders {
            self.state.api.events.note(&sender.borrow());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_hears_what_happens_and_goes_on_where_it_left_off() {
    let bench = Bench::new();
    bench.note();
    let mut client = Client::connect(&bench, None).await;
    let (name, first, data) = client.next().await.unwrap();
    assert_eq!(name, "status");
    assert!(data.contains(r#""generation":0"#), "{data}");
    bench
        .sender
        .send_modify(|status| status.phase = Phase::Working);
    bench.note();
    bench.passed();
    bench
        .sender
        .send_modify(|status| status.phase = Phase::Idle);
    bench.note();
    let (name, second, data) = client.next().await.unwrap();
    assert_eq!(
        (name.as_str(), data.as_str()),
        (
            "pass.started",
            r#"{"generation":1,"environment":"prod-us"}"#
        )
    );
    let (name, _, data) = client.next().await.unwrap();
    assert_eq!(name, "resources.changed");
    assert!(data.contains(r#""total":3"#), "{data}");
    let (name, _, data) = client.next().await.unwrap();
    assert_eq!(name, "pass.finished");
    assert!(data.contains(r#""result":"applied""#), "{data}");
    assert_eq!(client.name().await, ": heartbeat", "nothing else happened");

    let mut again = Client::connect(&bench, Some(&second)).await;
    assert_eq!(again.name().await, "resources.changed");
    let mut again = Client::connect(&bench, Some(&first)).await;
    assert_eq!(
        again.name().await,
        "pass.started",
        "the greeting's number counts"
    );
    for lost in ["", "x", "other-1", &format!("{first}9999")] {
        let mut again = Client::connect(&bench, Some(lost)).await;
        assert_eq!(again.name().await, "reset", "{lost:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn pauses_and_the_drain_are_told() {
    let bench = Bench::new();
    bench.note();
    let mut client = Client::connect(&bench, None).await;
    client.next().await;
    let control = bench.state.environments.all()[0].control.clone();
    control.pause("release".to_owned(), None).await;
    bench.note();
    let (name, _, data) = client.next().await.unwrap();
    assert_eq!(name, "paused");
    assert!(data.contains(r#""reason":"release""#), "{data}");
    control.resume().await;
    bench.sender.send_modify(|status| status.draining = true);
    bench.note();
    assert_eq!(client.name().await, "resumed");
    assert_eq!(client.name().await, "draining");
    bench.state.api.events.close();
    assert_eq!(client.next().await, None, "it ends at shutdown");
}

#[tokio::test(start_paused = true)]
async fn who_falls_behind_is_dropped_and_told_when_it_comes_back() {
    let bench = Bench::new();
    bench.note();
    let mut slow = Client::connect(&bench, None).await;
    let (_, id, _) = slow.next().await.unwrap();
    for _ in 0..300 {
        bench.sender.send_modify(|status| status.generation += 1);
        bench.note();
    }
    assert_eq!(slow.next().await, None);
    let mut again = Client::connect(&bench, Some(&id)).await;
    assert_eq!(again.name().await, "reset");
    tokio::time::sleep(Duration::from_secs(1)).await;
}

#[tokio::test(start_paused = true)]
async fn events_are_told_of_all_environments_or_of_one() {
    let bench = Bench::of_two();
    bench.note();
    let mut all = Client::connect(&bench, None).await;
    let one = "/api/v1/events?environment=prod-eu";
    let mut one = Client::connect_to(&bench, one, None).await;
    for sender in &bench.senders {
        sender.send_modify(|status| status.phase = Phase::Working);
    }
    bench.note();
    let mut told = Vec::new();
    for _ in 0..4 {
        let (name, _, data) = all.next().await.unwrap();
        told.push(format!("{name} {data}"));
    }
    insta::assert_snapshot!(told.join("\n"), @r#"
    status {"environment":"prod-us","generation":0,"phase":"idle","paused":null,"draining":false}
    status {"environment":"prod-eu","generation":0,"phase":"idle","paused":null,"draining":false}
    pass.started {"generation":1,"environment":"prod-us"}
    pass.started {"generation":1,"environment":"prod-eu"}
    "#);
    let (_, greeting, data) = one.next().await.unwrap();
    assert!(data.contains("prod-eu"), "{data}");
    let (name, _, data) = one.next().await.unwrap();
    assert_eq!(name, "pass.started");
    assert!(data.contains("prod-eu"), "{data}");
    assert_eq!(one.name().await, ": heartbeat", "nothing of the other one");
    let path = "/api/v1/events?environment=prod-us";
    let mut again = Client::connect_to(&bench, path, Some(&greeting)).await;
    let (_, _, data) = again.next().await.unwrap();
    assert!(data.contains("prod-us"), "{data}");
}
