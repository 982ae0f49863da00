//! A plan of a part of what the files declare.
//!
//! What is chosen is planned with what it depends on. The rest is left out and counted; nothing is pruned,
//! because what nothing declares belongs to no part.

use std::collections::{BTreeMap, BTreeSet, HashMap};

pub use prism_gitops_api::part::Part;

use super::{Plan, PlannedResource, Step, StepId};
use crate::diff::{ChangeSet, Inputs};
use crate::model::{
    Address, Customer, CustomerRef, Declared as _, Desired, DesiredCustomer, Diagnostic, Kind,
    LiveObject, Marker, ResourceName, Tenant, nearest,
};

/// The addresses of the plan that belong to it, before what they depend on.
fn chosen(part: &Part, facts: &Facts, resources: &[PlannedResource]) -> BTreeSet<Address> {
    let all = part.targets.is_empty() && part.customers.is_empty() && part.labels.is_empty();
    let is_chosen = |resource: &&PlannedResource| {
        let named = |all: &[String]| names(all, &resource.address);
        let chosen = all || named(&part.targets) || facts.has(part, &resource.address);
        chosen && !resource.orphan && !named(&part.exclude)
    };
    let chosen = resources.iter().filter(is_chosen);
    chosen.map(|resource| resource.address.clone()).collect()
}

/// The addresses that a plan limited to this may do something to: those that are chosen, and those that they
/// depend on.
pub(super) fn allowed(
    part: &Part,
    facts: &Facts,
    resources: &[PlannedResource],
    steps: &[Step],
) -> BTreeSet<Address> {
    let mut allowed = chosen(part, facts, resources);
    let excluded = |address: &Address| names(&part.exclude, address);
    let of: HashMap<StepId, &Step> = steps.iter().map(|step| (step.id, step)).collect();
    // Prerequisites come before their dependents, so that one walk from the end finds them all.
    for step in steps.iter().rev() {
        if !allowed.contains(&step.address) {
            continue;
        }
        let before = step.after.iter().filter_map(|id| of.get(id));
        let before = before.map(|it| &it.address).filter(|it| !excluded(it));
        allowed.extend(before.cloned());
    }
    // Not only to create it: what git says of a customer comes before what runs for it.
    let customers = allowed.iter().filter_map(|it| facts.customer_of.get(it));
    let customers: Vec<_> = customers.filter(|it| !excluded(it)).cloned().collect();
    allowed.extend(customers);
    allowed
}

/// Markers are labels too, one for each object: whether one is there, the tenant says.
fn names_marker(flag: &str, name: &str) -> bool {
    flag == "--label" && Marker::is_reserved(name)
}

/// What a part may name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Names {
    /// Resources, and fleets for all of their members.
    pub addresses: BTreeSet<String>,
    /// Customers, by all that they are called.
    pub customers: BTreeSet<String>,
    /// Labels.
    pub labels: BTreeSet<String>,
}

impl Names {
    pub(super) fn of(facts: &Facts, resources: &[PlannedResource]) -> Self {
        let addresses = resources.iter().map(|it| &it.address);
        let fleets = addresses.clone().filter_map(fleet_of);
        Self {
            addresses: addresses.map(Address::to_string).chain(fleets).collect(),
            customers: facts.customers.values().flatten().cloned().collect(),
            labels: facts.labels.values().flatten().cloned().collect(),
        }
    }

    /// What a part of a later plan may name, as far as this one knows: rather too much than too little, since the later
    /// plan decides.
    #[must_use]
    pub fn known(plan: &Plan, desired: &Desired, tenant: &Tenant) -> Self {
        let mut facts = Facts::default();
        facts.note_declared(desired, tenant);
        let mut names = Self::of(&facts, &plan.resources);
        let customers = plan.resources.iter().filter_map(|it| it.customer.clone());
        names.customers.extend(customers);
        let labels = tenant.objects().flat_map(|it| it.labels.iter());
        names
            .labels
            .extend(labels.filter(|it| !Marker::is_reserved(it)).cloned());
        names
    }

    /// What a part names that is not among these: an error each, since a misspelt name must not look like an empty part.
    #[must_use]
    pub fn unmatched(&self, part: &Part) -> Vec<Diagnostic> {
        let Names {
            addresses,
            customers,
            labels,
        } = self;
        let lists = [
            (
                "--target",
                &part.targets,
                addresses,
                "no resource here is called",
            ),
            (
                "--exclude",
                &part.exclude,
                addresses,
                "no resource here is called",
            ),
            (
                "--customer",
                &part.customers,
                customers,
                "nothing here is for a customer",
            ),
            (
                "--label",
                &part.labels,
                labels,
                "nothing here bears the label",
            ),
        ];
        let mut found = Vec::new();
        for (flag, names, known, what) in lists {
            let unknown = |name: &&String| !known.contains(*name) && !names_marker(flag, name);
            for name in names.iter().filter(unknown) {
                let finding = Diagnostic::error("no-such-part", format!("{flag}: {what} {name:?}"));
                found.push(match nearest(name, known.iter().map(String::as_str)) {
                    Some(meant) => finding.hint(format!("did you mean {meant}?")),
                    None => finding,
                });
            }
        }
        found
    }
}

/// Whether an address is among those named; `Fleet/NAME` is each of its members.
fn names(all: &[String], address: &Address) -> bool {
    all.contains(&address.to_string()) || fleet_of(address).is_some_and(|it| all.contains(&it))
}

/// The address of the fleet that a member belongs to.
fn fleet_of(address: &Address) -> Option<String> {
    address.name.fleet().map(|fleet| format!("Fleet/{fleet}"))
}

/// What resources are chosen by, besides their addresses.
#[derive(Default)]
pub(super) struct Facts {
    labels: Words,
    customers: Words,
    /// The manifest of the customer that an instance is for.
    customer_of: BTreeMap<Address, Address>,
}

type Words = BTreeMap<Address, BTreeSet<String>>;

impl Facts {
    pub(super) fn of(inputs: &Inputs<'_>, changes: &ChangeSet) -> Self {
        let mut facts = Self::default();
        facts.note_declared(inputs.desired, inputs.tenant);
        let live = inputs.tenant.objects();
        let live: HashMap<(Kind, &str), LiveObject<'_>> =
            live.map(|it| ((it.kind, it.id), it)).collect();
        for compared in changes.overviews() {
            let Ok(overview) = compared.verdict else {
                continue;
            };
            let (kind, found) = (compared.address.kind, overview.live.id());
            let live = found.and_then(|id| live.get(&(kind, *id)));
            let labels = live.into_iter().flat_map(|live| live.labels);
            add(&mut facts.labels, compared.address, labels.cloned());
            let customer = overview.customer_name.map(str::to_owned);
            add(&mut facts.customers, compared.address, customer);
        }
        facts
    }

    fn note_declared(&mut self, desired: &Desired, tenant: &Tenant) {
        let of_manifests: HashMap<&ResourceName, Vec<String>> = (desired.customers.iter())
            .map(|it| (&it.name, words_of(it)))
            .collect();
        let all = tenant.all_customers.iter().flat_map(|it| &it.items);
        let by_id: HashMap<&str, &Customer> = all
            .map(|it| (it.customer.id.as_str(), &it.customer))
            .collect();
        for customer in &desired.customers {
            let address = customer.address();
            add(&mut self.customers, &address, words_of(customer));
            add(
                &mut self.labels,
                &address,
                customer.labels.iter().flatten().cloned(),
            );
        }
        for instance in &desired.instances {
            let address = instance.address();
            add(
                &mut self.labels,
                &address,
                instance.labels.iter().flatten().cloned(),
            );
            match &instance.customer {
                CustomerRef::Managed(name) => {
                    let manifest = Address::customer(name.clone());
                    self.customer_of.insert(address.clone(), manifest);
                    let words = of_manifests.get(name).cloned();
                    add(&mut self.customers, &address, words.into_iter().flatten());
                }
                which @ (CustomerRef::ExternalId(text)
                | CustomerRef::Name(text)
                | CustomerRef::Id(text)) => {
                    let read = tenant.customers.get(which).into_iter();
                    // A member of a fleet is for one of those that were read all together.
                    let listed = by_id.get(text.as_str()).copied();
                    let read = read.flat_map(|it| &it.items).chain(listed);
                    let read = read.flat_map(words_of_live);
                    add(&mut self.customers, &address, read.chain([text.clone()]));
                }
            }
        }
    }

    fn has(&self, part: &Part, address: &Address) -> bool {
        let any = |all: &Words, wanted: &[String]| {
            let own = all.get(address);
            own.is_some_and(|own| wanted.iter().any(|it| own.contains(it)))
        };
        any(&self.labels, &part.labels) || any(&self.customers, &part.customers)
    }
}

fn add(all: &mut Words, address: &Address, words: impl IntoIterator<Item = String>) {
    all.entry(address.clone()).or_default().extend(words);
}

/// What a customer of a manifest is called.
fn words_of(customer: &DesiredCustomer) -> Vec<String> {
    let DesiredCustomer {
        name,
        external_id,
        display_name,
        ..
    } = customer;
    vec![name.to_string(), external_id.clone(), display_name.clone()]
}

/// What a live customer is called.
fn words_of_live(customer: &Customer) -> Vec<String> {
    let Customer {
        id,
        name,
        external_id,
    } = customer;
    let mut words = vec![id.to_string(), name.clone()];
    words.extend(external_id.clone());
    words
}

#[cfg(test)]
mod tests;
