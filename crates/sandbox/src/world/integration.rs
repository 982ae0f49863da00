//! Integrations: a working copy and the versions published from it.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::id;
use super::table::{Key, Record};
use crate::definition::{Canonical, ConfigVar, Flow};

/// One record of a version sequence: the working copy, or a version that was published.
///
/// Both are what the API calls an `Integration`, each with its own id. Of a version, only
/// its availability, its marketplace settings and `updated_at` ever change.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Integration {
    pub(crate) id: Uuid,
    /// Shared by every record of the sequence.
    pub(crate) sequence: Uuid,
    /// The number of a version; `None` marks the working copy.
    pub(crate) number: Option<i64>,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) category: String,
    pub(crate) documentation: String,
    pub(crate) labels: Vec<String>,
    /// The definition, shared between the records that have the same.
    pub(crate) definition: Arc<Canonical>,
    /// The customer it is for, if it is not for all.
    pub(crate) customer: Option<Uuid>,
    /// The integration it was forked from.
    pub(crate) parent: Option<Uuid>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    /// Whether the working copy differs from the newest version.
    pub(crate) changed: bool,
    pub(crate) publication: Option<Publication>,
    pub(crate) available: bool,
    pub(crate) marketplace: Marketplace,
    pub(crate) extras: Extras,
    /// The instance that tests of the working copy run in.
    pub(crate) test_instance: Uuid,
}

/// When, by whom and why a version was published.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Publication {
    pub(crate) at: Timestamp,
    pub(crate) by: Uuid,
    pub(crate) comment: Option<String>,
    /// JSON text.
    pub(crate) attributes: Option<String>,
}

/// What the marketplace shows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Marketplace {
    /// In upper case.
    pub(crate) configuration: String,
    pub(crate) overview: Option<String>,
    pub(crate) multiple_instances: bool,
    pub(crate) tabs: Vec<String>,
}

/// The value for an integration that the marketplace does not show.
pub(crate) const HIDDEN: &str = "NOT_AVAILABLE_IN_MARKETPLACE";

impl Default for Marketplace {
    fn default() -> Self {
        Self {
            configuration: HIDDEN.to_owned(),
            overview: None,
            multiple_instances: false,
            tabs: Vec::new(),
        }
    }
}

/// Settings that nothing else depends on.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Extras {
    pub(crate) avatar_url: Option<String>,
    /// JSON text.
    pub(crate) metadata: Option<String>,
    pub(crate) starred: bool,
    /// In upper case.
    pub(crate) template: Option<String>,
    pub(crate) use_as_template: bool,
    pub(crate) test_content_type: Option<String>,
    /// JSON text.
    pub(crate) test_headers: Option<String>,
    pub(crate) test_payload: Option<String>,
    pub(crate) attachments: Vec<Attachment>,
    /// What tests of a flow send, by the flow's identity.
    #[serde(default)]
    pub(crate) flow_tests: BTreeMap<String, FlowTest>,
}

/// What a test of a flow sends.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct FlowTest {
    pub(crate) content_type: Option<String>,
    /// JSON text.
    pub(crate) headers: Option<String>,
    pub(crate) payload: Option<String>,
    pub(crate) organization_api_keys: Vec<String>,
}

/// A named link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Attachment {
    pub(crate) name: String,
    pub(crate) url: String,
}

/// What stays when a flow is edited: its stable key, else its name.
pub(crate) fn identity(flow: &Flow) -> &str {
    flow.stable_key.as_deref().unwrap_or(&flow.name)
}

impl Integration {
    /// Whether this is the working copy.
    pub(crate) fn is_draft(&self) -> bool {
        self.number.is_none()
    }

    /// The id of one of its flows.
    pub(crate) fn flow_id(&self, flow: &Flow) -> Uuid {
        id::part(self.id, "flow", identity(flow))
    }

    /// The id of one of its config variables.
    pub(crate) fn variable_id(&self, variable: &ConfigVar) -> Uuid {
        id::part(self.id, "variable", &variable.key)
    }

    /// The flow with this id.
    pub(crate) fn flow(&self, id: Uuid) -> Option<&Flow> {
        self.definition
            .flows
            .iter()
            .find(|flow| self.flow_id(flow) == id)
    }
}

impl Record for Integration {
    fn id(&self) -> Uuid {
        self.id
    }

    fn keys(&self) -> Vec<Key> {
        let mut keys = vec![Key::Sequence(self.sequence), Key::Name(self.name.clone())];
        if self.is_draft() {
            keys.push(Key::Head);
        }
        keys.extend(self.customer.map(Key::Customer));
        keys
    }
}
