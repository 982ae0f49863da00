//! Looks components up: all of them in a few requests.
//!
//! A tenant without any component could run nothing, so an empty answer is not trusted: a component that was
//! not found is unknown then.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;

use super::graphql::or_default;
use super::lookup_batcher::{fitting, look_up};
use super::operations::nodes::IdNode;
use super::operations::{component_keys, lookups};
use super::paging::Page;
use super::session::Session;
use crate::model::{
    Catalogue, ComponentFound, ComponentVersion, ComponentsWanted, Listing, Observed,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ComponentNode {
    key: String,
    #[serde(default, deserialize_with = "or_default")]
    public: bool,
    version_number: i64,
    version_is_available: Option<bool>,
    customer: Option<IdNode>,
}

/// Finds what is wanted; where a key has nothing, reads all keys to suggest one.
pub(super) async fn find(session: &Session, wanted: &ComponentsWanted) -> Catalogue {
    let places: Vec<(&String, Option<i64>)> = (wanted.iter())
        .flat_map(|(key, numbers)| {
            let pinned = numbers.iter().map(move |number| (key, Some(*number)));
            std::iter::once((key, None)).chain(pinned)
        })
        .collect();
    let lookups: Vec<_> = (places.iter())
        .map(|(key, number)| lookups::component(key, *number))
        .collect();
    let answers = look_up(session, lookups::COMPONENTS, &lookups).await;
    let mut found: BTreeMap<String, ComponentFound> = BTreeMap::new();
    for ((key, number), answer) in places.into_iter().zip(answers) {
        let entry = found.entry(key.clone()).or_default();
        let versions = listing(key, answer);
        match number {
            None => entry.newest = versions,
            Some(number) => drop(entry.pinned.insert(number, versions)),
        }
    }
    let mut keys = BTreeSet::new();
    let mut lists_none = false;
    if found.values().any(is_absent) {
        match all_keys(session).await {
            Ok(all) => {
                lists_none = all.is_empty() && !proves_some(&found);
                keys = all;
            }
            Err(why) => doubt(&mut found, &why),
        }
    }
    Catalogue {
        found,
        keys,
        lists_none,
    }
}

fn listing(key: &str, answer: Observed<Value>) -> Listing<ComponentVersion> {
    let unread = |why| Listing {
        items: Vec::new(),
        incomplete: Some(why),
    };
    let page = match fitting::<Page<ComponentNode>>(answer) {
        Observed::Known(page) => page,
        Observed::Absent => return unread("the server gave no list".into()),
        Observed::Unknown(why) => return unread(why),
    };
    let incomplete = page.cut().map(Into::into);
    // A customer's own components are for that customer; filters may be looser than they say.
    let meant = |node: &ComponentNode| node.customer.is_none() && node.key == key;
    let nodes = page.nodes.into_iter().flatten().filter(meant);
    let items = nodes.map(|node| ComponentVersion {
        number: node.version_number,
        public: node.public,
        available: node.version_is_available.unwrap_or(true),
    });
    Listing {
        items: items.collect(),
        incomplete,
    }
}

fn is_absent(found: &ComponentFound) -> bool {
    found.newest.items.is_empty() && found.newest.incomplete.is_none()
}

/// Every key, or why the keys are not to be relied on. A list that breaks off still suggests.
async fn all_keys(session: &Session) -> Result<BTreeSet<String>, Arc<str>> {
    let list = component_keys::run(session).await.listing;
    match list.incomplete {
        Some(why) if list.items.is_empty() => Err(why),
        _ => Ok(list.items.into_iter().map(|node| node.key).collect()),
    }
}

fn proves_some(found: &BTreeMap<String, ComponentFound>) -> bool {
    found.values().any(|one| !one.newest.items.is_empty())
}

/// What seemed not to be there is unknown, unless another component proves that the tenant has some.
fn doubt(found: &mut BTreeMap<String, ComponentFound>, why: &Arc<str>) {
    if proves_some(found) {
        return;
    }
    for one in found.values_mut() {
        let lists = std::iter::once(&mut one.newest).chain(one.pinned.values_mut());
        for list in lists {
            list.incomplete.get_or_insert_with(|| Arc::clone(why));
        }
    }
}
