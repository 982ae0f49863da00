//! The definition of one draft.

use serde::Deserialize;

use super::{Operation, lookups};
use crate::error::{Effect, ErrorKind, PlatformError};
use crate::lookup_batcher::{LookupBatcher, fitting, observed};
use crate::model::{IntegrationId, Observed};
use crate::platform::{PlatformResult, ReadBack};
use crate::retry::Repeat;
use crate::session::Session;

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

pub(crate) async fn run(
    session: &Session,
    batcher: &LookupBatcher,
    id: &IntegrationId,
) -> PlatformResult<ReadBack> {
    let shared = batcher.get(session, lookups::definition(id.as_str(), false));
    if let Some(Observed::Known(Integration {
        definition: Some(text),
    })) = shared.await.map(|found| fitting(observed(found)))
    {
        return read_back(text);
    }
    // Asked by itself it says why not, in words that can be classified.
    let call = OPERATION.call(&serde_json::json!({"id": id}))?;
    let data: Data = session.read(&call).await?;
    let integration = data.integration.ok_or_else(|| OPERATION.not_found())?;
    let text = integration
        .definition
        .ok_or_else(|| unreadable("the integration has no definition".to_owned()))?;
    read_back(text)
}

fn read_back(text: String) -> PlatformResult<ReadBack> {
    let digest = crate::definition::canonical_digest(&text).map_err(unreadable)?;
    Ok(ReadBack {
        text: text.into(),
        digest,
    })
}

fn unreadable(message: String) -> PlatformError {
    PlatformError {
        operation: OPERATION.name,
        kind: ErrorKind::Protocol { message },
        effect: Effect::None,
    }
}
