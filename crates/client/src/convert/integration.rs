//! Integrations of the list.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::published;
use crate::model::{Integration, IntegrationId, Listing, Observed, PublishedVersion, SequenceId};
use crate::operations::nodes::{IntegrationNode, VersionNode};
use crate::paging::Page;

/// An integration with the versions that the list shows of it.
pub(crate) fn integration(node: IntegrationNode) -> Integration {
    let versions = versions(node.newest, node.available, &node.id);
    Integration {
        id: IntegrationId::new(node.id),
        name: node.name,
        description: node.description,
        labels: node.labels,
        sequence: node.version_sequence_id.map(SequenceId::new),
        customer_owned: node.customer.is_some(),
        code_native: node.is_code_native,
        has_unpublished_changes: node.has_unpublished_changes,
        definition: Observed::Unknown(Arc::from("it was not asked for")),
        versions,
    }
}

fn versions(
    newest: Page<VersionNode>,
    available: Page<VersionNode>,
    draft: &str,
) -> Listing<PublishedVersion> {
    let incomplete = newest
        .cut()
        .map(|why| Arc::from(format!("only the newest versions were read: {why}")));
    let nodes = newest.nodes.into_iter().chain(available.nodes).flatten();
    Listing {
        items: newest_first(nodes, draft),
        incomplete,
    }
}

/// The versions among some records, each once, newest first.
pub(crate) fn newest_first(
    nodes: impl Iterator<Item = VersionNode>,
    draft: &str,
) -> Vec<PublishedVersion> {
    let mut seen = BTreeSet::new();
    let mut items: Vec<_> = nodes
        .filter_map(|node| published(node, draft))
        .filter(|version| seen.insert(version.id.clone()))
        .collect();
    items.sort_by_key(|version| std::cmp::Reverse(version.number));
    items
}
