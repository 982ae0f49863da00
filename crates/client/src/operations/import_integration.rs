//! Creates an integration, or overwrites the draft of one.

use serde::{Deserialize, Serialize};

use super::{Input, Operation};
use crate::convert;
use crate::model::IntegrationId;
use crate::platform::{ImportedIntegration, PlatformResult};
use crate::retry::Repeat;
use crate::session::Session;

/// As it is without an id; with one, the same draft is written again.
pub(super) const OPERATION: Operation = Operation {
    name: "importIntegration",
    repeat: Repeat::Once,
    document: include_str!("import_integration.graphql"),
};

const OVERWRITE: Operation = Operation {
    repeat: Repeat::Idempotent,
    ..OPERATION
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Import<'a> {
    definition: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    integration_id: Option<&'a IntegrationId>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    id: String,
    labels: Option<Vec<String>>,
    updated_at: Option<String>,
}

pub(crate) async fn run(
    session: &Session,
    id: Option<&IntegrationId>,
    definition: &str,
) -> PlatformResult<ImportedIntegration> {
    let operation = if id.is_some() { OVERWRITE } else { OPERATION };
    let input = Import {
        definition,
        integration_id: id,
    };
    let written: Written = session.write(&operation.call(&Input { input })?).await?;
    let updated_at = convert::time(written.updated_at);
    session.saw(updated_at);
    Ok(ImportedIntegration {
        id: IntegrationId::new(written.id),
        updated_at,
        labels: written.labels,
    })
}
