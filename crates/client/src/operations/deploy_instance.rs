//! Deploys what is configured. Done twice, it runs the customer's deploy hooks twice.

use super::nodes::SightedNode;
use super::sightings::sighting;
use super::{Input, Operation};
use crate::model::{InstanceId, InstanceSighting};
use crate::platform::PlatformResult;
use crate::retry::Repeat;
use crate::session::Session;
use crate::write_batcher::WriteBatcher;

pub(crate) const OPERATION: Operation = Operation {
    name: "deployInstance",
    repeat: Repeat::Once,
    document: concat!(
        include_str!("deploy_instance.graphql"),
        include_str!("fragments/sighting.graphql"),
    ),
};

pub(crate) async fn run(
    session: &Session,
    batcher: &WriteBatcher,
    id: &InstanceId,
    force: bool,
) -> PlatformResult<InstanceSighting> {
    if force {
        // By itself: whether it had its effect could not be looked for, as it
        // may be due although nothing calls for it.
        let input = serde_json::json!({"id": id, "force": true});
        let node: SightedNode = session.write(&OPERATION.call(&Input { input })?).await?;
        return Ok(sighting(session, id.clone(), node));
    }
    let input = serde_json::json!({"id": id});
    let node: SightedNode = batcher.write(session, &input).await?;
    Ok(sighting(session, id.clone(), node))
}
