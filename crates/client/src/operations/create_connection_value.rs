//! Creates the value of a shared connection for a customer.

use serde::Serialize;

use super::nodes::WrittenValueNode;
use super::{Input, Operation};
use crate::convert::{self, Expression};
use crate::model::{ConnectionId, ConnectionValueId, ConnectionValueSighting, CustomerId, Echo};
use crate::platform::{NewConnectionValue, PlatformResult};
use crate::retry::Repeat;
use crate::session::Session;

pub(super) const OPERATION: Operation = Operation {
    name: "createCustomerConfigVariable",
    repeat: Repeat::Once,
    document: concat!(
        include_str!("create_connection_value.graphql"),
        include_str!("fragments/written_value.graphql"),
    ),
};

/// No `Debug`: inputs may be secret.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Create<'a> {
    scoped_config_variable: &'a ConnectionId,
    customer: &'a CustomerId,
    #[serde(skip_serializing_if = "Option::is_none")]
    inputs: Option<Vec<Expression<'a>>>,
}

pub(crate) async fn run(
    session: &Session,
    new: &NewConnectionValue,
) -> PlatformResult<(Echo, ConnectionValueSighting)> {
    let input = Create {
        scoped_config_variable: &new.connection,
        customer: &new.customer,
        inputs: new.inputs.as_ref().map(convert::connection_inputs),
    };
    let node: WrittenValueNode = session.write(&OPERATION.call(&Input { input })?).await?;
    let sighting = ConnectionValueSighting {
        id: ConnectionValueId::new(node.id),
        customer: node.customer.map(|it| CustomerId::new(it.id)),
    };
    let echo = convert::inputs_echo(new.inputs.as_ref(), node.inputs);
    Ok((echo, sighting))
}
