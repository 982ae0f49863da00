//! `/api/v1`, asked through the router without a socket.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

mod access;
mod contract;
mod events;
mod fuzz;
mod metrics;
mod page;
mod several;
mod wishes;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request};
use prism_gitops::api::Disposition;
use prism_gitops::api::page::{Row, RowVersion, State};
use prism_gitops::controller::control::{Control, PersistedPauses};
use prism_gitops::controller::page::{CustomerFacts, Detail, Page};
use prism_gitops::controller::resources::ResourceStatus;
use prism_gitops::controller::status::{AwaitedApproval, PassStatus, RevisionStatus, Status};
use prism_gitops::model::history::{
    Actor, PassCounts, PassEnd, PassOutcome, PassRecord, PassStart, StepOutcome, WriteRecord,
    WriteStart,
};
use prism_gitops::model::{
    Address, FieldChange, FieldPath, Health, Kind, ResourceName, Secret, SyncStatus,
};
use prism_gitops::plan::{Names, Plan, PlanMode, PlannedRollout};
use prism_gitops::rollout::{Derived, Phase, WavePhase, WaveState};
use prism_gitops::runtime::clock::TokioClock;
use prism_gitops::runtime::readiness::Limits;
use prism_gitops::server::hooks::{Hooks, Provider};
use prism_gitops::server::{
    Access, Api, ApiOptions, Environments, Peer, Reads, Served, ServerState, router,
};
use prism_gitops::store::history::{HistoryError, HistoryQuery, HistoryReader};
use serde_json::Value;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use tower::ServiceExt as _;

pub(crate) const TOKEN: &str = "0123456789abcdef";

/// What was done, in memory.
pub(crate) struct Past {
    pub(crate) broken: bool,
}

impl HistoryReader for Past {
    fn passes(&self, query: &HistoryQuery) -> Result<Vec<PassRecord>, HistoryError> {
        if self.broken {
            return Err(HistoryError::Locked("history.sqlite".into()));
        }
        let all = (1..=30).rev().map(pass);
        let all = all.filter(|pass| {
            let named = query.environment.as_ref();
            named.is_none_or(|name| *name == pass.start.environment)
        });
        let wanted = all.filter(|pass| query.before.is_none_or(|before| pass.id < before));
        Ok(wanted.take(query.limit).collect())
    }

    fn writes(&self, query: &HistoryQuery) -> Result<Vec<WriteRecord>, HistoryError> {
        if self.broken {
            return Err(HistoryError::Locked("history.sqlite".into()));
        }
        Ok(vec![write(query.pass.unwrap_or(1))])
    }
}

fn pass(id: i64) -> PassRecord {
    let at = "2026-01-02T03:04:05Z".parse().unwrap();
    PassRecord {
        id,
        start: PassStart {
            environment: "prod-us".to_owned(),
            organization: None,
            project: Some("acme".to_owned()),
            command: "daemon".to_owned(),
            trigger: Some("source".to_owned()),
            revision: Some("1a2b3c4".to_owned()),
            commit: None,
            plan: None,
            actor: Actor::default(),
            version: "0.1.0".to_owned(),
            started_at: at,
        },
        end: (id > 1).then(|| PassEnd {
            ended_at: at,
            duration_ms: 250,
            outcome: PassOutcome::Applied,
            counts: PassCounts::default(),
            error: None,
        }),
        times: 1,
    }
}

fn write(pass: i64) -> WriteRecord {
    WriteRecord {
        id: pass,
        pass,
        environment: "prod-us".to_owned(),
        command: "daemon".to_owned(),
        revision: None,
        commit: None,
        actor: Actor::default(),
        start: WriteStart {
            address: address("smith-erp"),
            display_name: "Smith ERP".to_owned(),
            customer: Some("Smith".to_owned()),
            actions: vec!["deploy".to_owned()],
            source: None,
            reason: "needs a deploy".to_owned(),
            drift: false,
            started_at: "2026-01-02T03:04:05Z".parse().unwrap(),
            changes: vec![FieldChange::hidden(FieldPath::config("Key"))],
        },
        outcome: StepOutcome::Applied,
        operations: Vec::new(),
    }
}

pub(crate) fn address(name: &str) -> Address {
    Address::instance(ResourceName::parse(name).unwrap())
}

pub(crate) fn resource(name: &str, health: Health) -> ResourceStatus {
    ResourceStatus {
        address: address(name),
        display_name: "Smith ERP".to_owned(),
        customer: Some("Smith".to_owned()),
        sync: SyncStatus::Synced,
        health,
        reason: "matches".to_owned(),
        hint: None,
        actions: Vec::new(),
        retry_at: None,
        disposition: Disposition::None,
    }
}

/// A server without a loop behind it.
pub(crate) struct Bench {
    /// Of the first environment.
    pub(crate) sender: watch::Sender<Status>,
    /// Of all.
    pub(crate) senders: Vec<watch::Sender<Status>>,
    pub(crate) state: ServerState,
    pub(crate) peer: SocketAddr,
    _held: (mpsc::Receiver<()>, mpsc::Receiver<()>),
    hooks: Hooks,
}

/// An answer: status, body, headers.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
    pub(crate) headers: HeaderMap,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

impl Bench {
    /// On loopback, without a token.
    pub(crate) fn new() -> Self {
        Self::with(Access {
            on_loopback: true,
            ..Access::default()
        })
    }

    /// Something waits for approval.
    pub(crate) fn awaits(&self, digest: &str) {
        let awaited = AwaitedApproval {
            revision: "sha256:files".to_owned(),
            commit: None,
            digest: digest.to_owned(),
            resources: 1,
        };
        self.sender
            .send_modify(|status| status.approval = Some(awaited));
    }

    /// On all addresses, with a token.
    pub(crate) fn outside(reads: Reads) -> Self {
        Self::with(Access {
            token: Some(Secret::new(TOKEN.to_owned())),
            reads,
            on_loopback: false,
        })
    }

    pub(crate) fn with(access: Access) -> Self {
        Self::of(&["prod-us"], access)
    }

    /// On loopback, with two environments.
    pub(crate) fn of_two() -> Self {
        let access = Access {
            on_loopback: true,
            ..Access::default()
        };
        Self::of(&["prod-us", "prod-eu"], access)
    }

    fn of(names: &[&str], access: Access) -> Self {
        let clock = TokioClock::starting_at("2026-01-02T03:04:05Z".parse().unwrap());
        let starting = names
            .iter()
            .map(|name| watch::Sender::new(Status::starting(name, Instant::now())));
        let senders: Vec<_> = starting.collect();
        let served = senders.iter().map(|sender| {
            let control =
                Control::open(PersistedPauses::nowhere(), sender.clone(), Arc::new(clock));
            Served::new(sender.subscribe(), control)
        });
        let environments = Environments::new(served.collect());
        let options = ApiOptions {
            access,
            past: Some(Arc::new(Past { broken: false })),
        };
        let (pushes, pushed) = mpsc::channel(1);
        let (events, changed) = mpsc::channel(1);
        let secrets = vec![(Provider::Generic, Secret::new("key".to_owned()))];
        let events = vec![("prod-us".to_owned(), events)];
        Self {
            sender: senders[0].clone(),
            senders,
            state: ServerState {
                environments,
                clock: Arc::new(clock),
                limits: Limits::for_interval(Duration::from_secs(60)),
                api: Api::new(options),
            },
            peer: "127.0.0.1:50000".parse().unwrap(),
            _held: (pushed, changed),
            hooks: Hooks::new(secrets, None, pushes, events),
        }
    }

    /// One pass has ended well.
    pub(crate) fn passed(&self) {
        self.senders
            .iter()
            .for_each(|sender| self.passed_in(sender));
    }

    /// The same, of one environment.
    pub(crate) fn passed_in(&self, sender: &watch::Sender<Status>) {
        let now = self.state.clock.now();
        sender.send_modify(|status| {
            let revision = RevisionStatus {
                id: "sha256:1234".to_owned(),
                commit: None,
            };
            status.generation += 1;
            status.observed_at = Some(now);
            status.revision = Some(revision);
            status.resources = Arc::new([
                resource("smith-erp", Health::Healthy),
                resource("jones-erp", Health::Blocked),
                resource("acme-erp", Health::Healthy),
            ]);
            status.last_pass = Some(PassStatus {
                started_at: now,
                finished_at: now,
                duration_ms: 250,
                result: PassOutcome::Applied,
                counts: PassCounts::default(),
                part: None,
            });
            let words = |all: &[&str]| all.iter().map(|it| (*it).to_owned()).collect();
            status.names = Some(Arc::new(Names {
                addresses: words(&["Instance/smith-erp", "Instance/jones-erp", "Fleet/prod"]),
                customers: words(&["cust-0042", "Smith Hardware"]),
                labels: words(&["canary"]),
            }));
            status.plan = Some(Arc::new(plan(now)));
            status.page = Some(Arc::new(page()));
        });
    }

    pub(crate) async fn send(&self, mut request: Request<Body>) -> axum::response::Response {
        request
            .extensions_mut()
            .insert(ConnectInfo(Peer(self.peer)));
        let routes = router(self.state.clone(), Some(self.hooks.clone()));
        routes.oneshot(request).await.unwrap()
    }

    pub(crate) async fn ask(&self, request: Request<Body>) -> Answer {
        let (parts, body) = self.send(request).await.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: parts.status.as_u16(),
            body: String::from_utf8(body.to_vec()).unwrap(),
            headers: parts.headers,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask(Request::get(path).body(Body::empty()).unwrap())
            .await
    }

    pub(crate) async fn post(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = Request::post(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !body.is_empty() {
            request = request.header("content-length", body.len());
        }
        self.ask(request.body(Body::from(body.to_owned())).unwrap())
            .await
    }
}

/// One instance of a customer that waits for its wave.
fn page() -> Page {
    let address = address("smith-erp");
    let row = Row {
        address: (&address).into(),
        display_name: "Smith ERP".to_owned(),
        customer: Some("Smith".to_owned()),
        customer_key: Some("cust-0042".to_owned()),
        kind: Kind::Instance,
        integration: Some("acme-erp".to_owned()),
        integration_name: Some("Acme ERP".to_owned()),
        fleet: None,
        state: State::Held,
        sync: SyncStatus::OutOfSync,
        health: Health::Healthy,
        disposition: Disposition::Wave,
        reason: "its wave is not open".to_owned(),
        hint: None,
        actions: Vec::new(),
        retry_at: None,
        version: RowVersion {
            running: Some("13".to_owned()),
            target: Some("14".to_owned()),
            deployed: Some(true),
        },
        labels: vec!["paid".to_owned()],
        since: None,
        changed_at: None,
        hold: None,
        drift: None,
        last_failure: None,
    };
    let integration = Row {
        address: (&Address::integration(ResourceName::parse("acme-erp").unwrap())).into(),
        kind: Kind::Integration,
        customer: None,
        customer_key: None,
        ..row.clone()
    };
    let detail = Detail {
        id: Some("SW5z".to_owned()),
        changes: vec![FieldChange::hidden(FieldPath::config("Key"))],
        differences: 1,
        ..Detail::default()
    };
    let details = [&row, &integration].map(|it| (it.address.0.clone(), detail.clone()));
    let customer = CustomerFacts {
        name: "Smith".to_owned(),
        external_id: Some("cust-0042".to_owned()),
        labels: vec!["paid".to_owned()],
    };
    Page {
        rows: vec![row, integration],
        details: details.into(),
        customers: [("cust-0042".to_owned(), customer)].into(),
    }
}

/// A rollout whose first wave soaks.
fn rollout(now: jiff::Timestamp) -> PlannedRollout {
    let wave = WaveState {
        name: "canary".to_owned(),
        phase: WavePhase::Soaking(now),
        counted: 2,
        moved: 1,
        now: 0,
        hindered: 0,
        executions: Some(44),
        overlap: 0,
        runs: None,
    };
    PlannedRollout {
        address: Address::integration(ResourceName::parse("acme-erp").unwrap()),
        display_name: "Acme ERP".to_owned(),
        sequence: None,
        derived: Derived {
            target: Some(14),
            base: Some(13),
            queued: false,
            phase: Phase::Soaking,
            reason: "wave canary soaks".to_owned(),
            waves: vec![wave],
            turns: Default::default(),
            left_out: Default::default(),
            failures: Vec::new(),
            failed_before: 0,
            approved: None,
            unread: None,
            withdraw: None,
            finished: None,
            until: Some(now),
            next: Vec::new(),
            needs: Default::default(),
            bypass: None,
            bypassed: 0,
            warnings: Vec::new(),
        },
        ran: Vec::new(),
    }
}

fn plan(now: jiff::Timestamp) -> Plan {
    Plan {
        mode: PlanMode::Changes,
        project: "acme".to_owned(),
        environment: "prod-us".to_owned(),
        organization: "org".to_owned(),
        policy: format!("sha256:{}", "0".repeat(64)),
        revision: None,
        observed_at: now,
        resources: Vec::new(),
        steps: Vec::new(),
        summary: Default::default(),
        impact: Default::default(),
        cost: Default::default(),
        diagnostics: Vec::new(),
        losses: Vec::new(),
        unread: Vec::new(),
        fleets: Vec::new(),
        violations: Vec::new(),
        later: Vec::new(),
        rollouts: vec![rollout(now)],
        simulations: Vec::new(),
        digest: format!("sha256:{}", "1".repeat(64)),
    }
}
