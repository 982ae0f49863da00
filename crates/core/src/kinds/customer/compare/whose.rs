//! Which customer a reference means: of a manifest, or another one of the tenant.

use std::collections::{BTreeSet, HashMap};

use crate::diff::{Comparison, CustomerChanges, Inputs, Refusal, Stop, TargetCustomer, Verdict};
use crate::model::{Address, Customer, CustomerId, CustomerRef, ResourceName, Tenant, nearest};

/// Look-ups over the customers that references may mean.
pub(crate) struct People<'a> {
    tenant: &'a Tenant,
    verdicts: HashMap<&'a ResourceName, &'a Verdict<CustomerChanges>>,
    /// The customers that manifests declare, by external id and by name.
    manifests: HashMap<CustomerRef, &'a ResourceName>,
    /// All customers by id, where they were read.
    by_id: HashMap<&'a str, &'a Customer>,
}

impl<'a> People<'a> {
    pub(crate) fn new(inputs: &'a Inputs<'a>, compared: &'a [Comparison<CustomerChanges>]) -> Self {
        let declared = inputs.desired.customers.iter().flat_map(|one| {
            let external = CustomerRef::ExternalId(one.external_id.clone());
            let name = CustomerRef::Name(one.display_name.clone());
            [(external, &one.name), (name, &one.name)]
        });
        let listed = inputs
            .tenant
            .all_customers
            .iter()
            .flat_map(|all| &all.items);
        Self {
            tenant: inputs.tenant,
            verdicts: (compared.iter())
                .map(|diff| (&diff.address.name, &diff.verdict))
                .collect(),
            manifests: declared.collect(),
            by_id: listed
                .map(|record| (record.customer.id.as_str(), &record.customer))
                .collect(),
        }
    }

    /// The customer with this id, where all of them were read.
    pub(crate) fn person(&self, id: &str) -> Option<&'a Customer> {
        self.by_id.get(id).copied()
    }
}

/// Whose something is, or shall be.
pub(crate) struct InstanceCustomer {
    pub(crate) target: TargetCustomer,
    /// What the customer is called now.
    pub(crate) name: String,
}

impl InstanceCustomer {
    /// The customer's id, if it exists.
    pub(crate) fn id(&self) -> Option<&CustomerId> {
        match &self.target {
            TargetCustomer::Existing(id) => Some(id),
            TargetCustomer::Created(_) => None,
        }
    }
}

/// The customer of a manifest that an instance refers to.
fn of_manifest(
    name: &ResourceName,
    verdict: Option<&Verdict<CustomerChanges>>,
) -> Result<InstanceCustomer, Stop> {
    let address = Address::customer(name.clone());
    let Some(verdict) = verdict else {
        return Err(Stop::refused(format!("{address} is not declared")));
    };
    let changes = verdict.as_ref().map_err(|stop| stop.of(&address))?;
    Ok(InstanceCustomer {
        name: changes.called.clone(),
        target: match changes.live.id() {
            Some(id) => TargetCustomer::Existing(id.clone()),
            None => TargetCustomer::Created(name.clone()),
        },
    })
}

/// Whose it is: the customer of a manifest, or another one of the tenant.
pub(crate) fn resolve_customer(
    people: &People<'_>,
    which: &CustomerRef,
) -> Result<InstanceCustomer, Stop> {
    let managed = |name: &ResourceName| of_manifest(name, people.verdicts.get(name).copied());
    if let CustomerRef::Managed(name) = which {
        return managed(name);
    }
    let Some(found) = people.tenant.customers.get(which) else {
        // A member of a fleet is for one of those that were read all together.
        if let CustomerRef::Id(id) = which
            && let Some(one) = people.person(id)
        {
            return Ok(InstanceCustomer {
                target: TargetCustomer::Existing(one.id.clone()),
                name: one.name.clone(),
            });
        }
        return Err(Stop::Unknown(format!(
            "the customer with {which} was not read"
        )));
    };
    match (found.items.as_slice(), &found.incomplete) {
        ([one], None) => Ok(InstanceCustomer {
            target: TargetCustomer::Existing(one.id.clone()),
            name: one.name.clone(),
        }),
        (_, Some(why)) => Err(Stop::Unknown(format!("the customer with {which}: {why}"))),
        ([], None) => match people.manifests.get(which) {
            Some(name) => managed(name),
            None => Err(absent(people, which).into()),
        },
        (many, None) => {
            let ids: Vec<_> = many.iter().map(|customer| customer.id.as_str()).collect();
            Err(Refusal::new(format!(
                "{} customers with {which}: {}",
                many.len(),
                ids.join(", ")
            ))
            .hint("say which one with `customer: {id: …}`")
            .into())
        }
    }
}

fn absent(people: &People<'_>, which: &CustomerRef) -> Refusal {
    let meant = nearest_customer(people, which);
    let meant = meant.map_or_else(String::new, |meant| format!("did you mean {meant}? Else "));
    Refusal::new(format!("no customer with {which} exists in this tenant")).hint(format!(
        "{meant}create it first, or declare it as a Customer and refer to that by its name"
    ))
}

/// Of the customers that are known of, the one that a reference most nearly names.
fn nearest_customer(people: &People<'_>, which: &CustomerRef) -> Option<String> {
    let tenant = people.tenant;
    let listed = tenant.all_customers.iter().flat_map(|all| &all.items);
    let all: Vec<&Customer> = (tenant.instances.items.iter().map(|live| &live.customer))
        .chain(listed.map(|record| &record.customer))
        .chain(&tenant.near_customers)
        .collect();
    let written = match which {
        CustomerRef::ExternalId(text) | CustomerRef::Name(text) => text,
        // Ids are copied, not written.
        CustomerRef::Id(_) | CustomerRef::Managed(_) => return None,
    };
    let known = |one: &'_ Customer| [Some(one.name.clone()), one.external_id.clone()];
    let names: BTreeSet<String> = all.iter().copied().flat_map(known).flatten().collect();
    let found = nearest(written, names.iter().map(String::as_str))?;
    let mut called = all
        .iter()
        .filter(|one| one.name == found || one.external_id.as_deref() == Some(found));
    let one = called.next()?;
    Some(match &one.external_id {
        Some(external) => format!("{} ({{externalId: {external}}})", one.name),
        None => format!("{} ({{name: {:?}}})", one.name, one.name),
    })
}
