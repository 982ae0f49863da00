//! The flows of an integration and the steps in them.

use std::sync::Arc;

use crate::definition::{Flow, Step};
use crate::schema::answer::Answer;
use crate::schema::bind::{Bindings, Fields};
use crate::schema::call::Call;
use crate::schema::page::{Listed, page};
use crate::world::execution::Execution;
use crate::world::id;
use crate::world::integration::{FlowTest, Integration, identity};
use crate::world::table::Key;

use super::action::ActionOf;
use super::variable::Expression;

pub(super) fn bind(bindings: &mut Bindings) {
    bindings.object("IntegrationFlow", FIELDS);
    bindings.object("IntegrationFlow", TESTS);
    bindings.fixed("IntegrationFlow", NOTHING, || Answer::Null);
    bindings.fixed("IntegrationFlow", NO, || false.into());
    bindings.fixed(
        "IntegrationFlow",
        &["retryDelayMinutes", "retryMaxAttempts"],
        || 0_i64.into(),
    );
    bindings.listed::<FlowOf>("IntegrationFlow");
    bindings.object("IntegrationAction", STEP);
    bindings.fixed("IntegrationAction", STEP_NOTHING, || Answer::Null);
    bindings.fixed("IntegrationAction", &["allowRemove", "allowUpdate"], || {
        false.into()
    });
    bindings.listed::<StepOf>("IntegrationAction");
}

/// A flow of a record.
#[derive(Debug, Clone)]
pub(crate) struct FlowOf {
    pub(crate) record: Arc<Integration>,
    place: usize,
}

impl FlowOf {
    /// Every flow of a record.
    pub(super) fn all(record: &Arc<Integration>) -> Vec<Arc<Self>> {
        let places = 0..record.definition.flows.len();
        let of = |place| {
            Arc::new(Self {
                record: Arc::clone(record),
                place,
            })
        };
        places.map(of).collect()
    }

    /// The flow of a record with this identity.
    pub(crate) fn find(record: &Arc<Integration>, flow: &str) -> Option<Arc<Self>> {
        Self::all(record)
            .into_iter()
            .find(|it| identity(it.flow()) == flow)
    }

    pub(super) fn flow(&self) -> &Flow {
        &self.record.definition.flows[self.place]
    }

    fn test(&self) -> Option<&FlowTest> {
        self.record.extras.flow_tests.get(identity(self.flow()))
    }

    fn executions(&self, call: &Call<'_>) -> Vec<Arc<Execution>> {
        let instance = Key::Instance(self.record.test_instance);
        let executions = call.world.executions.with(&instance);
        executions
            .filter(|it| it.flow == identity(self.flow()))
            .map(Arc::clone)
            .collect()
    }
}

impl Listed for FlowOf {}

const FIELDS: Fields<FlowOf> = &[
    ("id", |it, _| {
        id::global("IntegrationFlow", it.record.flow_id(it.flow())).into()
    }),
    ("name", |it, _| (&it.flow().name).into()),
    ("description", |it, _| it.flow().description.as_ref().into()),
    ("stableId", |it, _| {
        id::part(it.record.sequence, "flow", identity(it.flow()))
            .to_string()
            .into()
    }),
    ("stableKey", |it, _| it.flow().stable_key.as_ref().into()),
    ("sortOrder", |it, _| it.place.into()),
    ("isSynchronous", |it, _| it.flow().is_synchronous.into()),
    ("isAgentFlow", |it, _| it.flow().is_agent_flow.into()),
    ("endpointSecurityType", |it, _| {
        Answer::upper(&it.flow().endpoint_security_type)
    }),
    ("organizationApiKeys", |it, _| {
        it.test().map(|test| &test.organization_api_keys).into()
    }),
    ("trigger", |it, _| {
        let steps = it.flow().steps.iter();
        let trigger = steps.enumerate().find(|(_, step)| step.is_trigger);
        Answer::object(StepOf {
            flow: it.clone(),
            place: trigger.map_or(0, |(place, _)| place),
        })
    }),
];

const TESTS: Fields<FlowOf> = &[
    ("lastExecutedAt", |it, call| {
        it.executions(call)
            .iter()
            .map(|it| it.started_at)
            .max()
            .into()
    }),
    ("testUrl", |it, call| {
        let instance = call.world.instances.get(it.record.test_instance);
        let config = instance
            .map(|instance| instance.flow_id(it.flow()))
            .unwrap_or_default();
        format!("{}/trigger/{config}", call.session.origin).into()
    }),
    ("testContentType", |it, _| {
        it.test().and_then(|test| test.content_type.as_ref()).into()
    }),
    ("testHeaders", |it, _| {
        it.test().and_then(|test| test.headers.as_ref()).into()
    }),
    ("testPayload", |it, _| {
        it.test().and_then(|test| test.payload.as_ref()).into()
    }),
    ("testExecutionResults", |it, call| {
        page(call, it.executions(call))
    }),
];

const NOTHING: &[&str] = &["schemas", "queueDedupeIdField", "retryUniqueRequestIdField"];

const NO: &[&str] = &[
    "usesFifoQueue",
    "singletonExecutions",
    "retryUsesExponentialBackoff",
    "allowRemove",
    "allowUpdate",
];

/// A step of a flow. The first of a flow without a trigger acts as its trigger.
#[derive(Debug, Clone)]
pub(super) struct StepOf {
    flow: FlowOf,
    place: usize,
}

impl StepOf {
    /// Every step of a record.
    pub(super) fn all(record: &Arc<Integration>) -> Vec<Arc<Self>> {
        let flows = FlowOf::all(record).into_iter();
        let steps = flows.flat_map(|flow| {
            let places = 0..flow.flow().steps.len();
            let of = move |place| {
                Arc::new(Self {
                    flow: FlowOf::clone(&flow),
                    place,
                })
            };
            places.map(of)
        });
        steps.collect()
    }

    fn step(&self) -> Option<&Step> {
        self.flow.flow().steps.get(self.place)
    }
}

impl Listed for StepOf {}

const STEP: Fields<StepOf> = &[
    ("id", |it, _| {
        let flow = it.flow.record.flow_id(it.flow.flow());
        let name = it.step().map(|step| step.name.as_str()).unwrap_or_default();
        id::global("IntegrationAction", id::part(flow, "step", name)).into()
    }),
    ("name", |it, _| {
        it.step()
            .map(|step| step.name.as_str())
            .unwrap_or_default()
            .into()
    }),
    ("description", |it, _| {
        it.step()
            .map(|step| step.description.as_str())
            .unwrap_or_default()
            .into()
    }),
    ("action", |it, call| {
        ActionOf::step(it.step(), &it.flow.record, call)
    }),
    ("inputs", |_, call| page::<Expression>(call, [])),
    ("integration", |it, _| Answer::shared(Some(&it.flow.record))),
];

const STEP_NOTHING: &[&str] = &[
    "stableKey",
    "errorHandlerType",
    "retryDelaySeconds",
    "retryIgnoreFinalError",
    "retryMaxAttempts",
    "retryUsesExponentialBackoff",
];
