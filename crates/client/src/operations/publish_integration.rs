//! Publishes a version of a draft, and makes it available.

use serde::{Deserialize, Serialize};

use super::{Input, Operation, set_availability};
use crate::convert;
use crate::model::{IntegrationId, VersionId, VersionRecord};
use crate::platform::{PlatformResult, Published};
use crate::retry::Repeat;
use crate::session::Session;

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
    version_is_available: Option<bool>,
}

pub(crate) async fn run(
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
    let id = VersionId::new(version.id);
    // A new version was usable at once in all observed cases, but this is not guaranteed.
    if version.version_is_available == Some(false) {
        set_availability::run(session, &id, true).await?;
    }
    Ok(Published {
        id,
        number: version.version_number,
    })
}
