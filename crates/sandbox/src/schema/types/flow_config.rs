//! What an instance has set for its flows.

use std::sync::Arc;

use crate::definition::Flow;
use crate::schema::answer::Answer;
use crate::schema::bind::{Bindings, Fields};
use crate::schema::call::Call;
use crate::schema::filter::{Filters, exact, never};
use crate::schema::page::{Listed, SortKey, Sorts, page};
use crate::world::execution::Execution;
use crate::world::id;
use crate::world::instance::{FlowSetting, Instance};
use crate::world::integration::{Integration, identity};
use crate::world::table::Key;

use super::flow::FlowOf;
use super::log;

pub(super) fn bind(bindings: &mut Bindings) {
    bindings.object("InstanceFlowConfig", FIELDS);
    bindings.fixed(
        "InstanceFlowConfig",
        &["inFailedState", "allowRemove"],
        || false.into(),
    );
    bindings.fixed("InstanceFlowConfig", &["allowUpdate"], || true.into());
    bindings.listed::<FlowConfig>("InstanceFlowConfig");
}

/// A flow of the version an instance is configured with, and the instance's settings for it.
#[derive(Debug, Clone)]
pub(crate) struct FlowConfig {
    instance: Arc<Instance>,
    record: Arc<Integration>,
    place: usize,
}

impl FlowConfig {
    /// Every flow of an instance.
    pub(super) fn all(instance: &Arc<Instance>, call: &Call<'_>) -> Vec<Arc<Self>> {
        let Some(record) = call.world.integrations.get(instance.version) else {
            return Vec::new();
        };
        let places = 0..record.definition.flows.len();
        let of = |place| {
            let (instance, record) = (Arc::clone(instance), Arc::clone(record));
            Arc::new(Self {
                instance,
                record,
                place,
            })
        };
        places.map(of).collect()
    }

    /// The flow of an instance with this identity.
    pub(crate) fn find(
        instance: &Arc<Instance>,
        record: &Arc<Integration>,
        flow: &str,
    ) -> Option<Self> {
        let mut flows = record.definition.flows.iter();
        let place = flows.position(|it| identity(it) == flow)?;
        let (instance, record) = (Arc::clone(instance), Arc::clone(record));
        Some(Self {
            instance,
            record,
            place,
        })
    }

    fn flow(&self) -> &Flow {
        &self.record.definition.flows[self.place]
    }

    fn setting(&self) -> Option<&FlowSetting> {
        self.instance.flows.get(identity(self.flow()))
    }

    fn executions(&self, call: &Call<'_>) -> Vec<Arc<Execution>> {
        let executions = call.world.executions.with(&Key::Instance(self.instance.id));
        executions
            .filter(|it| it.flow == identity(self.flow()))
            .map(Arc::clone)
            .collect()
    }
}

const FIELDS: Fields<FlowConfig> = &[
    ("id", |it, _| {
        id::global("InstanceFlowConfig", it.instance.flow_id(it.flow())).into()
    }),
    ("instance", |it, _| Answer::shared(Some(&it.instance))),
    ("flow", |it, _| {
        Answer::shared(FlowOf::find(&it.record, identity(it.flow())).as_ref())
    }),
    ("webhookUrl", |it, call| {
        format!(
            "{}/trigger/{}",
            call.session.origin,
            it.instance.flow_id(it.flow())
        )
        .into()
    }),
    ("apiKeys", |it, _| {
        it.setting().map(|setting| &setting.api_keys).into()
    }),
    ("usesLre", |it, _| {
        it.setting()
            .is_some_and(|setting| setting.long_running)
            .into()
    }),
    ("lastExecutedAt", |it, call| {
        it.executions(call)
            .iter()
            .map(|it| it.started_at)
            .max()
            .into()
    }),
    ("testContentType", |it, _| {
        it.setting().and_then(|it| it.content_type.as_ref()).into()
    }),
    ("testHeaders", |it, _| {
        it.setting().and_then(|it| it.headers.as_ref()).into()
    }),
    ("testPayload", |it, _| {
        it.setting().and_then(|it| it.payload.as_ref()).into()
    }),
    ("executionResults", |it, call| {
        page(call, it.executions(call))
    }),
    ("logs", |it, call| {
        page(call, log::lines(call, it.executions(call)))
    }),
];

impl Listed for FlowConfig {
    const FILTERS: Filters<Self> = &[
        ("flow_Name", |value, _| {
            exact(value, |it: &Self| &it.flow().name)
        }),
        ("inFailedState", never),
    ];
    const SORTS: Sorts<Self> = &[("SORT_ORDER", |it, _| {
        SortKey::Number(i64::try_from(it.place).unwrap_or_default())
    })];
}
