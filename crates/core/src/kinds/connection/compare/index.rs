//! Look-ups over the live connections and what is bound to them, so that comparing many stays linear.

use std::collections::{BTreeSet, HashMap};

use crate::diff::{ChangeSet, Inputs, Reach};
use crate::kinds::customer::compare::whose::People;
use crate::model::{
    ConnectionId, ConnectionRecord, ConnectionValueId, Instance, InstanceId, Listing, Observed,
    ResourceName,
};

/// Look-ups over the tenant.
pub(crate) struct Index<'a> {
    pub(crate) inputs: &'a Inputs<'a>,
    pub(crate) people: People<'a>,
    pub(crate) declared: BTreeSet<&'a ResourceName>,
    by_key: HashMap<&'a str, &'a ConnectionRecord>,
    by_id: HashMap<&'a ConnectionId, &'a ConnectionRecord>,
    bound: Bindings<'a>,
}

/// Which deployed instances are bound to which connections.
pub(crate) struct Bindings<'a> {
    values: HashMap<&'a ConnectionValueId, BTreeSet<&'a InstanceId>>,
    /// By the definition of their version, without a value of their own.
    connections: HashMap<&'a ConnectionId, BTreeSet<&'a InstanceId>>,
    /// Not all instances, or not all values of one, were read.
    pub(crate) more: bool,
}

impl<'a> Bindings<'a> {
    /// Those of the instances that `counts` lets count.
    pub(crate) fn of(inputs: &Inputs<'a>, counts: impl Fn(&Instance) -> bool) -> Self {
        let mut all = Self {
            values: HashMap::new(),
            connections: HashMap::new(),
            more: inputs.tenant.instances.incomplete.is_some(),
        };
        for live in inputs.tenant.instances.items.iter().filter(|it| counts(it)) {
            let values = match &live.config {
                Observed::Known(values) => values,
                Observed::Absent => continue,
                Observed::Unknown(_) => {
                    all.more = true;
                    continue;
                }
            };
            for variable in values.values() {
                if let Some(value) = &variable.bound {
                    all.values.entry(value).or_default().insert(&live.id);
                }
                if let Some(scoped) = &variable.scoped {
                    all.connections.entry(scoped).or_default().insert(&live.id);
                }
            }
        }
        all
    }

    /// The instances that are bound to a connection, by one of its values or by their definition.
    pub(crate) fn to(&self, live: &ConnectionRecord) -> BTreeSet<&'a InstanceId> {
        let values = live.values.items.iter();
        let by_value = values.filter_map(|value| self.values.get(&value.id));
        let by_definition = self.connections.get(&live.id);
        by_value.chain(by_definition).flatten().copied().collect()
    }
}

impl<'a> Index<'a> {
    pub(crate) fn new(inputs: &'a Inputs<'a>, so_far: &'a ChangeSet) -> Self {
        let listed = inputs.tenant.connections.iter().flat_map(|all| &all.items);
        Self {
            inputs,
            people: People::new(inputs, &so_far.customers),
            declared: inputs
                .desired
                .connections
                .iter()
                .map(|it| &it.name)
                .collect(),
            by_key: (listed.clone())
                .map(|live| (live.stable_key.as_str(), live))
                .collect(),
            by_id: listed.map(|live| (&live.id, live)).collect(),
            bound: Bindings::of(inputs, |live| live.deployed),
        }
    }

    pub(crate) fn listing(&self) -> Option<&'a Listing<ConnectionRecord>> {
        self.inputs.tenant.connections.as_ref()
    }

    pub(crate) fn with_stable_key(&self, key: &str) -> Option<&'a ConnectionRecord> {
        self.by_key.get(key).copied()
    }

    pub(crate) fn record(&self, id: &ConnectionId) -> Option<&'a ConnectionRecord> {
        self.by_id.get(id).copied()
    }

    /// The deployed instances that depend on any value of a connection.
    pub(crate) fn reach_of(&self, live: &ConnectionRecord) -> Reach {
        Reach {
            deployed: self.bound.to(live).len(),
            more: self.bound.more || live.values.incomplete.is_some(),
        }
    }

    /// The deployed instances that are bound to one value.
    pub(crate) fn reach_of_value(&self, value: &ConnectionValueId) -> Reach {
        Reach {
            deployed: self.bound.values.get(value).map_or(0, BTreeSet::len),
            more: self.bound.more,
        }
    }
}
