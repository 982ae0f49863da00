//! Withdraws or restores a version.

use super::{Done, Input, Operation};
use crate::model::VersionId;
use crate::prismatic::platform::PlatformResult;
use crate::prismatic::retry::Repeat;
use crate::prismatic::session::Session;

pub(super) const OPERATION: Operation = Operation {
    name: "updateIntegrationVersionAvailability",
    repeat: Repeat::Idempotent,
    document: include_str!("set_availability.graphql"),
};

pub(in crate::prismatic) async fn run(
    session: &Session,
    version: &VersionId,
    available: bool,
) -> PlatformResult<()> {
    let input = serde_json::json!({"id": version, "available": available});
    let Done {} = session.write(&OPERATION.call(&Input { input })?).await?;
    Ok(())
}
