//! The customers that manifests refer to.
//!
//! A customer that has an instance is known from the list: ids are unique by
//! nature, names and external ids by the API's own word. Only the others are
//! looked up, so that an unchanged fleet costs no request per customer. Where
//! manifests declare customers all of them are read, and nothing is looked up.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use crate::convert;
use crate::error::{ErrorKind, PlatformError};
use crate::lookup_batcher::{fitting, look_up};
use crate::model::{
    Asked, Customer, CustomerRecord, CustomerRef, CustomersWanted, Instance, Listing, Observed,
};
use crate::operations::nodes::CustomerNode;
use crate::operations::{list_customers, lookups, newest_customers};
use crate::paging::Page;
use crate::session::Session;

/// Finds them; more than one for a reference is ambiguous.
pub(super) async fn find(
    session: &Session,
    wanted: &BTreeSet<CustomerRef>,
    known: Known<'_>,
) -> BTreeMap<CustomerRef, Listing<Customer>> {
    let seen = Seen::among(known);
    let all_are_known = known.all.is_some_and(|all| all.incomplete.is_none());
    let mut found = BTreeMap::new();
    let mut open = Vec::new();
    for reference in wanted {
        match seen.matches(reference) {
            Some(customers) => {
                found.insert(reference.clone(), Listing::complete(customers));
            }
            None if all_are_known => {
                found.insert(reference.clone(), Listing::complete(Vec::new()));
            }
            None => open.push(reference),
        }
    }
    let lookups: Vec<_> = open.iter().map(|wish| lookups::customer(wish)).collect();
    let answers = look_up(session, lookups::CUSTOMERS, &lookups).await;
    for (reference, answer) in open.into_iter().zip(answers) {
        found.insert(reference.clone(), listing(reference, answer));
    }
    found
}

/// All customers, where they are requested.
pub(super) async fn all(
    session: &Session,
    wanted: Option<CustomersWanted>,
) -> Option<Listing<CustomerRecord>> {
    let mut limits = wanted?.limits;
    let mut walk = list_customers::run(session, limits).await;
    let mut unknown = None;
    if let Some(error) = (walk.failed.as_ref()).filter(|error| limits && is_mismatch(error)) {
        // The rest of them is known all the same.
        unknown = Some(Arc::from(error.to_string()));
        limits = false;
        walk = list_customers::run(session, limits).await;
    }
    let record = |node| {
        let mut record = convert::customer_record(node, limits);
        if let Some(why) = &unknown {
            record.concurrent_execution_limit = Asked::Unknown(Arc::clone(why));
        }
        record
    };
    let Listing { items, incomplete } = walk.listing;
    Some(Listing {
        items: items.into_iter().map(record).collect(),
        incomplete,
    })
}

fn is_mismatch(error: &PlatformError) -> bool {
    matches!(error.kind, ErrorKind::Mismatch(_))
}

/// Those that a reference to one that does not exist may have meant; only for a suggestion, so what cannot
/// be read is left out.
pub(super) async fn near(
    session: &Session,
    found: &BTreeMap<CustomerRef, Listing<Customer>>,
    all_are_read: bool,
) -> Vec<Customer> {
    let dangling = |(reference, listing): (&CustomerRef, &Listing<Customer>)| {
        let by_id = matches!(reference, CustomerRef::Id(_));
        !by_id && listing.items.is_empty() && listing.incomplete.is_none()
    };
    if all_are_read || !found.iter().any(dangling) {
        return Vec::new();
    }
    let nodes = newest_customers::run(session).await.unwrap_or_default();
    nodes.into_iter().map(convert::customer).collect()
}

/// What is known of customers before any is looked up.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) instances: &'a [Instance],
    pub(super) all: Option<&'a Listing<CustomerRecord>>,
}

/// The known customers, by everything that refers to them.
struct Seen<'a>(BTreeMap<CustomerRef, BTreeMap<&'a str, &'a Customer>>);

impl<'a> Seen<'a> {
    fn among(known: Known<'a>) -> Self {
        let mut all: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
        let listed = known.all.into_iter().flat_map(|all| &all.items);
        let listed = listed.map(|record| &record.customer);
        let instances = known.instances.iter().map(|instance| &instance.customer);
        for customer in instances.chain(listed) {
            let id = customer.id.as_str();
            let external = customer.external_id.clone().map(CustomerRef::ExternalId);
            let names = [
                CustomerRef::Id(id.to_owned()),
                CustomerRef::Name(customer.name.clone()),
            ];
            for name in names.into_iter().chain(external) {
                all.entry(name).or_default().insert(id, customer);
            }
        }
        Self(all)
    }

    fn matches(&self, reference: &CustomerRef) -> Option<Vec<Customer>> {
        let found = self.0.get(reference)?;
        Some(found.values().map(|customer| (*customer).clone()).collect())
    }
}

fn listing(reference: &CustomerRef, answer: Observed<Value>) -> Listing<Customer> {
    let page = match reference {
        CustomerRef::Id(_) => match fitting::<CustomerNode>(answer) {
            Observed::Known(node) => Observed::Known((vec![node], None)),
            Observed::Absent => Observed::Absent,
            Observed::Unknown(why) => Observed::Unknown(why),
        },
        CustomerRef::Managed(_) | CustomerRef::ExternalId(_) | CustomerRef::Name(_) => {
            match fitting::<Page<CustomerNode>>(answer) {
                Observed::Known(page) => {
                    let cut = page.cut();
                    Observed::Known((page.nodes.into_iter().flatten().collect(), cut))
                }
                Observed::Absent => Observed::Unknown("the server gave no list".into()),
                Observed::Unknown(why) => Observed::Unknown(why),
            }
        }
    };
    match page {
        Observed::Known((nodes, cut)) => Listing {
            items: (nodes.into_iter().map(convert::customer))
                .filter(|customer| is_meant(reference, customer))
                .collect(),
            incomplete: cut.map(Into::into),
        },
        Observed::Absent => Listing::complete(Vec::new()),
        Observed::Unknown(why) => Listing {
            items: Vec::new(),
            incomplete: Some(why),
        },
    }
}

/// The server's filter may be looser than a reference: its case rules are not known.
fn is_meant(reference: &CustomerRef, customer: &Customer) -> bool {
    match reference {
        CustomerRef::Managed(_) => false,
        CustomerRef::Id(id) => customer.id.as_str() == id,
        CustomerRef::Name(name) => customer.name == *name,
        CustomerRef::ExternalId(id) => customer.external_id.as_deref() == Some(id),
    }
}
