//! All instances, with everything that a difference is made of.

use serde::Deserialize;

use super::Operation;
use super::nodes::InstanceNode;
use crate::paging::{Page, Place, Walk, walk_ahead};
use crate::retry::Repeat;
use crate::session::Session;

pub(super) const OPERATION: Operation = Operation {
    name: "instances",
    repeat: Repeat::Read,
    document: concat!(
        include_str!("list_instances.graphql"),
        include_str!("fragments/instance.graphql"),
        include_str!("fragments/config_variable.graphql"),
        include_str!("fragments/required.graphql"),
        include_str!("fragments/customer.graphql"),
    ),
};

#[derive(Deserialize)]
struct Data {
    instances: Page<InstanceNode>,
}

/// `take` makes of each record, as soon as its page is there, what is kept until the last page: a
/// record as it arrives takes several times the memory. Gives each with its id.
pub(crate) async fn run<T>(
    session: &Session,
    take: impl Fn(InstanceNode) -> T,
) -> Walk<(String, T)> {
    let take = &take;
    let fetch = |place: Place| async move {
        let call = OPERATION.call(&place)?;
        let data: Data = session.read(&call).await?;
        Ok(data.instances.map(|node| (node.id.clone(), take(node))))
    };
    walk_ahead(fetch, |(id, _)| id.clone()).await
}
