//! Fixtures: small plans, a source in memory, and phases that follow a script.

pub(super) mod platform;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::sync::{Semaphore, mpsc, watch};

use super::connect::Connection;
use super::error::PassError;
use super::pass::{Loaded, Planned};
use super::persistence::Recorder;
use super::phases::{Asked, Phases, Prepared, ReadMode};
use super::window_guard::WindowGuard;
pub(crate) use crate::disposition::testing::desired_with;
use crate::disposition::{self, Results};
use crate::execute::{Outcome, StepEvent};
use crate::model::{
    Address, ApplyMode, DesiredInstance, Diagnostic, DriftMode, EnvironmentKey, Health, LiveHold,
    SyncStatus,
};
pub(crate) use crate::plan::testing::{deploy, instance, integration, plan_of, publish, upgrade};
use crate::plan::{OnHold, Part, Plan, PlannedResource, Step, StepResult};
use crate::source::{Absence, Revision, Snapshot, Source, SourceError};

fn unreadable(address: Address) -> PlannedResource {
    let deploy = deploy(0, address.name.as_str(), &[]);
    let mut resource = plan_of(vec![deploy]).resources.remove(0);
    resource.address = address;
    resource.actions.clear();
    resource.sync = SyncStatus::Unknown;
    resource.health = Health::Unknown;
    resource
}

/// What the builder of plans makes of a part that names addresses.
fn limit(plan: &mut Plan, part: &Part) {
    let named = |address: &Address| part.targets.contains(&address.to_string());
    plan.steps.retain(|it| named(&it.address));
    let (kept, left) = plan.resources.drain(..).partition(|it| named(&it.address));
    plan.resources = kept;
    let left: Vec<PlannedResource> = left;
    plan.later.extend(left.into_iter().map(|it| it.address));
}

/// What the builder of plans makes of a hold.
fn on_hold(plan: &mut Plan, address: &Address, until: Timestamp) {
    crate::plan::exclude(plan, &[address.clone()].into());
    let mut resources = plan.resources.iter_mut();
    let resource = resources.find(|it| it.address == *address).unwrap();
    resource.actions.clear();
    resource.on_hold = Some(OnHold {
        hold: LiveHold::Until(until),
        because: None,
        note: None,
        pending: true,
    });
}

pub(crate) fn succeeding(plan: &Plan) -> Outcome {
    ending(disposition::testing::succeeding(plan))
}

pub(crate) fn failing(plan: &Plan, message: &str) -> Outcome {
    ending(disposition::testing::failing(plan, message))
}

fn ending(steps: Results) -> Outcome {
    Outcome {
        steps,
        ..Outcome::default()
    }
}

/// A source whose revision a test sets.
#[derive(Default)]
pub(super) struct MemorySource {
    revision: Mutex<Option<String>>,
    readings: Mutex<usize>,
    /// What it proves that something is not in a reading.
    pub(super) absence: Mutex<Absence>,
    /// How long a reading takes.
    pub(super) slow: Mutex<Duration>,
    /// What was right before this process began, and what was found to be right since.
    pub(super) good: Mutex<Option<String>>,
    pub(super) confirmed: Mutex<Vec<String>>,
}

impl MemorySource {
    pub(crate) fn set(&self, revision: Option<&str>) {
        *self.revision.lock().unwrap() = revision.map(str::to_owned);
    }

    pub(crate) fn readings(&self) -> usize {
        *self.readings.lock().unwrap()
    }
}

#[async_trait]
impl Source for MemorySource {
    async fn snapshot(&self) -> Result<Snapshot, SourceError> {
        *self.readings.lock().unwrap() += 1;
        let slow = *self.slow.lock().unwrap();
        tokio::time::sleep(slow).await;
        let id = self.revision.lock().unwrap().clone();
        let id = id.ok_or_else(|| SourceError::Missing("gone".into()))?;
        Ok(Snapshot {
            absence: *self.absence.lock().unwrap(),
            ..snapshot_of(id)
        })
    }

    async fn confirm(&self, revision: &Revision) {
        self.confirmed.lock().unwrap().push(revision.id.clone());
    }

    async fn good(&self) -> Option<Snapshot> {
        self.good.lock().unwrap().clone().map(snapshot_of)
    }
}

fn snapshot_of(id: String) -> Snapshot {
    Snapshot {
        revision: Revision {
            label: id.clone(),
            id,
            commit: None,
        },
        files: Vec::new(),
        absence: Absence::Proven,
    }
}

/// What the tenant answers to one comparison.
pub(super) type Answer = Result<Vec<Step>, PassError>;

/// Phases that follow a script.
///
/// A revision that begins with `bad` is invalid. Each comparison takes the
/// next answer, or repeats the default one. A step whose resource is in
/// `broken` fails; every step takes a permit of `gate` first.
pub(super) struct Script {
    pub(super) answers: Mutex<VecDeque<Answer>>,
    pub(super) standing: Mutex<Answer>,
    pub(super) drift: Mutex<DriftMode>,
    pub(super) broken: Mutex<Vec<Address>>,
    /// Resources that no file declares.
    pub(super) orphans: Mutex<Vec<Address>>,
    /// What is declared, and who lets it be applied.
    pub(super) declared: Mutex<(Vec<DesiredInstance>, ApplyMode)>,
    /// The resources of the next comparison that are on hold, until then.
    pub(super) held: Mutex<Option<(Address, Timestamp)>>,
    /// The tenant, as far as it is asked besides.
    pub(super) tenant: Arc<platform::Fake>,
    /// A resource that cannot be read.
    pub(super) unread: Mutex<Option<Address>>,
    pub(super) gate: Semaphore,
    /// Steps begun and ended: `+a -a`.
    pub(super) steps: watch::Sender<String>,
    /// Revisions compared.
    pub(super) compared: Mutex<Vec<String>>,
    /// How much was to be read each time.
    pub(super) modes: Mutex<Vec<ReadMode>>,
    /// What each comparison was limited to.
    pub(super) parts: Mutex<Vec<Option<Part>>>,
}

impl Default for Script {
    fn default() -> Self {
        Self {
            answers: Mutex::default(),
            standing: Mutex::new(Ok(Vec::new())),
            drift: Mutex::default(),
            broken: Mutex::default(),
            orphans: Mutex::default(),
            declared: Mutex::default(),
            held: Mutex::default(),
            tenant: Arc::default(),
            unread: Mutex::default(),
            gate: Semaphore::new(Semaphore::MAX_PERMITS),
            steps: watch::Sender::default(),
            compared: Mutex::default(),
            modes: Mutex::default(),
            parts: Mutex::default(),
        }
    }
}

impl Script {
    fn answer(&self) -> Answer {
        let next = self.answers.lock().unwrap().pop_front();
        next.unwrap_or_else(|| self.standing.lock().unwrap().clone())
    }

    fn saw(&self, sign: char, step: &Step) {
        let seen = |steps: &mut String| {
            let space = if steps.is_empty() { "" } else { " " };
            *steps = format!("{steps}{space}{sign}{}", step.address.name);
        };
        self.steps.send_modify(seen);
    }

    fn result(&self, address: &Address) -> StepResult {
        if self.broken.lock().unwrap().contains(address) {
            return StepResult::Failed {
                message: "no".to_owned(),
                transient: true,
            };
        }
        StepResult::Applied
    }
}

#[async_trait]
impl Phases for Script {
    async fn load(&self, snapshot: Snapshot) -> Result<Arc<Loaded>, PassError> {
        let Revision { id, .. } = &snapshot.revision;
        if id.starts_with("bad") {
            let finding = Diagnostic::error("unknown-key", format!("in {id}"));
            return Err(PassError::Invalid(vec![finding]));
        }
        let mut desired = desired_with(*self.drift.lock().unwrap());
        let (instances, apply) = self.declared.lock().unwrap().clone();
        desired.instances = instances;
        desired.project.apply = apply;
        Ok(Arc::new(Loaded {
            desired: Arc::new(desired),
            revision: snapshot.revision,
            absence: snapshot.absence,
            definitions: Default::default(),
            secrets: Default::default(),
            diagnostics: Vec::new(),
        }))
    }

    async fn plan(&self, loaded: &Loaded, asked: Asked<'_>) -> Result<Prepared, PassError> {
        self.modes.lock().unwrap().push(asked.mode);
        self.parts.lock().unwrap().push(asked.part.cloned());
        self.compared
            .lock()
            .unwrap()
            .push(loaded.revision.id.clone());
        let mut plan = plan_of(self.answer()?);
        if let Some(part) = asked.part {
            limit(&mut plan, part);
        }
        let orphans = self.orphans.lock().unwrap().clone();
        for resource in &mut plan.resources {
            resource.orphan = orphans.contains(&resource.address);
        }
        let held = self.held.lock().unwrap().take();
        if let Some((address, until)) = held {
            on_hold(&mut plan, &address, until);
        }
        let unread = self.unread.lock().unwrap().clone();
        plan.resources.extend(unread.map(unreadable));
        Ok(Prepared {
            planned: Planned {
                plan,
                places: Default::default(),
                desired: Arc::clone(&loaded.desired),
                tenant: Arc::new(platform::tenant()),
                recorder: Recorder::forgetful("test", &platform::tenant().identity),
                gate: WindowGuard::default(),
            },
            connection: Connection {
                platform: Arc::clone(&self.tenant) as Arc<_>,
                url: "https://test.example".to_owned(),
                tenant_id: None,
                environment: "test".to_owned(),
                organization: None,
                concurrency: 1,
                requests: None,
            },
            swept_at: Timestamp::UNIX_EPOCH,
        })
    }

    async fn way(&self, loaded: &Loaded) -> Result<(Connection, EnvironmentKey), PassError> {
        let prepared = self.plan(loaded, ReadMode::Full.into()).await?;
        Ok((prepared.connection.clone(), prepared.key()))
    }

    async fn apply(
        &self,
        prepared: &Prepared,
        stop: watch::Receiver<bool>,
        events: mpsc::UnboundedSender<StepEvent>,
    ) -> Outcome {
        let mut outcome = Outcome::default();
        for step in &prepared.planned.plan.steps {
            if *stop.borrow() {
                outcome.interrupted = true;
                outcome.steps.insert(step.id, StepResult::NotAttempted);
                continue;
            }
            self.saw('+', step);
            self.gate.acquire().await.unwrap().forget();
            self.saw('-', step);
            let result = self.result(&step.address);
            let finished = StepEvent::Finished {
                step: step.id,
                address: step.address.clone(),
                action: step.action,
                result: result.clone(),
            };
            let _ = events.send(finished);
            outcome.steps.insert(step.id, result);
        }
        outcome
    }
}
