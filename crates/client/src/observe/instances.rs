//! Instances, and the config variables that did not fit on the list's page.

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt as _, stream};

use super::declared::Declared;
use crate::convert;
use crate::lookup_batcher::{fitting, look_up};
use crate::model::{Instance, InstanceId, Listing, LiveConfigVariable, Observed};
use crate::operations::nodes::{ConfigVariableNode, InstanceNode};
use crate::operations::{connection_inputs, instance_config, lookups};
use crate::session::Session;

/// How many instances are completed at once. Few need a request, but each takes memory while under way.
const AT_ONCE: usize = 64;

/// A record of the list.
#[expect(clippy::large_enum_variant, reason = "nearly all are whole")]
pub(super) enum Listed {
    /// The record was complete; `None` if it is not an instance of ours.
    Whole(Option<Instance>),
    /// Some of it is on pages of its own.
    Cut(Box<InstanceNode>),
}

impl Listed {
    /// Takes in a record.
    pub(super) fn of(node: InstanceNode, shared: &Declared) -> Self {
        let cut = node.config_variables.as_ref().is_some_and(|page| {
            let mut variables = page.nodes.iter().flatten();
            page.page_info.has_next_page || variables.any(has_more_inputs)
        });
        match cut {
            true => Self::Cut(Box::new(node)),
            false => Self::Whole(convert::instance(node).map(|it| shared.in_common(it))),
        }
    }

    async fn complete(self, session: &Session) -> Option<Instance> {
        let mut node = match self {
            Self::Whole(instance) => return instance,
            Self::Cut(node) => *node,
        };
        let more =
            (node.config_variables.as_ref()).is_some_and(|page| page.page_info.has_next_page);
        if let (false, Some(page)) = (more, &mut node.config_variables) {
            inputs(session, &node.id, &mut page.nodes).await;
        }
        let mut instance = convert::instance(node)?;
        if more {
            instance.config = follow(session, &instance).await;
        }
        Some(instance)
    }
}

fn has_more_inputs(variable: &ConfigVariableNode) -> bool {
    let inputs = variable.inputs.as_ref();
    inputs.is_some_and(|page| page.page_info.has_next_page)
}

/// The instances of the list, each with all its config variables or none.
pub(super) async fn complete(
    session: &Session,
    listing: Listing<(String, Listed)>,
) -> Listing<Instance> {
    let nodes = listing.items.into_iter();
    let nodes = nodes.map(|(_, listed)| listed.complete(session));
    let done = stream::iter(nodes).buffered(AT_ONCE);
    Listing {
        items: done.filter_map(std::future::ready).collect().await,
        incomplete: listing.incomplete,
    }
}

/// Some instances, as the list has them.
pub(crate) async fn by_id(
    session: &Session,
    ids: &BTreeSet<InstanceId>,
) -> BTreeMap<InstanceId, Observed<Instance>> {
    let shared = Declared::default();
    let lookups: Vec<_> = (ids.iter())
        .map(|id| lookups::whole_instance(id.as_str()))
        .collect();
    let answers = look_up(session, lookups::INSTANCES, &lookups).await;
    let nodes = answers.into_iter().map(|answer| async {
        match fitting::<InstanceNode>(answer) {
            Observed::Known(node) => match Listed::of(node, &shared).complete(session).await {
                Some(instance) => Observed::Known(instance),
                None => Observed::Unknown("it is a test instance or none of an integration".into()),
            },
            Observed::Absent => Observed::Absent,
            Observed::Unknown(why) => Observed::Unknown(why),
        }
    });
    let done: Vec<_> = stream::iter(nodes).buffered(AT_ONCE).collect().await;
    ids.iter().cloned().zip(done).collect()
}

async fn follow(
    session: &Session,
    instance: &Instance,
) -> Observed<BTreeMap<String, LiveConfigVariable>> {
    let id = instance.id.as_str();
    let walk = instance_config::run(session, id).await;
    if let Some(why) = walk.listing.incomplete {
        return Observed::Unknown(why);
    }
    let mut nodes: Vec<_> = walk.listing.items.into_iter().map(Some).collect();
    inputs(session, id, &mut nodes).await;
    convert::config(nodes.into_iter().flatten())
}

/// Completes the inputs of connections that have more than a page of them.
///
/// Those that cannot be read stay cut, which makes the whole config unknown.
async fn inputs(session: &Session, instance: &str, nodes: &mut [Option<ConfigVariableNode>]) {
    for (place, node) in nodes.iter_mut().enumerate() {
        let Some(node) = node else { continue };
        let Some(page) = node.inputs.as_mut().filter(|it| it.page_info.has_next_page) else {
            continue;
        };
        let walk = connection_inputs::run(session, instance, place, &node.id).await;
        if walk.listing.incomplete.is_none() {
            page.nodes = walk.listing.items.into_iter().map(Some).collect();
            page.page_info.has_next_page = false;
        }
    }
}
