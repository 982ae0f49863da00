//! Creates an integration, or overwrites the draft of one.

use serde::Serialize;

use super::nodes::IdNode;
use super::{Input, Operation};
use crate::model::IntegrationId;
use crate::prismatic::platform::PlatformResult;
use crate::prismatic::retry::Repeat;
use crate::prismatic::session::Session;

/// As it is without an id; with one, the same draft is written again.
pub(super) const OPERATION: Operation = Operation {
    name: "importIntegration",
    repeat: Repeat::Once,
    document: include_str!("import_integration.graphql"),
};

const OVERWRITE: Operation = Operation {
    repeat: Repeat::Idempotent,
    ..OPERATION
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Import<'a> {
    definition: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    integration_id: Option<&'a IntegrationId>,
}

pub(in crate::prismatic) async fn run(
    session: &Session,
    id: Option<&IntegrationId>,
    definition: &str,
) -> PlatformResult<IntegrationId> {
    let operation = if id.is_some() { OVERWRITE } else { OPERATION };
    let input = Import {
        definition,
        integration_id: id,
    };
    let node: IdNode = session.write(&operation.call(&Input { input })?).await?;
    Ok(IntegrationId::new(node.id))
}
