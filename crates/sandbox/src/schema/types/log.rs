//! What executions logged.

use std::sync::Arc;

use crate::schema::answer::Answer;
use crate::schema::bind::{Bindings, Fields};
use crate::schema::call::{Call, int, text};
use crate::schema::filter::{Filters, contains, exact, flag, iexact, one_of, refers, since, until};
use crate::schema::page::{Listed, SortKey, Sorts};
use crate::world::execution::{Execution, LogLine};
use crate::world::id;
use crate::world::instance::Instance;
use crate::world::table::Key;

use super::common::SEVERITIES;
use super::execution;

pub(super) fn bind(bindings: &mut Bindings) {
    bindings.object("Log", FIELDS);
    bindings.object("Log", WHERE);
    bindings.fixed("Log", NOTHING, || Answer::Null);
    bindings.fixed(
        "Log",
        &["fromPreprocessFlow", "allowRemove", "allowUpdate"],
        || false.into(),
    );
    bindings.listed::<Line>("Log");
}

/// A line of an execution's log.
#[derive(Debug, Clone)]
pub(super) struct Line {
    execution: Arc<Execution>,
    place: usize,
}

/// The lines that executions have logged by now.
pub(super) fn lines(
    call: &Call<'_>,
    executions: impl IntoIterator<Item = Arc<Execution>>,
) -> Vec<Arc<Line>> {
    let of = |execution: Arc<Execution>| {
        let now = call.session.now.max(execution.started_at);
        let logged = execution.logs.iter().filter(|line| line.at <= now);
        let places = 0..logged.count();
        places.map(move |place| {
            let execution = Arc::clone(&execution);
            Arc::new(Line { execution, place })
        })
    };
    executions.into_iter().flat_map(of).collect()
}

/// The lines that a list of logs starts from.
pub(super) fn listed(call: &Call<'_>) -> Vec<Arc<Line>> {
    let world = call.world;
    if let Some(id) = call.args.id("InstanceExecutionResult", "executionResult") {
        return lines(call, world.executions.get(id).map(Arc::clone));
    }
    match call.args.id("Instance", "instance") {
        Some(id) => lines(
            call,
            world.executions.with(&Key::Instance(id)).map(Arc::clone),
        ),
        None => lines(call, world.executions.iter().map(Arc::clone)),
    }
}

/// The line with this id.
pub(super) fn find(call: &Call<'_>) -> Option<Arc<Line>> {
    let id = call.args.id("Log", "id")?;
    let all = lines(call, call.world.executions.iter().map(Arc::clone));
    all.into_iter().find(|line| line.id() == id)
}

impl Line {
    fn id(&self) -> uuid::Uuid {
        id::part(self.execution.id, "log", &self.place.to_string())
    }

    fn line(&self) -> &LogLine {
        &self.execution.logs[self.place]
    }

    fn instance<'a>(&self, call: &Call<'a>) -> Option<&'a Arc<Instance>> {
        call.world.instances.get(self.execution.instance)
    }

    fn sequence(&self, call: &Call<'_>) -> Option<String> {
        execution::record(&self.execution, call).map(|record| record.sequence.to_string())
    }

    fn customer<'a>(&self, call: &Call<'a>) -> Option<&'a Arc<crate::world::customer::Customer>> {
        call.world.customers.get(self.instance(call)?.customer)
    }
}

const FIELDS: Fields<Line> = &[
    ("id", |it, _| id::global("Log", it.id()).into()),
    ("timestamp", |it, _| it.line().at.into()),
    ("severity", |it, _| (&it.line().severity).into()),
    ("message", |it, _| (&it.line().message).into()),
    ("logType", |_, _| "EXECUTION".into()),
    ("stepName", |it, _| it.line().step.as_ref().into()),
    ("executionResult", |it, _| {
        Answer::shared(Some(&it.execution))
    }),
    ("executionResultId", |it, _| {
        id::global("InstanceExecutionResult", it.execution.id).into()
    }),
    ("isTestExecution", |it, _| it.execution.test.into()),
];

const WHERE: Fields<Line> = &[
    ("flow", |it, call| execution::flow(&it.execution, call)),
    ("flowName", |it, _| (&it.execution.flow).into()),
    ("flowConfig", |it, call| {
        execution::flow_config(&it.execution, call)
    }),
    ("instance", |it, call| Answer::shared(it.instance(call))),
    ("instanceId", |it, _| {
        id::global("Instance", it.execution.instance).into()
    }),
    ("instanceName", |it, call| {
        it.instance(call).map(|instance| &instance.name).into()
    }),
    ("instanceType", |_, _| "INTEGRATION".into()),
    ("integration", |it, call| {
        Answer::shared(execution::record(&it.execution, call))
    }),
    ("integrationName", |it, call| {
        execution::record(&it.execution, call)
            .map(|record| &record.name)
            .into()
    }),
    ("integrationVersionSequenceId", |it, call| {
        it.sequence(call).into()
    }),
    ("customer", |it, call| Answer::shared(it.customer(call))),
    ("customerName", |it, call| {
        it.customer(call).map(|customer| &customer.name).into()
    }),
];

const NOTHING: &[&str] = &[
    "loopPath",
    "loopStepIndex",
    "loopStepName",
    "requiredConfigVariableKey",
    "sectionId",
];

impl Listed for Line {
    const FILTERS: Filters<Self> = &[
        ("executionResult", |value, _| {
            refers(value, "InstanceExecutionResult", |it: &Self| {
                Some(it.execution.id)
            })
        }),
        ("executionResult_IsTestExecution", |value, _| {
            flag(value, |it: &Self| it.execution.test)
        }),
        ("isTestExecution", |value, _| {
            flag(value, |it: &Self| it.execution.test)
        }),
        ("flow", |value, call| {
            refers(value, "IntegrationFlow", |it: &Self| flow_id(it, call))
        }),
        ("flowConfig_Flow", |value, call| {
            refers(value, "IntegrationFlow", |it: &Self| flow_id(it, call))
        }),
        ("flowConfig", |value, call| {
            refers(value, "InstanceFlowConfig", |it: &Self| {
                flow_config_id(it, call)
            })
        }),
        ("customer", |value, call| {
            refers(value, "Customer", |it: &Self| {
                it.customer(call).map(|it| it.id)
            })
        }),
        ("instance_Customer", |value, call| {
            refers(value, "Customer", |it: &Self| {
                it.customer(call).map(|it| it.id)
            })
        }),
        ("instance", |value, _| {
            refers(value, "Instance", |it: &Self| Some(it.execution.instance))
        }),
        ("instance_Integration", |value, _| {
            refers(value, "Integration", |it: &Self| Some(it.execution.version))
        }),
        ("instance_IsSystem", |value, call| {
            flag(value, |it: &Self| {
                it.instance(call).is_some_and(|it| it.system)
            })
        }),
        ("instanceType", |value, _| exact(value, |_| "INTEGRATION")),
        ("integration", |value, _| {
            refers(value, "Integration", |it: &Self| Some(it.execution.version))
        }),
        ("integrationVersionSequenceId", |value, call| {
            let wanted = text(value);
            Ok(Box::new(move |it: &Self| {
                it.sequence(call).as_ref() == Some(&wanted)
            }))
        }),
        ("integration_VersionSequenceId", |value, call| {
            let wanted = text(value);
            Ok(Box::new(move |it: &Self| {
                it.sequence(call).as_ref() == Some(&wanted)
            }))
        }),
        ("message_Icontains", |value, _| {
            contains(value, |it: &Self| &it.line().message)
        }),
        ("severity", |value, _| {
            let wanted = int(value);
            let name = SEVERITIES
                .iter()
                .find(|(number, _)| Some(*number) == wanted);
            Ok(Box::new(move |it: &Self| {
                name.is_some_and(|(_, name)| *name == it.line().severity)
            }))
        }),
        ("logType", |value, _| iexact(value, |_| "EXECUTION")),
        ("logType_In", |value, _| one_of(value, |_| "EXECUTION")),
        ("loopPath", |_, _| Ok(Box::new(|_| false))),
        ("loopPath_Istartswith", |_, _| Ok(Box::new(|_| false))),
        ("timestamp_Gte", |value, _| {
            since(value, |it: &Self| Some(it.line().at))
        }),
        ("timestamp_Lte", |value, _| {
            until(value, |it: &Self| Some(it.line().at))
        }),
        ("configVariable_Isnull", |value, _| flag(value, |_| true)),
        ("userLevelConfigVariable_Isnull", |value, _| {
            flag(value, |_| true)
        }),
        ("requiredConfigVariableKey", |_, _| Ok(Box::new(|_| false))),
        ("customerConfigVariable", |_, _| Ok(Box::new(|_| false))),
        ("scopedConfigVariable", |_, _| Ok(Box::new(|_| false))),
    ];
    const SORTS: Sorts<Self> = &[
        ("TIMESTAMP", |it, _| SortKey::Time(it.line().at)),
        ("SEVERITY", |it, _| SortKey::text(&it.line().severity)),
        ("MESSAGE", |it, _| SortKey::text(&it.line().message)),
        ("LOG_TYPE", |_, _| SortKey::Nothing),
        ("FLOW", |it, _| SortKey::text(&it.execution.flow)),
        ("FLOW_CONFIG", |it, _| SortKey::text(&it.execution.flow)),
        ("INSTANCE", |it, call| {
            it.instance(call)
                .map_or(SortKey::Nothing, |it| SortKey::text(&it.name))
        }),
        ("CUSTOMER", |it, call| {
            it.customer(call)
                .map_or(SortKey::Nothing, |it| SortKey::text(&it.name))
        }),
        ("INTEGRATION", |it, call| {
            let record = execution::record(&it.execution, call);
            record.map_or(SortKey::Nothing, |record| SortKey::text(&record.name))
        }),
    ];
}

fn flow_id(line: &Line, call: &Call<'_>) -> Option<uuid::Uuid> {
    execution::flow_id(&line.execution, call)
}

fn flow_config_id(line: &Line, call: &Call<'_>) -> Option<uuid::Uuid> {
    execution::flow_config_id(&line.execution, call)
}
