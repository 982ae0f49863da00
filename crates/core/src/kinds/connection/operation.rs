//! What is done to shared connections and their values.

use serde_json::{Value, json};

use crate::kinds::instance::operation::values;
use crate::model::{
    ConfigWrite, ConnectionId, ConnectionScope, ConnectionValueId, CustomerId, ManagedBy, described,
};
use crate::plan::operation::Names;
use crate::plan::{Output, StepId};

/// One write to a shared connection. Each variant is one operation of the platform.
#[derive(Debug, Clone)]
pub enum ConnectionOperation {
    /// Creates a connection. Produces its id.
    Create {
        /// What people see.
        name: String,
        /// The key that definitions know it by.
        stable_key: String,
        /// The id of the connection of a component that it is one of.
        kind: String,
        /// Whose values it has.
        scope: ConnectionScope,
        /// Who fills the values in.
        managed_by: Option<ManagedBy>,
        /// What it is for, with the labels at its end.
        description: String,
        /// Its first inputs, under its stable key.
        inputs: Option<ConfigWrite>,
    },
    /// Sets what is given of a connection, and leaves the rest.
    Update {
        /// The connection.
        connection: ConnectionId,
        /// What people see.
        name: Option<String>,
        /// What it is for, with the labels at its end.
        description: Option<String>,
        /// The inputs to write, under its stable key.
        inputs: Option<ConfigWrite>,
        /// Deploy the instances that depend on it.
        redeploy: bool,
    },
    /// Creates the value for a customer. Produces its id.
    CreateValue {
        /// Of this connection.
        connection: Output<ConnectionId>,
        /// For this customer.
        customer: Output<CustomerId>,
        /// The inputs, under the stable key of the connection.
        inputs: Option<ConfigWrite>,
    },
    /// Writes inputs of the value for a customer, and leaves the rest.
    UpdateValue {
        /// The value.
        value: ConnectionValueId,
        /// The inputs, under the stable key of the connection.
        inputs: ConfigWrite,
        /// Deploy the instances that are bound to it.
        redeploy: bool,
    },
    /// Removes a connection that nothing is bound to.
    Delete {
        /// The connection.
        connection: ConnectionId,
    },
}

impl ConnectionOperation {
    /// Sets all labels, and nothing else. They stand behind the text of the description.
    #[must_use]
    pub fn labels(connection: ConnectionId, text: &str, labels: &[String]) -> Self {
        Self::Update {
            connection,
            name: None,
            description: Some(described(text, labels)),
            inputs: None,
            redeploy: false,
        }
    }

    pub(crate) fn describe(&self) -> &'static str {
        match self {
            Self::Create { .. } => "create",
            Self::Update { inputs: None, .. } => "set details",
            Self::Update {
                name: None,
                description: None,
                ..
            } => "set inputs",
            Self::Update { .. } => "set details and inputs",
            Self::CreateValue { .. } => "create a customer's value",
            Self::UpdateValue { .. } => "set a customer's inputs",
            Self::Delete { .. } => "delete",
        }
    }

    pub(crate) fn config(&self) -> &[ConfigWrite] {
        match self {
            Self::Create { inputs, .. }
            | Self::Update { inputs, .. }
            | Self::CreateValue { inputs, .. } => inputs.as_slice(),
            Self::UpdateValue { inputs, .. } => std::slice::from_ref(inputs),
            Self::Delete { .. } => &[],
        }
    }

    pub(crate) fn inputs(&mut self, visit: &mut dyn FnMut(&mut StepId)) {
        match self {
            Self::CreateValue {
                connection,
                customer,
                ..
            } => {
                connection.input(visit);
                customer.input(visit);
            }
            Self::Create { .. }
            | Self::Update { .. }
            | Self::UpdateValue { .. }
            | Self::Delete { .. } => {}
        }
    }

    pub(crate) fn digest(&self, names: &Names<'_>) -> Value {
        match self {
            Self::Create {
                name,
                stable_key,
                kind,
                scope,
                managed_by,
                description,
                inputs,
            } => json!([
                "createConnection",
                name,
                stable_key,
                kind,
                scope.word(),
                managed_by.map(ManagedBy::word),
                description,
                values(inputs.as_slice())
            ]),
            Self::Update {
                connection,
                name,
                description,
                inputs,
                redeploy,
            } => json!([
                "updateConnection",
                connection,
                name,
                description,
                values(inputs.as_slice()),
                redeploy
            ]),
            Self::CreateValue {
                connection,
                customer,
                inputs,
            } => json!([
                "createConnectionValue",
                names.source(connection),
                names.source(customer),
                values(inputs.as_slice())
            ]),
            Self::UpdateValue {
                value,
                inputs,
                redeploy,
            } => json!([
                "updateConnectionValue",
                value,
                values(std::slice::from_ref(inputs)),
                redeploy
            ]),
            Self::Delete { connection } => json!(["deleteConnection", connection]),
        }
    }
}
