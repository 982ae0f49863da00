//! Sets metadata of a draft.

use serde::Serialize;

use super::{Done, Operation};
use crate::model::IntegrationId;
use crate::platform::{IntegrationUpdate, PlatformResult};
use crate::retry::Repeat;
use crate::session::Session;
use crate::write_batcher::WriteBatcher;

pub(crate) const OPERATION: Operation = Operation {
    name: "updateIntegration",
    repeat: Repeat::Idempotent,
    document: include_str!("update_integration.graphql"),
};

/// Fields that are left out are left alone.
#[derive(Serialize)]
struct Update<'a> {
    id: &'a IntegrationId,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    labels: Option<&'a [String]>,
}

pub(crate) async fn run(
    session: &Session,
    batcher: &WriteBatcher,
    update: &IntegrationUpdate,
) -> PlatformResult<()> {
    let input = Update {
        id: &update.id,
        name: update.name.as_deref(),
        description: update.description.as_deref(),
        labels: update.labels.as_deref(),
    };
    let Done {} = batcher.write(session, &input).await?;
    Ok(())
}
