//! All integrations, with the newest of their versions.

use serde::Deserialize;

use super::Operation;
use super::nodes::IntegrationNode;
use crate::paging::{Page, Place, Walk, walk_ahead};
use crate::retry::Repeat;
use crate::session::Session;

pub(super) const OPERATION: Operation = Operation {
    name: "integrations",
    repeat: Repeat::Read,
    document: concat!(
        include_str!("list_integrations.graphql"),
        include_str!("fragments/version.graphql"),
    ),
};

#[derive(Deserialize)]
struct Data {
    integrations: Page<IntegrationNode>,
}

pub(crate) async fn run(session: &Session) -> Walk<IntegrationNode> {
    let fetch = |place: Place| async move {
        let call = OPERATION.call(&place)?;
        let data: Data = session.read(&call).await?;
        Ok(data.integrations)
    };
    walk_ahead(fetch, |node| node.id.clone()).await
}
