//! All customers but Prismatic's own, with what a manifest can declare of them.

use serde::Deserialize;

use super::Operation;
use super::nodes::CustomerRecordNode;
use crate::paging::{Page, Place, Walk, walk_ahead};
use crate::retry::Repeat;
use crate::session::Session;

pub(super) const OPERATION: Operation = Operation {
    name: "customers",
    repeat: Repeat::Read,
    document: concat!(
        include_str!("list_customers.graphql"),
        include_str!("fragments/customer_record.graphql"),
    ),
};

/// Also with their limits: that the API shows these is inferred from what it takes.
pub(super) const LIMITED: Operation = Operation {
    name: "customers",
    repeat: Repeat::Read,
    document: concat!(
        include_str!("list_customers.graphql"),
        include_str!("fragments/customer_record_limited.graphql"),
    ),
};

#[derive(Deserialize)]
struct Data {
    customers: Page<CustomerRecordNode>,
}

/// Reads the list, with the limits where they are asked for.
pub(crate) async fn run(session: &Session, limits: bool) -> Walk<CustomerRecordNode> {
    let operation = if limits { &LIMITED } else { &OPERATION };
    let fetch = |place: Place| async move {
        let data: Data = session.read(&operation.call(&place)?).await?;
        Ok(data.customers)
    };
    walk_ahead(fetch, |node| node.customer.id.clone()).await
}
