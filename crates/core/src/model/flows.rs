//! What an instance sets for its flows: as a manifest declares it, as it is live, and as it is written.

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Value;

use super::{Asked, ConfigWrite, InputWrite, InstanceId, Location, Secret, SecretRef, WriteValue};

/// The declared settings of flows, by the flow's name or stable key. Shared, since thousands of instances may
/// declare the same.
pub type Flows = Arc<IndexMap<String, Arc<FlowEntry>>>;

/// The settings of the flows of instances, or why those are not known.
pub type FlowsOfInstances = BTreeMap<InstanceId, Asked<Vec<LiveFlow>>>;

/// What is declared of one flow of an instance.
#[derive(Debug, Clone, PartialEq)]
pub struct FlowEntry {
    /// All keys that callers of its webhook may use; absent leaves them.
    pub api_keys: Option<Vec<SecretRef>>,
    /// The rest.
    pub settings: FlowSettings,
    /// Where the manifest says so.
    pub location: Location,
}

/// What can be set for a flow besides its keys; absent leaves it. As `InputInstanceFlowConfig` has it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FlowSettings {
    /// What a test run sends.
    pub test_payload: Option<String>,
    /// The headers of a test run: a JSON object.
    pub test_headers: Option<Value>,
    /// The media type of what a test run sends.
    pub test_content_type: Option<String>,
    /// Whether it runs where long runs are possible.
    pub uses_lre: Option<bool>,
}

/// A flow of an instance as it is live, in the version that the instance points to.
#[derive(Clone, PartialEq, Eq)]
pub struct LiveFlow {
    /// The id of the flow in that version; another version has another one.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The author's key that survives renames.
    pub stable_key: Option<String>,
    /// The keys of its webhook as the API shows them. Secret, or masks.
    pub api_keys: Vec<String>,
    /// The rest. What the API does not show is absent.
    pub settings: FlowSettings,
}

/// Keys are secret, and payloads may be.
impl std::fmt::Debug for LiveFlow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LiveFlow")
            .field("name", &self.name)
            .field("api_keys", &self.api_keys.len())
            .finish_non_exhaustive()
    }
}

impl LiveFlow {
    /// Whether a manifest means it by this.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        self.name == name || self.stable_key.as_deref() == Some(name)
    }
}

/// What is to be set for one flow.
#[derive(Debug, Clone)]
pub struct FlowWrite {
    /// Its name or stable key, as the manifest has it.
    pub flow: String,
    /// All its keys; absent leaves them.
    pub api_keys: Option<Vec<Secret>>,
    /// The rest.
    pub settings: FlowSettings,
}

impl FlowWrite {
    /// Its keys as the records of written secrets know them.
    #[must_use]
    pub fn record(&self) -> Option<ConfigWrite> {
        let keys = self.api_keys.as_ref()?;
        let text = keys_text(keys.iter().map(Secret::expose));
        let value = InputWrite::Secret(Secret::new(text));
        Some(ConfigWrite {
            key: flow_variable(&self.flow),
            value: WriteValue::Inputs(vec![(API_KEYS.to_owned(), value)]),
        })
    }
}

/// The settings of one flow as a request has them: complete, since what is left out may be reset.
#[derive(Debug, Clone)]
pub struct FlowRequest {
    /// The flow in the version that the instance points to.
    pub id: String,
    /// All its keys.
    pub api_keys: Vec<Secret>,
    /// The rest.
    pub settings: FlowSettings,
}

/// How records of written secrets, and the API's answers beside them, call the keys of a flow.
pub const API_KEYS: &str = "apiKeys";

/// How records of written secrets call a flow; a config variable of this name would have no input [`API_KEYS`].
#[must_use]
pub fn flow_variable(flow: &str) -> String {
    format!("flow {flow:?}")
}

/// A set of keys as one text.
pub fn keys_text<'a>(keys: impl Iterator<Item = &'a str>) -> String {
    let keys: std::collections::BTreeSet<&str> = keys.collect();
    serde_json::json!(keys).to_string()
}
