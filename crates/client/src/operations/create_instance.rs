//! Creates an instance.

use serde::Serialize;

use super::nodes::WrittenNode;
use super::sightings::sighting;
use super::{Input, Operation};
use crate::convert::{self, ConfigInput};
use crate::error::{Effect, PlatformError};
use crate::lookup_batcher::unreadable;
use crate::model::{CustomerId, InstanceId, VersionId};
use crate::platform::{Created, NewInstance, PlatformResult};
use crate::retry::Repeat;
use crate::session::Session;

pub(super) const OPERATION: Operation = Operation {
    name: "createInstance",
    repeat: Repeat::Once,
    document: concat!(
        include_str!("create_instance.graphql"),
        include_str!("fragments/written.graphql"),
        include_str!("fragments/sighting.graphql"),
    ),
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Create<'a> {
    name: &'a str,
    customer: &'a CustomerId,
    /// A version's id: with an integration's the server would choose.
    integration: &'a VersionId,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    labels: &'a [String],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    config_variables: Vec<ConfigInput<'a>>,
}

pub(crate) async fn run(session: &Session, new: &NewInstance) -> PlatformResult<Created> {
    let input = Create {
        name: &new.name,
        customer: &new.customer,
        integration: &new.version,
        description: new.description.as_deref(),
        labels: &new.labels,
        config_variables: convert::config_inputs(&new.config),
    };
    let call = OPERATION.call(&Input { input })?;
    let node: WrittenNode = session.write(&call).await?;
    let id = node.sighted.id.as_deref().map(InstanceId::new);
    let id = id.ok_or_else(|| PlatformError {
        effect: Effect::Unknown,
        ..unreadable(OPERATION.name, "the new instance has no id")
    })?;
    Ok(Created {
        echo: convert::echo(node.config_variables),
        sighting: sighting(session, id.clone(), node.sighted),
        id,
    })
}
