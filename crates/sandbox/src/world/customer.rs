//! Customers.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::integration::Attachment;
use super::table::{Key, Record};

/// A customer of the organization.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Customer {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) external_id: Option<String>,
    pub(crate) labels: Vec<String>,
    pub(crate) avatar_url: Option<String>,
    pub(crate) embedded_designer: bool,
    pub(crate) workflow_copilot: bool,
    pub(crate) execution_limit: Option<i64>,
    pub(crate) starred: bool,
    pub(crate) attachments: Vec<Attachment>,
    /// Whether it is Prismatic's own, which test instances belong to.
    pub(crate) system: bool,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

impl Record for Customer {
    fn id(&self) -> Uuid {
        self.id
    }

    fn keys(&self) -> Vec<Key> {
        let mut keys = vec![Key::Name(self.name.clone())];
        keys.extend(self.external_id.clone().map(Key::External));
        if self.system {
            keys.push(Key::Head);
        }
        keys
    }
}
