//! The keys of all components, for suggestions.

use serde::Deserialize;

use super::Operation;
use crate::paging::{Page, Place, Walk, walk};
use crate::retry::Repeat;
use crate::session::Session;

pub(super) const OPERATION: Operation = Operation {
    name: "components",
    repeat: Repeat::Read,
    document: include_str!("component_keys.graphql"),
};

#[derive(Deserialize)]
struct Data {
    components: Page<KeyNode>,
}

/// A component of which only the key matters.
#[derive(Deserialize)]
pub(crate) struct KeyNode {
    id: String,
    pub(crate) key: String,
}

pub(crate) async fn run(session: &Session) -> Walk<KeyNode> {
    let fetch = |after: Option<String>| async move {
        let data: Data = session.read(&OPERATION.call(&Place::after(after))?).await?;
        Ok(data.components)
    };
    walk(fetch, |node| node.id.clone()).await
}
