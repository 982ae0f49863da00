//! Customers: which are declared, under which names, and how.

use std::collections::{BTreeMap, BTreeSet};

use crate::export::names::Names;
use crate::export::{NoteCode, Options, Report, customer_path, ours};
use crate::model::{
    Asked, CustomerId, CustomerRecord, DesiredCustomer, Location, Marker, ResourceName, Tenant,
};

/// Declares what is to be declared: those with an external id, which they are found by.
pub(crate) fn all(tenant: &Tenant, options: &Options, report: &mut Report) -> Customers {
    let listed = tenant.all_customers.iter().flat_map(|all| &all.items);
    let mut listed: Vec<&CustomerRecord> = listed.filter(|_| options.customers).collect();
    listed.sort_by_key(|live| {
        let marked = live.markers().next().is_some();
        (!marked, &live.customer.name, &live.customer.id)
    });
    let mut names = Names::default();
    let mut taken = BTreeSet::new();
    let mut customers = Customers::default();
    for live in listed {
        match declare(live, options, &mut names, &mut taken) {
            Ok(declared) => {
                let id = live.customer.id.clone();
                customers.names.insert(id, declared.name.clone());
                customers.declared.push(declared);
            }
            Err(why) => report.note(NoteCode::LeftOut, &about(live), why, None),
        }
    }
    customers.declared.sort_by(|a, b| a.name.cmp(&b.name));
    customers
}

/// The customers that are declared, and what instances call them.
#[derive(Default)]
pub(crate) struct Customers {
    pub(crate) declared: Vec<DesiredCustomer>,
    pub(crate) names: BTreeMap<CustomerId, ResourceName>,
}

fn about(live: &CustomerRecord) -> String {
    format!("customer {:?} ({})", live.customer.name, live.customer.id)
}

fn declare(
    live: &CustomerRecord,
    options: &Options,
    names: &mut Names,
    taken: &mut BTreeSet<(&'static str, String)>,
) -> Result<DesiredCustomer, String> {
    let marked = ours(live.markers(), &options.project)?;
    let filled = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let external_id = (live.customer.external_id.as_deref())
        .and_then(filled)
        .ok_or("it has no externalId, which a manifest finds it by")?;
    let display_name = filled(&live.customer.name).ok_or("it has no name")?;
    for (key, text) in [("externalId", &external_id), ("name", &display_name)] {
        if !taken.insert((key, text.clone())) {
            return Err(format!("another customer has the same {key}"));
        }
    }
    let name = match marked {
        Some(name) if names.keep(&name) => name,
        Some(name) => return Err(format!("another customer bears the same marker, {name}")),
        None => (names.make(&display_name, "customer")).ok_or("no name can be made for it")?,
    };
    Ok(DesiredCustomer {
        external_id,
        display_name,
        description: Some(live.description.clone()).filter(|text| !text.is_empty()),
        labels: labels(&live.labels),
        concurrent_execution_limit: match &live.concurrent_execution_limit {
            Asked::Known(limit) => limit.filter(|limit| (1..=i64::from(u32::MAX)).contains(limit)),
            Asked::NotAsked | Asked::Unknown(_) => None,
        },
        adopt: None,
        location: Location::file(&customer_path(&name)),
        name,
    })
}

/// The labels that a manifest may have; none where it could not have all of them.
pub(crate) fn labels(live: &[String]) -> Option<Vec<String>> {
    let own = live.iter().filter(|label| !Marker::is_reserved(label));
    let labels: BTreeSet<String> = own.cloned().collect();
    let blank = labels.iter().any(|label| label.trim().is_empty());
    (!labels.is_empty() && !blank).then(|| labels.into_iter().collect())
}
