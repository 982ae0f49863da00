//! All shared connections, with their values for customers.

use serde::Deserialize;

use super::Operation;
use super::nodes::SharedConnectionNode;
use crate::paging::{Page, Place, Walk, walk_ahead};
use crate::retry::Repeat;
use crate::session::Session;

pub(super) const OPERATION: Operation = Operation {
    name: "scopedConfigVariables",
    repeat: Repeat::Read,
    document: concat!(
        include_str!("list_connections.graphql"),
        include_str!("fragments/shared_connection.graphql"),
        include_str!("fragments/connection_value.graphql"),
        include_str!("fragments/customer.graphql"),
    ),
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    scoped_config_variables: Page<SharedConnectionNode>,
}

pub(crate) async fn run(session: &Session) -> Walk<SharedConnectionNode> {
    let fetch = |place: Place| async move {
        let data: Data = session.read(&OPERATION.call(&place)?).await?;
        Ok(data.scoped_config_variables)
    };
    walk_ahead(fetch, |node| node.id.clone()).await
}
