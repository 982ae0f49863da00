//! What a step does, and everything that follows from what it is.
//!
//! An operation defines its name, its number of requests, the earlier results it needs, whether it may share
//! a request, and how it enters a digest. Only the executor and the history match on operations beyond that.

use std::sync::Arc;

use serde_json::{Value, json};

pub use crate::kinds::connection::operation::ConnectionOperation;
pub use crate::kinds::customer::operation::CustomerOperation;
pub use crate::kinds::instance::operation::{Binding, InstanceOperation};
pub use crate::kinds::integration::operation::IntegrationOperation;

use super::{Output, StepId, VersionSource};
use crate::model::{
    ConfigWrite, ConnectionId, CustomerId, InstanceId, IntegrationId, Kind, LiveObject,
};

/// What a step does, by the kind of the resource it is done to.
#[derive(Debug, Clone)]
pub enum Operation {
    /// To a customer.
    Customer(CustomerOperation),
    /// To a shared connection or one of its values.
    Connection(ConnectionOperation),
    /// To an integration or one of its versions.
    Integration(IntegrationOperation),
    /// To an instance.
    Instance(InstanceOperation),
}

impl Operation {
    /// The kind of the resource that it is done to.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Customer(_) => Kind::Customer,
            Self::Connection(_) => Kind::Connection,
            Self::Integration(_) => Kind::Integration,
            Self::Instance(_) => Kind::Instance,
        }
    }

    /// Sets all labels of a live object, and nothing else.
    #[must_use]
    pub fn labels(live: &LiveObject<'_>, labels: Vec<String>) -> Self {
        let id = live.id;
        match live.kind {
            Kind::Customer => CustomerOperation::labels(CustomerId::new(id), labels).into(),
            Kind::Connection => {
                ConnectionOperation::labels(ConnectionId::new(id), live.text, &labels).into()
            }
            Kind::Integration => {
                IntegrationOperation::labels(Output::Known(IntegrationId::new(id)), labels).into()
            }
            Kind::Instance => {
                InstanceOperation::labels(Output::Known(InstanceId::new(id)), labels).into()
            }
        }
    }

    /// How many requests it takes when nothing goes wrong.
    #[must_use]
    pub fn requests(&self) -> u64 {
        match self {
            Self::Customer(_) | Self::Connection(_) => 1,
            Self::Integration(operation) => operation.requests(),
            Self::Instance(operation) => operation.requests(),
        }
    }

    /// What it does in few words. One action of a plan can take several operations:
    /// creating an instance that is to stay off ends with `disable`.
    #[must_use]
    pub fn describe(&self) -> &'static str {
        match self {
            Self::Customer(operation) => operation.describe(),
            Self::Connection(operation) => operation.describe(),
            Self::Integration(operation) => operation.describe(),
            Self::Instance(operation) => operation.describe(),
        }
    }

    /// Whether the platform may send it together with others of its kind.
    #[must_use]
    pub fn can_share(&self) -> bool {
        match self {
            Self::Customer(operation) => operation.can_share(),
            Self::Connection(_) => false,
            Self::Integration(operation) => operation.can_share(),
            Self::Instance(operation) => operation.can_share(),
        }
    }

    /// The draft that it overwrites, and with what; `None` where it overwrites none.
    #[must_use]
    pub fn overwrites(&self) -> Option<(&IntegrationId, &Arc<str>)> {
        match self {
            Self::Integration(IntegrationOperation::Import {
                integration: Some(Output::Known(draft)),
                definition,
            }) => Some((draft, definition)),
            Self::Customer(_) | Self::Connection(_) | Self::Integration(_) | Self::Instance(_) => {
                None
            }
        }
    }

    /// The config values that it writes.
    #[must_use]
    pub fn config(&self) -> &[ConfigWrite] {
        match self {
            Self::Connection(operation) => operation.config(),
            Self::Instance(operation) => operation.config(),
            Self::Customer(_) | Self::Integration(_) => &[],
        }
    }

    /// All labels that it sets, if it sets labels.
    pub(super) fn all_labels(&mut self) -> Option<&mut Vec<String>> {
        match self {
            Self::Customer(operation) => operation.all_labels(),
            // They are in a text, which is written as a whole.
            Self::Connection(_) => None,
            Self::Integration(operation) => operation.all_labels(),
            Self::Instance(operation) => operation.all_labels(),
        }
    }

    /// The version that it puts an instance on.
    #[must_use]
    pub fn moves_to(&self) -> Option<&VersionSource> {
        match self {
            Self::Instance(operation) => operation.moves_to(),
            Self::Customer(_) | Self::Connection(_) | Self::Integration(_) => None,
        }
    }

    /// Calls `visit` with each step whose result it uses.
    pub(super) fn inputs(&mut self, visit: &mut dyn FnMut(&mut StepId)) {
        match self {
            // A customer has no prerequisites.
            Self::Customer(_) => {}
            Self::Connection(operation) => operation.inputs(visit),
            Self::Integration(operation) => operation.inputs(visit),
            Self::Instance(operation) => operation.inputs(visit),
        }
    }

    /// What of it is part of a digest. Of secrets, only that one is written.
    pub(super) fn digest(&self, names: &Names<'_>) -> Value {
        match self {
            Self::Customer(operation) => operation.digest(),
            Self::Connection(operation) => operation.digest(names),
            Self::Integration(operation) => operation.digest(names),
            Self::Instance(operation) => operation.digest(names),
        }
    }
}

impl From<CustomerOperation> for Operation {
    fn from(operation: CustomerOperation) -> Self {
        Self::Customer(operation)
    }
}

impl From<ConnectionOperation> for Operation {
    fn from(operation: ConnectionOperation) -> Self {
        Self::Connection(operation)
    }
}

impl From<IntegrationOperation> for Operation {
    fn from(operation: IntegrationOperation) -> Self {
        Self::Integration(operation)
    }
}

impl From<InstanceOperation> for Operation {
    fn from(operation: InstanceOperation) -> Self {
        Self::Instance(operation)
    }
}

impl<T> Output<T> {
    /// Calls `visit` with the step that produces it, if one does.
    pub(crate) fn input(&mut self, visit: &mut dyn FnMut(&mut StepId)) {
        match self {
            Self::Known(_) => {}
            Self::Of(step) => visit(step),
        }
    }
}

/// What each step is called in a digest, by its place in the plan.
pub(crate) struct Names<'a>(pub(crate) &'a [Value]);

impl Names<'_> {
    /// The name of a step.
    pub(crate) fn name(&self, step: StepId) -> &Value {
        self.0.get(step.0).unwrap_or(&Value::Null)
    }

    pub(crate) fn source<T: serde::Serialize>(&self, output: &Output<T>) -> Value {
        match output {
            Output::Known(value) => json!(value),
            Output::Of(step) => json!({ "step": self.name(*step) }),
        }
    }
}
