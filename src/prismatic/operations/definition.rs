//! The definition of one draft.

use serde::Deserialize;

use super::Operation;
use crate::model::IntegrationId;
use crate::prismatic::error::{Effect, ErrorKind, PlatformError};
use crate::prismatic::platform::{PlatformResult, ReadBack};
use crate::prismatic::retry::Repeat;
use crate::prismatic::session::Session;

pub(super) const OPERATION: Operation = Operation {
    name: "definition",
    repeat: Repeat::Read,
    document: include_str!("definition.graphql"),
};

#[derive(Deserialize)]
struct Data {
    integration: Option<Integration>,
}

#[derive(Deserialize)]
struct Integration {
    definition: Option<String>,
}

pub(in crate::prismatic) async fn run(
    session: &Session,
    id: &IntegrationId,
) -> PlatformResult<ReadBack> {
    let call = OPERATION.call(&serde_json::json!({"id": id}))?;
    let data: Data = session.read(&call).await?;
    let integration = data.integration.ok_or_else(|| OPERATION.not_found())?;
    let unreadable = |message: String| PlatformError {
        operation: OPERATION.name,
        kind: ErrorKind::Protocol { message },
        effect: Effect::None,
    };
    let text = integration
        .definition
        .ok_or_else(|| unreadable("the integration has no definition".to_owned()))?;
    let digest = crate::definition::canonical_digest(&text).map_err(unreadable)?;
    Ok(ReadBack {
        text: text.into(),
        digest,
    })
}
