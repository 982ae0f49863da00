//! What is done with hostile input: one function for each target.
//!
//! Both `cargo fuzz` (`fuzz_targets/`) and a test of the usual run (`tests/it/fuzzed.rs`) call them.
//! They panic where something does not hold; most of what they look for is that nothing panics at all.

use std::sync::Arc;

use prism_gitops::controller::control::{Control, PersistedPauses};
use prism_gitops::definition::{self, Definition};
use prism_gitops::manifest;
use prism_gitops::model::{RateLimit, Scope, Secret, SourceFile};
use prism_gitops::plan::Reviewed;
use prism_gitops::prismatic::platform::Platform as _;
use prism_gitops::prismatic::transport::{Request, Response, Transport, TransportError};
use prism_gitops::prismatic::{BaseUrl, Connection, PrismaticClient, TokenSource};
use prism_gitops::runtime::clock::TokioClock;
use prism_gitops::server::{Api, ApiOptions, Environments, Served};

/// A target: its name, which is also its corpus, and what it does with an input.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: [Target; 6] = [
    ("manifests", manifests),
    ("definitions", definitions),
    ("canonical", canonical),
    ("graphql", graphql),
    ("webhooks", webhooks),
    ("plans", plans),
];

/// Files of a project. The same files say the same, and every finding has a place.
pub fn manifests(data: &[u8]) {
    let files = [SourceFile::new("a.yaml", data)];
    let loaded = manifest::load(&files);
    assert!(loaded.diagnostics.iter().all(|one| one.location.is_some()));
    let again = manifest::load(&files);
    assert_eq!(loaded.diagnostics.len(), again.diagnostics.len());
}

/// A definition in git. It is the same as itself, and has one digest.
pub fn definitions(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    if let Ok(one) = Definition::parse(text, "a.yml") {
        itself(&one);
    }
}

/// A definition as the server gives it back.
pub fn canonical(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let one = Definition::parse_canonical(text);
    assert_eq!(one.is_ok(), definition::canonical_digest(text).is_ok());
    if let Ok(one) = one {
        itself(&one);
        // It is what exports are written from.
        let _ = definition::readable(text, &[]);
    }
}

fn itself(one: &Definition) {
    assert!(definition::compare(one, one).is_empty());
    assert_eq!(definition::text_diff(one, one), "");
    assert_eq!(one.digest(), one.clone().digest());
    let _ = (one.required_variables(), one.components(), one.warnings());
}

/// A server that answers everything with this.
#[derive(Debug)]
struct Parrot(Vec<u8>);

#[async_trait::async_trait]
impl Transport for Parrot {
    async fn send(&self, _: Request) -> Result<Response, TransportError> {
        Ok(Response {
            status: 200,
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: self.0.clone().into(),
        })
    }
}

/// An answer of the API. Anything but JSON is no tenant.
pub fn graphql(data: &[u8]) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build();
    let Ok(runtime) = runtime else { return };
    let json = serde_json::from_slice::<serde_json::Value>(data).is_ok_and(|it| it.is_object());
    let tenant = runtime.block_on(async {
        let url = BaseUrl::parse("http://localhost").ok()?;
        let connection = Connection {
            url,
            tenant_id: None,
            token: TokenSource::Access(Secret::new("token".to_owned())),
            access: None,
            origin: "fuzzing".to_owned(),
        };
        let clock = Arc::new(TokioClock::starting_at(jiff::Timestamp::UNIX_EPOCH));
        let transport = Arc::new(Parrot(data.to_vec()));
        let client = PrismaticClient::new(transport, connection, RateLimit::default(), clock, 1);
        client.observe(&Scope::default()).await.ok()
    });
    assert!(json || tenant.is_none(), "a tenant was made of nothing");
}

/// The body of a webhook whose caller knows the secret.
pub fn webhooks(data: &[u8]) {
    use axum::http::Request;
    use prism_gitops::server::hooks::{Hooks, Provider};
    use tower::ServiceExt as _;

    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build();
    let Ok(runtime) = runtime else { return };
    let (push, _pushes) = tokio::sync::mpsc::channel(1);
    let (event, _events) = tokio::sync::mpsc::channel(1);
    let secret = || Secret::new("secret".to_owned());
    let secrets = vec![(Provider::GitLab, secret())];
    let events = vec![("fuzzing".to_owned(), event)];
    let hooks = Hooks::new(secrets, Some("main".to_owned()), push, events);
    let request = Request::post("/webhooks/gitlab")
        .header("x-gitlab-token", "secret")
        .body(axum::body::Body::from(data.to_vec()));
    let Ok(request) = request else { return };
    let status = runtime.block_on(async {
        let now = tokio::time::Instant::now();
        let status = prism_gitops::controller::Status::starting("fuzzing", now);
        let clock = Arc::new(prism_gitops::runtime::clock::SystemClock);
        let (sender, status) = tokio::sync::watch::channel(status);
        let control = Control::open(PersistedPauses::nowhere(), sender, clock.clone());
        let state = prism_gitops::server::ServerState {
            environments: Environments::new(vec![Served::new(status, control)]),
            api: Api::new(ApiOptions::default()),
            clock,
            limits: prism_gitops::runtime::readiness::Limits::for_interval(
                std::time::Duration::from_secs(60),
            ),
        };
        let router = prism_gitops::server::router(state, Some(hooks));
        router
            .oneshot(request)
            .await
            .map(|answer| answer.status().as_u16())
    });
    assert!(matches!(status, Ok(202 | 413)), "{status:?}");
}

/// A saved plan, as `apply` reads it.
pub fn plans(data: &[u8]) {
    let Ok(reviewed) = serde_json::from_slice::<Reviewed>(data) else {
        return;
    };
    let fit = reviewed.fit().is_ok();
    assert_eq!(fit, reviewed.clone().fit().is_ok());
    let _ = reviewed.addresses();
}
