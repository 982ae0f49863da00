//! Looks for single objects: exact, complete or an error, and in shared requests where many look at once.

use std::collections::BTreeSet;

use serde::Serialize;

use super::nodes::{SightedCustomerNode, SightedDraftNode, SightedNode, SightedVersionNode};
use super::{Operation, integration_versions, lookups};
use crate::convert;
use crate::lookup_batcher::{Batch, LookupBatcher, find, typed, unreadable};
use crate::model::{
    CustomerId, CustomerSighting, DraftSighting, InstanceId, InstanceSighting, IntegrationId,
    IntegrationSighting,
};
use crate::paging::{Page, Walk, walk};
use crate::platform::PlatformResult;
use crate::retry::Repeat;
use crate::session::Session;

pub(super) const INSTANCES: Operation = Operation {
    name: "findInstances",
    repeat: Repeat::Read,
    document: concat!(
        include_str!("find_instances.graphql"),
        include_str!("fragments/sighting.graphql"),
    ),
};

pub(super) const INTEGRATIONS: Operation = Operation {
    name: "findIntegrations",
    repeat: Repeat::Read,
    document: concat!(
        include_str!("find_integrations.graphql"),
        include_str!("fragments/draft.graphql"),
        include_str!("fragments/version.graphql"),
    ),
};

/// The lines of those that look at the same moment.
#[derive(Debug)]
pub(crate) struct Sights {
    customers: LookupBatcher,
    of_customers: LookupBatcher,
    instances: LookupBatcher,
    integrations: LookupBatcher,
    drafts: LookupBatcher,
}

impl Default for Sights {
    fn default() -> Self {
        Self {
            customers: LookupBatcher::new(lookups::CUSTOMER_SIGHTS),
            of_customers: LookupBatcher::new(lookups::OF_CUSTOMERS),
            instances: LookupBatcher::new(lookups::INSTANCE_SIGHTS),
            integrations: LookupBatcher::new(lookups::INTEGRATION_SIGHTS),
            drafts: LookupBatcher::new(lookups::DRAFT_SIGHTS),
        }
    }
}

/// At most this many of the newest versions are requested.
const NEWEST: usize = 5;

#[derive(Serialize)]
struct OfCustomer<'a> {
    customer: &'a CustomerId,
    after: Option<String>,
}

/// Filters that are left out are none.
#[derive(Serialize, Clone, Default)]
struct Matching<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    after: Option<String>,
}

impl Sights {
    /// The customers with an external id or a name.
    pub(crate) async fn customers(
        &self,
        session: &Session,
        external_id: &str,
        name: &str,
    ) -> PlatformResult<Vec<CustomerSighting>> {
        let look = async |lookup| {
            let page: Option<Page<SightedCustomerNode>> =
                self.customers.find(session, lookup).await?;
            let batch = lookups::CUSTOMER_SIGHTS.name;
            let page = page.ok_or_else(|| unreadable(batch, "the server gave no list"))?;
            // Hardly ever more than one, so a list that goes on is no answer to the question.
            match page.cut() {
                Some(why) => Err(unreadable(batch, why)),
                None => Ok(page.nodes.into_iter().flatten()),
            }
        };
        let (by_id, by_name) = futures::future::try_join(
            look(lookups::with_external_id(external_id)),
            look(lookups::customers_named(name)),
        )
        .await?;
        let mut seen = BTreeSet::new();
        let found = by_id.chain(by_name).map(convert::customer_sighting);
        let found: Vec<_> = found.filter(|it| seen.insert(it.id.clone())).collect();
        for one in &found {
            session.saw(one.updated_at);
        }
        Ok(found)
    }

    /// All instances of a customer, but for test instances.
    pub(crate) async fn of_customer(
        &self,
        session: &Session,
        customer: &CustomerId,
    ) -> PlatformResult<Vec<InstanceSighting>> {
        let lookup = lookups::of_customer(customer.as_str());
        let page = self.of_customers.find(session, lookup).await?;
        let fetch = |after| async move {
            let call = INSTANCES.call(&OfCustomer { customer, after })?;
            let data: Data<SightedNode> = session.read(&call).await?;
            Ok(data.page)
        };
        let walk = walk(fetch, |node| node.id.clone().unwrap_or_default());
        let nodes = all(lookups::OF_CUSTOMERS, page, walk).await?;
        let sightings = nodes.into_iter().map(|node| {
            let id = node.id.clone();
            let id = id.ok_or_else(|| unreadable(INSTANCES.name, "an instance has no id"))?;
            Ok(sighting(session, InstanceId::new(id), node))
        });
        let sightings: PlatformResult<Vec<InstanceSighting>> = sightings.collect();
        // The filter of a server is not taken at its word.
        let theirs = |it: &InstanceSighting| it.customer.as_ref().is_none_or(|of| of == customer);
        Ok(sightings?.into_iter().filter(theirs).collect())
    }

    /// One instance.
    pub(crate) async fn instance(
        &self,
        session: &Session,
        id: &InstanceId,
    ) -> PlatformResult<Option<InstanceSighting>> {
        let lookup = lookups::instance_sight(id.as_str());
        let node = self.instances.find(session, lookup).await?;
        Ok(node.map(|node| sighting(session, id.clone(), node)))
    }

    /// The integrations with a label or a name.
    pub(crate) async fn integrations(
        &self,
        session: &Session,
        marker: &str,
        name: &str,
    ) -> PlatformResult<Vec<IntegrationSighting>> {
        let by_label = Matching {
            label: Some(marker),
            ..Matching::default()
        };
        let by_name = Matching {
            name: Some(name),
            ..Matching::default()
        };
        let (labelled, named) = futures::future::try_join(
            self.matching(session, lookups::labelled(marker), by_label),
            self.matching(session, lookups::named(name), by_name),
        )
        .await?;
        let mut seen = BTreeSet::new();
        let found = drafts(session, labelled.into_iter().chain(named)).await?;
        let found = found.iter().map(convert::integration_sighting);
        let found: Vec<_> = found.filter(|it| seen.insert(it.id.clone())).collect();
        for one in &found {
            session.saw(one.updated_at);
        }
        Ok(found)
    }

    async fn matching(
        &self,
        session: &Session,
        lookup: crate::lookup_batcher::Lookup,
        filter: Matching<'_>,
    ) -> PlatformResult<Vec<SightedDraftNode>> {
        let page = self.integrations.find(session, lookup).await?;
        let fetch = |after| {
            let filter = Matching {
                after,
                ..filter.clone()
            };
            async move {
                let data: Data<SightedDraftNode> =
                    session.read(&INTEGRATIONS.call(&filter)?).await?;
                Ok(data.page)
            }
        };
        let walk = walk(fetch, |node| node.version.id.clone());
        all(lookups::INTEGRATION_SIGHTS, page, walk).await
    }

    /// One draft with its newest versions.
    pub(crate) async fn draft(
        &self,
        session: &Session,
        id: &IntegrationId,
    ) -> PlatformResult<Option<DraftSighting>> {
        let lookup = lookups::draft_sight(id.as_str());
        let node: Option<SightedDraftNode> = self.drafts.find(session, lookup).await?;
        let Some(mut node) = node else {
            return Ok(None);
        };
        // A server with small pages may have shown the draft and no version.
        let page = &node.version_sequence;
        if page.page_info.has_next_page && page.nodes.len() < NEWEST {
            let listing = integration_versions::run(session, id.as_str())
                .await
                .listing;
            if let Some(why) = listing.incomplete {
                return Err(unreadable(lookups::DRAFT_SIGHTS.name, &*why));
            }
            let all = listing.items.into_iter().map(|version| SightedVersionNode {
                version,
                version_comment: None,
            });
            node.version_sequence.nodes = all.map(Some).collect();
        }
        if node.version_sequence.nodes.iter().any(Option::is_none) {
            return Err(unreadable(lookups::DRAFT_SIGHTS.name, "a version is null"));
        }
        let sighting = convert::draft_sighting(node);
        session.saw(sighting.updated_at);
        Ok(Some(sighting))
    }
}

/// What a reply shows of an instance.
pub(crate) fn sighting(session: &Session, id: InstanceId, node: SightedNode) -> InstanceSighting {
    let sighting = convert::instance_sighting(id, node);
    session.saw(sighting.updated_at.max(sighting.last_deployed_at));
    sighting
}

#[derive(serde::Deserialize)]
#[serde(bound(deserialize = "T: serde::Deserialize<'de>"))]
struct Data<T> {
    #[serde(alias = "instances", alias = "integrations")]
    page: Page<T>,
}

/// The records of a page if it is the whole list, else those of a walk through the list.
async fn all<T>(
    batch: Batch<'_>,
    page: Option<Page<T>>,
    walk: impl Future<Output = Walk<T>>,
) -> PlatformResult<Vec<T>> {
    let page = page.ok_or_else(|| unreadable(batch.name, "the server gave no list"))?;
    let counted = page
        .total_count
        .is_none_or(|total| total == page.nodes.len());
    if counted && page.cut().is_none() {
        return Ok(page.nodes.into_iter().flatten().collect());
    }
    let Walk { listing, failed } = walk.await;
    match (failed, listing.incomplete) {
        (Some(error), _) => Err(error),
        (None, Some(why)) => Err(unreadable(batch.name, &*why)),
        (None, None) => Ok(listing.items),
    }
}

/// Puts drafts in place of versions: which record a list shows of an integration is not documented.
async fn drafts(
    session: &Session,
    nodes: impl Iterator<Item = SightedDraftNode>,
) -> PlatformResult<Vec<SightedDraftNode>> {
    let (versions, mut drafts): (Vec<_>, Vec<_>) = nodes.partition(convert::is_shown_as_version);
    let sequences: BTreeSet<_> = versions
        .into_iter()
        .map(|it| it.version_sequence_id)
        .collect();
    let sequences = sequences.into_iter().map(|it| it.ok_or_else(lost));
    let sequences: Vec<String> = sequences.collect::<PlatformResult<_>>()?;
    let lookups: Vec<_> = sequences.iter().map(|it| lookups::sequence(it)).collect();
    for found in find(session, lookups::SEQUENCES, &lookups).await {
        let page: Option<Page<SightedDraftNode>> = typed(lookups::SEQUENCES.name, found)?;
        let records = page.map(|page| page.nodes).unwrap_or_default();
        let mut records = (records.into_iter().flatten())
            .filter(|record| !convert::is_version(&record.version, ""));
        match (records.next(), records.next()) {
            (Some(draft), None) => drafts.push(draft),
            _ => return Err(lost()),
        }
    }
    Ok(drafts)
}

fn lost() -> crate::error::PlatformError {
    let message = "the list shows a published version, and its draft was not found";
    unreadable(lookups::SEQUENCES.name, message)
}

#[cfg(test)]
mod tests;
