//! Carries out a plan through the platform.
//!
//! No decisions: a step is done as the plan has it, or not at all because a
//! prerequisite did not succeed. Independent steps run concurrently; the
//! platform's request budget sets the pace.
//!
//! # Guarantees
//!
//! - A step starts only after all its prerequisites were applied.
//! - Once `stop` turns true no further step starts; those under way finish.
//! - A failure stops only what depends on it, unless nothing else can succeed
//!   either (a revoked token).
//! - Every step of the plan has a result at the end.

// A kind, an operation or a verdict that is added does not compile before each match has answered for it.
#![cfg_attr(not(test), warn(clippy::wildcard_enum_match_arm))]

mod connection;
mod customer;
mod instance;
mod integration;
mod outputs;
mod schedule;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use tokio::sync::{mpsc, watch};
use tracing::Instrument as _;

use self::outputs::{Outputs, Produced};
pub use self::schedule::AtOnce;
use self::schedule::Schedule;
use crate::diff;
use crate::model::{Address, Echo, InstanceId, ValueOwner};
use crate::plan::{Action, Operation, Plan, Step, StepId, StepResult};
use crate::prismatic::error::PlatformError;
use crate::prismatic::platform::Platform;

/// Events while a plan is carried out.
#[derive(Debug, Clone)]
pub enum StepEvent {
    /// A step begins.
    Started {
        /// Which step.
        step: StepId,
        /// Of which resource.
        address: Address,
        /// What it is called.
        action: Action,
    },
    /// A step made a version; the end of the step follows.
    Published {
        /// Which step.
        step: StepId,
        /// The number of the version.
        number: i64,
    },
    /// A step ended.
    Finished {
        /// Which step.
        step: StepId,
        /// Of which resource.
        address: Address,
        /// What it is called.
        action: Action,
        /// The result.
        result: StepResult,
    },
}

/// The result of a whole plan.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// The result of each step, by id.
    pub steps: BTreeMap<StepId, StepResult>,
    /// It was stopped before its end.
    pub interrupted: bool,
    /// It was stopped before its end because a window closed; why.
    pub closed: Option<String>,
    /// The steps that wrote values.
    pub written: BTreeMap<StepId, Written>,
    /// Remarks on the execution, for the user.
    pub notices: Vec<String>,
    /// What was written and is not visible yet.
    pub unconfirmed: Vec<String>,
}

/// The echo of the values that a step wrote.
#[derive(Debug, Clone)]
pub struct Written {
    /// What holds them.
    pub owner: ValueOwner,
    /// What the API shows of them since.
    pub echo: Echo,
}

impl Written {
    /// The instance, if an instance holds the values.
    #[must_use]
    pub fn instance(&self) -> Option<&InstanceId> {
        match &self.owner {
            ValueOwner::Instance(id) => Some(id),
            ValueOwner::Connection(_) | ValueOwner::ConnectionValue(_) => None,
        }
    }
}

impl Outcome {
    /// The result of each resource with steps: the worst of its steps.
    #[must_use]
    pub fn by_resource(&self, plan: &Plan) -> BTreeMap<Address, StepResult> {
        let rank = |result: &StepResult| match result {
            StepResult::Failed { .. } => 4,
            StepResult::NotAttempted => 3,
            StepResult::Skipped { .. } => 2,
            StepResult::Applied => 1,
            StepResult::AlreadySo => 0,
        };
        let mut worst: BTreeMap<&Address, &StepResult> = BTreeMap::new();
        for step in &plan.steps {
            let Some(result) = self.steps.get(&step.id) else {
                continue;
            };
            let known = worst.entry(&step.address).or_insert(result);
            if rank(result) >= rank(known) {
                *known = result;
            }
        }
        let owned = |(address, result): (&Address, &StepResult)| (address.clone(), result.clone());
        worst.into_iter().map(owned).collect()
    }

    /// Whether any step failed.
    #[must_use]
    pub fn failed(&self) -> bool {
        self.steps
            .values()
            .any(|result| matches!(result, StepResult::Failed { .. }))
    }
}

/// Carries out a plan.
///
/// Cancel-safe only between steps: dropping the future may leave a request
/// whose effect is not known. Raise `stop` instead.
pub async fn execute(
    plan: &Plan,
    platform: &dyn Platform,
    bounds: AtOnce,
    stop: watch::Receiver<bool>,
    events: mpsc::UnboundedSender<StepEvent>,
) -> Outcome {
    let mut run = Run::new(plan, events);
    let mut running = FuturesUnordered::new();
    loop {
        while !run.halted && !*stop.borrow() {
            let Some(step) = run.next(bounds) else { break };
            run.started(step);
            let operation = step.operation.clone();
            let outputs = run.outputs.clone();
            let span = tracing::debug_span!(
                "step",
                address = %step.address,
                action = step.action.as_str(),
                outcome = tracing::field::Empty,
            );
            let work = async move {
                let result = perform(operation, &outputs, platform).await;
                let word = if result.is_ok() { "applied" } else { "failed" };
                tracing::Span::current().record("outcome", word);
                (step, result)
            };
            running.push(work.instrument(span));
        }
        // Only steps under way can make others ready.
        match running.next().await {
            Some((step, result)) => run.finished(step, result),
            None => break,
        }
    }
    run.into_outcome(*stop.borrow())
}

async fn perform(
    operation: Operation,
    outputs: &Outputs,
    platform: &dyn Platform,
) -> Result<Produced, StepError> {
    match operation {
        Operation::Customer(operation) => customer::perform(operation, platform).await,
        Operation::Connection(operation) => connection::perform(operation, outputs, platform).await,
        Operation::Integration(operation) => {
            integration::perform(operation, outputs, platform).await
        }
        Operation::Instance(operation) => instance::perform(operation, outputs, platform).await,
    }
}

/// Why a step failed.
#[derive(Debug, thiserror::Error)]
enum StepError {
    /// The platform refused, or did not answer.
    #[error(transparent)]
    Platform(#[from] PlatformError),
    /// The plan refers to a value that no step produced: a bug of ours.
    #[error("the plan refers to step {0}, which produced no such value; this is a bug")]
    NoOutput(usize),
    /// A write would lose something.
    #[error(transparent)]
    Unshown(#[from] diff::Unshown),
}

struct Run<'a> {
    plan: &'a Plan,
    schedule: Schedule,
    results: BTreeMap<StepId, StepResult>,
    outputs: Outputs,
    events: mpsc::UnboundedSender<StepEvent>,
    /// Nothing further can succeed.
    halted: bool,
}

impl<'a> Run<'a> {
    fn new(plan: &'a Plan, events: mpsc::UnboundedSender<StepEvent>) -> Self {
        Self {
            plan,
            schedule: Schedule::of(&plan.steps),
            results: BTreeMap::new(),
            outputs: Outputs::default(),
            events,
            halted: false,
        }
    }

    /// The first step that can begin within the bounds.
    fn next(&mut self, bounds: AtOnce) -> Option<&'a Step> {
        let id = self.schedule.next(bounds)?;
        self.plan.steps.get(id.0)
    }

    /// The root failure, not the last one of the chain.
    fn describe(&self, id: StepId) -> String {
        match (self.results.get(&id), self.plan.steps.get(id.0)) {
            (Some(StepResult::Skipped { because }), _) => because.clone(),
            (_, Some(step)) => format!("{} of {} failed", step.action.as_str(), step.address),
            (_, None) => "a step before it failed".to_owned(),
        }
    }

    fn started(&self, step: &Step) {
        let event = StepEvent::Started {
            step: step.id,
            address: step.address.clone(),
            action: step.action,
        };
        // A missing receiver is no reason to stop.
        let _ = self.events.send(event);
    }

    fn finished(&mut self, step: &Step, result: Result<Produced, StepError>) {
        self.schedule.ended(step);
        match result {
            Ok(produced) => {
                self.published(step.id, &produced);
                let already_so = matches!(produced, Produced::AlreadySo);
                let result = match already_so {
                    true => StepResult::AlreadySo,
                    false => StepResult::Applied,
                };
                self.outputs.insert(step.id, produced);
                self.record(step, result);
                self.schedule.applied(step.id);
            }
            Err(error) => {
                let result = self.failure(&error);
                self.record(step, result);
                // Where nothing further is tried, nothing is passed over either.
                if !self.halted {
                    self.skip_after(step.id);
                }
            }
        }
    }

    fn published(&self, step: StepId, produced: &Produced) {
        if let Produced::Version { number, .. } = produced {
            let number = *number;
            let _ = self.events.send(StepEvent::Published { step, number });
        }
    }

    /// Marks what can no longer run because this step did not succeed.
    fn skip_after(&mut self, failed: StepId) {
        let mut failed = vec![failed];
        while let Some(cause) = failed.pop() {
            for id in self.schedule.drop_after(cause) {
                let because = self.describe(cause);
                if let Some(step) = self.plan.steps.get(id.0) {
                    self.record(step, StepResult::Skipped { because });
                }
                failed.push(id);
            }
        }
    }

    fn failure(&mut self, error: &StepError) -> StepResult {
        let transient = match error {
            StepError::Platform(error) => {
                self.halted |= error.is_fatal();
                error.is_transient()
            }
            StepError::NoOutput(_) | StepError::Unshown(_) => false,
        };
        StepResult::Failed {
            message: error.to_string(),
            transient,
        }
    }

    fn record(&mut self, step: &Step, result: StepResult) {
        let event = StepEvent::Finished {
            step: step.id,
            address: step.address.clone(),
            action: step.action,
            result: result.clone(),
        };
        let _ = self.events.send(event);
        self.results.insert(step.id, result);
    }

    fn into_outcome(mut self, stopped: bool) -> Outcome {
        let left = self.plan.steps.len() - self.results.len();
        for step in &self.plan.steps {
            let result = self.results.entry(step.id);
            result.or_insert(StepResult::NotAttempted);
        }
        let interrupted = stopped && left > 0;
        Outcome {
            steps: self.results,
            interrupted,
            closed: None,
            written: self.outputs.written(),
            notices: Vec::new(),
            unconfirmed: Vec::new(),
        }
    }
}
