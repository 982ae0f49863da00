//! The inputs of one connection, where they did not fit on their page.
//!
//! A config variable cannot be asked for by its id, only by its place in its
//! instance; that the record there is the right one is checked.

use serde::{Deserialize, Serialize};

use super::Operation;
use super::nodes::InputNode;
use crate::paging::{Page, Walk, walk};
use crate::retry::Repeat;
use crate::session::Session;

pub(super) const OPERATION: Operation = Operation {
    name: "instance",
    repeat: Repeat::Read,
    document: include_str!("connection_inputs.graphql"),
};

#[derive(Serialize)]
struct Place<'a> {
    id: &'a str,
    offset: usize,
    after: Option<String>,
}

#[derive(Deserialize)]
struct Data {
    instance: Option<Instance>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Instance {
    config_variables: Page<Variable>,
}

#[derive(Deserialize)]
struct Variable {
    id: String,
    inputs: Option<Page<InputNode>>,
}

/// The inputs of the variable with this id, which is at this place of an instance, from 0.
pub(crate) async fn run(
    session: &Session,
    instance: &str,
    offset: usize,
    variable: &str,
) -> Walk<InputNode> {
    let fetch = |after: Option<String>| async move {
        let id = instance;
        let call = OPERATION.call(&Place { id, offset, after })?;
        let data: Data = session.read(&call).await?;
        let found = data.instance.ok_or_else(|| OPERATION.not_found())?;
        let mut nodes = found.config_variables.nodes.into_iter().flatten();
        nodes
            .find(|node| node.id == variable)
            .and_then(|node| node.inputs)
            .ok_or_else(|| OPERATION.not_found())
    };
    walk(fetch, |node| node.name.clone()).await
}
