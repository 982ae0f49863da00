//! Drafts, where the list shows published versions in their place.
//!
//! Which record the list shows of an integration is not documented. Everything
//! that is written goes to the draft, so a version in its place is replaced;
//! one whose draft cannot be found has an unknown definition and is left alone.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Deserialize;

use crate::convert;
use crate::graphql::or_default;
use crate::lookup_batcher::{Lookup, fitting, look_up};
use crate::model::{Integration, IntegrationId, Observed, Scope};
use crate::operations::lookups;
use crate::operations::nodes::VersionNode;
use crate::paging::Page;
use crate::session::Session;

/// Any record of a sequence, with what the list shows of one.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    #[serde(flatten)]
    version: VersionNode,
    name: String,
    #[serde(default, deserialize_with = "or_default")]
    description: String,
    #[serde(default, deserialize_with = "or_default")]
    labels: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    has_unpublished_changes: bool,
}

/// Puts drafts in place of versions, of those integrations that are compared.
///
/// Answers the places of those whose draft was not found.
pub(super) async fn find(
    session: &Session,
    items: &mut [Integration],
    scope: &Scope,
) -> BTreeSet<usize> {
    let shown: BTreeSet<usize> = (items.iter().enumerate())
        .filter(|(_, item)| scope.wants_definition(item) && is_shown_as_version(item))
        .map(|(index, _)| index)
        .collect();
    let (places, lookups): (Vec<usize>, Vec<Lookup>) = (shown.iter())
        .filter_map(|index| {
            let sequence = items.get(*index)?.sequence.as_ref()?;
            Some((*index, lookups::draft(sequence.as_str())))
        })
        .unzip();
    let answers = look_up(session, lookups::DRAFTS, &lookups).await;
    let mut lost = shown;
    for (index, answer) in places.into_iter().zip(answers) {
        let Observed::Known(page) = fitting::<Page<Record>>(answer) else {
            continue;
        };
        if let (Some(draft), Some(item)) = (draft(page), items.get_mut(index)) {
            take(item, draft);
            lost.remove(&index);
        }
    }
    lost
}

/// The id of the draft of one sequence.
pub(crate) async fn of_sequence(session: &Session, sequence: &str) -> Observed<IntegrationId> {
    let answers = look_up(session, lookups::DRAFTS, &[lookups::draft(sequence)]).await;
    match answers.into_iter().next().map(fitting::<Page<Record>>) {
        Some(Observed::Known(page)) => match draft(page) {
            Some(draft) => Observed::Known(IntegrationId::new(draft.version.id)),
            None => Observed::Absent,
        },
        Some(Observed::Unknown(why)) => Observed::Unknown(why),
        Some(Observed::Absent) | None => Observed::Absent,
    }
}

/// What is known of a definition whose draft was not found.
pub(super) fn unknown() -> Observed<Arc<str>> {
    Observed::Unknown("the list shows a published version, and its draft was not found".into())
}

fn is_shown_as_version(item: &Integration) -> bool {
    let id = item.id.as_str();
    (item.versions.items.iter()).any(|version| version.id.as_str() == id)
}

/// The only record that is no version.
fn draft(page: Page<Record>) -> Option<Record> {
    let records = page.nodes.into_iter().flatten();
    let mut drafts = records.filter(|record| !convert::is_version(&record.version, ""));
    let draft = drafts.next()?;
    drafts.next().is_none().then_some(draft)
}

fn take(item: &mut Integration, draft: Record) {
    item.id = IntegrationId::new(draft.version.id);
    item.name = draft.name;
    item.description = draft.description;
    item.labels = draft.labels;
    item.has_unpublished_changes = draft.has_unpublished_changes;
}
