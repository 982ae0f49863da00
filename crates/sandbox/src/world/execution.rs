//! Executions: what a test or a webhook call of a flow left behind.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::id;
use super::table::{Key, Record};

/// One run of a flow.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Execution {
    pub(crate) id: Uuid,
    pub(crate) instance: Uuid,
    /// The record whose flow ran.
    pub(crate) version: Uuid,
    /// The flow's identity.
    pub(crate) flow: String,
    pub(crate) test: bool,
    /// The execution that it repeats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) replay_of: Option<Uuid>,
    pub(crate) started_at: Timestamp,
    /// When it ends. Until then the API shows it as pending.
    pub(crate) ends_at: Timestamp,
    pub(crate) error: Option<String>,
    /// The steps that ran, in order.
    pub(crate) steps: Vec<String>,
    pub(crate) logs: Vec<LogLine>,
}

impl Execution {
    /// The id of the result of a step, by the step's place among those that ran.
    pub(crate) fn step_id(&self, place: usize) -> Uuid {
        id::part(self.id, "step", &place.to_string())
    }
}

/// A line an execution logged.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct LogLine {
    pub(crate) at: Timestamp,
    /// In upper case.
    pub(crate) severity: String,
    pub(crate) message: String,
    pub(crate) step: Option<String>,
}

impl Record for Execution {
    fn id(&self) -> Uuid {
        self.id
    }

    fn keys(&self) -> Vec<Key> {
        vec![Key::Instance(self.instance)]
    }
}
