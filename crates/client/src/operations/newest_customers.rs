//! The newest customers: candidates for a suggestion where a name matches no customer.

use serde::{Deserialize, Serialize};

use super::Operation;
use super::nodes::CustomerNode;
use crate::paging::Page;
use crate::platform::PlatformResult;
use crate::retry::Repeat;
use crate::session::Session;

pub(super) const OPERATION: Operation = Operation {
    name: "newestCustomers",
    repeat: Repeat::Read,
    document: concat!(
        include_str!("newest_customers.graphql"),
        include_str!("fragments/customer.graphql"),
    ),
};

#[derive(Serialize)]
struct Nothing {}

#[derive(Deserialize)]
struct Data {
    customers: Page<CustomerNode>,
}

/// A hundred at most.
pub(crate) async fn run(session: &Session) -> PlatformResult<Vec<CustomerNode>> {
    let data: Data = session.read(&OPERATION.call(&Nothing {})?).await?;
    Ok(data.customers.nodes.into_iter().flatten().collect())
}
