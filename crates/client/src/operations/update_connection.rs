//! Sets what is given of a shared connection.

use serde::Serialize;

use super::nodes::WrittenConnectionNode;
use super::{Input, Operation};
use crate::convert::{self, Expression};
use crate::model::{ConnectionId, Echo};
use crate::platform::{ConnectionUpdate, PlatformResult};
use crate::retry::Repeat;
use crate::session::Session;

const DOCUMENT: &str = concat!(
    include_str!("update_connection.graphql"),
    include_str!("fragments/written_connection.graphql"),
);

pub(super) const OPERATION: Operation = Operation {
    name: "updateScopedConfigVariable",
    repeat: Repeat::Idempotent,
    document: DOCUMENT,
};

/// Each time deploys instances.
const DEPLOYING: Operation = Operation {
    repeat: Repeat::Once,
    ..OPERATION
};

/// Fields that are left out are left alone. No `Debug`: inputs may be secret.
#[derive(Serialize)]
struct Update<'a> {
    id: &'a ConnectionId,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    inputs: Option<Vec<Expression<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    redeploy: Option<bool>,
}

pub(crate) async fn run(session: &Session, update: &ConnectionUpdate) -> PlatformResult<Echo> {
    let input = Update {
        id: &update.id,
        key: update.name.as_deref(),
        description: update.description.as_deref(),
        inputs: update.inputs.as_ref().map(convert::connection_inputs),
        redeploy: update.redeploy.then_some(true),
    };
    let operation = if update.redeploy {
        &DEPLOYING
    } else {
        &OPERATION
    };
    let node: WrittenConnectionNode = session.write(&operation.call(&Input { input })?).await?;
    Ok(convert::inputs_echo(update.inputs.as_ref(), node.inputs))
}
