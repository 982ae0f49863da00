//! The links of one instance's connections, where there are more than a page of variables.

use serde::Deserialize;

use super::{Operation, PageOf};
use crate::model::{AuthorizeUrl, Secret};
use crate::paging::{Page, Walk, walk};
use crate::retry::Repeat;
use crate::session::Session;

pub(super) const OPERATION: Operation = Operation {
    name: "instance",
    repeat: Repeat::Read,
    document: concat!(
        include_str!("authorize_urls.graphql"),
        include_str!("fragments/authorization.graphql"),
    ),
};

/// A config variable with its link.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AuthorizationNode {
    id: String,
    authorize_url: Option<String>,
    required_config_variable: Required,
}

#[derive(Deserialize)]
struct Required {
    key: String,
}

impl From<AuthorizationNode> for AuthorizeUrl {
    fn from(node: AuthorizationNode) -> Self {
        Self {
            variable: node.required_config_variable.key,
            url: node.authorize_url.map(Secret::for_one),
        }
    }
}

/// What is read of an instance.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Authorizing {
    pub(crate) config_variables: Page<AuthorizationNode>,
}

#[derive(Deserialize)]
struct Data {
    instance: Option<Authorizing>,
}

pub(crate) async fn run(session: &Session, id: &str) -> Walk<AuthorizationNode> {
    let fetch = |after: Option<String>| async move {
        let call = OPERATION.call(&PageOf { id, after })?;
        let data: Data = session.read(&call).await?;
        let instance = data.instance.ok_or_else(|| OPERATION.not_found())?;
        Ok(instance.config_variables)
    };
    walk(fetch, |node| node.id.clone()).await
}
