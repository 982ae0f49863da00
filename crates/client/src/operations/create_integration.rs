//! Creates an integration that has nothing but a name and labels.
//!
//! Without a definition: a server may ignore labels beside one. What it is made of comes with an
//! import, which may be repeated.

use serde::{Deserialize, Serialize};

use super::{Input, Operation};
use crate::convert;
use crate::model::{IntegrationId, IntegrationSighting};
use crate::platform::PlatformResult;
use crate::retry::Repeat;
use crate::session::Session;

pub(super) const OPERATION: Operation = Operation {
    name: "createIntegration",
    repeat: Repeat::Once,
    document: include_str!("create_integration.graphql"),
};

#[derive(Serialize)]
struct Create<'a> {
    name: &'a str,
    labels: &'a [String],
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    id: String,
    name: Option<String>,
    labels: Option<Vec<String>>,
    created_at: Option<String>,
    updated_at: Option<String>,
}

pub(crate) async fn run(
    session: &Session,
    name: &str,
    labels: &[String],
) -> PlatformResult<IntegrationSighting> {
    let input = Create { name, labels };
    let written: Written = session.write(&OPERATION.call(&Input { input })?).await?;
    let updated_at = convert::time(written.updated_at);
    session.saw(updated_at);
    Ok(IntegrationSighting {
        id: IntegrationId::new(written.id),
        name: written.name.unwrap_or_else(|| name.to_owned()),
        labels: written.labels.unwrap_or_default(),
        created_at: convert::time(written.created_at),
        updated_at,
        published: None,
        has_instances: None,
        customer_owned: false,
    })
}
