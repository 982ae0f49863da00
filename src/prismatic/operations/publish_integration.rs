//! Makes a version of a draft.

use serde::{Deserialize, Serialize};

use super::{Input, Operation};
use crate::model::{IntegrationId, VersionId, VersionRecord};
use crate::prismatic::convert;
use crate::prismatic::platform::{PlatformResult, Published};
use crate::prismatic::retry::Repeat;
use crate::prismatic::session::Session;

pub(super) const OPERATION: Operation = Operation {
    name: "publishIntegration",
    repeat: Repeat::Once,
    document: include_str!("publish_integration.graphql"),
};

#[derive(Serialize)]
struct Publish<'a> {
    id: &'a IntegrationId,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<&'a str>,
    /// JSON text; left out where there is nothing to say, as prism does.
    #[serde(skip_serializing_if = "Option::is_none")]
    attributes: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Version {
    id: String,
    version_number: i64,
}

pub(in crate::prismatic) async fn run(
    session: &Session,
    id: &IntegrationId,
    comment: Option<&str>,
    record: &VersionRecord,
) -> PlatformResult<Published> {
    let input = Publish {
        id,
        comment,
        attributes: convert::attributes(record),
    };
    let version: Version = session.write(&OPERATION.call(&Input { input })?).await?;
    Ok(Published {
        id: VersionId::new(version.id),
        number: version.version_number,
    })
}
