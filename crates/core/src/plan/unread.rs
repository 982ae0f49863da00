//! Which parts of the tenant could not be read.

use super::PlannedResource;
use crate::diff::Inputs;
use crate::model::{Health, Kind};

/// The reasons, each once: lists that end too early, and everything that is unknown as a consequence.
pub(super) fn reasons(inputs: &Inputs<'_>, resources: &[PlannedResource]) -> Vec<String> {
    let tenant = inputs.tenant;
    let lists = Kind::ALL.into_iter().filter_map(|kind| {
        let why = tenant.incomplete(kind)?;
        Some(format!("{}: {why}", kind.plural()))
    });
    let customers = tenant.customers.iter();
    let customers = customers.filter_map(|(which, found)| {
        Some(format!(
            "customer with {which}: {}",
            found.incomplete.as_deref()?
        ))
    });
    let mut reasons: Vec<String> = lists.chain(customers).collect();
    // Most resources are unknown because of a list, and their reasons hold that of the list.
    let unknown = |it: &&PlannedResource| it.health == Health::Unknown;
    for resource in resources.iter().filter(unknown) {
        let told = |reason: &String| {
            let why = reason
                .split_once(": ")
                .map_or(reason.as_str(), |(_, why)| why);
            resource.reason.contains(why)
        };
        if !reasons.iter().any(told) {
            reasons.push(format!("{}: {}", resource.address, resource.reason));
        }
    }
    reasons
}
