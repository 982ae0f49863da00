//! Records as the API gives them, as far as we ask for them.
//!
//! Tolerant: the API grows by addition, so enums arrive as text and unknown
//! fields are passed over. Only ids and names must be there.

use serde::Deserialize;

use crate::prismatic::graphql::or_default;
use crate::prismatic::paging::Page;

/// Anything of which only the id matters.
#[derive(Debug, Clone, Deserialize)]
pub(in crate::prismatic) struct IdNode {
    pub(in crate::prismatic) id: String,
}

/// An integration in the list.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::prismatic) struct IntegrationNode {
    pub(in crate::prismatic) id: String,
    pub(in crate::prismatic) name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(in crate::prismatic) description: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(in crate::prismatic) labels: Vec<String>,
    pub(in crate::prismatic) version_sequence_id: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(in crate::prismatic) is_code_native: bool,
    #[serde(default, deserialize_with = "or_default")]
    pub(in crate::prismatic) has_unpublished_changes: bool,
    pub(in crate::prismatic) customer: Option<IdNode>,
    pub(in crate::prismatic) newest: Page<VersionNode>,
    pub(in crate::prismatic) available: Page<VersionNode>,
}

/// A record of a version sequence: a published version, or the draft.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::prismatic) struct VersionNode {
    pub(in crate::prismatic) id: String,
    pub(in crate::prismatic) version_number: Option<i64>,
    #[serde(default, deserialize_with = "or_default")]
    pub(in crate::prismatic) version_is_available: bool,
    pub(in crate::prismatic) version_created_at: Option<String>,
    /// `JSONString`: text that should hold JSON.
    #[serde(default)]
    pub(in crate::prismatic) version_attributes: serde_json::Value,
    pub(in crate::prismatic) marketplace_configuration: Option<String>,
    pub(in crate::prismatic) overview: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(in crate::prismatic) allow_multiple_marketplace_instances: bool,
}

/// A config variable that a version declares.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::prismatic) struct RequiredNode {
    pub(in crate::prismatic) id: String,
    pub(in crate::prismatic) key: String,
    pub(in crate::prismatic) stable_key: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(in crate::prismatic) data_type: String,
    pub(in crate::prismatic) collection_type: Option<String>,
    pub(in crate::prismatic) default_value: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(in crate::prismatic) pick_list: Vec<String>,
    pub(in crate::prismatic) data_source: Option<IdNode>,
    pub(in crate::prismatic) scoped_config_variable: Option<IdNode>,
    /// The kind of connection; asked for with the variables of instances only.
    pub(in crate::prismatic) connection: Option<ConnectionNode>,
}

/// A connection of a component.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::prismatic) struct ConnectionNode {
    #[serde(rename = "oauth2Type")]
    pub(in crate::prismatic) oauth2_type: Option<String>,
}

/// An instance in the list. No `Debug`: config values may be secret.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::prismatic) struct InstanceNode {
    pub(in crate::prismatic) id: String,
    pub(in crate::prismatic) name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(in crate::prismatic) description: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(in crate::prismatic) labels: Vec<String>,
    pub(in crate::prismatic) enabled: bool,
    #[serde(default, deserialize_with = "or_default")]
    pub(in crate::prismatic) is_system: bool,
    pub(in crate::prismatic) instance_type: Option<String>,
    pub(in crate::prismatic) needs_deploy: bool,
    pub(in crate::prismatic) last_deployed_at: Option<String>,
    pub(in crate::prismatic) updated_at: Option<String>,
    pub(in crate::prismatic) config_state: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(in crate::prismatic) in_failed_state: bool,
    #[serde(default, deserialize_with = "or_default")]
    pub(in crate::prismatic) system_suspended: bool,
    pub(in crate::prismatic) designed_by: Option<String>,
    pub(in crate::prismatic) integration: InstanceVersionNode,
    pub(in crate::prismatic) customer: CustomerNode,
    pub(in crate::prismatic) config_variables: Option<Page<ConfigVariableNode>>,
}

/// The version that an instance points to.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::prismatic) struct InstanceVersionNode {
    pub(in crate::prismatic) id: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(in crate::prismatic) name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(in crate::prismatic) version_number: i64,
    pub(in crate::prismatic) version_sequence_id: Option<String>,
}

/// A customer.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::prismatic) struct CustomerNode {
    pub(in crate::prismatic) id: String,
    pub(in crate::prismatic) name: String,
    pub(in crate::prismatic) external_id: Option<String>,
}

/// A config variable of an instance. No `Debug`: its values may be secret.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::prismatic) struct ConfigVariableNode {
    pub(in crate::prismatic) id: String,
    pub(in crate::prismatic) value: Option<String>,
    pub(in crate::prismatic) status: Option<String>,
    pub(in crate::prismatic) time_zone: Option<String>,
    pub(in crate::prismatic) schedule_type: Option<String>,
    pub(in crate::prismatic) customer_config_variable: Option<IdNode>,
    pub(in crate::prismatic) inputs: Option<Page<InputNode>>,
    pub(in crate::prismatic) required_config_variable: RequiredNode,
}

/// An input of a connection. No `Debug`: its value may be secret.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::prismatic) struct InputNode {
    pub(in crate::prismatic) name: String,
    pub(in crate::prismatic) value: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(in crate::prismatic) has_value: bool,
}

/// An instance as a write gives it back: what its values look like from now on.
/// Beyond the id nothing has to be there. No `Debug`: values may be secret.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::prismatic) struct WrittenNode {
    #[serde(flatten)]
    pub(in crate::prismatic) sighted: SightedNode,
    pub(in crate::prismatic) config_variables: Option<Page<WrittenVariableNode>>,
}

/// A config variable of it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::prismatic) struct WrittenVariableNode {
    pub(in crate::prismatic) value: Option<String>,
    pub(in crate::prismatic) inputs: Option<Page<WrittenInputNode>>,
    pub(in crate::prismatic) required_config_variable: KeyNode,
}

/// An input of it.
#[derive(Deserialize)]
pub(in crate::prismatic) struct WrittenInputNode {
    pub(in crate::prismatic) name: String,
    pub(in crate::prismatic) value: Option<String>,
}

/// A declared variable of which only the key matters.
#[derive(Deserialize)]
pub(in crate::prismatic) struct KeyNode {
    pub(in crate::prismatic) key: String,
}

/// An instance, as far as a reply shows it. Nothing has to be there.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::prismatic) struct SightedNode {
    pub(in crate::prismatic) id: Option<String>,
    pub(in crate::prismatic) name: Option<String>,
    pub(in crate::prismatic) labels: Option<Vec<String>>,
    pub(in crate::prismatic) enabled: Option<bool>,
    pub(in crate::prismatic) created_at: Option<String>,
    pub(in crate::prismatic) updated_at: Option<String>,
    pub(in crate::prismatic) needs_deploy: Option<bool>,
    pub(in crate::prismatic) last_deployed_at: Option<String>,
    pub(in crate::prismatic) deployed_version: Option<i64>,
    pub(in crate::prismatic) integration: Option<PointedNode>,
    pub(in crate::prismatic) customer: Option<IdNode>,
}

/// The version that it points to.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::prismatic) struct PointedNode {
    pub(in crate::prismatic) id: String,
    pub(in crate::prismatic) version_sequence_id: Option<String>,
}

/// An integration that is looked for: any record of its sequence, with what tells which.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::prismatic) struct SightedDraftNode {
    #[serde(flatten)]
    pub(in crate::prismatic) version: VersionNode,
    pub(in crate::prismatic) name: String,
    pub(in crate::prismatic) labels: Option<Vec<String>>,
    pub(in crate::prismatic) created_at: Option<String>,
    pub(in crate::prismatic) updated_at: Option<String>,
    pub(in crate::prismatic) version_sequence_id: Option<String>,
    pub(in crate::prismatic) has_unpublished_changes: Option<bool>,
    pub(in crate::prismatic) customer: Option<IdNode>,
    pub(in crate::prismatic) version_sequence: Page<SightedVersionNode>,
    pub(in crate::prismatic) instances: Option<Page<IdNode>>,
}

/// A record of its sequence.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::prismatic) struct SightedVersionNode {
    #[serde(flatten)]
    pub(in crate::prismatic) version: VersionNode,
    pub(in crate::prismatic) version_comment: Option<String>,
}
