//! What is done to instances.

use serde_json::{Value, json};

use crate::diff::MoveLabels;
use crate::model::{
    ConfigWrite, ConnectionValueId, CustomerId, FlowWrite, InputWrite, InstanceId, WriteValue,
};
use crate::plan::operation::Names;
use crate::plan::{Output, StepId, VersionSource};

/// A config variable, by its key, and the value of a shared connection that it is bound to.
pub type Binding = (String, Output<ConnectionValueId>);

/// One write to an instance. Each variant is one operation of the platform.
#[derive(Debug, Clone)]
pub enum InstanceOperation {
    /// Creates an instance. Produces its id.
    Create {
        /// Its display name.
        name: String,
        /// Whose it is.
        customer: Output<CustomerId>,
        /// In which version.
        version: VersionSource,
        /// What it is for.
        description: Option<String>,
        /// Its labels.
        labels: Vec<String>,
        /// Its first values.
        config: Vec<ConfigWrite>,
        /// The variables that are bound to values which earlier steps create.
        bound: Vec<Binding>,
    },
    /// Sets metadata of an instance.
    Update {
        /// The instance.
        instance: Output<InstanceId>,
        /// Its display name.
        name: Option<String>,
        /// What it is for.
        description: Option<String>,
        /// All its labels.
        labels: Option<Vec<String>>,
        /// Whether its runs log in detail.
        global_debug: Option<bool>,
    },
    /// Writes config variables.
    Configure {
        /// The instance.
        instance: Output<InstanceId>,
        /// The values.
        config: Vec<ConfigWrite>,
        /// The variables that are bound to values which earlier steps create.
        bound: Vec<Binding>,
    },
    /// Sets what is declared of its flows. All settings of all flows are read and sent again, as a write replaces
    /// them.
    SetFlows {
        /// The instance.
        instance: Output<InstanceId>,
        /// What is declared.
        flows: Vec<FlowWrite>,
        /// Something differs. Else it is sent only where the move to another version lost something.
        differs: bool,
        /// The keys among them, for the records of written secrets.
        records: Vec<ConfigWrite>,
    },
    /// Chooses another version.
    Upgrade {
        /// The instance.
        instance: Output<InstanceId>,
        /// The version.
        version: VersionSource,
        /// The labels that go with it in the same request; `None` leaves them.
        labels: Option<MoveLabels>,
    },
    /// Makes what is configured live.
    Deploy {
        /// The instance.
        instance: Output<InstanceId>,
        /// Although validation rules object.
        force: bool,
    },
    /// Switches an instance on or off.
    Switch {
        /// The instance.
        instance: Output<InstanceId>,
        /// On.
        enabled: bool,
        /// The step whose reply may show that it is so already: then nothing is sent.
        unless_shown: Option<StepId>,
    },
    /// Removes an instance.
    Delete {
        /// The instance.
        instance: InstanceId,
    },
}

impl InstanceOperation {
    /// Sets all labels, and nothing else.
    #[must_use]
    pub fn labels(instance: Output<InstanceId>, labels: Vec<String>) -> Self {
        Self::Update {
            instance,
            name: None,
            description: None,
            labels: Some(labels),
            global_debug: None,
        }
    }

    /// Sets what is declared of its flows.
    pub(crate) fn flows(
        instance: Output<InstanceId>,
        flows: Vec<FlowWrite>,
        differs: bool,
    ) -> Self {
        let records = flows.iter().filter_map(FlowWrite::record).collect();
        Self::SetFlows {
            instance,
            flows,
            differs,
            records,
        }
    }

    pub(crate) fn requests(&self) -> u64 {
        match self {
            // Before the write and after it they are read.
            Self::SetFlows { .. } => 3,
            Self::Create { .. }
            | Self::Update { .. }
            | Self::Configure { .. }
            | Self::Upgrade { .. }
            | Self::Deploy { .. }
            | Self::Switch { .. }
            | Self::Delete { .. } => 1,
        }
    }

    pub(crate) fn describe(&self) -> &'static str {
        match self {
            Self::Create { .. } => "create",
            Self::Update { .. } => "set details",
            Self::Configure { .. } => "configure",
            Self::SetFlows { .. } => "set flows",
            Self::Upgrade { .. } => "upgrade",
            Self::Deploy { .. } => "deploy",
            Self::Switch { enabled: true, .. } => "enable",
            Self::Switch { enabled: false, .. } => "disable",
            Self::Delete { .. } => "delete",
        }
    }

    /// What creates something is always a request of its own.
    pub(crate) fn can_share(&self) -> bool {
        match self {
            Self::Update { .. }
            | Self::Configure { .. }
            | Self::SetFlows { .. }
            | Self::Upgrade { .. }
            | Self::Switch { .. } => true,
            Self::Deploy { force, .. } => !force,
            Self::Create { .. } | Self::Delete { .. } => false,
        }
    }

    pub(crate) fn config(&self) -> &[ConfigWrite] {
        match self {
            Self::Create { config, .. } | Self::Configure { config, .. } => config,
            Self::SetFlows { records, .. } => records,
            Self::Update { .. }
            | Self::Upgrade { .. }
            | Self::Deploy { .. }
            | Self::Switch { .. }
            | Self::Delete { .. } => &[],
        }
    }

    pub(crate) fn all_labels(&mut self) -> Option<&mut Vec<String>> {
        match self {
            Self::Create { labels, .. } => Some(labels),
            Self::Update { labels, .. } => labels.as_mut(),
            Self::Upgrade { labels, .. } => labels.as_mut().map(|it| &mut it.others),
            Self::Configure { .. }
            | Self::SetFlows { .. }
            | Self::Deploy { .. }
            | Self::Switch { .. }
            | Self::Delete { .. } => None,
        }
    }

    pub(crate) fn moves_to(&self) -> Option<&VersionSource> {
        match self {
            Self::Create { version, .. } | Self::Upgrade { version, .. } => Some(version),
            Self::Update { .. }
            | Self::Configure { .. }
            | Self::SetFlows { .. }
            | Self::Deploy { .. }
            | Self::Switch { .. }
            | Self::Delete { .. } => None,
        }
    }

    pub(crate) fn inputs(&mut self, visit: &mut dyn FnMut(&mut StepId)) {
        match self {
            Self::Create {
                customer,
                version,
                bound,
                ..
            } => {
                customer.input(visit);
                version.input(visit);
                bound.iter_mut().for_each(|(_, value)| value.input(visit));
            }
            Self::Configure {
                instance, bound, ..
            } => {
                instance.input(visit);
                bound.iter_mut().for_each(|(_, value)| value.input(visit));
            }
            Self::Update { instance, .. }
            | Self::SetFlows { instance, .. }
            | Self::Deploy { instance, .. } => instance.input(visit),
            Self::Upgrade {
                instance, version, ..
            } => {
                instance.input(visit);
                version.input(visit);
            }
            Self::Switch {
                instance,
                unless_shown,
                ..
            } => {
                instance.input(visit);
                if let Some(shown) = unless_shown {
                    visit(shown);
                }
            }
            Self::Delete { .. } => {}
        }
    }

    pub(crate) fn digest(&self, names: &Names<'_>) -> Value {
        match self {
            Self::Create {
                name,
                customer,
                version,
                description,
                labels,
                config,
                bound,
            } => {
                let (customer, version) = (names.source(customer), names.source(version));
                json!([
                    "create",
                    name,
                    customer,
                    version,
                    description,
                    labels,
                    with_bound(values(config), bound, names)
                ])
            }
            Self::Update {
                instance,
                name,
                description,
                labels,
                global_debug,
            } => {
                let instance = names.source(instance);
                match global_debug {
                    None => json!(["updateInstance", instance, name, description, labels]),
                    Some(on) => json!(["updateInstance", instance, name, description, labels, on]),
                }
            }
            Self::Configure {
                instance,
                config,
                bound,
            } => {
                let config = with_bound(values(config), bound, names);
                json!(["configure", names.source(instance), config])
            }
            Self::SetFlows {
                instance,
                flows,
                differs,
                records: _,
            } => {
                let flows: Vec<Value> = flows.iter().map(flow).collect();
                json!(["flows", names.source(instance), flows, differs])
            }
            Self::Upgrade {
                instance,
                version,
                labels,
            } => {
                let (instance, version) = (names.source(instance), names.source(version));
                upgrade(&instance, &version, labels.as_ref())
            }
            Self::Deploy { instance, force } => {
                json!(["deploy", names.source(instance), force])
            }
            Self::Switch {
                instance,
                enabled,
                unless_shown,
            } => {
                let shown = unless_shown.map(|step| names.name(step));
                json!(["switch", names.source(instance), enabled, shown])
            }
            Self::Delete { instance } => json!(["delete", instance]),
        }
    }
}

fn upgrade(instance: &Value, version: &Value, labels: Option<&MoveLabels>) -> Value {
    let Some(labels) = labels else {
        return json!(["upgrade", instance, version]);
    };
    // The time of the move is not part of it: it is that of the write.
    let (from, others) = (labels.from, &labels.others);
    match labels.bypass {
        false => json!(["upgrade", instance, version, from, others]),
        true => json!(["upgrade", instance, version, from, others, "bypass"]),
    }
}

/// Of keys only how many there are.
fn flow(write: &FlowWrite) -> Value {
    let settings = &write.settings;
    json!([
        write.flow,
        write.api_keys.as_ref().map(Vec::len),
        settings.test_payload,
        settings.test_headers,
        settings.test_content_type,
        settings.uses_lre,
    ])
}

fn with_bound(mut all: Vec<Value>, bound: &[Binding], names: &Names<'_>) -> Vec<Value> {
    let bound = bound.iter();
    all.extend(bound.map(|(key, value)| json!([key, { "shared": names.source(value) }])));
    all
}

/// Values as they are part of a digest: of secrets, only that one is written.
pub(crate) fn values(config: &[ConfigWrite]) -> Vec<Value> {
    config
        .iter()
        .map(|write| json!([write.key, value(&write.value)]))
        .collect()
}

fn value(value: &WriteValue) -> Value {
    match value {
        WriteValue::Text(text) => json!(text),
        WriteValue::Secret(_) => json!({ "secret": true }),
        WriteValue::Shared(id) => json!({ "shared": id }),
        WriteValue::Schedule(it) => json!([it.kind.word(), it.value, it.time_zone]),
        WriteValue::Inputs(inputs) => inputs
            .iter()
            .map(|(name, input)| match input {
                InputWrite::Text(text) => json!([name, text]),
                InputWrite::Secret(_) => json!([name, { "secret": true }]),
            })
            .collect(),
    }
}
