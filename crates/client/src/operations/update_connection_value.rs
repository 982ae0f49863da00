//! Writes inputs of the value of a shared connection.

use serde::Serialize;

use super::nodes::WrittenValueNode;
use super::{Input, Operation};
use crate::convert::{self, Expression};
use crate::model::{ConnectionValueId, Echo};
use crate::platform::{ConnectionValueUpdate, PlatformResult};
use crate::retry::Repeat;
use crate::session::Session;

pub(super) const OPERATION: Operation = Operation {
    name: "updateCustomerConfigVariable",
    repeat: Repeat::Idempotent,
    document: concat!(
        include_str!("update_connection_value.graphql"),
        include_str!("fragments/written_value.graphql"),
    ),
};

/// Each time deploys instances.
const DEPLOYING: Operation = Operation {
    repeat: Repeat::Once,
    ..OPERATION
};

/// Fields that are left out are left alone. No `Debug`: inputs may be secret.
#[derive(Serialize)]
struct Update<'a> {
    id: &'a ConnectionValueId,
    inputs: Vec<Expression<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    redeploy: Option<bool>,
}

pub(crate) async fn run(session: &Session, update: &ConnectionValueUpdate) -> PlatformResult<Echo> {
    let input = Update {
        id: &update.id,
        inputs: convert::connection_inputs(&update.inputs),
        redeploy: update.redeploy.then_some(true),
    };
    let operation = if update.redeploy {
        &DEPLOYING
    } else {
        &OPERATION
    };
    let node: WrittenValueNode = session.write(&operation.call(&Input { input })?).await?;
    Ok(convert::inputs_echo(Some(&update.inputs), node.inputs))
}
