//! What changed since a moment, and how much there is in all, in one request.
//!
//! One page each: where more changed, a full reading costs no more.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Operation;
use super::newest::StampNode;
use super::nodes::InstanceNode;
use crate::paging::Page;
use crate::platform::PlatformResult;
use crate::retry::Repeat;
use crate::session::Session;

pub(super) const OPERATION: Operation = Operation {
    name: "instances",
    repeat: Repeat::Read,
    document: concat!(
        include_str!("changes.graphql"),
        include_str!("fragments/instance.graphql"),
        include_str!("fragments/config_variable.graphql"),
        include_str!("fragments/required.graphql"),
        include_str!("fragments/customer.graphql"),
    ),
};

#[derive(Serialize)]
struct Since {
    since: Timestamp,
}

/// The answer. No `Debug`: config values may be secret.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Changes {
    pub(crate) instances: Page<InstanceNode>,
    pub(crate) all_instances: Count,
    integrations: Page<StampNode>,
    pub(crate) all_integrations: Count,
}

/// How many there are.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Count {
    pub(crate) total_count: Option<usize>,
}

impl Changes {
    /// The integrations that changed; `None` where they are not all here.
    pub(crate) fn integrations(&mut self) -> Option<Vec<crate::model::increment::Stamp>> {
        if self.integrations.cut().is_some() {
            return None;
        }
        let nodes = std::mem::take(&mut self.integrations.nodes);
        Some(nodes.into_iter().flatten().map(Into::into).collect())
    }
}

pub(crate) async fn run(session: &Session, since: Timestamp) -> PlatformResult<Changes> {
    session.read(&OPERATION.call(&Since { since })?).await
}

#[cfg(test)]
mod tests {
    /// An instance that is merged has to be as one from the list.
    #[test]
    fn what_changed_is_read_with_the_same_fields_as_everything() {
        for document in [
            include_str!("list_instances.graphql"),
            include_str!("changes.graphql"),
        ] {
            assert!(document.contains("\n      ...instance\n"), "{document}");
        }
    }
}
