//! The daemon's answers and events.

use std::sync::Arc;

use axum::body::Body;
use axum::http::Request;
use futures::StreamExt as _;
use prism_gitops::controller::status::{ErrorStatus, Phase, RemoteStatus, TenantStatus};
use prism_gitops::model::{Diagnostic, Location};
use prism_gitops::source::git::SourceStatus;
use serde_json::Value;

use super::Named;
use crate::api::Bench;

const JSON: (&str, &str) = ("content-type", "application/json");

/// All of them.
pub(super) async fn answered() -> Vec<Named> {
    let mut all = of_one().await;
    all.extend(of_two().await);
    all.extend(events().await);
    all
}

/// Everything of a status that is null while all is well.
fn trouble(bench: &Bench) {
    let now = bench.state.clock.now();
    let finding = Diagnostic::error("unknown-key", "unknown key")
        .at(Location::file("a.yaml"))
        .hint("it may have: y");
    bench.sender.send_modify(|status| {
        status.tenant = Some(TenantStatus {
            url: "https://app.prismatic.io".to_owned(),
            organization: "Acme".to_owned(),
            organization_id: "o1".to_owned(),
            tenant_id: Some("t1".to_owned()),
            user: "ci@acme.example".to_owned(),
        });
        status.error = Some(ErrorStatus {
            class: prism_gitops::controller::error::Class::User,
            message: "the files have 1 error".to_owned(),
            hint: Some("mend them".to_owned()),
            diagnostics: [finding].into(),
        });
        status.source = Some(RemoteStatus {
            about: SourceStatus::default(),
            last_success_at: Some(now),
            failing_since: None,
        });
        status.refused_revision.clone_from(&status.revision);
        status.applied_revision.clone_from(&status.revision);
        status.last_success_at = Some(now);
        status.next_pass_at = Some(now);
        status.swept_at = Some(now);
    });
}

async fn of_one() -> Vec<Named> {
    let bench = Bench::new();
    let starting = bench.get("/readyz").await.json();
    let first = bench.get("/api/v1/status").await.json();
    let none = bench.get("/api/v1/plans/latest").await.json();
    bench.passed();
    trouble(&bench);
    let mut all = vec![
        ("health", starting),
        ("status", first),
        ("http-error", none),
    ];
    for (name, path) in [
        ("health", "/healthz"),
        ("status", "/api/v1/status"),
        ("resources", "/api/v1/resources?limit=2"),
        ("resource", "/api/v1/resources/Instance/smith-erp"),
        ("plan-latest", "/api/v1/plans/latest"),
        ("history-page", "/api/v1/history"),
        ("history-page", "/api/v1/history?limit=100"),
    ] {
        all.push((name, bench.get(path).await.json()));
    }
    let until = r#"{"reason":"release","until":"2026-01-02T04:00:00Z"}"#;
    for (name, path, body) in [
        ("sync", "/api/v1/sync", ""),
        ("pause", "/api/v1/pause", until),
        ("sync", "/api/v1/sync", ""),
        ("resume", "/api/v1/resume", ""),
    ] {
        all.push((name, bench.post(path, &[JSON], body).await.json()));
    }
    let signed = "a777724d943eb48dc69bca8a4a6d57a04db3f9ec7e1de4e581e860265bdf3032";
    let signed = [("x-signature", signed)];
    let hook = bench.post("/webhooks/generic", &signed, "{}").await;
    all.push(("webhook", hook.json()));
    all
}

async fn of_two() -> Vec<Named> {
    let bench = Bench::of_two();
    bench.passed_in(&bench.senders[0]);
    let mut all = Vec::new();
    for (name, path) in [
        ("health-several", "/readyz"),
        ("status-several", "/api/v1/status"),
        ("resources-several", "/api/v1/resources"),
    ] {
        all.push((name, bench.get(path).await.json()));
    }
    let sync = bench.post("/api/v1/sync", &[], "").await.json();
    all.push(("sync-several", sync));
    all
}

/// One event of each name.
async fn events() -> Vec<Named> {
    let bench = Bench::new();
    let note = || bench.state.api.events.note(&bench.sender.borrow());
    note();
    let mut all = greeted(&bench, None).await;
    bench.sender.send_modify(|it| it.phase = Phase::Working);
    note();
    bench.passed();
    note();
    trouble(&bench);
    bench.sender.send_modify(|it| {
        it.generation += 1;
        it.resources = Arc::clone(&it.resources)[1..].into();
    });
    note();
    let control = bench.state.environments.all()[0].control.clone();
    let until = Some("2026-01-02T04:00:00Z".parse().unwrap());
    control.pause("release".to_owned(), until).await;
    note();
    let mut paused = greeted(&bench, Some("other-1")).await;
    control.resume().await;
    note();
    bench.sender.send_modify(|it| it.draining = true);
    note();
    let heard = all.first().map(|(_, id, _)| id.clone()).unwrap();
    let listening = bench.send(request(Some(&heard))).await;
    all.append(&mut paused);
    all.extend(until_draining(listening).await);
    all.into_iter()
        .map(|(name, _, data)| (name, data))
        .collect()
}

type Event = (&'static str, String, Value);

fn request(last: Option<&str>) -> Request<Body> {
    let request = Request::get("/api/v1/events");
    let request = last
        .into_iter()
        .fold(request, |it, last| it.header("last-event-id", last));
    request.body(Body::empty()).unwrap()
}

/// The first events that a client receives.
async fn greeted(bench: &Bench, last: Option<&str>) -> Vec<Event> {
    let mut stream = bench
        .send(request(last))
        .await
        .into_body()
        .into_data_stream();
    stream.next().await.unwrap().unwrap();
    let event = stream.next().await.unwrap().unwrap();
    parsed(std::str::from_utf8(&event).unwrap())
}

async fn until_draining(response: axum::response::Response) -> Vec<Event> {
    let mut stream = response.into_body().into_data_stream();
    let mut all: Vec<Event> = Vec::new();
    while all
        .last()
        .is_none_or(|(name, ..)| *name != "event draining")
    {
        let event = stream.next().await.unwrap().unwrap();
        all.extend(parsed(std::str::from_utf8(&event).unwrap()));
    }
    all
}

/// By what they are called here.
const NAMES: [&str; 8] = [
    "event status",
    "event reset",
    "event paused",
    "event resumed",
    "event draining",
    "event resources.changed",
    "event pass.finished",
    "event pass.started",
];

fn parsed(text: &str) -> Vec<Event> {
    let event = |block: &str| {
        let field = |name: &str| {
            let mut lines = block.lines();
            lines.find_map(|line| line.strip_prefix(&format!("{name}: ")).map(str::to_owned))
        };
        let told = format!("event {}", field("event")?);
        let name = NAMES.into_iter().find(|known| *known == told).unwrap();
        let data = serde_json::from_str(&field("data")?).unwrap();
        Some((name, field("id")?, data))
    };
    text.split("\n\n").filter_map(event).collect()
}
