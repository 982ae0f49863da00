//! Versions that are asked for by commit or number, beyond those on the list.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::future::join_all;
use serde::Deserialize;

use crate::convert;
use crate::lookup_batcher::{Lookup, fitting, look_up};
use crate::model::{Integration, Observed, PublishedVersion, Scope, VersionRef};
use crate::operations::nodes::VersionNode;
use crate::operations::{integration_versions, lookups};
use crate::paging::Page;
use crate::session::Session;

/// At least this many of the newest versions are read, if they exist.
const NEWEST: usize = 2;

/// Adds wanted versions that the list does not show.
///
/// By number they are looked up. By commit, where the number is not there, or where all
/// are wanted, the whole sequence is read, so that what is missing is known to be.
pub(super) async fn find(session: &Session, items: &mut [Integration], scope: &Scope) {
    let missing = |integration: &Integration| -> Vec<VersionRef> {
        let wanted = scope.versions_of(integration);
        let complete = integration.versions.incomplete.is_none();
        let lacks = |wish: &VersionRef| choose(&integration.versions.items, wish).is_none();
        (wanted.into_iter())
            .filter(|wish| !complete && *wish != VersionRef::Latest && lacks(wish))
            .collect()
    };
    by_number(session, items, &missing).await;
    let walks = items.iter_mut().map(|integration| {
        let partial = integration.versions.incomplete.is_some();
        // The newest version may be a duplicate, and of equal ones the older counts: a page that is cut short
        // hides it.
        let few = integration.versions.items.len() < NEWEST;
        let needed = !missing(integration).is_empty()
            || partial && (few || scope.wants_all_versions(integration));
        async move {
            if needed {
                all(session, integration).await;
            }
        }
    });
    join_all(walks).await;
}

async fn by_number(
    session: &Session,
    items: &mut [Integration],
    missing: &impl Fn(&Integration) -> Vec<VersionRef>,
) {
    let mut places = Vec::new();
    let mut wishes: Vec<Lookup> = Vec::new();
    for (index, integration) in items.iter().enumerate() {
        for wish in missing(integration) {
            if let VersionRef::Number(number) = wish {
                places.push(index);
                wishes.push(lookups::version(integration.id.as_str(), number));
            }
        }
    }
    let answers = look_up(session, lookups::VERSIONS, &wishes).await;
    for (index, answer) in places.into_iter().zip(answers) {
        if let Observed::Known(found) = fitting::<Sequence>(answer) {
            let nodes = found.version_sequence.nodes.into_iter().flatten();
            add(&mut items[index], nodes);
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sequence {
    version_sequence: Page<VersionNode>,
}

async fn all(session: &Session, integration: &mut Integration) {
    let walk = integration_versions::run(session, integration.id.as_str()).await;
    add(integration, walk.listing.items.into_iter());
    integration.versions.incomplete = walk
        .listing
        .incomplete
        .map(|why| Arc::from(format!("not all versions were read: {why}")));
}

fn add(integration: &mut Integration, nodes: impl Iterator<Item = VersionNode>) {
    let draft = integration.id.as_str().to_owned();
    let items = &mut integration.versions.items;
    let known: BTreeSet<_> = items.iter().map(|version| version.id.clone()).collect();
    let fresh = convert::newest_first(nodes, &draft);
    items.extend(fresh.into_iter().filter(|new| !known.contains(&new.id)));
    items.sort_by_key(|version| std::cmp::Reverse(version.number));
}

/// The positions of the versions that are asked for, each once.
pub(super) fn chosen(integration: &Integration, wanted: &BTreeSet<VersionRef>) -> Vec<usize> {
    let items = &integration.versions.items;
    let found: BTreeSet<usize> = (wanted.iter())
        .filter_map(|wish| choose(items, wish))
        .collect();
    found.into_iter().collect()
}

/// The version that a reference means, among versions that begin with the newest.
fn choose(items: &[PublishedVersion], wish: &VersionRef) -> Option<usize> {
    items.iter().position(|version| match wish {
        VersionRef::Latest => version.available,
        VersionRef::Number(number) => version.number == *number,
        VersionRef::Commit(commit) => version.record.is_from(commit),
    })
}
