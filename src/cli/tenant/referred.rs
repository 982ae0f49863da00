//! What a project refers to in its tenant, as the seed of a sandbox: its customers, and the integrations and versions
//! that it expects to find there. So a real repository can be planned without an account.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::model::{
    Adopt, CustomerRef, Desired, DesiredFleet, DesiredInstance, DesiredIntegration, FleetCustomers,
    FleetKey, IntegrationRef, LabelSelector, Marker, VersionRef,
};

/// How many customers a fleet gets that selects by labels and names no customer.
const SELECTED: usize = 3;

/// The seed, in the form that `docs/sandbox.md` describes.
pub(super) fn described(desired: &Desired) -> Value {
    let mut customers = Customers::default();
    for instance in &desired.instances {
        customers.refer(&instance.customer);
    }
    for fleet in &desired.fleets {
        customers.of_fleet(fleet);
    }
    // What a manifest declares, the plan makes.
    for declared in &desired.customers {
        match &declared.adopt {
            Some(Adopt::Id(id)) => customers.refer(&CustomerRef::Id(id.clone())),
            Some(Adopt::Name(name)) => customers.refer(&CustomerRef::Name(name.clone())),
            None => drop(customers.by_external.remove(&declared.external_id)),
        }
    }
    let managed = desired
        .integrations
        .iter()
        .filter_map(|it| managed(desired, it));
    let integrations: Vec<Value> = managed.chain(foreign(desired)).collect();
    json!({
        "organization": desired.project.name.as_str(),
        "customers": customers.described(),
        "integrations": integrations,
    })
}

/// Who is referred to, and by which labels who is selected.
#[derive(Default)]
struct Customers {
    by_external: BTreeMap<String, BTreeSet<String>>,
    by_id: BTreeMap<String, BTreeSet<String>>,
    by_name: BTreeSet<String>,
}

impl Customers {
    fn refer(&mut self, customer: &CustomerRef) {
        match customer {
            CustomerRef::Managed(_) => {}
            CustomerRef::ExternalId(id) => drop(self.by_external.entry(id.clone()).or_default()),
            CustomerRef::Id(id) => drop(self.by_id.entry(id.clone()).or_default()),
            CustomerRef::Name(name) => drop(self.by_name.insert(name.clone())),
        }
    }

    /// Whom a fleet names: in a list, in a file, in its rows or its overrides.
    fn of_fleet(&mut self, fleet: &DesiredFleet) {
        let listed = match &fleet.customers {
            FleetCustomers::Listed(keys) => keys.as_slice(),
            FleetCustomers::Selector(_) => &[],
        };
        let labels = match &fleet.customers {
            FleetCustomers::Selector(selector) => selected_by(selector),
            FleetCustomers::Listed(_) => BTreeSet::new(),
        };
        let overridden = fleet.overrides.iter().flat_map(|one| &one.customers);
        let rows = fleet
            .rows
            .iter()
            .flat_map(|rows| rows.cells.keys().cloned());
        let mut keys: BTreeSet<String> = (listed.iter().chain(overridden))
            .map(|one| one.key.clone())
            .chain(rows)
            .collect();
        if keys.is_empty() && fleet.key == FleetKey::ExternalId {
            let made_up = |number| format!("{}-{number:04}", fleet.name);
            keys = (1..=SELECTED).map(made_up).collect();
        }
        let all = match fleet.key {
            FleetKey::ExternalId => &mut self.by_external,
            FleetKey::Id => &mut self.by_id,
        };
        for key in keys {
            all.entry(key).or_default().extend(labels.iter().cloned());
        }
    }

    fn described(&self) -> Vec<Value> {
        let external = self.by_external.iter().map(|(id, labels)| {
            json!({"name": format!("Customer {id}"), "externalId": id, "labels": labels})
        });
        let ids = self.by_id.iter().enumerate().map(|(place, (id, labels))| {
            let name = format!("Customer by id {}", place + 1);
            json!({"name": name, "id": id, "labels": labels})
        });
        let named = self.by_name.iter().map(|name| json!({"name": name}));
        external.chain(ids).chain(named).collect()
    }
}

/// The fewest labels that a selector selects.
fn selected_by(selector: &LabelSelector) -> BTreeSet<String> {
    let any = selector.any.first();
    selector.all.iter().chain(any).cloned().collect()
}

/// The versions of an integration that instances and fleets name.
#[derive(Default)]
struct Versions {
    newest: i64,
    commits: BTreeSet<String>,
}

impl Versions {
    fn of(desired: &Desired, integration: &IntegrationRef) -> Self {
        let instances = desired.instances.iter();
        let instances = instances.filter(|it| it.integration == *integration);
        let fleets = desired.fleets.iter();
        let fleets = fleets.filter(|it| it.integration == *integration);
        let all = instances
            .map(|it| &it.version)
            .chain(fleets.flat_map(DesiredFleet::versions));
        let mut versions = Self::default();
        for version in all {
            match version {
                VersionRef::Latest => {}
                VersionRef::Number(number) => versions.newest = versions.newest.max(*number),
                VersionRef::Commit(commit) => drop(versions.commits.insert(commit.clone())),
            }
        }
        versions
    }

    fn is_empty(&self) -> bool {
        self.newest == 0 && self.commits.is_empty()
    }
}

/// One that the project declares, where it expects to find it: it takes it over, or names versions of it.
fn managed(desired: &Desired, declared: &DesiredIntegration) -> Option<Value> {
    let versions = Versions::of(desired, &IntegrationRef::Managed(declared.name.clone()));
    if declared.adopt.is_none() && versions.is_empty() {
        return None;
    }
    let marker = Marker {
        project: desired.project.name.clone(),
        name: declared.name.clone(),
    };
    let (id, labels) = match &declared.adopt {
        Some(Adopt::Id(id)) => (Some(id), Vec::new()),
        Some(Adopt::Name(_)) => (None, Vec::new()),
        None => (None, vec![marker.to_string()]),
    };
    Some(json!({
        "id": id,
        "text": declared.definition.text,
        "publish": true,
        "versions": versions.newest,
        "commits": versions.commits,
        "labels": labels,
    }))
}

/// Those of others: with the variables that are set for them, and nothing else.
fn foreign(desired: &Desired) -> impl Iterator<Item = Value> + '_ {
    let instances = desired.instances.iter().map(|it| &it.integration);
    let fleets = desired.fleets.iter().map(|it| &it.integration);
    let mut seen: Vec<&IntegrationRef> = Vec::new();
    for integration in instances.chain(fleets) {
        let managed = matches!(integration, IntegrationRef::Managed(_));
        if !managed && !seen.contains(&integration) {
            seen.push(integration);
        }
    }
    seen.into_iter().map(|integration| {
        let (id, name) = match integration {
            IntegrationRef::Id(id) => (Some(id), format!("Integration {id}")),
            IntegrationRef::Name(name) => (None, name.clone()),
            IntegrationRef::Managed(name) => (None, name.to_string()),
        };
        let versions = Versions::of(desired, integration);
        let of = |it: &&DesiredInstance| it.integration == *integration;
        let instances = || desired.instances.iter().filter(of);
        let keys: BTreeSet<&String> = instances().flat_map(|it| it.config.keys()).collect();
        let flows: BTreeSet<&String> = instances().flat_map(|it| it.flows.keys()).collect();
        json!({
            "id": id,
            "text": definition(&name, &keys, &flows).to_string(),
            "publish": true,
            "versions": versions.newest,
            "commits": versions.commits,
        })
    })
}

/// A definition of the flows that are named, or of one.
fn definition(name: &str, keys: &BTreeSet<&String>, flows: &BTreeSet<&String>) -> Value {
    let variable = |key: &&String| json!({"key": key, "dataType": "string", "orgOnly": false});
    let variables: Vec<Value> = keys.iter().map(variable).collect();
    let component = json!({"key": "webhook-triggers", "isPublic": true, "version": "LATEST"});
    let trigger = json!({
        "name": "Trigger", "isTrigger": true, "inputs": {},
        "action": {"key": "webhook", "component": component},
    });
    let main = "Main".to_owned();
    let flow = |name| json!({"name": name, "isSynchronous": false, "steps": [trigger]});
    let flows: Vec<Value> = match flows.is_empty() {
        true => vec![flow(&main)],
        false => flows.iter().copied().map(flow).collect(),
    };
    json!({
        "definitionVersion": 7,
        "name": name,
        "description": "Made up, as the project refers to it",
        "requiredConfigVars": variables,
        "flows": flows,
    })
}
