//! A plan of a part of what the files declare.
//!
//! What is chosen is planned with what it depends on. The rest is left out and counted; nothing is pruned,
//! because what nothing declares belongs to no part.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{PlannedResource, Step, StepId};
use crate::diff::{ChangeSet, Inputs};
use crate::model::{
    Address, Customer, CustomerRef, Declared as _, DesiredCustomer, Diagnostic, Kind, LiveObject,
    ResourceName, nearest,
};

/// What a plan is limited to. Without any choice it is everything; several choices add up.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Part {
    /// Addresses, as they are written: `Instance/smith-erp`.
    pub targets: Vec<String>,
    /// Customers, by external id, name or id, or by the name of their manifest: they and their instances.
    pub customers: Vec<String>,
    /// Labels, live or declared.
    pub labels: Vec<String>,
    /// Addresses that are left out although they are chosen.
    pub exclude: Vec<String>,
}

impl Part {
    /// Whether it is everything.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        *self == Self::default()
    }

    fn chooses_all(&self) -> bool {
        self.targets.is_empty() && self.customers.is_empty() && self.labels.is_empty()
    }

    /// The addresses of the plan that belong to it, before what they depend on.
    fn chosen(&self, facts: &Facts, resources: &[PlannedResource]) -> BTreeSet<Address> {
        let is_chosen = |resource: &&PlannedResource| {
            let named = |all: &[String]| names(all, &resource.address);
            let chosen =
                self.chooses_all() || named(&self.targets) || facts.has(self, &resource.address);
            chosen && !resource.orphan && !named(&self.exclude)
        };
        let chosen = resources.iter().filter(is_chosen);
        chosen.map(|resource| resource.address.clone()).collect()
    }

    /// What it names that is not there: an error each, since a misspelt name must not look like an empty part.
    pub(super) fn unmatched(
        &self,
        facts: &Facts,
        resources: &[PlannedResource],
    ) -> Vec<Diagnostic> {
        let addresses = resources.iter().map(|it| &it.address);
        let fleets = addresses.clone().filter_map(fleet_of);
        let known: BTreeSet<String> = addresses.map(Address::to_string).chain(fleets).collect();
        let labels: BTreeSet<String> = facts.labels.values().flatten().cloned().collect();
        let customers: BTreeSet<String> = facts.customers.values().flatten().cloned().collect();
        let lists = [
            (
                "--target",
                &self.targets,
                &known,
                "no resource here is called",
            ),
            (
                "--exclude",
                &self.exclude,
                &known,
                "no resource here is called",
            ),
            (
                "--customer",
                &self.customers,
                &customers,
                "nothing here is for a customer",
            ),
            (
                "--label",
                &self.labels,
                &labels,
                "nothing here bears the label",
            ),
        ];
        let mut found = Vec::new();
        for (flag, names, known, what) in lists {
            for name in names.iter().filter(|name| !known.contains(*name)) {
                let finding = Diagnostic::error("no-such-part", format!("{flag}: {what} {name:?}"));
                found.push(match nearest(name, known.iter().map(String::as_str)) {
                    Some(meant) => finding.hint(format!("did you mean {meant}?")),
                    None => finding,
                });
            }
        }
        found
    }

    /// The addresses that a plan limited to this may do something to: those that are chosen, and those that they
    /// depend on.
    pub(super) fn allowed(
        &self,
        facts: &Facts,
        resources: &[PlannedResource],
        steps: &[Step],
    ) -> BTreeSet<Address> {
        let mut allowed = self.chosen(facts, resources);
        let excluded = |address: &Address| names(&self.exclude, address);
        let of: HashMap<StepId, &Step> = steps.iter().map(|step| (step.id, step)).collect();
        // Prerequisites stand before their dependents, so that one walk from the end finds them all.
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
        facts.note_declared(inputs);
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

    fn note_declared(&mut self, inputs: &Inputs<'_>) {
        let desired = inputs.desired;
        let of_manifests: HashMap<&ResourceName, Vec<String>> = (desired.customers.iter())
            .map(|it| (&it.name, words_of(it)))
            .collect();
        let all = inputs.tenant.all_customers.iter().flat_map(|it| &it.items);
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
                    let read = inputs.tenant.customers.get(which).into_iter();
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
