//! Writes the given config variables of an instance, and leaves the rest.

use serde::Serialize;

use super::Operation;
use super::nodes::WrittenNode;
use super::sightings::sighting;
use crate::model::{ConfigWrite, Echo, InstanceId, InstanceSighting};
use crate::prismatic::convert::{self, ConfigInput};
use crate::prismatic::platform::PlatformResult;
use crate::prismatic::retry::Repeat;
use crate::prismatic::session::Session;
use crate::prismatic::together::Lane;

pub(in crate::prismatic) const OPERATION: Operation = Operation {
    name: "updateInstanceConfigVariables",
    repeat: Repeat::Idempotent,
    document: concat!(
        include_str!("configure_instance.graphql"),
        include_str!("fragments/written.graphql"),
        include_str!("fragments/sighting.graphql"),
    ),
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Configure<'a> {
    id: &'a InstanceId,
    config_variables: Vec<ConfigInput<'a>>,
}

pub(in crate::prismatic) async fn run(
    session: &Session,
    lane: &Lane,
    id: &InstanceId,
    config: &[ConfigWrite],
) -> PlatformResult<(Echo, InstanceSighting)> {
    let input = Configure {
        id,
        config_variables: convert::config_inputs(config),
    };
    let node: WrittenNode = lane.write(session, &input).await?;
    let sighting = sighting(session, id.clone(), node.sighted);
    Ok((convert::echo(node.config_variables), sighting))
}
