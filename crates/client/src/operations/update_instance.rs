//! Sets what is given of an instance.
//!
//! Never its config variables: `updateInstance(configVariables)` resets those
//! it leaves out.

use serde::Serialize;
use serde_json::Value;

use super::Operation;
use super::nodes::SightedNode;
use super::sightings::sighting;
use crate::model::{FlowRequest, FlowSettings, InstanceId, InstanceSighting, Secret, VersionId};
use crate::platform::{InstanceUpdate, PlatformResult};
use crate::retry::Repeat;
use crate::session::Session;
use crate::write_batcher::WriteBatcher;

pub(crate) const OPERATION: Operation = Operation {
    name: "updateInstance",
    repeat: Repeat::Idempotent,
    document: concat!(
        include_str!("update_instance.graphql"),
        include_str!("fragments/sighting.graphql"),
    ),
};

/// Fields that are left out are left alone.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Update<'a> {
    id: &'a InstanceId,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    labels: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    integration: Option<&'a VersionId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    global_debug: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    flow_configs: Option<Vec<FlowConfig<'a>>>,
}

/// As `InputInstanceFlowConfig` takes it. No `Debug`: keys are secret.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FlowConfig<'a> {
    flow_id: &'a str,
    api_keys: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    test_payload: Option<&'a str>,
    /// JSON text.
    #[serde(skip_serializing_if = "Option::is_none")]
    test_headers: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    test_content_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uses_lre: Option<bool>,
}

impl<'a> FlowConfig<'a> {
    fn of(flow: &'a FlowRequest) -> Self {
        // Taken apart so that a new setting does not compile before it is sent.
        let FlowSettings {
            test_payload,
            test_headers,
            test_content_type,
            uses_lre,
        } = &flow.settings;
        let headers = test_headers.as_ref().map(|value| match value {
            Value::String(text) => text.clone(),
            value => value.to_string(),
        });
        Self {
            flow_id: &flow.id,
            api_keys: flow.api_keys.iter().map(Secret::expose).collect(),
            test_payload: test_payload.as_deref(),
            test_headers: headers,
            test_content_type: test_content_type.as_deref(),
            uses_lre: *uses_lre,
        }
    }
}

/// Sets what an instance sets for its flows, and leaves the rest of it.
pub(crate) async fn flows(
    session: &Session,
    batcher: &WriteBatcher,
    id: &InstanceId,
    flows: &[FlowRequest],
) -> PlatformResult<()> {
    let input = Update {
        id,
        name: None,
        description: None,
        labels: None,
        enabled: None,
        integration: None,
        global_debug: None,
        flow_configs: Some(flows.iter().map(FlowConfig::of).collect()),
    };
    let _: SightedNode = batcher.write(session, &input).await?;
    Ok(())
}

pub(crate) async fn run(
    session: &Session,
    batcher: &WriteBatcher,
    update: &InstanceUpdate,
) -> PlatformResult<InstanceSighting> {
    let input = Update {
        id: &update.id,
        name: update.name.as_deref(),
        description: update.description.as_deref(),
        labels: update.labels.as_deref(),
        enabled: update.enabled,
        integration: update.version.as_ref(),
        global_debug: update.global_debug,
        flow_configs: None,
    };
    let node: SightedNode = batcher.write(session, &input).await?;
    Ok(sighting(session, update.id.clone(), node))
}
