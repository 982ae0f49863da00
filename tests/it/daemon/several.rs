//! Several environments in one process, on a paused clock: what goes wrong in one stays there.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use prism_gitops::controller::control::PersistedPauses;
use prism_gitops::controller::delays::Delays;
use prism_gitops::controller::exclusion::Exclusion;
use prism_gitops::controller::history::Historian;
use prism_gitops::controller::persistence::Persistence;
use prism_gitops::controller::status::{PassOutcome, Phase};
use prism_gitops::controller::{Connect, ConnectError, Connection, SecretResolver, Status};
use prism_gitops::daemon::{Daemon, DaemonError, DaemonOptions, EnvironmentOptions, ExitReason};
use prism_gitops::model::{Desired, Project, Secret, SecretRef, SecretValues, VersionRecord};
use prism_gitops::prismatic::platform::Platform;
use prism_gitops::runtime::readiness::Limits;
use prism_gitops::runtime::shutdown::{self, Trigger};
use prism_gitops::sandbox::FaultScript;
use prism_gitops::server::{Api, ApiOptions, Environments, ServerState, router};
use prism_gitops::source::memory::MemorySource;
use prism_gitops::source::{Snapshot, Source, SourceError};
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tower::ServiceExt as _;

use crate::drift::whole;
use crate::drift::world::World;

const INTERVAL: Duration = Duration::from_secs(60);

struct Tenant {
    name: &'static str,
    platform: Arc<dyn Platform>,
}

#[async_trait]
impl Connect for Tenant {
    async fn connect(&self, _: &Desired) -> Result<Connection, ConnectError> {
        Ok(Connection {
            platform: Arc::clone(&self.platform),
            environment: self.name.to_owned(),
            organization: None,
            url: format!("https://{}.example", self.name),
            tenant_id: None,
            concurrency: 8,
            requests: None,
        })
    }
}

struct Secrets;

#[async_trait]
impl SecretResolver for Secrets {
    async fn resolve(&self, _: &Project, references: &BTreeSet<SecretRef>) -> SecretValues {
        let mut values = SecretValues::default();
        for reference in references {
            values.insert(reference.clone(), Ok(Secret::new("value".to_owned())));
        }
        values
    }
}

/// Files whose reader panics once on request.
struct Files {
    files: Arc<MemorySource>,
    trap: AtomicBool,
}

#[async_trait]
impl Source for Files {
    async fn snapshot(&self) -> Result<Snapshot, SourceError> {
        assert!(!self.trap.swap(false, Ordering::SeqCst), "a trap");
        self.files.snapshot().await
    }
}

/// A daemon over sandboxes, one for each environment.
pub(super) struct Running {
    pub(super) environments: Environments,
    state: ServerState,
    files: Arc<Files>,
    pub(super) nudge: mpsc::Sender<()>,
    stop: Trigger,
    task: JoinHandle<Result<ExitReason, DaemonError>>,
}

fn environment(name: &'static str, world: &World) -> EnvironmentOptions {
    EnvironmentOptions {
        name: name.to_owned(),
        chosen: None,
        connect: Arc::new(Tenant {
            name,
            platform: world.platform_by(Arc::new(world.clock())),
        }),
        events: None,
        remembered: Persistence::in_memory(),
        notifier: None,
        kept: PersistedPauses::nowhere(),
        exclusion: Exclusion::default(),
    }
}

impl Running {
    /// Over the files of the first one.
    pub(super) fn start(worlds: &[(&'static str, &World)]) -> Self {
        let (_, first) = worlds[0];
        let files = Arc::new(Files {
            files: first.files.clone(),
            trap: AtomicBool::new(false),
        });
        let (nudge, nudges) = mpsc::channel(1);
        let (stop, shutdown) = shutdown::channel();
        let each = worlds.iter().map(|(name, world)| environment(name, world));
        let daemon = Daemon::open(DaemonOptions {
            source: files.clone(),
            watch: Some(nudges),
            polled: None,
            hooks: None,
            environments: each.collect(),
            secrets: Arc::new(Secrets),
            provenance: Arc::new(|_| VersionRecord::default()),
            clock: Arc::new(first.clock()),
            interval: INTERVAL,
            delays: Delays::seeded(1),
            listen: None,
            history: Historian::forgetful(),
            api: ApiOptions::default(),
            adopt: false,
            allow_delete: false,
            reloads: None,
            supervisor: None,
            shutdown,
        });
        let environments = daemon.environments();
        Self {
            state: ServerState {
                environments: environments.clone(),
                clock: Arc::new(first.clock()),
                limits: Limits::for_interval(INTERVAL),
                api: Api::new(ApiOptions::default()),
            },
            environments,
            files,
            nudge,
            stop,
            task: tokio::spawn(daemon.run()),
        }
    }

    pub(super) fn status(&self, place: usize) -> watch::Receiver<Status> {
        self.environments.all()[place].status.clone()
    }

    /// Waits until an environment is as wanted; the test runner's limit ends it otherwise.
    pub(super) async fn until(&self, place: usize, wanted: impl FnMut(&Status) -> bool) -> Status {
        self.status(place).wait_for(wanted).await.unwrap().clone()
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let routes = router(self.state.clone(), None);
        let (parts, body) = routes.oneshot(request).await.unwrap().into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        (
            parts.status.as_u16(),
            serde_json::from_slice(&body).unwrap(),
        )
    }

    pub(super) async fn end(self) -> Result<ExitReason, DaemonError> {
        self.stop.raise();
        self.task.await.unwrap()
    }
}

/// A whole project in two tenants.
fn both(us: &World, eu: &World) -> Running {
    whole::write(us);
    Running::start(&[("us", us), ("eu", eu)])
}

/// What every call of a tenant meets.
fn everything(fault: &Value) -> FaultScript {
    serde_json::from_value(json!({ "rules": [{ "fault": fault }] })).unwrap()
}

pub(super) fn applied(status: &Status) -> bool {
    let last = status.last_pass.as_ref();
    last.is_some_and(|pass| matches!(pass.result, PassOutcome::Applied | PassOutcome::Unchanged))
}

#[tokio::test(start_paused = true)]
async fn an_environment_that_answers_only_errors_holds_up_no_other() {
    let (us, eu) = (World::new(), World::new());
    eu.set_faults(everything(&json!({ "status": { "code": 503 } })));
    let daemon = both(&us, &eu);
    daemon.until(0, applied).await;
    assert_eq!(whole::count(&us).await.2, 3, "the other one converged");
    let failing = daemon.until(1, |status| status.generation > 0).await;
    assert_eq!(failing.last_pass.unwrap().result, PassOutcome::Failed);
    assert!(failing.error.unwrap().message.contains("cannot be read"));
    assert!(failing.resources.is_empty() && failing.observed_at.is_none());
    let ready = daemon.get("/readyz").await;
    let expected = json!({"status": "ok", "environments": {
        "us": {"status": "ok"},
        "eu": {"status": "failing", "reason": "the tenant could not be read yet"},
    }});
    assert_eq!(ready, (200, expected));
    assert_eq!(daemon.get("/readyz?environment=eu").await.0, 503);
    assert_eq!(daemon.get("/healthz").await.0, 200);

    eu.set_faults(FaultScript::default());
    daemon.until(1, applied).await;
    assert_eq!(whole::count(&eu).await.2, 3);
    assert!(daemon.status(1).borrow().error.is_none());
    let mut both = [daemon.status(0), daemon.status(1)];
    assert_eq!(daemon.end().await.unwrap(), ExitReason::Drained);
    for status in &mut both {
        assert_eq!(status.borrow_and_update().phase, Phase::Stopped);
    }
}

#[tokio::test(start_paused = true)]
async fn a_budget_that_is_gone_is_that_of_one_environment() {
    let (us, eu) = (World::new(), World::new());
    let throttle = json!({ "throttle": { "retryAfter": 3600 } });
    eu.set_faults(everything(&throttle));
    let daemon = both(&us, &eu);
    daemon.until(0, |status| status.generation >= 10).await;
    let asked = eu.requests();
    assert!(asked <= 2, "{asked} requests in ten minutes of Retry-After");
    assert!(daemon.status(0).borrow().error.is_none());
    let waiting = daemon.status(1).borrow().clone();
    assert!(waiting.generation <= 2, "{} passes", waiting.generation);
    assert_eq!(daemon.end().await.unwrap(), ExitReason::Drained);
}

#[tokio::test(start_paused = true)]
async fn a_pause_holds_writes_back_in_one_environment() {
    let (us, eu) = (World::new(), World::new());
    let daemon = both(&us, &eu);
    daemon.until(0, applied).await;
    daemon.until(1, applied).await;
    let control = daemon.environments.all()[1].control.clone();
    control.pause("release".to_owned(), None).await;
    let before = eu.writes();
    whole::rewrite(&us);
    daemon.nudge.send(()).await.unwrap();
    let changed = |status: &Status| status.generation >= 2;
    daemon.until(0, changed).await;
    let held = daemon.until(1, changed).await;
    assert_eq!(held.last_pass.unwrap().result, PassOutcome::Held);
    assert_eq!(eu.writes(), before);
    assert!(daemon.status(0).borrow().paused.is_none());
    assert!(us.writes() > before, "the other one goes on");
    daemon.end().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_loop_that_panics_goes_on_after_a_pause_beside_another() {
    let (us, eu) = (World::new(), World::new());
    let daemon = both(&us, &eu);
    daemon.until(0, applied).await;
    daemon.until(1, applied).await;
    daemon.files.trap.store(true, Ordering::SeqCst);
    daemon.nudge.send(()).await.unwrap();
    let failed = |status: &Status| status.error.is_some();
    let mut statuses = [daemon.status(0), daemon.status(1)];
    let [us, eu] = &mut statuses;
    let place = tokio::select! {
        _ = us.wait_for(failed) => 0,
        _ = eu.wait_for(failed) => 1,
    };
    let error = daemon.status(place).borrow().error.clone().unwrap();
    assert_eq!(error.message, "the loop of this environment failed: a trap");
    assert!(daemon.status(1 - place).borrow().error.is_none());
    assert_eq!(daemon.get("/healthz").await.0, 200, "it is seen to");
    let generation = daemon.status(place).borrow().generation;
    let again = |status: &Status| status.generation > generation && status.error.is_none();
    daemon.until(place, again).await;
    assert_eq!(daemon.end().await.unwrap(), ExitReason::Drained);
}

#[tokio::test(start_paused = true)]
async fn a_single_loop_that_panics_ends_the_process() {
    let us = World::new();
    whole::write(&us);
    let daemon = Running::start(&[("us", &us)]);
    daemon.until(0, applied).await;
    daemon.files.trap.store(true, Ordering::SeqCst);
    daemon.nudge.send(()).await.unwrap();
    let error = daemon.task.await.unwrap().unwrap_err();
    assert!(matches!(error, DaemonError::Panicked { .. }), "{error}");
}
