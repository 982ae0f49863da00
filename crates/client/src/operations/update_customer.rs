//! Sets what is given of a customer.

use serde::Serialize;

use super::Operation;
use super::nodes::SightedCustomerNode;
use crate::convert;
use crate::model::{CustomerId, CustomerSighting};
use crate::platform::{CustomerUpdate, PlatformResult};
use crate::retry::Repeat;
use crate::session::Session;
use crate::write_batcher::WriteBatcher;

pub(crate) const OPERATION: Operation = Operation {
    name: "updateCustomer",
    repeat: Repeat::Idempotent,
    document: concat!(
        include_str!("update_customer.graphql"),
        include_str!("fragments/sighted_customer.graphql"),
    ),
};

/// Fields that are left out are left alone.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Update<'a> {
    id: &'a CustomerId,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    /// All of them: the sent list replaces the live one.
    #[serde(skip_serializing_if = "Option::is_none")]
    labels: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    concurrent_execution_limit: Option<i64>,
}

pub(crate) async fn run(
    session: &Session,
    batcher: &WriteBatcher,
    update: &CustomerUpdate,
) -> PlatformResult<CustomerSighting> {
    let input = Update {
        id: &update.id,
        name: update.name.as_deref(),
        external_id: update.external_id.as_deref(),
        description: update.description.as_deref(),
        labels: update.labels.as_deref(),
        concurrent_execution_limit: update.concurrent_execution_limit,
    };
    let node: SightedCustomerNode = batcher.write(session, &input).await?;
    let sighting = convert::customer_sighting(node);
    session.saw(sighting.updated_at);
    Ok(sighting)
}
