//! The draft of an integration, which is what is written to.
//!
//! Which record of an integration a list shows is not known (FACTS §7): it may
//! be a published version, whose id the mutations do not take.

use serde_json::Value;

use crate::client::PrismaticClient;
use crate::convert;
use crate::model::{IntegrationId, Observed};
use crate::observe::draft_of_sequence;
use crate::operations::nodes::VersionNode;

/// Whether a record of an integration is a published version and not the draft. `draft` is the
/// draft's id where it is known: whether the API dates drafts too is not.
#[must_use]
pub fn is_version(record: &Value, draft: &str) -> bool {
    let node: Result<VersionNode, _> = serde_json::from_value(record.clone());
    node.is_ok_and(|node| convert::is_version(&node, draft))
}

impl PrismaticClient {
    /// The draft of an integration, by its version sequence (a bare UUID). Absent where none of its records
    /// is reported to be the draft.
    pub async fn draft(&self, sequence: &str) -> Observed<IntegrationId> {
        draft_of_sequence(&self.session, sequence).await
    }
}
