//! Instances, and the config variables that did not fit on the list's page.

use std::collections::BTreeMap;

use futures::future::join_all;

use crate::model::{Instance, Listing, LiveConfigVariable, Observed};
use crate::prismatic::convert;
use crate::prismatic::operations::instance_config;
use crate::prismatic::operations::nodes::InstanceNode;
use crate::prismatic::session::Session;

/// The instances of the list, each with all its config variables or none.
pub(super) async fn complete(
    session: &Session,
    listing: Listing<InstanceNode>,
) -> Listing<Instance> {
    let nodes = listing.items.into_iter().map(|node| async move {
        let more =
            (node.config_variables.as_ref()).is_some_and(|page| page.page_info.has_next_page);
        let mut instance = convert::instance(node)?;
        if more {
            instance.config = follow(session, &instance).await;
        }
        Some(instance)
    });
    Listing {
        items: join_all(nodes).await.into_iter().flatten().collect(),
        incomplete: listing.incomplete,
    }
}

async fn follow(
    session: &Session,
    instance: &Instance,
) -> Observed<BTreeMap<String, LiveConfigVariable>> {
    let walk = instance_config::run(session, instance.id.as_str()).await;
    match walk.listing.incomplete {
        Some(why) => Observed::Unknown(why),
        None => convert::config(walk.listing.items.into_iter()),
    }
}
