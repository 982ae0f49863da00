//! Creates a shared connection.

use serde::Serialize;

use super::nodes::WrittenConnectionNode;
use super::{Input, Operation};
use crate::convert::{self, Expression};
use crate::model::{ConnectionScope, ConnectionSighting, Echo, ManagedBy};
use crate::platform::{NewConnection, PlatformResult};
use crate::retry::Repeat;
use crate::session::Session;

pub(super) const OPERATION: Operation = Operation {
    name: "createScopedConfigVariable",
    repeat: Repeat::Once,
    document: concat!(
        include_str!("create_connection.graphql"),
        include_str!("fragments/written_connection.graphql"),
    ),
};

/// No `Debug`: inputs may be secret.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Create<'a> {
    key: &'a str,
    stable_key: &'a str,
    connection: &'a str,
    variable_scope: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    managed_by: Option<&'static str>,
    description: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    inputs: Option<Vec<Expression<'a>>>,
}

/// The words of the API on input, which are in lower case (FACTS §10).
fn scope(scope: ConnectionScope) -> &'static str {
    match scope {
        ConnectionScope::Organization => "org",
        ConnectionScope::Customer => "customer",
    }
}

pub(crate) async fn run(
    session: &Session,
    new: &NewConnection,
) -> PlatformResult<(Echo, ConnectionSighting)> {
    let input = Create {
        key: &new.name,
        stable_key: &new.stable_key,
        connection: &new.kind,
        variable_scope: scope(new.scope),
        managed_by: new.managed_by.map(ManagedBy::word),
        description: &new.description,
        inputs: new.inputs.as_ref().map(convert::connection_inputs),
    };
    let node: WrittenConnectionNode = session.write(&OPERATION.call(&Input { input })?).await?;
    let echo = convert::inputs_echo(new.inputs.as_ref(), node.inputs);
    Ok((echo, convert::connection_sighting(node.sighted)))
}
