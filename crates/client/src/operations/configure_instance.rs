//! Writes the given config variables of an instance, and leaves the rest.

use serde::Serialize;

use super::Operation;
use super::nodes::WrittenNode;
use super::sightings::sighting;
use crate::convert::{self, ConfigInput};
use crate::model::{ConfigWrite, Echo, InstanceId, InstanceSighting};
use crate::platform::PlatformResult;
use crate::retry::Repeat;
use crate::session::Session;
use crate::write_batcher::WriteBatcher;

pub(crate) const OPERATION: Operation = Operation {
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

pub(crate) async fn run(
    session: &Session,
    batcher: &WriteBatcher,
    id: &InstanceId,
    config: &[ConfigWrite],
) -> PlatformResult<(Echo, InstanceSighting)> {
    let input = Configure {
        id,
        config_variables: convert::config_inputs(config),
    };
    let node: WrittenNode = batcher.write(session, &input).await?;
    let sighting = sighting(session, id.clone(), node.sighted);
    Ok((convert::echo(node.config_variables), sighting))
}
