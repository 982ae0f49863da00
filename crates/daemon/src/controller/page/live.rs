//! Live objects by the addresses that their markers name.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use super::CustomerFacts;
use crate::api::page::{Connection, ConnectionState};
use crate::model::{
    Address, ConnectionRecord, Customer, CustomerRecord, Instance, Integration, Kind, Marker,
    Observed, ResourceName, Tenant, VariableStatus,
};

/// At most this many connections are kept of an instance.
const CONNECTIONS: usize = 20;

pub(super) struct Live<'a> {
    tenant: &'a Tenant,
    instances: HashMap<ResourceName, &'a Instance>,
    integrations: HashMap<ResourceName, &'a Integration>,
    customers: HashMap<ResourceName, &'a CustomerRecord>,
    shared: HashMap<ResourceName, &'a ConnectionRecord>,
    by_id: HashMap<&'a str, &'a CustomerRecord>,
}

impl<'a> Live<'a> {
    pub(super) fn of(tenant: &'a Tenant, project: &ResourceName) -> Self {
        let customers = || tenant.all_customers.iter().flat_map(|it| &it.items);
        Self {
            tenant,
            instances: marked(&tenant.instances.items, project, |it| &it.labels),
            integrations: marked(&tenant.integrations.items, project, |it| &it.labels),
            customers: marked(customers(), project, |it| &it.labels),
            shared: marked(
                tenant.connections.iter().flat_map(|it| &it.items),
                project,
                |it| &it.labels,
            ),
            by_id: customers()
                .map(|it| (it.customer.id.as_str(), it))
                .collect(),
        }
    }

    /// All customers that were read, by their keys.
    pub(super) fn customers(&self) -> BTreeMap<String, CustomerFacts> {
        let of_instances = self.tenant.instances.items.iter().map(|it| &it.customer);
        let records = self.by_id.values().map(|it| &it.customer);
        of_instances
            .chain(records)
            .map(|it| (key(it), self.facts(it)))
            .collect()
    }

    fn facts(&self, customer: &Customer) -> CustomerFacts {
        CustomerFacts {
            name: customer.name.clone(),
            external_id: customer.external_id.clone(),
            labels: self.labels(customer).unwrap_or_default(),
        }
    }

    fn labels(&self, customer: &Customer) -> Option<Vec<String>> {
        let record = self.by_id.get(customer.id.as_str())?;
        Some(without_ours(&record.labels))
    }

    fn instance(&self, address: &Address) -> Option<&'a Instance> {
        let of_kind = address.kind == Kind::Instance;
        self.instances
            .get(&address.name)
            .copied()
            .filter(|_| of_kind)
    }

    /// The key of the customer that it is for, or is, and the labels that waves and filters use.
    pub(super) fn customer_of(&self, address: &Address) -> Option<(String, Vec<String>)> {
        match address.kind {
            Kind::Instance => {
                let live = self.instance(address)?;
                let labels = self.labels(&live.customer);
                let labels = labels.unwrap_or_else(|| without_ours(&live.labels));
                Some((key(&live.customer), labels))
            }
            Kind::Customer => {
                let record = self.customers.get(&address.name)?;
                Some((key(&record.customer), without_ours(&record.labels)))
            }
            Kind::Connection | Kind::Integration => None,
        }
    }

    /// The display name of the integration of an instance.
    pub(super) fn integration_of(&self, address: &Address) -> Option<String> {
        Some(self.instance(address)?.version.integration_name.clone())
    }

    pub(super) fn version(&self, address: &Address) -> Option<String> {
        Some(self.instance(address)?.version.number.to_string())
    }

    pub(super) fn is_deployed(&self, address: &Address) -> Option<bool> {
        let live = self.instance(address)?;
        Some(live.deployed && !live.needs_deploy)
    }

    pub(super) fn changed_at(&self, address: &Address) -> Option<Timestamp> {
        match address.kind {
            Kind::Instance => self.instance(address)?.updated_at,
            Kind::Customer => self.customers.get(&address.name)?.updated_at,
            Kind::Connection | Kind::Integration => None,
        }
    }

    pub(super) fn id(&self, address: &Address) -> Option<String> {
        let name = &address.name;
        Some(match address.kind {
            Kind::Instance => self.instances.get(name)?.id.to_string(),
            Kind::Connection => self.shared.get(name)?.id.to_string(),
            Kind::Integration => self.integrations.get(name)?.id.to_string(),
            Kind::Customer => self.customers.get(name)?.customer.id.to_string(),
        })
    }

    pub(super) fn connections(&self, address: &Address) -> Vec<Connection> {
        let Some(Observed::Known(config)) = self.instance(address).map(|it| &it.config) else {
            return Vec::new();
        };
        let connections = config.iter().filter_map(|(name, live)| {
            let state = match live.status? {
                VariableStatus::Active => ConnectionState::Active,
                VariableStatus::Pending => ConnectionState::Pending,
                VariableStatus::Failed => ConnectionState::Error,
            };
            Some(Connection {
                name: name.clone(),
                state,
                address: None,
            })
        });
        connections.take(CONNECTIONS).collect()
    }
}

fn marked<'a, T: 'a>(
    all: impl IntoIterator<Item = &'a T>,
    project: &ResourceName,
    labels: impl Fn(&T) -> &Vec<String>,
) -> HashMap<ResourceName, &'a T> {
    let mut found = HashMap::new();
    for one in all {
        for marker in Marker::among(labels(one)) {
            if marker.project == *project {
                found.insert(marker.name, one);
            }
        }
    }
    found
}

/// The external id, or `id:` and the id.
fn key(customer: &Customer) -> String {
    match &customer.external_id {
        Some(external) if !external.is_empty() => external.clone(),
        Some(_) | None => format!("id:{}", customer.id),
    }
}

fn without_ours(labels: &[String]) -> Vec<String> {
    let own = labels.iter().filter(|it| !Marker::is_reserved(it));
    own.cloned().collect()
}
