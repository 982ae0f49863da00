//! Components: the catalogue that definitions refer to.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::id;
use super::table::{Key, Record};

/// One version of a component.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Component {
    pub(crate) id: Uuid,
    /// Shared by every version of the component.
    pub(crate) sequence: Uuid,
    pub(crate) key: String,
    pub(crate) label: String,
    pub(crate) description: String,
    pub(crate) category: String,
    pub(crate) public: bool,
    pub(crate) number: i64,
    /// Whether it is the newest version.
    pub(crate) latest: bool,
    pub(crate) labels: Vec<String>,
    /// The customer that it belongs to; the organization if none.
    #[serde(default)]
    pub(crate) customer: Option<Uuid>,
    /// Whether this version is no longer available.
    #[serde(default)]
    pub(crate) withdrawn: bool,
    pub(crate) actions: Vec<Action>,
    pub(crate) connections: Vec<Connection>,
    pub(crate) created_at: Timestamp,
}

/// An action, trigger or data source of a component.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Action {
    pub(crate) key: String,
    pub(crate) label: String,
    #[serde(default)]
    pub(crate) trigger: bool,
    #[serde(default)]
    pub(crate) data_source: bool,
}

/// A connection of a component.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Connection {
    pub(crate) key: String,
    pub(crate) label: String,
    /// `AUTHORIZATION_CODE` or `CLIENT_CREDENTIALS`.
    pub(crate) oauth2: Option<String>,
}

/// The id of a component's version sequence.
pub(crate) fn sequence(key: &str, public: bool) -> Uuid {
    id::part(Uuid::NAMESPACE_OID, &format!("component:{public}"), key)
}

impl Component {
    /// The action with this key.
    pub(crate) fn action(&self, key: &str) -> Option<&Action> {
        self.actions.iter().find(|action| action.key == key)
    }
}

impl Record for Component {
    fn id(&self) -> Uuid {
        self.id
    }

    fn keys(&self) -> Vec<Key> {
        let mut keys = vec![Key::Sequence(self.sequence), Key::Name(self.key.clone())];
        if self.latest {
            keys.push(Key::Head);
        }
        keys
    }
}
