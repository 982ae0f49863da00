//! Owned objects that nothing declares any more.

use std::collections::BTreeSet;

use super::labels::protected;
use super::{Inputs, Orphan};
use crate::model::{Address, Marker, ResourceName};

/// All orphans of this project that were read, but for those that are taken
/// over under another name.
pub(super) fn find(inputs: &Inputs<'_>, taken: &BTreeSet<&str>) -> Vec<Orphan> {
    let project = &inputs.desired.project.name;
    let integrations: BTreeSet<_> = inputs
        .desired
        .integrations
        .iter()
        .map(|i| &i.name)
        .collect();
    let instances: BTreeSet<_> = inputs.desired.instances.iter().map(|i| &i.name).collect();
    let mut orphans: Vec<Orphan> = Vec::new();
    let left = |id: &str| !taken.contains(id);
    for live in inputs
        .tenant
        .integrations
        .items
        .iter()
        .filter(|live| left(live.id.as_str()))
    {
        if let Some(name) = undeclared(project, &live.labels, &integrations) {
            orphans.push(Orphan {
                address: Address::integration(name),
                display_name: live.name.clone(),
                instance: None,
                customer_name: None,
                enabled: true,
                protected: protected(&live.labels),
            });
        }
    }
    for live in inputs
        .tenant
        .instances
        .items
        .iter()
        .filter(|live| left(live.id.as_str()))
    {
        if let Some(name) = undeclared(project, &live.labels, &instances) {
            orphans.push(Orphan {
                address: Address::instance(name),
                display_name: live.name.clone(),
                instance: Some(live.id.clone()),
                customer_name: Some(live.customer.name.clone()),
                enabled: live.enabled,
                protected: protected(&live.labels),
            });
        }
    }
    let customers: BTreeSet<_> = inputs.desired.customers.iter().map(|it| &it.name).collect();
    let listed = inputs.tenant.all_customers.iter();
    for live in listed
        .flat_map(|all| &all.items)
        .filter(|live| left(live.customer.id.as_str()))
    {
        if let Some(name) = undeclared(project, &live.labels, &customers) {
            orphans.push(Orphan {
                address: Address::customer(name),
                display_name: live.customer.name.clone(),
                instance: None,
                customer_name: None,
                enabled: true,
                protected: protected(&live.labels),
            });
        }
    }
    orphans.sort_by(|a, b| a.address.cmp(&b.address));
    orphans
}

/// The name an object's markers give it, if all of them are ours and undeclared.
fn undeclared(
    project: &ResourceName,
    labels: &[String],
    declared: &BTreeSet<&ResourceName>,
) -> Option<ResourceName> {
    let ours: Vec<Marker> = Marker::among(labels).collect();
    if ours.iter().any(|marker| marker.project != *project) {
        return None;
    }
    if ours.iter().any(|marker| declared.contains(&marker.name)) {
        return None;
    }
    ours.into_iter().next().map(|marker| marker.name)
}
