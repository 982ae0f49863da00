//! Which parts of the tenant could not be read.

use super::PlannedResource;
use crate::diff::Inputs;
use crate::model::Health;

/// The reasons, each once: lists that end too early, and everything that is unknown as a consequence.
pub(super) fn reasons(inputs: &Inputs<'_>, resources: &[PlannedResource]) -> Vec<String> {
    let tenant = inputs.tenant;
    let all = tenant.all_customers.as_ref();
    let lists = [
        ("customers", all.map_or(&None, |all| &all.incomplete)),
        ("integrations", &tenant.integrations.incomplete),
        ("instances", &tenant.instances.incomplete),
    ];
    let lists = lists
        .into_iter()
        .filter_map(|(what, why)| Some(format!("{what}: {}", why.as_deref()?)));
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
