//! Sets what is given of an instance.
//!
//! Never its config variables: `updateInstance(configVariables)` resets those
//! it leaves out.

use serde::Serialize;

use super::Operation;
use super::nodes::SightedNode;
use super::sightings::sighting;
use crate::model::{InstanceId, InstanceSighting, VersionId};
use crate::platform::{InstanceUpdate, PlatformResult};
use crate::retry::Repeat;
use crate::session::Session;
use crate::write_batcher::WriteBatcher;

pub(crate) const OPERATION: Operation = Operation {
    name: "updateInstance",
    repeat: Repeat::Idempotent,
    document: concat!(
        include_str!("update_instance.graphql"),
        include_str!("fragments/sighting.graphql"),
    ),
};

/// Fields that are left out are left alone.
#[derive(Serialize)]
struct Update<'a> {
    id: &'a InstanceId,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    labels: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    integration: Option<&'a VersionId>,
}

pub(crate) async fn run(
    session: &Session,
    batcher: &WriteBatcher,
    update: &InstanceUpdate,
) -> PlatformResult<InstanceSighting> {
    let input = Update {
        id: &update.id,
        name: update.name.as_deref(),
        description: update.description.as_deref(),
        labels: update.labels.as_deref(),
        enabled: update.enabled,
        integration: update.version.as_ref(),
    };
    let node: SightedNode = batcher.write(session, &input).await?;
    Ok(sighting(session, update.id.clone(), node))
}
