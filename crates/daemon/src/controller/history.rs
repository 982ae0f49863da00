//! Reports passes to the history. Never waits, never fails, decides nothing.

mod single;
mod writes;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::Timestamp;

pub use single::Deed;
pub(super) use writes::places;

use super::pass::{Planned, name_of};
use super::queue::Reason;
use crate::definition::canonical_digest;
use crate::execute::{Outcome, StepEvent};
use crate::model::history::{
    Actor, DraftRecord, HistoryEvent, HistoryHealth, PassCounts, PassEnd, PassKey, PassStart,
    Resolved, StepOutcome, StepRecord, shorten,
};
use crate::model::{Address, Field, Places};
use crate::plan::{Output, Plan, Step, StepId, StepResult};
use crate::source::Revision;
use crate::store::history::{Forgetful, HistorySink};

/// How long the next pass waits for a record that it shows.
const SETTLES: Duration = Duration::from_secs(1);

/// What all passes of a process have in common, and where they are recorded.
#[derive(Debug, Clone)]
pub struct Historian {
    sink: Arc<dyn HistorySink>,
    command: &'static str,
    actor: Actor,
}

/// What is known of a pass before it writes anything.
#[derive(Debug, Clone)]
pub struct About<'a> {
    /// The environment.
    pub environment: &'a str,
    /// What woke the daemon up.
    pub trigger: Option<String>,
    /// The state of the files, where they could be read.
    pub revision: Option<&'a Revision>,
    /// When it began.
    pub began: Timestamp,
}

/// The outcome of a plan and its execution, with `held` resources held back.
#[must_use]
pub fn counts(plan: &Plan, outcome: &Outcome, held: usize) -> PassCounts {
    let number = |count| u64::try_from(count).unwrap_or(u64::MAX);
    let steps = |wanted: fn(&StepResult) -> bool| {
        number(outcome.steps.values().filter(|r| wanted(r)).count())
    };
    let differing = plan.resources.iter().filter(|r| !r.actions.is_empty());
    PassCounts {
        changes: number(differing.count()),
        applied: steps(|r| *r == StepResult::Applied),
        failed: steps(|r| matches!(r, StepResult::Failed { .. })),
        held: number(held),
        blocked: plan.summary.blocked,
        pending: plan.summary.pending,
    }
}

impl Historian {
    /// Records the passes of this command in a sink.
    #[must_use]
    pub fn new(sink: Arc<dyn HistorySink>, command: &'static str, actor: Actor) -> Self {
        Self {
            sink,
            command,
            actor,
        }
    }

    /// Keeps nothing.
    #[must_use]
    pub fn forgetful() -> Self {
        Self::new(Forgetful::shared(), "", Actor::default())
    }

    /// The same for what another command would do.
    #[must_use]
    pub fn commanded(&self, command: &'static str) -> Self {
        Self {
            command,
            ..self.clone()
        }
    }

    /// Waits a moment for what was recorded to be readable.
    pub(super) async fn settled(&self) {
        let sink = Arc::clone(&self.sink);
        // A sink that panics has lost its records, and no pass depends on them.
        let _ = tokio::task::spawn_blocking(move || sink.settle(SETTLES)).await;
    }

    /// The state of the recording.
    #[must_use]
    pub fn health(&self) -> HistoryHealth {
        self.sink.health()
    }

    /// What there is to say of a pass, before it writes.
    #[must_use]
    pub fn start(&self, about: &About<'_>, planned: Option<&Planned>) -> PassStart {
        let identity = planned.map(|planned| &planned.tenant.identity);
        let user = identity.map(|identity| identity.email.clone());
        let plan = planned.map(|planned| &planned.plan);
        PassStart {
            environment: about.environment.to_owned(),
            organization: identity.map(|identity| identity.organization_id.clone()),
            project: plan.map(|plan| plan.project.clone()),
            command: self.command.to_owned(),
            trigger: about.trigger.clone(),
            revision: about.revision.map(|revision| name_of(revision).to_owned()),
            commit: about.revision.and_then(commit),
            plan: plan.map(|plan| plan.digest.clone()),
            actor: Actor {
                user: user.filter(|user| !user.is_empty()),
                ..self.actor.clone()
            },
            version: env!("CARGO_PKG_VERSION").to_owned(),
            started_at: about.began,
        }
    }

    /// A pass that is about to write. `drifted` are resources that had been in
    /// step with these files before.
    #[must_use]
    pub fn begin(
        &self,
        start: PassStart,
        places: Arc<Places>,
        drifted: BTreeSet<Address>,
    ) -> PassNotes {
        static KEYS: AtomicU64 = AtomicU64::new(0);
        let key = PassKey(KEYS.fetch_add(1, Ordering::Relaxed));
        let event = HistoryEvent::PassBegan(key, Box::new(start));
        self.sink.note(event);
        PassNotes {
            sink: Arc::clone(&self.sink),
            key,
            drifted,
            places,
            begun: BTreeSet::new(),
            published: BTreeMap::new(),
        }
    }

    /// Keeps the drafts that a plan is about to write over.
    pub fn keep_drafts(&self, planned: &Planned, now: Timestamp) {
        for (address, text) in drafts(planned) {
            let draft = DraftRecord {
                id: 0,
                environment: planned.plan.environment.clone(),
                address: address.clone(),
                kept_at: now,
                text,
            };
            self.sink.note(HistoryEvent::Draft(Box::new(draft)));
        }
    }

    /// A pass that wrote nothing.
    pub fn quiet(&self, start: PassStart, end: PassEnd) {
        let event = HistoryEvent::Quiet(Box::new(start), Box::new(end));
        self.sink.note(event);
    }
}

/// The drafts under the imports of a plan that are not what was published of git: a person's work.
fn drafts(planned: &Planned) -> impl Iterator<Item = (&Address, Arc<str>)> {
    let live = &planned.tenant.integrations.items;
    planned.plan.steps.iter().filter_map(|step| {
        let (id, _) = step.operation.overwrites()?;
        let live = live.iter().find(|live| live.id == *id)?;
        let text = live.definition.known()?;
        let newest = live.newest();
        let published = newest.known().and_then(|it| it.record.canonical.as_deref());
        let digest = canonical_digest(text).ok();
        let ours = published.is_some() && published == digest.as_deref();
        (!ours).then(|| (&step.address, Arc::clone(text)))
    })
}

/// What the loop keeps for the history until a pass has ended.
#[derive(Debug, Default)]
pub(super) struct Noted {
    /// The environment, as the connection has it. Kept from pass to pass.
    pub(super) environment: Option<String>,
    /// The files, where they could be read.
    pub(super) revision: Option<Revision>,
    /// The part that the pass is limited to, for people.
    pub(super) part: Option<String>,
    /// The pass, where there is a plan.
    pub(super) start: Option<PassStart>,
    /// The pass, where it writes.
    pub(super) notes: Option<PassNotes>,
}

impl Noted {
    /// Begins with the next pass.
    pub(super) fn begin(&mut self) {
        *self = Self {
            environment: self.environment.take(),
            ..Self::default()
        };
    }

    /// What there is to say of a pass. `environment` is what it is called before
    /// there was a connection.
    pub(super) fn start(
        &self,
        historian: &Historian,
        environment: &str,
        (reason, began): (Reason, Timestamp),
        planned: Option<&Planned>,
    ) -> PassStart {
        let about = About {
            environment: self.environment.as_deref().unwrap_or(environment),
            trigger: Some(match &self.part {
                Some(part) => format!("sync {part}"),
                None => reason.to_string(),
            }),
            revision: self.revision.as_ref(),
            began,
        };
        historian.start(&about, planned)
    }
}

/// The commit, if the files are exactly that.
fn commit(revision: &Revision) -> Option<String> {
    let commit = revision.commit.as_ref().filter(|commit| !commit.dirty);
    commit.map(|commit| commit.hash.clone())
}

/// A pass under way, as the history sees it.
#[derive(Debug)]
pub struct PassNotes {
    sink: Arc<dyn HistorySink>,
    key: PassKey,
    drifted: BTreeSet<Address>,
    places: Arc<Places>,
    begun: BTreeSet<Address>,
    /// The numbers of the versions that were made.
    published: BTreeMap<StepId, i64>,
}

impl PassNotes {
    /// An operation began or ended.
    pub fn step(&mut self, plan: &Plan, event: &StepEvent, now: Timestamp) {
        let (step, result) = match event {
            StepEvent::Started { step, .. } => (step, None),
            StepEvent::Finished { step, result, .. } => (step, Some(result)),
            StepEvent::Published { step, number } => {
                self.published.insert(*step, *number);
                return self.resolve(plan, *step, *number);
            }
        };
        if let Some(step) = find(plan, *step) {
            self.note(plan, step, result, now);
        }
    }

    /// Writes that began before the version existed get its number now.
    fn resolve(&self, plan: &Plan, published: StepId, number: i64) {
        let moved = plan
            .steps
            .iter()
            .filter(|step| version_of(step) == Some(published));
        let moved: BTreeSet<&Address> = moved.map(|step| &step.address).collect();
        for address in moved.into_iter().filter(|it| self.begun.contains(it)) {
            let resolved = Resolved {
                path: Field::Version.into(),
                after: number.to_string(),
            };
            let event = HistoryEvent::Resolved(self.key, address.clone(), resolved);
            self.sink.note(event);
        }
    }

    /// The number of the version that a resource moves to, where it was made in this run.
    fn number_for(&self, plan: &Plan, address: &Address) -> Option<i64> {
        let steps = plan.steps.iter().filter(|step| step.address == *address);
        let published = steps.filter_map(version_of).next()?;
        self.published.get(&published).copied()
    }

    /// Every operation has ended: of what was begun, the rest was not attempted.
    pub fn stopped(&mut self, plan: &Plan, outcome: &Outcome, now: Timestamp) {
        for (step, result) in &outcome.steps {
            if *result == StepResult::NotAttempted
                && let Some(step) = find(plan, *step)
                && self.begun.contains(&step.address)
            {
                self.note(plan, step, Some(result), now);
            }
        }
    }

    /// The pass has ended.
    pub fn end(self, end: PassEnd) {
        let event = HistoryEvent::PassEnded(self.key, Box::new(end));
        self.sink.note(event);
    }

    fn note(&mut self, plan: &Plan, step: &Step, result: Option<&StepResult>, now: Timestamp) {
        let address = &step.address;
        if self.begun.insert(address.clone()) {
            let drift = self.drifted.contains(address);
            let place = plan.resources.binary_search_by(|r| r.address.cmp(address));
            if let Ok(resource) = place.map(|place| &plan.resources[place]) {
                let number = self.number_for(plan, address);
                let places = self.places.get(address);
                let start = writes::start(resource, places, (drift, number), now);
                let event = HistoryEvent::WriteBegan(self.key, Box::new(start));
                self.sink.note(event);
            }
        }
        let mut record = step_record(step, result, now);
        if let (StepOutcome::Applied, Some(number)) = (record.outcome, self.published.get(&step.id))
        {
            record.message = Some(format!("version {number}"));
        }
        let event = HistoryEvent::Step(self.key, address.clone(), record);
        self.sink.note(event);
    }
}

/// The step whose version this one puts an instance on.
fn version_of(step: &Step) -> Option<StepId> {
    match step.operation.moves_to()? {
        Output::Of(published) => Some(*published),
        Output::Known(_) => None,
    }
}

fn find(plan: &Plan, id: StepId) -> Option<&Step> {
    plan.steps.get(id.0)
}

fn step_record(step: &Step, result: Option<&StepResult>, now: Timestamp) -> StepRecord {
    let (outcome, message) = match result {
        None => (StepOutcome::Unfinished, None),
        Some(StepResult::Applied) => (StepOutcome::Applied, None),
        Some(StepResult::AlreadySo) => (StepOutcome::AlreadySo, None),
        Some(StepResult::Failed { message, .. }) => (StepOutcome::Failed, Some(message)),
        Some(StepResult::Skipped { because }) => (StepOutcome::Skipped, Some(because)),
        Some(StepResult::NotAttempted) => (StepOutcome::NotAttempted, None),
    };
    StepRecord {
        step: u64::try_from(step.id.0).unwrap_or(u64::MAX),
        operation: step.operation.describe().to_owned(),
        started_at: now,
        ended_at: result.map(|_| now),
        outcome,
        message: message.map(|message| shorten(message)),
    }
}
