//! Creates a customer.

use serde::Serialize;

use super::nodes::SightedCustomerNode;
use super::{Input, Operation};
use crate::convert;
use crate::model::CustomerSighting;
use crate::platform::{NewCustomer, PlatformResult};
use crate::retry::Repeat;
use crate::session::Session;

pub(super) const OPERATION: Operation = Operation {
    name: "createCustomer",
    repeat: Repeat::Once,
    document: concat!(
        include_str!("create_customer.graphql"),
        include_str!("fragments/sighted_customer.graphql"),
    ),
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Create<'a> {
    name: &'a str,
    external_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    labels: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    concurrent_execution_limit: Option<i64>,
}

pub(crate) async fn run(session: &Session, new: &NewCustomer) -> PlatformResult<CustomerSighting> {
    let input = Create {
        name: &new.name,
        external_id: &new.external_id,
        description: new.description.as_deref(),
        labels: &new.labels,
        concurrent_execution_limit: new.concurrent_execution_limit,
    };
    let node: SightedCustomerNode = session.write(&OPERATION.call(&Input { input })?).await?;
    let sighting = convert::customer_sighting(node);
    session.saw(sighting.updated_at);
    Ok(sighting)
}
