//! All instances, with everything that a difference is made of.

use serde::Deserialize;

use super::Operation;
use super::nodes::InstanceNode;
use crate::prismatic::paging::{Page, Place, Walk, walk_ahead};
use crate::prismatic::retry::Repeat;
use crate::prismatic::session::Session;

pub(super) const OPERATION: Operation = Operation {
    name: "instances",
    repeat: Repeat::Read,
    document: concat!(
        include_str!("list_instances.graphql"),
        include_str!("fragments/config_variable.graphql"),
        include_str!("fragments/required.graphql"),
        include_str!("fragments/customer.graphql"),
    ),
};

#[derive(Deserialize)]
struct Data {
    instances: Page<InstanceNode>,
}

pub(in crate::prismatic) async fn run(session: &Session) -> Walk<InstanceNode> {
    let fetch = |place: Place| async move {
        let call = OPERATION.call(&place)?;
        let data: Data = session.read(&call).await?;
        Ok(data.instances)
    };
    walk_ahead(fetch, |node| node.id.clone()).await
}
