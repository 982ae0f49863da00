//! What a reply or an exact look-up shows of single objects.

use jiff::Timestamp;

use super::{is_version, published};
use crate::model::{
    CustomerId, DraftSighting, InstanceId, InstanceSighting, IntegrationId, IntegrationSighting,
    SequenceId, VersionId, VersionSighting,
};
use crate::operations::nodes::{SightedDraftNode, SightedNode, SightedVersionNode};

/// How many versions a sighting has at most.
const NEWEST: usize = 5;

/// A time of the server; one that cannot be read was not shown.
pub(crate) fn time(text: Option<String>) -> Option<Timestamp> {
    text?.parse().ok()
}

/// An instance.
pub(crate) fn instance_sighting(id: InstanceId, node: SightedNode) -> InstanceSighting {
    let (version, sequence) = match node.integration {
        Some(version) => (Some(version.id), version.version_sequence_id),
        None => (None, None),
    };
    InstanceSighting {
        id,
        name: node.name,
        customer: node.customer.map(|customer| CustomerId::new(customer.id)),
        labels: node.labels,
        created_at: time(node.created_at),
        updated_at: time(node.updated_at),
        version: version.map(VersionId::new),
        sequence: sequence.map(SequenceId::new),
        enabled: node.enabled,
        needs_deploy: node.needs_deploy,
        last_deployed_at: time(node.last_deployed_at),
        deployed_version: node.deployed_version,
    }
}

/// An integration by its draft.
pub(crate) fn integration_sighting(node: &SightedDraftNode) -> IntegrationSighting {
    let draft = &node.version.id;
    let mut records = node.version_sequence.nodes.iter().flatten();
    let is_published = records.any(|record| is_version(&record.version, draft));
    let whole = node.version_sequence.cut().is_none();
    let published = (is_published || whole).then_some(is_published);
    let instances = node.instances.as_ref();
    let some = instances.is_some_and(|page| page.nodes.iter().any(Option::is_some));
    let none = instances.is_some_and(|page| page.nodes.is_empty()) && published == Some(false);
    IntegrationSighting {
        id: IntegrationId::new(draft.as_str()),
        name: node.name.clone(),
        labels: node.labels.clone().unwrap_or_default(),
        created_at: time(node.created_at.clone()),
        updated_at: time(node.updated_at.clone()),
        published,
        has_instances: (some || none).then_some(some),
        customer_owned: node.customer.is_some(),
    }
}

/// A draft with its newest versions.
pub(crate) fn draft_sighting(node: SightedDraftNode) -> DraftSighting {
    let draft = node.version.id;
    let records = node.version_sequence.nodes.into_iter().flatten();
    let mut newest: Vec<_> = records
        .filter_map(|it| version_sighting(it, &draft))
        .collect();
    newest.sort_by_key(|version| std::cmp::Reverse(version.number));
    newest.truncate(NEWEST);
    DraftSighting {
        id: IntegrationId::new(draft),
        updated_at: time(node.updated_at),
        labels: node.labels,
        has_unpublished_changes: node.has_unpublished_changes,
        newest,
    }
}

fn version_sighting(node: SightedVersionNode, draft: &str) -> Option<VersionSighting> {
    let version = published(node.version, draft)?;
    Some(VersionSighting {
        id: version.id,
        number: version.number,
        comment: node.version_comment.filter(|text| !text.is_empty()),
        record: version.record,
        available: Some(version.available),
    })
}

/// Whether a list shows a published version in place of a draft.
pub(crate) fn is_shown_as_version(node: &SightedDraftNode) -> bool {
    let id = &node.version.id;
    let mut records = node.version_sequence.nodes.iter().flatten();
    records.any(|record| record.version.id == *id && is_version(&record.version, id))
}
