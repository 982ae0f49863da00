//! What changed since a moment.

use jiff::Timestamp;

use super::declared::Declared;
use super::instances::{self, Listed};
use crate::model::Listing;
use crate::model::increment::{Increment, Stamp};
use crate::operations::nodes::InstanceNode;
use crate::operations::{changes, identity};
use crate::platform::PlatformResult;
use crate::session::Session;

/// Reads it; `None` where it does not fit on a page, or the server does not count or give times.
pub(crate) async fn since(
    session: &Session,
    since: Timestamp,
) -> PlatformResult<Option<Increment>> {
    let identity = identity::run(session).await?;
    let mut read = changes::run(session, since).await?;
    let integrations = read.integrations();
    let (Some(integrations), None, Some(all_integrations), Some(all_instances)) = (
        integrations,
        read.instances.cut(),
        read.all_integrations.total_count,
        read.all_instances.total_count,
    ) else {
        return Ok(None);
    };
    let changed: Vec<_> = read.instances.nodes.into_iter().flatten().collect();
    let Some(stamps) = changed.iter().map(stamp).collect::<Option<_>>() else {
        return Ok(None);
    };
    let shared = Declared::default();
    let nodes = changed.into_iter();
    let nodes = nodes
        .map(|node| (node.id.clone(), Listed::of(node, &shared)))
        .collect();
    let instances = instances::complete(session, Listing::complete(nodes)).await;
    Ok(Some(Increment {
        identity,
        integrations,
        instances: instances.items,
        stamps,
        all_integrations,
        all_instances,
    }))
}

/// When it changed; nothing where the server does not say.
fn stamp(node: &InstanceNode) -> Option<Stamp> {
    let at = node.updated_at.as_deref()?.parse().ok()?;
    let id = node.id.clone();
    Some(Stamp { id, at })
}
