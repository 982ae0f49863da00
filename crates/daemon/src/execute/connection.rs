//! Steps on shared connections and their values.

use super::outputs::{Outputs, Produced};
use super::{StepError, Written};
use crate::model::{Echo, ValueOwner};
use crate::plan::ConnectionOperation;
use crate::prismatic::platform::{
    ConnectionUpdate, ConnectionValueUpdate, NewConnection, NewConnectionValue, Platform,
};

/// Does one step.
pub(super) async fn perform(
    operation: ConnectionOperation,
    outputs: &Outputs,
    platform: &dyn Platform,
) -> Result<Produced, StepError> {
    match operation {
        ConnectionOperation::Create {
            name,
            stable_key,
            kind,
            scope,
            managed_by,
            description,
            inputs,
        } => {
            let new = NewConnection {
                name,
                stable_key,
                kind,
                scope,
                managed_by,
                description,
                inputs,
            };
            let (echo, created) = platform.create_connection(&new).await?;
            Ok(values(ValueOwner::Connection(created.id), echo))
        }
        ConnectionOperation::Update {
            connection,
            name,
            description,
            inputs,
            redeploy,
        } => {
            let update = ConnectionUpdate {
                id: connection.clone(),
                name,
                description,
                inputs,
                redeploy,
            };
            let echo = platform.update_connection(&update).await?;
            Ok(values(ValueOwner::Connection(connection), echo))
        }
        ConnectionOperation::CreateValue {
            connection,
            customer,
            inputs,
        } => {
            let new = NewConnectionValue {
                connection: outputs.connection(&connection)?,
                customer: outputs.customer(&customer)?,
                inputs,
            };
            let (echo, created) = platform.create_connection_value(&new).await?;
            Ok(values(ValueOwner::ConnectionValue(created.id), echo))
        }
        ConnectionOperation::UpdateValue {
            value,
            inputs,
            redeploy,
        } => {
            let update = ConnectionValueUpdate {
                id: value.clone(),
                inputs,
                redeploy,
            };
            let echo = platform.update_connection_value(&update).await?;
            Ok(values(ValueOwner::ConnectionValue(value), echo))
        }
        ConnectionOperation::Delete { connection } => {
            platform.delete_connection(&connection).await?;
            Ok(Produced::Nothing)
        }
    }
}

/// What a write of inputs came to, kept with what it was of.
fn values(owner: ValueOwner, echo: Echo) -> Produced {
    Produced::Values(Written { owner, echo })
}
