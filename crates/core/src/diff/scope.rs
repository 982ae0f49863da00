//! What has to be read of the tenant before comparing.

use std::collections::{BTreeSet, HashMap};

use crate::definition::Definitions;
use crate::model::{
    Adopt, ConnectionsWanted, CustomerRef, CustomersWanted, Desired, DesiredIntegration,
    IntegrationRef, IntegrationWanted, Marker, ResourceName, Scope, VersionRef,
};

/// What a reading of the tenant has to cover for this comparison.
#[must_use]
pub fn scope(desired: &Desired, definitions: &Definitions) -> Scope {
    let pins = pinned(desired);
    let managed = desired.integrations.iter().map(|integration| {
        managed(
            desired,
            definitions,
            integration,
            pins.get(&integration.name),
        )
    });
    let others = desired.instances.iter().filter_map(|instance| {
        let (id, name) = match &instance.integration {
            IntegrationRef::Managed(_) => return None,
            IntegrationRef::Id(id) => (Some(id.clone()), None),
            IntegrationRef::Name(name) => (None, Some(name.clone())),
        };
        let versions = BTreeSet::from([instance.version.clone()]);
        Some(IntegrationWanted {
            id,
            name,
            versions,
            ..IntegrationWanted::default()
        })
    });
    let of_fleets = desired.fleets.iter().filter_map(|fleet| {
        let (id, name) = match &fleet.integration {
            IntegrationRef::Managed(_) => return None,
            IntegrationRef::Id(id) => (Some(id.clone()), None),
            IntegrationRef::Name(name) => (None, Some(name.clone())),
        };
        let versions = std::iter::once(&VersionRef::Latest).chain(fleet.versions());
        Some(IntegrationWanted {
            id,
            name,
            versions: versions.cloned().collect(),
            ..IntegrationWanted::default()
        })
    });
    let mut integrations: Vec<IntegrationWanted> = Vec::new();
    for wanted in managed.chain(others).chain(of_fleets) {
        if !integrations.contains(&wanted) {
            integrations.push(wanted);
        }
    }
    let limits = desired.customers.iter();
    let limits = limits.map(|one| one.concurrent_execution_limit.is_some());
    // The members of a fleet are known once all customers are.
    let limits = limits.chain(desired.fleets.iter().map(|_| false));
    let rollouts = || {
        desired
            .integrations
            .iter()
            .filter_map(|it| it.rollout.as_ref())
    };
    // Waves depend on the labels of customers, and windows on their time zones.
    let limits = limits.chain(
        rollouts()
            .filter(|it| it.asks_for_customers())
            .map(|_| false),
    );
    Scope {
        integrations,
        customers: customers(desired),
        all_customers: limits
            .reduce(|one, other| one || other)
            .map(|limits| CustomersWanted { limits }),
        connections: (!desired.connections.is_empty()).then(|| ConnectionsWanted {
            types: (desired.connections.iter())
                .map(|it| it.kind.clone())
                .collect(),
        }),
        // A member may come from any of them.
        all_versions_of: rollouts().next().map(|_| desired.project.name.clone()),
        ..Scope::default()
    }
}

/// The customers to look for by what a manifest says of them.
fn customers(desired: &Desired) -> BTreeSet<CustomerRef> {
    let of_instances = desired.instances.iter().map(|it| &it.customer);
    let values = desired.connections.iter().flat_map(|it| &it.customers);
    of_instances
        .chain(values.map(|value| &value.customer))
        .filter(|customer| !matches!(customer, CustomerRef::Managed(_)))
        .cloned()
        .collect()
}

/// The versions that instances ask for by name, of each managed integration.
fn pinned(desired: &Desired) -> HashMap<&ResourceName, BTreeSet<VersionRef>> {
    let mut pins: HashMap<&ResourceName, BTreeSet<VersionRef>> = HashMap::new();
    for instance in &desired.instances {
        // What the newest version requires is in the definition.
        if let IntegrationRef::Managed(name) = &instance.integration
            && instance.version != VersionRef::Latest
        {
            pins.entry(name)
                .or_default()
                .insert(instance.version.clone());
        }
    }
    for fleet in &desired.fleets {
        if let IntegrationRef::Managed(name) = &fleet.integration {
            let asked = fleet.versions().filter(|it| **it != VersionRef::Latest);
            let asked: Vec<VersionRef> = asked.cloned().collect();
            if !asked.is_empty() {
                pins.entry(name).or_default().extend(asked);
            }
        }
    }
    pins
}

fn managed(
    desired: &Desired,
    definitions: &Definitions,
    integration: &DesiredIntegration,
    pins: Option<&BTreeSet<VersionRef>>,
) -> IntegrationWanted {
    let display_name = definitions
        .get(&integration.name)
        .map(|d| d.name().to_owned());
    let (id, name) = match &integration.adopt {
        Some(Adopt::Id(id)) => (Some(id.clone()), None),
        Some(Adopt::Name(name)) => (None, Some(name.clone())),
        None => (None, display_name),
    };
    IntegrationWanted {
        every: false,
        marker: Some(Marker {
            project: desired.project.name.clone(),
            name: integration.name.clone(),
        }),
        id,
        name,
        definition: true,
        versions: pins.cloned().unwrap_or_default(),
    }
}
