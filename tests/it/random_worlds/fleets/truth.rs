//! What is in the tenant, as its state says, without the API and without a word of the tool.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use crate::drift::world::World;
use crate::random_worlds::live::demand;

/// The integration and the fleet's instances at a moment.
#[derive(Debug, Clone)]
pub(super) struct Truth {
    pub(super) at: Timestamp,
    /// By number.
    pub(super) versions: BTreeMap<i64, Version>,
    /// By the external id of the customer.
    pub(super) instances: BTreeMap<String, Instance>,
    /// How many customers there are.
    pub(super) customers: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Version {
    pub(super) text: u64,
    pub(super) available: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Instance {
    pub(super) id: String,
    pub(super) version: i64,
    /// What is configured is what runs.
    pub(super) settled: bool,
    pub(super) deployed: bool,
    pub(super) deployed_at: Option<Timestamp>,
    pub(super) deploys: u64,
    pub(super) enabled: bool,
    pub(super) values: Value,
    /// Its runs that have ended: the version, when it began, and whether it failed.
    pub(super) ran: Vec<(i64, Timestamp, bool)>,
}

fn list<'a>(tenant: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    tenant[key].as_array().unwrap().iter()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn time(value: &Value) -> Timestamp {
    value.as_str().unwrap().parse().unwrap()
}

impl Truth {
    /// Reads it. What must never be is found here already: two instances of one customer, one that is not ours.
    pub(super) async fn read(world: &World) -> Result<Self, String> {
        let tenant = world.tenant().await;
        let at = prism_gitops::runtime::clock::Clock::now(&world.clock());
        let numbers: BTreeMap<String, i64> = list(&tenant, "integrations")
            .filter_map(|it| Some((text(&it["id"]), it["number"].as_i64()?)))
            .collect();
        let versions = list(&tenant, "integrations").filter_map(|it| {
            let text = it["description"].as_str()?.strip_prefix("Text ")?;
            let version = Version {
                text: text.parse().ok()?,
                available: it["available"] == true,
            };
            Some((it["number"].as_i64()?, version))
        });
        let externals: BTreeMap<String, String> = list(&tenant, "customers")
            .map(|it| (text(&it["id"]), text(&it["external_id"])))
            .collect();
        let mut truth = Self {
            at,
            versions: versions.collect(),
            instances: BTreeMap::new(),
            customers: externals.len(),
        };
        for it in list(&tenant, "instances").filter(|it| it["system"] != true) {
            let whose = externals.get(&text(&it["customer"])).cloned();
            let instance = Instance {
                id: text(&it["id"]),
                version: numbers.get(&text(&it["version"])).copied().unwrap_or(0),
                settled: it["needs_deploy"] == false && !it["deployed_at"].is_null(),
                deployed: !it["deployed_at"].is_null(),
                deployed_at: it["deployed_at"].as_str().map(|at| at.parse().unwrap()),
                deploys: it["deploys"].as_u64().unwrap_or_default(),
                enabled: it["enabled"] == true,
                values: it["values"].clone(),
                ran: Vec::new(),
            };
            let before = truth
                .instances
                .insert(whose.clone().unwrap_or_default(), instance);
            demand(before.is_none(), || {
                format!("two instances of customer {whose:?}")
            })?;
        }
        truth.take_runs(&tenant, &numbers);
        Ok(truth)
    }

    fn take_runs(&mut self, tenant: &Value, numbers: &BTreeMap<String, i64>) {
        for run in list(tenant, "executions").filter(|it| time(&it["ends_at"]) <= self.at) {
            let id = text(&run["instance"]);
            let version = numbers.get(&text(&run["version"])).copied();
            let instance = self.instances.values_mut().find(|it| it.id == id);
            if let (Some(instance), Some(version)) = (instance, version) {
                let failed = !run["error"].is_null();
                instance
                    .ran
                    .push((version, time(&run["started_at"]), failed));
            }
        }
    }

    /// The text of a version.
    pub(super) fn text(&self, version: i64) -> Option<u64> {
        self.versions.get(&version).map(|it| it.text)
    }
}
