//! Executions, and the results of tests.

use std::sync::Arc;

use uuid::Uuid;

use crate::schema::answer::Answer;
use crate::schema::bind::{Bindings, Fields};
use crate::schema::call::Call;
use crate::schema::filter::{Filters, any, exact, flag, iexact, never, refers, since, until};
use crate::schema::page::{Listed, SortKey, Sorts, page, texts};
use crate::world::execution::Execution;
use crate::world::id;
use crate::world::instance::Instance;
use crate::world::integration::Integration;
use crate::world::table::Key;

use super::flow::FlowOf;
use super::flow_config::FlowConfig;
use super::{log, step};

pub(super) fn bind(bindings: &mut Bindings) {
    bindings.object("InstanceExecutionResult", FIELDS);
    bindings.object("InstanceExecutionResult", WHERE);
    bindings.fixed("InstanceExecutionResult", NOTHING, || Answer::Null);
    bindings.fixed(
        "InstanceExecutionResult",
        &["isLre", "allowRemove", "allowUpdate"],
        || false.into(),
    );
    bindings.listed::<Execution>("InstanceExecutionResult");
    bindings.fixed("ExecutionSection", &["sectionId", "label"], || Answer::Null);
    bindings.listed::<Section>("ExecutionSection");
    bindings.object("TestIntegrationFlowResult", TEST);
    bindings.object("TestInstanceFlowConfigResult", TEST);
}

/// The executions of an instance.
pub(super) fn of_instance(instance: Uuid, call: &Call<'_>) -> Vec<Arc<Execution>> {
    call.world
        .executions
        .with(&Key::Instance(instance))
        .map(Arc::clone)
        .collect()
}

/// Every execution.
pub(super) fn all(call: &Call<'_>) -> Vec<Arc<Execution>> {
    call.world.executions.iter().map(Arc::clone).collect()
}

fn ended(execution: &Execution, call: &Call<'_>) -> bool {
    execution.ends_at <= call.session.now.max(execution.started_at)
}

fn instance<'a>(execution: &Execution, call: &Call<'a>) -> Option<&'a Arc<Instance>> {
    call.world.instances.get(execution.instance)
}

/// The record whose flow ran.
pub(super) fn record<'a>(execution: &Execution, call: &Call<'a>) -> Option<&'a Arc<Integration>> {
    call.world.integrations.get(execution.version)
}

/// The settings of the flow that ran.
pub(super) fn flow_config(execution: &Execution, call: &Call<'_>) -> Answer {
    let (Some(instance), Some(record)) = (instance(execution, call), record(execution, call))
    else {
        return Answer::Null;
    };
    FlowConfig::find(instance, record, &execution.flow).map_or(Answer::Null, Answer::object)
}

/// The flow that ran.
pub(super) fn flow(execution: &Execution, call: &Call<'_>) -> Answer {
    let flow = record(execution, call).and_then(|record| FlowOf::find(record, &execution.flow));
    Answer::shared(flow.as_ref())
}

fn address(kind: &str, execution: &Execution, call: &Call<'_>) -> Answer {
    format!("{}/executions/{}/{kind}", call.session.origin, execution.id).into()
}

const FIELDS: Fields<Execution> = &[
    ("id", |it, _| {
        id::global("InstanceExecutionResult", it.id).into()
    }),
    ("startedAt", |it, _| it.started_at.into()),
    ("endedAt", |it, call| {
        ended(it, call).then_some(it.ends_at).into()
    }),
    ("queuedAt", |it, _| it.started_at.into()),
    ("status", |it, call| status(it, call).into()),
    ("resultType", |it, call| {
        ended(it, call).then(|| result_type(it)).into()
    }),
    ("error", |it, call| {
        it.error.as_ref().filter(|_| ended(it, call)).into()
    }),
    ("invokeType", |it, _| invoke_type(it).into()),
    ("isTestExecution", |it, _| it.test.into()),
    ("stepCount", |it, _| it.steps.len().into()),
    ("stepResults", |it, call| {
        let steps = if ended(it, call) {
            step::all(it)
        } else {
            Vec::new()
        };
        page(call, steps)
    }),
    // The sandbox retries nothing by itself.
    ("retryAttempts", |_, call| {
        page(call, Vec::<Arc<Execution>>::new())
    }),
    ("replays", |it, call| {
        let own = call.world.executions.with(&Key::Instance(it.instance));
        let again = own.filter(|other| other.replay_of == Some(it.id));
        page(call, again.cloned().collect::<Vec<_>>())
    }),
    ("logs", |it, call| {
        page(call, log::lines(call, [Arc::new(it.clone())]))
    }),
    ("allocatedMemoryMb", |_, _| 1024_i64.into()),
    ("requestPayloadUrl", |it, call| address("request", it, call)),
    ("requestPayloadMetadataUrl", |it, call| {
        address("request-metadata", it, call)
    }),
    ("responsePayloadUrl", |it, call| {
        address("response", it, call)
    }),
    ("responsePayloadMetadataUrl", |it, call| {
        address("response-metadata", it, call)
    }),
];

const WHERE: Fields<Execution> = &[
    ("instance", |it, call| Answer::shared(instance(it, call))),
    ("instanceType", |_, _| "INTEGRATION".into()),
    ("integration", |it, call| Answer::shared(record(it, call))),
    ("flow", flow),
    ("flowConfig", flow_config),
    ("replayForExecution", |it, call| {
        let before = it.replay_of.and_then(|id| call.world.executions.get(id));
        Answer::shared(before)
    }),
];

const NOTHING: &[&str] = &[
    "resumedAt",
    "spendMbSecs",
    "maxRetryCount",
    "retryCount",
    "retryNextAt",
    "retryUniqueRequestId",
    "retryForExecution",
    "canceledByExecution",
];

fn invoke_type(execution: &Execution) -> &'static str {
    if execution.test {
        "INTEGRATION_FLOW_TEST"
    } else {
        "WEBHOOK"
    }
}

/// The id of the flow that ran.
pub(super) fn flow_id(execution: &Execution, call: &Call<'_>) -> Option<Uuid> {
    let record = record(execution, call)?;
    let flow = FlowOf::find(record, &execution.flow)?;
    Some(record.flow_id(flow.flow()))
}

/// The id of the settings of the flow that ran.
pub(super) fn flow_config_id(execution: &Execution, call: &Call<'_>) -> Option<Uuid> {
    let record = record(execution, call)?;
    let flow = FlowOf::find(record, &execution.flow)?;
    Some(instance(execution, call)?.flow_id(flow.flow()))
}

fn sequence(execution: &Execution, call: &Call<'_>) -> String {
    record(execution, call)
        .map(|record| record.sequence.to_string())
        .unwrap_or_default()
}

impl Listed for Execution {
    const FILTERS: Filters<Self> = &[
        ("id", |value, _| {
            refers(value, "InstanceExecutionResult", |it: &Self| Some(it.id))
        }),
        ("id_In", |value, _| {
            refers(value, "InstanceExecutionResult", |it: &Self| Some(it.id))
        }),
        ("flow", |value, call| {
            refers(value, "IntegrationFlow", |it: &Self| flow_id(it, call))
        }),
        ("flow_In", |value, call| {
            refers(value, "IntegrationFlow", |it: &Self| flow_id(it, call))
        }),
        ("flowConfig", |value, call| {
            refers(value, "InstanceFlowConfig", |it: &Self| {
                flow_config_id(it, call)
            })
        }),
        ("flowConfig_Flow", |value, call| {
            refers(value, "IntegrationFlow", |it: &Self| flow_id(it, call))
        }),
        ("instance", |value, _| {
            refers(value, "Instance", |it: &Self| Some(it.instance))
        }),
        ("instance_Isnull", never),
        ("instance_IsSystem", |value, call| {
            flag(value, |it: &Self| {
                instance(it, call).is_some_and(|it| it.system)
            })
        }),
        ("instance_Customer", |value, call| {
            refers(value, "Customer", |it: &Self| {
                instance(it, call).map(|it| it.customer)
            })
        }),
        ("instance_Integration", |value, _| {
            refers(value, "Integration", |it: &Self| Some(it.version))
        }),
        ("instance_Integration_VersionSequenceId", |value, call| {
            let wanted = crate::schema::call::text(value);
            Ok(Box::new(move |it: &Self| sequence(it, call) == wanted))
        }),
        ("integration", |value, _| {
            refers(value, "Integration", |it: &Self| Some(it.version))
        }),
        ("integration_VersionSequenceId", |value, call| {
            let wanted = crate::schema::call::text(value);
            Ok(Box::new(move |it: &Self| sequence(it, call) == wanted))
        }),
        ("instanceType", |value, _| exact(value, |_| "INTEGRATION")),
        ("invokeType_In", |value, _| {
            let wanted = texts(value);
            Ok(Box::new(move |it: &Self| {
                wanted.iter().any(|text| text == invoke_type(it))
            }))
        }),
        ("invokedBy", |_, _| Ok(Box::new(|_| false))),
        ("isLre", never),
        ("isTestExecution", |value, _| {
            flag(value, |it: &Self| it.test)
        }),
        ("error_Isnull", |value, _| {
            flag(value, |it: &Self| it.error.is_none())
        }),
        ("status", |value, call| {
            let wanted = crate::schema::call::text(value);
            Ok(Box::new(move |it: &Self| status(it, call) == wanted))
        }),
        ("resultType", |value, _| iexact(value, result_type)),
        ("resultType_In", |value, _| {
            let wanted = texts(value);
            Ok(Box::new(move |it: &Self| {
                wanted.iter().any(|text| text == result_type(it))
            }))
        }),
        ("startedAt_Gte", |value, _| {
            since(value, |it: &Self| Some(it.started_at))
        }),
        ("startedAt_Lte", |value, _| {
            until(value, |it: &Self| Some(it.started_at))
        }),
        ("queuedAt_Gte", |value, _| {
            since(value, |it: &Self| Some(it.started_at))
        }),
        ("queuedAt_Lte", |value, _| {
            until(value, |it: &Self| Some(it.started_at))
        }),
        ("queuedAt_Isnull", never),
        ("endedAt_Gte", |value, _| {
            since(value, |it: &Self| Some(it.ends_at))
        }),
        ("endedAt_Lte", |value, _| {
            until(value, |it: &Self| Some(it.ends_at))
        }),
        ("endedAt_Isnull", |value, call| {
            flag(value, |it: &Self| !ended(it, call))
        }),
        ("resumedAt_Gte", |_, _| Ok(Box::new(|_| false))),
        ("resumedAt_Lte", |_, _| Ok(Box::new(|_| false))),
        ("resumedAt_Isnull", |value, _| flag(value, |_| true)),
        ("maxRetryCount", any),
        ("maxRetryCount_Gte", any),
        ("maxRetryCount_Lte", any),
        ("retryCount", any),
        ("retryCount_Gte", any),
        ("retryCount_Lte", any),
        ("retryNextAt_Gte", |_, _| Ok(Box::new(|_| false))),
        ("retryNextAt_Lte", |_, _| Ok(Box::new(|_| false))),
        ("retryNextAt_Isnull", |value, _| flag(value, |_| true)),
        ("retryUniqueRequestId", |_, _| Ok(Box::new(|_| false))),
        ("retryForExecution_Isnull", |value, _| flag(value, |_| true)),
        ("replayForExecution_Isnull", |value, _| {
            flag(value, |it: &Self| it.replay_of.is_none())
        }),
    ];
    const SORTS: Sorts<Self> = &[
        ("STARTED_AT", |it, _| SortKey::Time(it.started_at)),
        ("ENDED_AT", |it, _| SortKey::Time(it.ends_at)),
    ];
}

fn status(execution: &Execution, call: &Call<'_>) -> &'static str {
    match (ended(execution, call), &execution.error) {
        (false, _) => "PENDING",
        (true, Some(_)) => "ERROR",
        (true, None) => "SUCCESS",
    }
}

fn result_type(execution: &Execution) -> &str {
    if execution.error.is_some() {
        "ERROR"
    } else {
        "COMPLETED"
    }
}

/// What a test of a flow gives.
pub(crate) struct TestResult(pub(crate) Arc<Execution>);

const TEST: Fields<TestResult> = &[
    ("flow", |it, call| flow(&it.0, call)),
    ("flowConfig", |it, call| flow_config(&it.0, call)),
    ("execution", |it, _| Answer::shared(Some(&it.0))),
    ("statusCode", |it, _| {
        if it.0.error.is_some() { 500_i64 } else { 200 }.into()
    }),
    ("headers", |_, _| {
        r#"{"content-type": "application/json"}"#.into()
    }),
    ("body", |it, _| match &it.0.error {
        Some(message) => serde_json::json!({ "error": message }).to_string().into(),
        None => "{}".into(),
    }),
];

/// A section of an execution's log: there is none.
pub(super) enum Section {}

impl Listed for Section {
    const FILTERS: Filters<Self> = &[("executionResult", any), ("sectionId_In", any)];
    const SORTS: Sorts<Self> = &[("STARTED_AT", |_, _| SortKey::Nothing)];
}
