//! The results of the steps of an execution.

use std::sync::Arc;

use crate::schema::answer::Answer;
use crate::schema::bind::{Bindings, Fields};
use crate::schema::call::Call;
use crate::schema::filter::{Filters, exact, flag, never, refers, since, until};
use crate::schema::page::{Listed, SortKey, Sorts};
use crate::world::execution::Execution;
use crate::world::id;

pub(super) fn bind(bindings: &mut Bindings) {
    bindings.object("InstanceStepResult", FIELDS);
    bindings.fixed("InstanceStepResult", NOTHING, || Answer::Null);
    bindings.fixed("InstanceStepResult", NO, || false.into());
    bindings.listed::<StepResult>("InstanceStepResult");
}

/// The result of a step.
#[derive(Debug, Clone)]
pub(super) struct StepResult {
    execution: Arc<Execution>,
    place: usize,
}

/// The results of an execution.
pub(super) fn all(execution: &Execution) -> Vec<Arc<StepResult>> {
    let owner = Arc::new(execution.clone());
    let places = 0..execution.steps.len();
    places
        .map(|place| {
            Arc::new(StepResult {
                execution: Arc::clone(&owner),
                place,
            })
        })
        .collect()
}

/// The results of every execution.
pub(super) fn everywhere(call: &Call<'_>) -> Vec<Arc<StepResult>> {
    call.world
        .executions
        .iter()
        .flat_map(|execution| all(execution))
        .collect()
}

/// The result with this id.
pub(super) fn find(call: &Call<'_>) -> Option<Arc<StepResult>> {
    let id = call.args.id("InstanceStepResult", "id")?;
    everywhere(call).into_iter().find(|step| step.id() == id)
}

impl StepResult {
    fn id(&self) -> uuid::Uuid {
        self.execution.step_id(self.place)
    }

    fn name(&self) -> &str {
        &self.execution.steps[self.place]
    }

    fn failed(&self) -> bool {
        self.execution.error.is_some() && self.place + 1 == self.execution.steps.len()
    }
}

const FIELDS: Fields<StepResult> = &[
    ("id", |it, _| {
        id::global("InstanceStepResult", it.id()).into()
    }),
    ("stepName", |it, _| it.name().into()),
    ("displayStepName", |it, _| it.name().into()),
    ("startedAt", |it, _| it.execution.started_at.into()),
    ("endedAt", |it, _| it.execution.ends_at.into()),
    ("hasError", |it, _| it.failed().into()),
    ("isRootResult", |it, _| (it.place == 0).into()),
    ("executionResult", |it, _| {
        Answer::shared(Some(&it.execution))
    }),
    ("instance", |it, call| {
        Answer::shared(call.world.instances.get(it.execution.instance))
    }),
    ("resultsUrl", |it, call| {
        format!("{}/steps/{}", call.session.origin, it.id()).into()
    }),
    ("resultsMetadataUrl", |it, call| {
        format!("{}/steps/{}/metadata", call.session.origin, it.id()).into()
    }),
];

const NOTHING: &[&str] = &[
    "stepStableKey",
    "componentActionKey",
    "branchName",
    "loopPath",
    "loopStepIndex",
    "loopStepName",
    "loopInputsUrl",
    "loopInputsMetadataUrl",
];

const NO: &[&str] = &[
    "fromPreprocessFlow",
    "isLoopStep",
    "allowRemove",
    "allowUpdate",
];

impl Listed for StepResult {
    const FILTERS: Filters<Self> = &[
        ("executionResult", |value, _| {
            refers(value, "InstanceExecutionResult", |it: &Self| {
                Some(it.execution.id)
            })
        }),
        ("instance", |value, _| {
            refers(value, "Instance", |it: &Self| Some(it.execution.instance))
        }),
        ("stepName", |value, _| exact(value, |it: &Self| it.name())),
        ("displayStepName", |value, _| {
            exact(value, |it: &Self| it.name())
        }),
        ("branchName", |_, _| Ok(Box::new(|_| false))),
        ("hasError", |value, _| flag(value, |it: &Self| it.failed())),
        ("isRootResult", |value, _| {
            flag(value, |it: &Self| it.place == 0)
        }),
        ("fromPreprocessFlow", never),
        ("isLoopStep", never),
        ("loopPath", |_, _| Ok(Box::new(|_| false))),
        ("loopPath_Istartswith", |_, _| Ok(Box::new(|_| false))),
        ("loopStepIndex", |_, _| Ok(Box::new(|_| false))),
        ("loopStepName", |_, _| Ok(Box::new(|_| false))),
        ("startedAt_Gte", |value, _| {
            since(value, |it: &Self| Some(it.execution.started_at))
        }),
        ("startedAt_Lte", |value, _| {
            until(value, |it: &Self| Some(it.execution.started_at))
        }),
        ("endedAt_Gte", |value, _| {
            since(value, |it: &Self| Some(it.execution.ends_at))
        }),
        ("endedAt_Lte", |value, _| {
            until(value, |it: &Self| Some(it.execution.ends_at))
        }),
    ];
    const SORTS: Sorts<Self> = &[
        ("STARTED_AT", |it, _| SortKey::Time(it.execution.started_at)),
        ("ENDED_AT", |it, _| SortKey::Time(it.execution.ends_at)),
    ];
}
