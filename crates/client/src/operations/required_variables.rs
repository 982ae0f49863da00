//! The config variables that a version declares, where there are more than a page of them.

use serde::Deserialize;

use super::nodes::RequiredNode;
use super::{Operation, PageOf};
use crate::paging::{Page, Walk, walk};
use crate::retry::Repeat;
use crate::session::Session;

pub(super) const OPERATION: Operation = Operation {
    name: "requiredConfigVariables",
    repeat: Repeat::Read,
    document: concat!(
        include_str!("required_variables.graphql"),
        include_str!("fragments/required.graphql"),
    ),
};

#[derive(Deserialize)]
struct Data {
    integration: Option<Integration>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Integration {
    required_config_variables: Page<RequiredNode>,
}

pub(crate) async fn run(session: &Session, id: &str) -> Walk<RequiredNode> {
    let fetch = |after: Option<String>| async move {
        let call = OPERATION.call(&PageOf { id, after })?;
        let data: Data = session.read(&call).await?;
        let integration = data.integration.ok_or_else(|| OPERATION.not_found())?;
        Ok(integration.required_config_variables)
    };
    walk(fetch, |node| node.id.clone()).await
}
