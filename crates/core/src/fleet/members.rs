//! The members of one fleet.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::claims::{self, Claim, Claims};
use super::customers::{Customers, Known};
use super::fill::{Fault, Filler};
use crate::model::{
    CustomerRef, Desired, DesiredFleet, DesiredInstance, Expanded, FleetCustomers, MemberSpec,
    MemberStop, Membership, ResourceName, Tenant,
};

/// A fleet that is being expanded.
pub(super) struct Fleet<'a> {
    fleet: &'a DesiredFleet,
    desired: &'a Desired,
    tenant: &'a Tenant,
    customers: &'a Customers<'a>,
    filler: Filler<'a>,
    /// The template, as far as it is the same for all: without its places, which the fleet keeps.
    base: MemberSpec,
    /// The overrides of each customer, in order.
    overrides: HashMap<&'a str, Vec<usize>>,
}

/// What it came to.
pub(super) struct Made {
    pub(super) members: Vec<DesiredInstance>,
    pub(super) facts: Expanded,
    /// The customers that another fleet claims, by key, and which.
    pub(super) contested: Vec<(String, ResourceName)>,
    /// The keys of the members.
    pub(super) keys: BTreeMap<String, ResourceName>,
    /// The project.
    pub(super) project: ResourceName,
}

/// A customer that is selected: its key, and who it is where that is known.
struct Selected<'a> {
    key: String,
    who: Vec<(usize, &'a Known<'a>)>,
}

impl<'a> Fleet<'a> {
    pub(super) fn new(
        fleet: &'a DesiredFleet,
        desired: &'a Desired,
        tenant: &'a Tenant,
        customers: &'a Customers<'a>,
    ) -> Self {
        let mut overrides: HashMap<&str, Vec<usize>> = HashMap::new();
        for (place, one) in fleet.overrides.iter().enumerate() {
            for customer in &one.customers {
                overrides.entry(&customer.key).or_default().push(place);
            }
        }
        let base = MemberSpec {
            places: BTreeMap::new(),
            ..fleet.template.fixed.clone()
        };
        Self {
            fleet,
            desired,
            tenant,
            customers,
            filler: Filler::of(fleet),
            base,
            overrides,
        }
    }

    /// Makes the members, and claims their places.
    pub(super) fn members(&self, claims: &mut Claims) -> Made {
        let (selected, left_out) = self.selected();
        let mut made = Made {
            members: Vec::new(),
            facts: Expanded {
                left_out,
                incomplete: self.unknown(),
                ..Expanded::default()
            },
            contested: Vec::new(),
            keys: BTreeMap::new(),
            project: self.desired.project.name.clone(),
        };
        let mut members: BTreeMap<ResourceName, DesiredInstance> = BTreeMap::new();
        for one in selected {
            let name = ResourceName::member(&self.fleet.name, &one.key);
            let Some(stop) = self.claim(claims, &one, &name, &mut made) else {
                continue;
            };
            if let Some(first) = members.get_mut(&name) {
                first.member = Some(self.membership(Some(same_name(&name))));
                continue;
            }
            made.keys.insert(one.key.clone(), name.clone());
            members.insert(name.clone(), self.member(name, &one, stop));
        }
        if made.facts.incomplete.is_some() {
            self.unread(&mut members);
        }
        made.facts.members = members.len();
        made.facts.displaced.sort();
        made.members = members.into_values().collect();
        made
    }

    /// Claims the place of a member. `None` where a manifest has it; else what is in the way, if anything is.
    fn claim(
        &self,
        claims: &mut Claims,
        selected: &Selected<'_>,
        name: &ResourceName,
        made: &mut Made,
    ) -> Option<Option<MemberStop>> {
        let [(customer, _)] = selected.who.as_slice() else {
            return Some(None);
        };
        let place = (*customer, claims.integration(&self.fleet.integration));
        match claims.take(place, &self.fleet.name, name) {
            None => Some(None),
            Some(Claim::Manifest(_)) => {
                made.facts.displaced.push(selected.key.clone());
                None
            }
            Some(Claim::Fleet(first)) => {
                made.contested.push((selected.key.clone(), first.clone()));
                Some(Some(contested(&first)))
            }
        }
    }

    /// Why it is unknown who is in it.
    fn unknown(&self) -> Option<Arc<str>> {
        match &self.fleet.customers {
            FleetCustomers::Selector(_) => self.customers.incomplete.clone(),
            FleetCustomers::Listed(_) => None,
        }
    }

    /// Who is selected, each key once; and the names of those that have none.
    fn selected(&self) -> (Vec<Selected<'a>>, Vec<String>) {
        let key = self.fleet.key;
        let listed = |key_text: &str| Selected {
            key: key_text.to_owned(),
            who: self.customers.named(key, key_text),
        };
        let selector = match &self.fleet.customers {
            FleetCustomers::Listed(all) => {
                return (all.iter().map(|one| listed(&one.key)).collect(), Vec::new());
            }
            FleetCustomers::Selector(selector) => selector,
        };
        let mut by_key: BTreeMap<&str, Vec<(usize, &Known<'a>)>> = BTreeMap::new();
        let mut left_out = Vec::new();
        for (place, one) in self.customers.all() {
            if !selector.selects(one.labels()) {
                continue;
            }
            match one.key(key) {
                Some(text) => by_key.entry(text).or_default().push((place, one)),
                None => left_out.push(one.name().to_owned()),
            }
        }
        left_out.sort();
        let selected = by_key.into_iter().map(|(key, who)| Selected {
            key: key.to_owned(),
            who,
        });
        (selected.collect(), left_out)
    }

    fn member(
        &self,
        name: ResourceName,
        selected: &Selected<'_>,
        stop: Option<MemberStop>,
    ) -> DesiredInstance {
        let mut stop = stop.or_else(|| {
            let why = self.unknown()?;
            Some(MemberStop::Unknown(format!("the customers: {why}")))
        });
        let mut spec = self.base.clone();
        let customer = match selected.who.as_slice() {
            [(_, one)] => {
                if stop.is_none() {
                    match self.spec(&selected.key, one) {
                        Ok(full) => spec = full,
                        Err(fault) => stop = Some(fault.stop()),
                    }
                }
                one.reference()
            }
            many => {
                stop = Some(stop.unwrap_or_else(|| self.nobody(&selected.key, many.len())));
                CustomerRef::ExternalId(selected.key.clone())
            }
        };
        self.instance(name, customer, spec, stop)
    }

    /// A customer that is not there, or not only once.
    fn nobody(&self, text: &str, found: usize) -> MemberStop {
        let key = self.fleet.key.word();
        if let (0, Some(why)) = (found, &self.customers.incomplete) {
            return MemberStop::Unknown(format!("the customer with {key} {text:?}: {why}"));
        }
        if found > 0 {
            return MemberStop::Refused {
                reason: format!("{found} customers have the {key} {text:?}"),
                hint: Some(format!("give each an {key} of its own in Prismatic")),
            };
        }
        let meant = self.customers.nearest(self.fleet.key, text);
        let meant = meant.map_or_else(String::new, |meant| format!("did you mean {meant}? Else "));
        MemberStop::Refused {
            reason: format!("no customer with {key} {text:?} exists in this tenant"),
            hint: Some(format!(
                "{meant}create it first, declare it as a Customer, or take it off the list"
            )),
        }
    }

    /// What a member declares: the template, and over it the overrides in order.
    fn spec(&self, key: &str, customer: &Known<'_>) -> Result<MemberSpec, Fault> {
        let mut spec = self.base.clone();
        if let Some(open) = self.filler.template(key, customer)? {
            spec.lay_over(open);
        }
        for place in self.overrides.get(key).into_iter().flatten() {
            if let Some(one) = self.fleet.overrides.get(*place) {
                spec.lay_over(one.part.fixed.clone());
            }
            if let Some(open) = self.filler.override_at(*place, key, customer)? {
                spec.lay_over(open);
            }
        }
        spec.places.clear();
        Ok(spec)
    }

    fn membership(&self, stop: Option<MemberStop>) -> Box<Membership> {
        Box::new(Membership {
            fleet: self.fleet.name.clone(),
            manage: self.fleet.manage,
            creates: self.fleet.create,
            stop,
        })
    }

    fn instance(
        &self,
        name: ResourceName,
        customer: CustomerRef,
        spec: MemberSpec,
        stop: Option<MemberStop>,
    ) -> DesiredInstance {
        let fleet = self.fleet;
        // Taken apart so that a new field does not compile before a member has it.
        let MemberSpec {
            version,
            display_name,
            description,
            labels,
            state,
            config,
            flows,
            global_debug,
            deploy,
            force,
            protect,
            outside_rollout,
            drift,
            places: _,
        } = spec;
        DesiredInstance {
            name,
            integration: fleet.integration.clone(),
            version: version.unwrap_or_default(),
            customer,
            display_name: display_name.unwrap_or_else(|| fleet.name.to_string()),
            description,
            labels,
            state: state.unwrap_or_default(),
            config,
            flows,
            global_debug,
            deploy: deploy.unwrap_or_default(),
            force: force.unwrap_or_default(),
            adopt: None,
            protect: protect.unwrap_or_default(),
            member: Some(self.membership(stop)),
            displaces: None,
            outside_rollout,
            drift,
            location: fleet.location.clone(),
        }
    }

    /// What bears the marker of a member and was not met among the customers that could be read: whether it
    /// is one still, is unknown.
    fn unread(&self, members: &mut BTreeMap<ResourceName, DesiredInstance>) {
        let why = self.unknown().unwrap_or_else(|| "not read".into());
        for (name, live) in claims::marked(self.desired, self.tenant) {
            let ours = name.fleet() == Some(self.fleet.name.as_str());
            if !ours || members.contains_key(&name) {
                continue;
            }
            let customer = CustomerRef::Id(live.customer.id.as_str().to_owned());
            let stop = MemberStop::Unknown(format!("the customers: {why}"));
            let member = self.instance(name.clone(), customer, self.base.clone(), Some(stop));
            members.insert(name, member);
        }
    }
}

fn contested(first: &ResourceName) -> MemberStop {
    MemberStop::Refused {
        reason: format!("Fleet/{first} has a member of this integration for the same customer"),
        hint: Some("let one of the two fleets leave the customer out".to_owned()),
    }
}

fn same_name(name: &ResourceName) -> MemberStop {
    MemberStop::Refused {
        reason: format!("two customers would both be Instance/{name}"),
        hint: Some(
            "give one of them another externalId, or name members with `key: id`".to_owned(),
        ),
    }
}
