//! Records as the API gives them, as far as we ask for them.
//!
//! Tolerant: the API grows by addition, so enums arrive as text and unknown
//! fields are passed over. Only ids and names must be there.

use serde::Deserialize;

use crate::graphql::or_default;
use crate::paging::Page;

/// Anything of which only the id matters.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct IdNode {
    pub(crate) id: String,
}

/// An integration in the list.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IntegrationNode {
    pub(crate) id: String,
    pub(crate) name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) description: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) labels: Vec<String>,
    pub(crate) version_sequence_id: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) is_code_native: bool,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) has_unpublished_changes: bool,
    pub(crate) customer: Option<IdNode>,
    pub(crate) newest: Page<VersionNode>,
    pub(crate) available: Page<VersionNode>,
}

/// A record of a version sequence: a published version, or the draft.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct VersionNode {
    pub(crate) id: String,
    pub(crate) version_number: Option<i64>,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) version_is_available: bool,
    pub(crate) version_created_at: Option<String>,
    /// `JSONString`: text that should hold JSON.
    #[serde(default)]
    pub(crate) version_attributes: serde_json::Value,
    pub(crate) marketplace_configuration: Option<String>,
    pub(crate) overview: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) allow_multiple_marketplace_instances: bool,
}

/// A config variable that a version declares.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RequiredNode {
    pub(crate) id: String,
    pub(crate) key: String,
    pub(crate) stable_key: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) data_type: String,
    pub(crate) collection_type: Option<String>,
    pub(crate) default_value: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) pick_list: Vec<String>,
    pub(crate) data_source: Option<IdNode>,
    pub(crate) scoped_config_variable: Option<IdNode>,
    /// The kind of connection; asked for with the variables of instances only.
    pub(crate) connection: Option<ConnectionNode>,
}

/// A connection of a component.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConnectionNode {
    #[serde(rename = "oauth2Type")]
    pub(crate) oauth2_type: Option<String>,
}

/// An instance in the list. No `Debug`: config values may be secret.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InstanceNode {
    pub(crate) id: String,
    pub(crate) name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) description: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) labels: Vec<String>,
    pub(crate) enabled: bool,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) is_system: bool,
    pub(crate) instance_type: Option<String>,
    pub(crate) needs_deploy: bool,
    pub(crate) last_deployed_at: Option<String>,
    pub(crate) updated_at: Option<String>,
    pub(crate) config_state: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) in_failed_state: bool,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) system_suspended: bool,
    pub(crate) global_debug: Option<bool>,
    pub(crate) designed_by: Option<String>,
    pub(crate) integration: InstanceVersionNode,
    pub(crate) customer: CustomerNode,
    pub(crate) config_variables: Option<Page<ConfigVariableNode>>,
}

/// The version that an instance points to.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InstanceVersionNode {
    pub(crate) id: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) version_number: i64,
    pub(crate) version_sequence_id: Option<String>,
}

/// A customer.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CustomerNode {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) external_id: Option<String>,
}

/// A customer of the list. Its limit is asked for in some lists only.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CustomerRecordNode {
    #[serde(flatten)]
    pub(crate) customer: CustomerNode,
    pub(crate) description: Option<String>,
    pub(crate) labels: Option<Vec<String>>,
    pub(crate) updated_at: Option<String>,
    pub(crate) concurrent_execution_limit: Option<i64>,
}

/// What a reply or a look shows of a customer.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SightedCustomerNode {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    pub(crate) external_id: Option<String>,
    pub(crate) labels: Option<Vec<String>>,
    pub(crate) created_at: Option<String>,
    pub(crate) updated_at: Option<String>,
}

/// A config variable of an instance. No `Debug`: its values may be secret.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConfigVariableNode {
    pub(crate) id: String,
    pub(crate) value: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) time_zone: Option<String>,
    pub(crate) schedule_type: Option<String>,
    pub(crate) customer_config_variable: Option<IdNode>,
    pub(crate) inputs: Option<Page<InputNode>>,
    pub(crate) required_config_variable: RequiredNode,
}

/// An input of a connection. No `Debug`: its value may be secret.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InputNode {
    pub(crate) name: String,
    pub(crate) value: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) has_value: bool,
}

/// A shared connection. No `Debug`: its inputs may be secret.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SharedConnectionNode {
    pub(crate) id: String,
    pub(crate) key: String,
    pub(crate) stable_key: String,
    pub(crate) description: Option<String>,
    pub(crate) managed_by: Option<String>,
    pub(crate) variable_scope: Option<String>,
    pub(crate) status: Option<String>,
    /// What is not said to be unused may be used.
    pub(crate) is_in_use: Option<bool>,
    /// Whose own it is, if a customer's.
    pub(crate) customer: Option<IdNode>,
    pub(crate) connection: Option<KindNode>,
    pub(crate) inputs: Option<Page<InputNode>>,
    pub(crate) customer_config_variables: Option<Page<ConnectionValueNode>>,
}

/// The connection of a component that a shared one is one of.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct KindNode {
    pub(crate) key: String,
    #[serde(rename = "oauth2Type")]
    pub(crate) oauth2_type: Option<String>,
    pub(crate) component: KindOfNode,
}

/// The component of it.
#[derive(Debug, Deserialize)]
pub(crate) struct KindOfNode {
    pub(crate) key: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) public: bool,
}

/// The value of a shared connection. No `Debug`: its inputs may be secret.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConnectionValueNode {
    pub(crate) id: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) is_test: bool,
    pub(crate) status: Option<String>,
    pub(crate) customer: Option<CustomerNode>,
    pub(crate) inputs: Option<Page<InputNode>>,
}

/// A shared connection, as a reply or a look shows it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SightedConnectionNode {
    pub(crate) id: String,
    pub(crate) stable_key: Option<String>,
    pub(crate) description: Option<String>,
}

/// A shared connection as a write gives it back. No `Debug`: its inputs may be secret.
#[derive(Deserialize)]
pub(crate) struct WrittenConnectionNode {
    #[serde(flatten)]
    pub(crate) sighted: SightedConnectionNode,
    pub(crate) inputs: Option<Page<WrittenInputNode>>,
}

/// The value of a shared connection as a write gives it back. No `Debug`: its inputs may be secret.
#[derive(Deserialize)]
pub(crate) struct WrittenValueNode {
    pub(crate) id: String,
    pub(crate) customer: Option<IdNode>,
    pub(crate) inputs: Option<Page<WrittenInputNode>>,
}

/// An instance as a write gives it back: what its values look like from now on.
/// Beyond the id nothing has to be there. No `Debug`: values may be secret.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WrittenNode {
    #[serde(flatten)]
    pub(crate) sighted: SightedNode,
    pub(crate) config_variables: Option<Page<WrittenVariableNode>>,
}

/// A config variable of it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WrittenVariableNode {
    pub(crate) value: Option<String>,
    pub(crate) schedule_type: Option<String>,
    pub(crate) time_zone: Option<String>,
    pub(crate) inputs: Option<Page<WrittenInputNode>>,
    pub(crate) required_config_variable: KeyNode,
}

/// An input of it.
#[derive(Deserialize)]
pub(crate) struct WrittenInputNode {
    pub(crate) name: String,
    pub(crate) value: Option<String>,
}

/// A declared variable of which only the key matters.
#[derive(Deserialize)]
pub(crate) struct KeyNode {
    pub(crate) key: String,
}

/// An instance, as far as a reply shows it. Nothing has to be there.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SightedNode {
    pub(crate) id: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) labels: Option<Vec<String>>,
    pub(crate) enabled: Option<bool>,
    pub(crate) created_at: Option<String>,
    pub(crate) updated_at: Option<String>,
    pub(crate) needs_deploy: Option<bool>,
    pub(crate) last_deployed_at: Option<String>,
    pub(crate) deployed_version: Option<i64>,
    pub(crate) integration: Option<PointedNode>,
    pub(crate) customer: Option<IdNode>,
}

/// The version that it points to.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PointedNode {
    pub(crate) id: String,
    pub(crate) version_sequence_id: Option<String>,
}

/// The result of a look-up of an integration: any record of its sequence, with its identity.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SightedDraftNode {
    #[serde(flatten)]
    pub(crate) version: VersionNode,
    pub(crate) name: String,
    pub(crate) labels: Option<Vec<String>>,
    pub(crate) created_at: Option<String>,
    pub(crate) updated_at: Option<String>,
    pub(crate) version_sequence_id: Option<String>,
    pub(crate) has_unpublished_changes: Option<bool>,
    pub(crate) customer: Option<IdNode>,
    pub(crate) version_sequence: Page<SightedVersionNode>,
    pub(crate) instances: Option<Page<IdNode>>,
}

/// A record of its sequence.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SightedVersionNode {
    #[serde(flatten)]
    pub(crate) version: VersionNode,
    pub(crate) version_comment: Option<String>,
}
