//! The routes, asked through the router without a socket.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode};
use jiff::Timestamp;
use prism_gitops::controller::control::{Control, PersistedPauses};
use prism_gitops::controller::error::Class;
use prism_gitops::controller::resources::ResourceStatus;
use prism_gitops::controller::status::{
    ErrorStatus, PassCounts, PassOutcome, PassStatus, Phase, RevisionStatus, Status,
};
use prism_gitops::model::{Address, Diagnostic, Health, Location, ResourceName, SyncStatus};
use prism_gitops::plan::{Action, StepResult};
use prism_gitops::runtime::clock::TokioClock;
use prism_gitops::runtime::readiness::Limits;
use prism_gitops::server::{Api, ApiOptions, Environments, Served, ServerState, bind, router};
use serde_json::Value;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};
use tower::ServiceExt as _;

struct Bench {
    sender: watch::Sender<Status>,
    state: ServerState,
}

/// An answer: status, body, headers.
struct Answer {
    status: StatusCode,
    body: String,
    headers: axum::http::HeaderMap,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

impl Bench {
    fn new() -> Self {
        let clock = TokioClock::starting_at("2026-01-02T03:04:05Z".parse().unwrap());
        let (sender, status) = watch::channel(Status::starting("prod-us", Instant::now()));
        let control = Control::open(PersistedPauses::nowhere(), sender.clone(), Arc::new(clock));
        let state = ServerState {
            environments: Environments::new(vec![Served::new(status, control)]),
            api: Api::new(ApiOptions::default()),
            clock: Arc::new(clock),
            limits: Limits::for_interval(Duration::from_secs(60)),
        };
        Self { sender, state }
    }

    fn now(&self) -> Timestamp {
        self.state.clock.now()
    }

    /// One pass has ended well.
    fn passed(&self) {
        let now = self.now();
        self.sender.send_modify(|status| {
            let revision = RevisionStatus {
                id: "sha256:1234".to_owned(),
                commit: Some("1a2b3c4".to_owned()),
            };
            status.generation += 1;
            status.observed_at = Some(now);
            status.swept_at = Some(now);
            status.last_success_at = Some(now);
            status.revision = Some(revision.clone());
            status.applied_revision = Some(revision);
            status.resources = Arc::new([resource("smith-erp", Health::Healthy)]);
            status.last_pass = Some(PassStatus {
                started_at: now,
                finished_at: now,
                duration_ms: 250,
                result: PassOutcome::Applied,
                counts: PassCounts {
                    changes: 1,
                    applied: 2,
                    ..PassCounts::default()
                },
                part: None,
            });
            let took = Duration::from_millis(250);
            status.totals.pass(PassOutcome::Applied, took);
            status.totals.step(Action::Deploy, &StepResult::Applied);
            status.totals.api_requests = Some(5);
        });
    }

    async fn ask(&self, request: Request<Body>) -> Answer {
        let response = router(self.state.clone(), None)
            .oneshot(request)
            .await
            .unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: parts.status,
            body: String::from_utf8(body.to_vec()).unwrap(),
            headers: parts.headers,
        }
    }

    async fn get(&self, path: &str) -> Answer {
        self.ask(Request::get(path).body(Body::empty()).unwrap())
            .await
    }
}

fn resource(name: &str, health: Health) -> ResourceStatus {
    ResourceStatus {
        address: Address::instance(ResourceName::parse(name).unwrap()),
        display_name: "Smith ERP".to_owned(),
        customer: Some("Smith".to_owned()),
        sync: SyncStatus::Synced,
        health,
        reason: "matches".to_owned(),
        hint: None,
        actions: Vec::new(),
        retry_at: None,
        disposition: prism_gitops::api::Disposition::None,
    }
}

#[tokio::test(start_paused = true)]
async fn health_fails_when_the_loop_stands_still() {
    let bench = Bench::new();
    assert_eq!(bench.get("/healthz").await.body, r#"{"status":"ok"}"#);
    sleep(Duration::from_secs(301)).await;
    let answer = bench.get("/healthz").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(
        answer.body,
        r#"{"status":"failing","reason":"the loop gave no sign of life for 301 s"}"#
    );
    bench
        .sender
        .send_modify(|status| status.phase = Phase::Working);
    assert_eq!(
        bench.get("/healthz").await.status,
        StatusCode::OK,
        "a pass may take longer"
    );
    sleep(Duration::from_secs(600)).await;
    let answer = bench.get("/healthz").await;
    assert_eq!(
        answer.json()["reason"],
        "the pass under way made no progress for 901 s"
    );
}

#[tokio::test(start_paused = true)]
async fn readiness_follows_the_first_pass_the_observation_and_the_drain() {
    let bench = Bench::new();
    let answer = bench.get("/readyz").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.json()["reason"], "the first pass has not ended yet");

    bench.sender.send_modify(|status| status.generation = 1);
    let answer = bench.get("/readyz").await;
    assert_eq!(answer.json()["reason"], "the tenant could not be read yet");

    bench.passed();
    assert_eq!(bench.get("/readyz").await.status, StatusCode::OK);

    sleep(Duration::from_secs(601)).await;
    let answer = bench.get("/readyz").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    let reason = "the tenant was last read 601 s ago, more than the 600 s allowed";
    assert_eq!(answer.json()["reason"], reason);

    bench.passed();
    bench.sender.send_modify(|status| status.draining = true);
    let answer = bench.get("/readyz").await;
    assert_eq!(answer.json()["reason"], "shutting down");
    assert_eq!(
        bench.get("/api/v1/status").await.status,
        StatusCode::OK,
        "a drain can be watched"
    );
}

#[tokio::test(start_paused = true)]
async fn the_status_is_told_in_full() {
    let bench = Bench::new();
    bench.passed();
    sleep(Duration::from_secs(7)).await;
    let status = bench.get("/api/v1/status").await.json();
    insta::assert_json_snapshot!(status, @r#"
    {
      "environment": "prod-us",
      "tenant": null,
      "phase": "idle",
      "draining": false,
      "paused": null,
      "generation": 1,
      "revision": {
        "id": "sha256:1234",
        "commit": "1a2b3c4"
      },
      "refusedRevision": null,
      "appliedRevision": {
        "id": "sha256:1234",
        "commit": "1a2b3c4"
      },
      "lastPass": {
        "startedAt": "2026-01-02T03:04:05Z",
        "finishedAt": "2026-01-02T03:04:05Z",
        "durationMs": 250,
        "result": "applied",
        "changes": 1,
        "applied": 2,
        "failed": 0,
        "held": 0,
        "blocked": 0,
        "pending": 0
      },
      "lastSuccessAt": "2026-01-02T03:04:05Z",
      "nextPassAt": null,
      "observedAt": "2026-01-02T03:04:05Z",
      "sweptAt": "2026-01-02T03:04:05Z",
      "error": null,
      "source": null,
      "resources": [
        {
          "address": "Instance/smith-erp",
          "displayName": "Smith ERP",
          "customer": "Smith",
          "sync": "Synced",
          "health": "Healthy",
          "reason": "matches",
          "hint": null,
          "actions": [],
          "retryAt": null,
          "disposition": "none"
        }
      ],
      "history": {
        "enabled": false,
        "lost": 0,
        "problem": null
      },
      "observationAgeSeconds": 7
    }
    "#);
}

#[tokio::test(start_paused = true)]
async fn the_status_shows_what_is_wrong_with_the_files() {
    let bench = Bench::new();
    bench.passed();
    bench.sender.send_modify(|status| {
        let finding = Diagnostic::error("unknown-key", "unknown key `verison`")
            .at(Location {
                file: "a.yaml".into(),
                line: 3,
                column: 5,
                length: 7,
            })
            .showing("    verison: latest")
            .hint("did you mean `version`?");
        status.error = Some(ErrorStatus {
            class: Class::User,
            message: "the files have 1 error".to_owned(),
            hint: None,
            diagnostics: Arc::new([finding]),
        });
    });
    let status = bench.get("/api/v1/status").await.json();
    insta::assert_json_snapshot!(status["error"], @r#"
    {
      "class": "user",
      "message": "the files have 1 error",
      "hint": null,
      "diagnostics": [
        {
          "severity": "error",
          "code": "unknown-key",
          "message": "unknown key `verison`",
          "file": "a.yaml",
          "line": 3,
          "column": 5,
          "hint": "did you mean `version`?"
        }
      ]
    }
    "#);
    let metrics = bench.get("/metrics").await.body;
    assert!(
        metrics.contains("prism_gitops_files_valid{environment=\"prod-us\"} 0\n"),
        "{metrics}"
    );
}

#[tokio::test(start_paused = true)]
async fn metrics_have_the_documented_names() {
    let bench = Bench::new();
    bench.passed();
    sleep(Duration::from_secs(7)).await;
    let request = Request::get("/metrics").header("accept", "application/openmetrics-text");
    let answer = bench.ask(request.body(Body::empty()).unwrap()).await;
    let kind = &answer.headers["content-type"];
    assert_eq!(
        kind,
        "application/openmetrics-text; version=1.0.0; charset=utf-8"
    );
    insta::with_settings!({filters => vec![(r#"version="[^"]*""#, r#"version="…""#)]}, {
        insta::assert_snapshot!(answer.body, @r#"
        # HELP prism_gitops_build_info What is running; always 1
        # TYPE prism_gitops_build_info gauge
        prism_gitops_build_info{version="…",environment="prod-us"} 1
        # HELP prism_gitops_pass Passes that ended, by result
        # TYPE prism_gitops_pass counter
        prism_gitops_pass_total{environment="prod-us",result="applied"} 1
        # HELP prism_gitops_pass_duration_seconds How long passes took
        # TYPE prism_gitops_pass_duration_seconds histogram
        prism_gitops_pass_duration_seconds_sum{environment="prod-us"} 0.25
        prism_gitops_pass_duration_seconds_count{environment="prod-us"} 1
        prism_gitops_pass_duration_seconds_bucket{le="0.1",environment="prod-us"} 0
        prism_gitops_pass_duration_seconds_bucket{le="0.5",environment="prod-us"} 1
        prism_gitops_pass_duration_seconds_bucket{le="1.0",environment="prod-us"} 1
        prism_gitops_pass_duration_seconds_bucket{le="2.5",environment="prod-us"} 1
        prism_gitops_pass_duration_seconds_bucket{le="5.0",environment="prod-us"} 1
        prism_gitops_pass_duration_seconds_bucket{le="10.0",environment="prod-us"} 1
        prism_gitops_pass_duration_seconds_bucket{le="30.0",environment="prod-us"} 1
        prism_gitops_pass_duration_seconds_bucket{le="60.0",environment="prod-us"} 1
        prism_gitops_pass_duration_seconds_bucket{le="300.0",environment="prod-us"} 1
        prism_gitops_pass_duration_seconds_bucket{le="900.0",environment="prod-us"} 1
        prism_gitops_pass_duration_seconds_bucket{le="3600.0",environment="prod-us"} 1
        prism_gitops_pass_duration_seconds_bucket{le="+Inf",environment="prod-us"} 1
        # HELP prism_gitops_steps Writes that ended, by action and result
        # TYPE prism_gitops_steps counter
        prism_gitops_steps_total{environment="prod-us",action="deploy",result="applied"} 1
        # HELP prism_gitops_api_requests Requests sent to the tenant, retries included
        # TYPE prism_gitops_api_requests counter
        prism_gitops_api_requests_total{environment="prod-us"} 5
        # HELP prism_gitops_resources Resources, by kind and state
        # TYPE prism_gitops_resources gauge
        prism_gitops_resources{environment="prod-us",kind="Instance",sync="Synced",health="Healthy"} 1
        # HELP prism_gitops_last_success_timestamp_seconds When a pass last ended with nothing failed, in Unix time
        # TYPE prism_gitops_last_success_timestamp_seconds gauge
        prism_gitops_last_success_timestamp_seconds{environment="prod-us"} 1767323045
        # HELP prism_gitops_observation_age_seconds Age of the last reading of the tenant
        # TYPE prism_gitops_observation_age_seconds gauge
        prism_gitops_observation_age_seconds{environment="prod-us"} 7.0
        # HELP prism_gitops_sweep_age_seconds Age of the last reading of the whole tenant
        # TYPE prism_gitops_sweep_age_seconds gauge
        prism_gitops_sweep_age_seconds{environment="prod-us"} 7.0
        # HELP prism_gitops_paused Whether writing is paused: 1 or 0
        # TYPE prism_gitops_paused gauge
        prism_gitops_paused{environment="prod-us"} 0
        # HELP prism_gitops_files_valid Whether the files as they are now are valid: 1 or 0
        # TYPE prism_gitops_files_valid gauge
        prism_gitops_files_valid{environment="prod-us"} 1
        # EOF
        "#);
    });
    let documented = include_str!("../../docs/daemon.md");
    for line in answer
        .body
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE "))
    {
        let (name, kind) = line.split_once(' ').unwrap();
        let name = if kind == "counter" {
            format!("{name}_total")
        } else {
            name.to_owned()
        };
        assert!(
            documented.contains(&format!("`{name}`")),
            "{name} is not documented"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_not_there_is_told_in_json_and_every_answer_is_guarded() {
    let bench = Bench::new();
    let post = |path| {
        Request::builder()
            .method(Method::POST)
            .uri(path)
            .body(Body::empty())
            .unwrap()
    };
    let upload = Request::get("/healthz")
        .header("content-length", "10")
        .body(Body::from("0123456789"))
        .unwrap();
    let answers = [
        (bench.get("/nope").await, 404, "there is nothing at /nope"),
        (
            bench.ask(post("/healthz")).await,
            405,
            "only GET is answered here",
        ),
        (bench.ask(upload).await, 413, "this route takes no body"),
    ];
    for (answer, status, error) in answers {
        assert_eq!(
            (answer.status.as_u16(), answer.json()["error"].as_str()),
            (status, Some(error))
        );
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(answer.headers[name], value);
        }
    }
}

#[tokio::test]
async fn a_taken_address_is_named_with_the_flag() {
    let taken = bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let error = bind(&address).await.unwrap_err();
    assert_eq!(error.to_string(), format!("cannot listen on {address}"));
    insta::assert_snapshot!(error.hint(), @"another process has it; stop that, or choose another with --listen (PRISM_GITOPS_LISTEN)");
    let error = bind("nonsense").await.unwrap_err();
    assert_eq!(
        error.hint(),
        "give one as HOST:PORT with --listen (PRISM_GITOPS_LISTEN)"
    );
}
