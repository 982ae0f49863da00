//! One reading of the tenant: the lists at once, then what the scope asks for.
//!
//! What could not be read is unknown, and the rest is used: a plan for one customer need not wait for
//! another's page. The whole reading fails only without an identity, or when both lists are refused.

mod authorizations;
mod changes;
mod connections;
mod customers;
mod declared;
mod details;
mod drafts;
mod flows;
mod instances;
mod versions;

pub(super) use authorizations::authorize_urls;
pub(super) use changes::since as changes_since;
pub(super) use connections::values_for;
pub(super) use details::requirements;
pub(super) use drafts::of_sequence as draft_of_sequence;
pub(super) use flows::{flows, flows_of};
pub(super) use instances::by_id as instances_by_id;

use declared::Declared;

use super::convert;
use super::error::PlatformError;
use super::operations::{identity, list_instances, list_integrations};
use super::paging::Walk;
use super::platform::PlatformResult;
use super::session::Session;
use std::collections::BTreeMap;

use crate::model::{Instance, Integration, Listing, Scope, Tenant};

/// Reads the tenant.
pub(super) async fn observe(session: &Session, scope: &Scope) -> PlatformResult<Tenant> {
    let (identity, (integrations, failed), (instances, other), all_customers, connections) = tokio::try_join!(
        identity::run(session),
        async { Ok(all_integrations(session, scope).await) },
        async { Ok(all_instances(session).await) },
        async { Ok(customers::all(session, scope.all_customers).await) },
        async { Ok(connections::all(session, scope.connections.as_ref()).await) },
    )?;
    if let (Some(error), Some(other)) = (failed, other)
        && error.is_fatal()
        && other.is_fatal()
    {
        return Err(error);
    }
    let known = customers::Known {
        instances: &instances.items,
        all: all_customers.as_ref(),
    };
    let customers = customers::find(session, &scope.customers, known).await;
    let near_customers = customers::near(session, &customers, all_customers.is_some()).await;
    Ok(Tenant {
        identity,
        integrations,
        instances,
        customers,
        interrupted: BTreeMap::new(),
        all_customers,
        connections: connections.all,
        connection_types: connections.types,
        near_customers,
    })
}

/// The integrations with what the scope asks for, which need not wait for the instances; and why
/// not even a first page could be read.
async fn all_integrations(
    session: &Session,
    scope: &Scope,
) -> (Listing<Integration>, Option<PlatformError>) {
    let Walk { listing, failed } = list_integrations::run(session).await;
    let mut integrations = Listing {
        items: (listing.items.into_iter())
            .map(convert::integration)
            .collect(),
        incomplete: listing.incomplete,
    };
    details::read(session, &mut integrations, scope).await;
    (integrations, failed)
}

/// The instances; and why not even a first page could be read.
async fn all_instances(session: &Session) -> (Listing<Instance>, Option<PlatformError>) {
    let shared = Declared::default();
    let take = |node| instances::Listed::of(node, &shared);
    let Walk { listing, failed } = list_instances::run(session, take).await;
    (instances::complete(session, listing).await, failed)
}

#[cfg(test)]
mod tests;
