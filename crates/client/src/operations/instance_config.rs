//! The config variables of one instance, where they did not fit on the list's page.

use serde::Deserialize;

use super::nodes::ConfigVariableNode;
use super::{Operation, PageOf};
use crate::paging::{Page, Walk, walk};
use crate::retry::Repeat;
use crate::session::Session;

pub(super) const OPERATION: Operation = Operation {
    name: "instance",
    repeat: Repeat::Read,
    document: concat!(
        include_str!("instance_config.graphql"),
        include_str!("fragments/config_variable.graphql"),
        include_str!("fragments/required.graphql"),
    ),
};

#[derive(Deserialize)]
struct Data {
    instance: Option<Instance>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Instance {
    config_variables: Page<ConfigVariableNode>,
}

pub(crate) async fn run(session: &Session, id: &str) -> Walk<ConfigVariableNode> {
    let fetch = |after: Option<String>| async move {
        let call = OPERATION.call(&PageOf { id, after })?;
        let data: Data = session.read(&call).await?;
        let instance = data.instance.ok_or_else(|| OPERATION.not_found())?;
        Ok(instance.config_variables)
    };
    walk(fetch, |node| node.id.clone()).await
}
