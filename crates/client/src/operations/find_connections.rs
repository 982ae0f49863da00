//! The shared connections with a stable key.

use serde::{Deserialize, Serialize};

use super::Operation;
use super::nodes::SightedConnectionNode;
use crate::convert;
use crate::lookup_batcher::unreadable;
use crate::model::ConnectionSighting;
use crate::paging::Page;
use crate::platform::PlatformResult;
use crate::retry::Repeat;
use crate::session::Session;

pub(super) const OPERATION: Operation = Operation {
    name: "scopedConfigVariables",
    repeat: Repeat::Read,
    document: include_str!("find_connections.graphql"),
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Matching<'a> {
    stable_key: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    scoped_config_variables: Page<SightedConnectionNode>,
}

pub(crate) async fn run(
    session: &Session,
    stable_key: &str,
) -> PlatformResult<Vec<ConnectionSighting>> {
    let data: Data = session
        .read(&OPERATION.call(&Matching { stable_key })?)
        .await?;
    let page = data.scoped_config_variables;
    // There is one at most, so a list that goes on is no answer to the question.
    match page.cut() {
        Some(why) => Err(unreadable(OPERATION.name, why)),
        None => Ok((page.nodes.into_iter().flatten())
            .map(convert::connection_sighting)
            .collect()),
    }
}
