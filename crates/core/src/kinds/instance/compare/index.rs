//! Look-ups over the live instances, so that comparing many of them stays linear.

use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap};

use crate::diff::identity::Candidate;
use crate::diff::{
    ChangeSet, ConnectionChanges, Inputs, IntegrationChanges, Refusal, Stop, Verdict,
};
use crate::kinds::customer::compare::whose::{InstanceCustomer, People};
use crate::kinds::instance::compare::member;
use crate::kinds::instance::compare::version::Target;
use crate::model::{
    Address, Adopt, ConnectionScope, ConnectionValueId, DesiredInstance, Instance, Integration,
    Marker, RequiredVariable, ResourceName, Tenant,
};
use crate::rollout::Turn;

/// Look-ups over the tenant, so that comparing many instances stays linear.
pub(crate) struct Index<'a> {
    pub(crate) inputs: &'a Inputs<'a>,
    verdicts: HashMap<&'a ResourceName, &'a Verdict<IntegrationChanges>>,
    connections: HashMap<&'a ResourceName, &'a Verdict<ConnectionChanges>>,
    integrations: HashMap<&'a str, &'a Integration>,
    pub(crate) declared: BTreeSet<&'a ResourceName>,
    by_id: HashMap<&'a str, &'a Instance>,
    pub(crate) by_label: HashMap<&'a str, Vec<&'a Instance>>,
    variables: HashMap<&'a ResourceName, OnceCell<Vec<RequiredVariable>>>,
    /// By customer and trimmed name: one customer may have them all.
    by_name: HashMap<(&'a str, &'a str), Vec<&'a Instance>>,
    /// By customer; of use to fleets only.
    pub(crate) by_customer: HashMap<&'a str, Vec<&'a Instance>>,
    /// The customers that references may mean.
    pub(crate) people: People<'a>,
}

/// Why an instance cannot be bound to a connection that has no value for it.
fn no_value(address: &Address, changes: &ConnectionChanges, customer: &str) -> Stop {
    if let Some(why) = &changes.values_unread {
        return Stop::Unknown(format!("{address}: {why}"));
    }
    match changes.scope {
        ConnectionScope::Customer => {
            Refusal::new(format!("{address} has no value for customer {customer:?}"))
                .hint("add it under `customers:` of the connection, or let the customer fill it in")
        }
        ConnectionScope::Organization => Refusal::new(format!(
            "{address} has no value of the organization that an instance can be bound to"
        ))
        .hint("let the definition bind it by useScopedConfigVar, and take it out of `config:`"),
    }
    .into()
}

impl<'a> Index<'a> {
    pub(crate) fn new(inputs: &'a Inputs<'a>, so_far: &'a ChangeSet) -> Self {
        let integrations = &so_far.integrations;
        let mut by_label: HashMap<&str, Vec<&Instance>> = HashMap::new();
        let mut by_name: HashMap<_, Vec<&Instance>> = HashMap::new();
        let mut by_customer: HashMap<&str, Vec<&Instance>> = HashMap::new();
        let fleets = !inputs.desired.fleets.is_empty();
        for live in &inputs.tenant.instances.items {
            if fleets {
                by_customer
                    .entry(live.customer.id.as_str())
                    .or_default()
                    .push(live);
            }
            by_name
                .entry((live.customer.id.as_str(), live.name.trim()))
                .or_default()
                .push(live);
            for label in live
                .labels
                .iter()
                .filter(|label| Marker::is_reserved(label))
            {
                by_label.entry(label).or_default().push(live);
            }
        }
        Self {
            inputs,
            connections: (so_far.connections.iter())
                .map(|diff| (&diff.address.name, &diff.verdict))
                .collect(),
            verdicts: integrations
                .iter()
                .map(|diff| (&diff.address.name, &diff.verdict))
                .collect(),
            integrations: inputs
                .tenant
                .integrations
                .items
                .iter()
                .map(|live| (live.id.as_str(), live))
                .collect(),
            declared: inputs.desired.instances.iter().map(|i| &i.name).collect(),
            by_id: inputs
                .tenant
                .instances
                .items
                .iter()
                .map(|i| (i.id.as_str(), i))
                .collect(),
            variables: integrations
                .iter()
                .map(|diff| (&diff.address.name, OnceCell::new()))
                .collect(),
            by_label,
            by_name,
            by_customer,
            people: People::new(inputs, &so_far.customers),
        }
    }

    pub(crate) fn tenant(&self) -> &'a Tenant {
        self.inputs.tenant
    }

    /// What is known of the shared connection that a manifest declares.
    pub(crate) fn connection(&self, name: &ResourceName) -> Option<&'a Verdict<ConnectionChanges>> {
        self.connections.get(name).copied()
    }

    /// The value that a shared connection has for a customer: its id, or none where this plan creates it; and
    /// whether a person has to consent before it works.
    pub(crate) fn value_of(
        &self,
        connection: &ResourceName,
        customer: &InstanceCustomer,
    ) -> Result<(Option<&'a ConnectionValueId>, bool), Stop> {
        let address = Address::connection(connection.clone());
        let Some(verdict) = self.connection(connection) else {
            let reason = format!("{address} is not declared");
            return Err(Refusal::new(reason)
                .hint("declare it: a manifest of `kind: Connection`")
                .into());
        };
        let changes = verdict.as_ref().map_err(|stop| stop.of(&address))?;
        let wanted = match changes.scope {
            ConnectionScope::Organization => None,
            ConnectionScope::Customer => Some(&customer.target),
        };
        let mut values = changes.values.iter();
        match values.find(|it| it.customer.as_ref() == wanted) {
            Some(value) => Ok((value.live.as_ref(), value.pending)),
            None => Err(no_value(&address, changes, &customer.name)),
        }
    }

    pub(crate) fn integration(&self, id: &str) -> Option<&'a Integration> {
        self.integrations.get(id).copied()
    }

    pub(crate) fn verdict(&self, name: &ResourceName) -> Option<&'a Verdict<IntegrationChanges>> {
        self.verdicts.get(name).copied()
    }

    /// What its rollout says of an instance.
    pub(crate) fn turn(&self, instance: &ResourceName) -> Option<&'a Turn> {
        self.inputs.admissions?.turn(instance)
    }

    /// The version that its rollout brings an instance to, where that is not what its manifest says.
    pub(crate) fn admitted(&self, instance: &ResourceName) -> Option<i64> {
        self.inputs.admissions?.target(instance)
    }

    /// The variables that the declared definition of an integration requires; read from it
    /// once, however many instances ask.
    pub(crate) fn declared_variables(&self, name: &ResourceName) -> Option<&[RequiredVariable]> {
        let definition = self.inputs.definitions.get(name)?;
        let variables = self.variables.get(name)?;
        Some(variables.get_or_init(|| definition.required_variables()))
    }

    fn named<'s>(&'s self, customer: &'s InstanceCustomer, name: &'s str) -> &'s [&'a Instance] {
        let Some(id) = customer.id() else {
            return &[];
        };
        let place = (id.as_str(), name.trim());
        self.by_name.get(&place).map_or(&[], Vec::as_slice)
    }

    /// The few instances that can be the one a manifest means.
    pub(crate) fn candidates(
        &self,
        desired: &DesiredInstance,
        marker: &Marker,
        customer: &InstanceCustomer,
        target: &Target<'_>,
    ) -> Vec<Candidate<'a, Instance>> {
        let marked = self
            .by_label
            .get(marker.to_string().as_str())
            .into_iter()
            .flatten();
        let theirs = self.named(customer, &desired.display_name);
        let (adopted, by_id) = match &desired.adopt {
            Some(Adopt::Name(name)) => (self.named(customer, name), None),
            Some(Adopt::Id(id)) => (&[][..], self.by_id.get(id.as_str())),
            None => (&[][..], None),
        };
        let members = member::candidates(self, desired, customer, target);
        let by_member: BTreeSet<&str> = members.iter().map(|live| live.id.as_str()).collect();
        let by_name = desired.member.is_none();
        let mut seen = BTreeSet::new();
        marked
            .chain(theirs)
            .chain(adopted)
            .chain(by_id)
            .chain(&members)
            .filter(|live| seen.insert(live.id.as_str()))
            .map(|live| {
                let same_name = || live.version.integration_name == target.integration_name;
                let same_place = customer.id() == Some(&live.customer.id)
                    && target.covers(&live.version).unwrap_or_else(same_name);
                let named = matches!(&desired.adopt, Some(Adopt::Name(name)) if live.name.trim() == name.trim());
                Candidate {
                    object: *live,
                    id: live.id.as_str(),
                    labels: &live.labels,
                    matches: by_member.contains(live.id.as_str())
                        || (by_name
                            && same_place
                            && live.name.trim() == desired.display_name.trim()),
                    named: same_place && named,
                    // An instance is created with its marker on.
                    interrupted: false,
                    in_use: live.deployed,
                }
            })
            .collect()
    }
}
