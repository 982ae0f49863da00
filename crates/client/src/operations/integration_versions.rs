//! All records of a version sequence, newest first.

use serde::Deserialize;

use super::nodes::VersionNode;
use super::{Operation, PageOf};
use crate::paging::{Page, Walk, walk};
use crate::retry::Repeat;
use crate::session::Session;

pub(super) const OPERATION: Operation = Operation {
    name: "versionSequence",
    repeat: Repeat::Read,
    document: concat!(
        include_str!("integration_versions.graphql"),
        include_str!("fragments/version.graphql"),
    ),
};

#[derive(Deserialize)]
struct Data {
    integration: Option<Integration>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Integration {
    version_sequence: Page<VersionNode>,
}

pub(crate) async fn run(session: &Session, id: &str) -> Walk<VersionNode> {
    let fetch = |after: Option<String>| async move {
        let call = OPERATION.call(&PageOf { id, after })?;
        let data: Data = session.read(&call).await?;
        let integration = data.integration.ok_or_else(|| OPERATION.not_found())?;
        Ok(integration.version_sequence)
    };
    walk(fetch, |node| node.id.clone()).await
}
