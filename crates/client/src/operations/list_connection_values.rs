//! The values of one shared connection: all of them, where they did not fit on a page, or those for a customer.

use serde::{Deserialize, Serialize};

use super::Operation;
use super::nodes::ConnectionValueNode;
use crate::model::{ConnectionId, CustomerId};
use crate::paging::{Page, Walk, walk};
use crate::retry::Repeat;
use crate::session::Session;

pub(super) const OPERATION: Operation = Operation {
    name: "customerConfigVariables",
    repeat: Repeat::Read,
    document: concat!(
        include_str!("list_connection_values.graphql"),
        include_str!("fragments/connection_value.graphql"),
        include_str!("fragments/customer.graphql"),
    ),
};

/// A filter that is left out is none.
#[derive(Serialize)]
struct Of<'a> {
    connection: &'a ConnectionId,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer: Option<&'a CustomerId>,
    after: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    customer_config_variables: Page<ConnectionValueNode>,
}

pub(crate) async fn run(
    session: &Session,
    connection: &ConnectionId,
    customer: Option<&CustomerId>,
) -> Walk<ConnectionValueNode> {
    let fetch = |after: Option<String>| async move {
        let call = OPERATION.call(&Of {
            connection,
            customer,
            after,
        })?;
        let data: Data = session.read(&call).await?;
        Ok(data.customer_config_variables)
    };
    walk(fetch, |node| node.id.clone()).await
}
