//! One reading of the tenant: the lists at once, then what the scope asks for.
//!
//! What could not be read is unknown, and the rest is used: a plan for one
//! customer need not wait for another's page. Nothing useful is left only
//! without an identity, or when both lists are refused.

mod authorizations;
mod changes;
mod customers;
mod details;
mod drafts;
mod instances;
mod versions;

pub(super) use authorizations::authorize_urls;
pub(super) use changes::since as changes_since;
pub(super) use details::requirements;
pub(super) use drafts::of_sequence as draft_of_sequence;

use super::convert;
use super::error::PlatformError;
use super::operations::{identity, list_instances, list_integrations};
use super::platform::PlatformResult;
use super::session::Session;
use crate::model::{Listing, Scope, Tenant};

/// Reads the tenant.
pub(super) async fn observe(session: &Session, scope: &Scope) -> PlatformResult<Tenant> {
    let (identity, integrations, instances) = tokio::try_join!(
        identity::run(session),
        async { Ok(list_integrations::run(session).await) },
        async { Ok(list_instances::run(session).await) },
    )?;
    if let (Some(error), Some(other)) = (&integrations.failed, &instances.failed)
        && error.is_fatal()
        && other.is_fatal()
    {
        return Err(PlatformError::clone(error));
    }
    let mut integrations = Listing {
        items: (integrations.listing.items.into_iter())
            .map(convert::integration)
            .collect(),
        incomplete: integrations.listing.incomplete,
    };
    let ((), instances) = tokio::join!(
        details::read(session, &mut integrations, scope),
        instances::complete(session, instances.listing),
    );
    let customers = customers::find(session, &scope.customers, &instances).await;
    Ok(Tenant {
        identity,
        integrations,
        instances,
        customers,
    })
}

#[cfg(test)]
mod tests;
