//! Withdraws or restores a version.

use super::{Done, Input, Operation};
use crate::model::VersionId;
use crate::platform::PlatformResult;
use crate::retry::Repeat;
use crate::session::Session;

pub(super) const OPERATION: Operation = Operation {
    name: "updateIntegrationVersionAvailability",
    repeat: Repeat::Idempotent,
    document: include_str!("set_availability.graphql"),
};

pub(crate) async fn run(
    session: &Session,
    version: &VersionId,
    available: bool,
) -> PlatformResult<()> {
    let input = serde_json::json!({"id": version, "available": available});
    let Done {} = session.write(&OPERATION.call(&Input { input })?).await?;
    Ok(())
}
