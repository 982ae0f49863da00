//! The server's time of the newest records.

use jiff::Timestamp;
use serde::Deserialize;

use super::Operation;
use crate::model::increment::{Mark, Stamp};
use crate::paging::Page;
use crate::platform::PlatformResult;
use crate::retry::Repeat;
use crate::session::Session;

pub(super) const OPERATION: Operation = Operation {
    name: "instances",
    repeat: Repeat::Read,
    document: include_str!("newest.graphql"),
};

#[derive(Deserialize)]
struct Data {
    instances: Page<StampNode>,
    integrations: Page<StampNode>,
}

/// When a record changed.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StampNode {
    pub(super) id: String,
    pub(super) updated_at: Timestamp,
}

impl From<StampNode> for Stamp {
    fn from(node: StampNode) -> Self {
        Self {
            id: node.id,
            at: node.updated_at,
        }
    }
}

/// The mark of the tenant; `None` where no record shows the server's time.
pub(crate) async fn run(session: &Session) -> PlatformResult<Option<Mark>> {
    let data: Data = session.read(&OPERATION.call(&())?).await?;
    let nodes = data.instances.nodes.into_iter();
    let nodes = nodes.chain(data.integrations.nodes).flatten();
    Ok(Mark::of(nodes.map(Stamp::from)))
}
