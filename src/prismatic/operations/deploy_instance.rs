//! Deploys what is configured. Done twice, it runs the customer's deploy hooks twice.

use super::{Done, Input, Operation};
use crate::model::InstanceId;
use crate::prismatic::platform::PlatformResult;
use crate::prismatic::retry::Repeat;
use crate::prismatic::session::Session;

pub(super) const OPERATION: Operation = Operation {
    name: "deployInstance",
    repeat: Repeat::Once,
    document: include_str!("deploy_instance.graphql"),
};

pub(in crate::prismatic) async fn run(
    session: &Session,
    id: &InstanceId,
    force: bool,
) -> PlatformResult<()> {
    let mut input = serde_json::json!({"id": id});
    if force {
        input["force"] = true.into();
    }
    let Done {} = session.write(&OPERATION.call(&Input { input })?).await?;
    Ok(())
}
