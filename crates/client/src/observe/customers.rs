//! The customers that manifests refer to.
//!
//! A customer that has an instance is known from the list: ids are unique by
//! nature, names and external ids by the API's own word. Only the others are
//! looked up, so that an unchanged fleet costs no request per customer.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::convert;
use crate::lookup_batcher::{fitting, look_up};
use crate::model::{Customer, CustomerRef, Instance, Listing, Observed};
use crate::operations::lookups;
use crate::operations::nodes::CustomerNode;
use crate::paging::Page;
use crate::session::Session;

/// Finds them; more than one for a reference is ambiguous.
pub(super) async fn find(
    session: &Session,
    wanted: &BTreeSet<CustomerRef>,
    instances: &Listing<Instance>,
) -> BTreeMap<CustomerRef, Listing<Customer>> {
    let seen = Seen::among(&instances.items);
    let mut found = BTreeMap::new();
    let mut open = Vec::new();
    for reference in wanted {
        match seen.matches(reference) {
            Some(customers) => {
                found.insert(reference.clone(), Listing::complete(customers));
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

/// The customers of the instances, by everything that refers to them.
struct Seen<'a>(BTreeMap<CustomerRef, BTreeMap<&'a str, &'a Customer>>);

impl<'a> Seen<'a> {
    fn among(instances: &'a [Instance]) -> Self {
        let mut all: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
        for customer in instances.iter().map(|instance| &instance.customer) {
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
        CustomerRef::ExternalId(_) | CustomerRef::Name(_) => {
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
        CustomerRef::Id(id) => customer.id.as_str() == id,
        CustomerRef::Name(name) => customer.name == *name,
        CustomerRef::ExternalId(id) => customer.external_id.as_deref() == Some(id),
    }
}
