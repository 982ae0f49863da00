//! Instances: a version of an integration, configured for a customer.

use indexmap::IndexMap;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::id;
use super::integration::identity;
use super::table::{Key, Record};
use crate::definition::{ConfigVar, Flow};

/// An instance.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Instance {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) customer: Uuid,
    /// The record it is configured with: a version, or the working copy for a test instance.
    pub(crate) version: Uuid,
    /// The sequence of that record.
    pub(crate) sequence: Uuid,
    /// What was set, by the variable's key. A variable without an entry has its default.
    pub(crate) values: IndexMap<String, Setting>,
    /// By the flow's identity.
    pub(crate) flows: IndexMap<String, FlowSetting>,
    pub(crate) enabled: bool,
    pub(crate) needs_deploy: bool,
    /// The number of the version that runs; 0 before the first deploy.
    pub(crate) deployed_version: i64,
    pub(crate) deployed_at: Option<Timestamp>,
    /// How often it was deployed, for tests: the API does not show it.
    #[serde(default)]
    pub(crate) deploys: u64,
    pub(crate) executed_at: Option<Timestamp>,
    pub(crate) labels: Vec<String>,
    /// Whether it is the test instance of an integration.
    pub(crate) system: bool,
    pub(crate) starred: bool,
    pub(crate) global_debug: bool,
    pub(crate) logs_disabled: bool,
    pub(crate) step_results_disabled: bool,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// What was set for a config variable.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Setting {
    pub(crate) value: Option<String>,
    /// The inputs of a connection, by name.
    pub(crate) inputs: IndexMap<String, StoredInput>,
    /// In lower case.
    pub(crate) schedule_type: Option<String>,
    pub(crate) time_zone: Option<String>,
    /// The value of a shared connection that it is bound to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) shared: Option<Uuid>,
    /// What an OAuth flow left behind, for a connection that went through one.
    pub(crate) consent: Option<Consent>,
}

/// An input of a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredInput {
    pub(crate) kind: String,
    pub(crate) value: String,
}

/// The result of an OAuth flow.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Consent {
    /// In upper case.
    pub(crate) status: String,
    /// JSON text; holds the tokens.
    pub(crate) meta: Option<String>,
    pub(crate) refreshed_at: Option<Timestamp>,
    pub(crate) refresh_at: Option<Timestamp>,
}

/// What was set for a flow.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FlowSetting {
    pub(crate) api_keys: Vec<String>,
    pub(crate) content_type: Option<String>,
    /// JSON text.
    pub(crate) headers: Option<String>,
    pub(crate) payload: Option<String>,
    pub(crate) long_running: bool,
}

impl Instance {
    /// The id of the value of a config variable.
    pub(crate) fn variable_id(&self, variable: &ConfigVar) -> Uuid {
        id::part(self.id, "variable", &variable.key)
    }

    /// The id of the settings of a flow. It stays the same through upgrades.
    pub(crate) fn flow_id(&self, flow: &Flow) -> Uuid {
        id::part(self.id, "flow", identity(flow))
    }
}

impl Record for Instance {
    fn id(&self) -> Uuid {
        self.id
    }

    fn keys(&self) -> Vec<Key> {
        let mut keys = vec![
            Key::Customer(self.customer),
            Key::Sequence(self.sequence),
            Key::Version(self.version),
        ];
        if self.system {
            keys.push(Key::Head);
        }
        keys
    }
}
