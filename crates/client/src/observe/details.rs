//! Definitions of drafts, wanted versions, and what those require.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;

use super::{drafts, versions};
use crate::convert;
use crate::lookup_batcher::{Lookup, fitting, look_up};
use crate::model::{
    Asked, Integration, Listing, Observed, RequiredVariable, Requirements, Scope, VersionId,
};
use crate::operations::nodes::RequiredNode;
use crate::operations::{lookups, required_variables};
use crate::paging::Page;
use crate::session::Session;

/// Where an answer belongs: which integration, and its definition or which of its versions.
#[derive(Clone, Copy)]
struct Slot {
    integration: usize,
    version: Option<usize>,
}

/// Adds to the list what the scope asks for.
pub(super) async fn read(session: &Session, list: &mut Listing<Integration>, scope: &Scope) {
    let lost = drafts::find(session, &mut list.items, scope).await;
    versions::find(session, &mut list.items, scope).await;
    let (slots, lookups): (Vec<Slot>, Vec<Lookup>) = (list.items.iter().enumerate())
        .flat_map(|(index, integration)| wanted(index, integration, scope))
        .unzip();
    let answers = look_up(session, lookups::DETAILS, &lookups).await;
    let filled = slots.into_iter().zip(answers);
    for (slot, answer) in filled {
        let integration = &mut list.items[slot.integration];
        match slot.version {
            None if lost.contains(&slot.integration) => {
                integration.definition = drafts::unknown();
            }
            None => integration.definition = definition(answer),
            Some(index) => {
                let version = &mut integration.versions.items[index];
                version.required = required(session, version.id.as_str(), answer).await;
            }
        }
    }
}

/// What single versions require.
pub(crate) async fn requirements(
    session: &Session,
    versions: &BTreeSet<VersionId>,
) -> Requirements {
    let lookups: Vec<_> = (versions.iter())
        .map(|version| lookups::required(version.as_str()))
        .collect();
    let answers = look_up(session, lookups::DETAILS, &lookups).await;
    let mut read = Requirements::new();
    for (version, answer) in versions.iter().zip(answers) {
        let required = required(session, version.as_str(), answer).await;
        read.insert(version.clone(), required);
    }
    read
}

fn wanted(index: usize, integration: &Integration, scope: &Scope) -> Vec<(Slot, Lookup)> {
    let mut all = Vec::new();
    let slot = |version| Slot {
        integration: index,
        version,
    };
    if scope.wants_definition(integration) {
        let id = integration.id.as_str();
        let lookup = lookups::definition(id, scope.latest_components);
        all.push((slot(None), lookup));
    }
    for version in versions::chosen(integration, &scope.versions_of(integration)) {
        let id = integration.versions.items[version].id.as_str();
        all.push((slot(Some(version)), lookups::required(id)));
    }
    all
}

#[derive(Deserialize)]
struct Draft {
    definition: Option<String>,
}

fn definition(answer: Observed<Value>) -> Observed<Arc<str>> {
    match fitting::<Draft>(answer) {
        Observed::Known(Draft {
            definition: Some(text),
        }) => Observed::Known(text.into()),
        Observed::Known(Draft { definition: None }) => {
            Observed::Unknown("the server gave no definition".into())
        }
        Observed::Absent => Observed::Absent,
        Observed::Unknown(why) => Observed::Unknown(why),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Declared {
    required_config_variables: Page<RequiredNode>,
}

/// A version that is not there is unknown: it was on a list just now.
async fn required(
    session: &Session,
    id: &str,
    answer: Observed<Value>,
) -> Asked<Vec<RequiredVariable>> {
    let page = match fitting::<Declared>(answer) {
        Observed::Known(declared) => declared.required_config_variables,
        Observed::Absent => return Asked::Unknown("the server gave no such version".into()),
        Observed::Unknown(why) => return Asked::Unknown(why),
    };
    let nodes = page.whole(required_variables::run(session, id)).await;
    nodes.map_or_else(Asked::Unknown, |nodes| {
        Asked::Known(nodes.into_iter().map(convert::required).collect())
    })
}
