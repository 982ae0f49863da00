//! Fields of a customer.

use super::{GONE, NO_PLACE, Taken, at, bare, texts};
use crate::export::all_labels_of;
use crate::model::{Asked, Field, FieldChange, Tenant};
use crate::yaml::write::Tree;

pub(super) fn value(tenant: &Tenant, id: &str, change: &FieldChange) -> Option<Taken> {
    let listed = tenant.all_customers.iter().flat_map(|all| &all.items);
    let mut listed = listed.filter(|it| it.customer.id.as_str() == id);
    let live = listed.next()?;
    Some(match change.path.field() {
        Field::Name => at("name", Tree::text(&live.customer.name)),
        Field::Description => at("description", Tree::text(&live.description)),
        Field::Labels => at("labels", texts(all_labels_of(&live.labels))),
        Field::ConcurrentExecutionLimit => match live.concurrent_execution_limit {
            Asked::Known(Some(limit)) => at("concurrentExecutionLimit", bare(&limit)),
            Asked::Known(None) | Asked::NotAsked | Asked::Unknown(_) => Err(GONE),
        },
        // By its external id the customer is found.
        Field::ExternalId
        | Field::Marker
        | Field::Definition
        | Field::PublishedVersion
        | Field::Availability
        | Field::Marketplace
        | Field::Version
        | Field::State
        | Field::Config
        | Field::Input
        | Field::Consent
        | Field::Flow
        | Field::GlobalDebug
        | Field::Value
        | Field::Other => Err(NO_PLACE),
    })
}
