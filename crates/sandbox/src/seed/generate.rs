//! Tenants made up from a number.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{demo, reason};
use crate::world::configure::NewSetting;
use crate::world::customers::CustomerFields;
use crate::world::instances::InstanceFields;
use crate::world::integration::Integration;
use crate::world::integrations::Import;
use crate::world::{Change, Moment, World};

/// How much there is of what. The same numbers make the same tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Population {
    /// What the choices are made from.
    seed: u64,
    customers: usize,
    integrations: usize,
    /// The most versions of an integration; at least one is published.
    versions: usize,
    /// Instances of all integrations together.
    instances: usize,
    /// Config variables of each integration.
    config_variables: usize,
}

impl Default for Population {
    fn default() -> Self {
        Self {
            seed: 1,
            customers: 20,
            integrations: 5,
            versions: 3,
            instances: 60,
            config_variables: 6,
        }
    }
}

/// A small tenant made from a number.
pub(super) fn from_number(number: u64, moment: Moment<'_>) -> Result<World, String> {
    let mut random = fastrand::Rng::with_seed(number);
    let population = Population {
        seed: number,
        customers: random.usize(10..40),
        integrations: random.usize(3..9),
        versions: random.usize(1..5),
        instances: random.usize(30..120),
        config_variables: random.usize(4..9),
    };
    let mut world = World::new("Acme Inc", moment.now);
    demo::common_components(&mut world, moment);
    fill(&mut world, &population, moment)?;
    Ok(world)
}

/// Adds a population to a world.
pub(super) fn fill(
    world: &mut World,
    population: &Population,
    moment: Moment<'_>,
) -> Result<(), String> {
    populate(world, population, moment).map_err(|refusal| reason(&refusal))
}

fn populate(world: &mut World, population: &Population, moment: Moment<'_>) -> Change<()> {
    let mut random = fastrand::Rng::with_seed(population.seed);
    let mut customers = Vec::with_capacity(population.customers);
    for number in 1..=population.customers {
        let name = format!(
            "{} {} {number}",
            pick(&mut random, &FIRST),
            pick(&mut random, &SECOND)
        );
        let fields = CustomerFields {
            name: Some(name),
            external_id: Some(format!("gen-{number:05}")),
            ..CustomerFields::default()
        };
        customers.push(world.create_customer(moment, fields)?.id);
    }
    let mut integrations = Vec::with_capacity(population.integrations);
    for number in 1..=population.integrations {
        let versions = random.usize(1..=population.versions.max(1));
        integrations.push(integration(world, moment, number, versions, population)?);
    }
    if customers.is_empty() || integrations.is_empty() {
        return Ok(());
    }
    for number in 1..=population.instances {
        let customer = customers[random.usize(..customers.len())];
        let version = &integrations[random.usize(..integrations.len())];
        instance(world, moment, &mut random, (number, customer, version))?;
    }
    Ok(())
}

const FIRST: [&str; 8] = [
    "North", "Blue", "Granite", "Silver", "Prairie", "Harbor", "Summit", "Oak",
];
const SECOND: [&str; 8] = [
    "Hardware",
    "Logistics",
    "Foods",
    "Energy",
    "Robotics",
    "Health",
    "Textiles",
    "Media",
];

fn pick<'a>(random: &mut fastrand::Rng, words: &[&'a str]) -> &'a str {
    words[random.usize(..words.len())]
}

/// An integration with its versions; gives the newest.
fn integration(
    world: &mut World,
    moment: Moment<'_>,
    number: usize,
    versions: usize,
    population: &Population,
) -> Change<Arc<Integration>> {
    let text = |version: usize| definition(number, version, population.config_variables);
    let import = |version| Import {
        definition: text(version),
        ..Import::default()
    };
    let draft = world.import_new(moment, &import(1))?;
    let mut newest = world.publish(moment, draft.id, None, None)?;
    for version in 2..=versions {
        world.import_over(moment, draft.id, &import(version))?;
        newest = world.publish(moment, draft.id, None, None)?;
    }
    Ok(newest)
}

fn definition(number: usize, version: usize, variables: usize) -> String {
    let variable = |place: usize| match place {
        0 => json!({"key": "Endpoint", "dataType": "string"}),
        1 => json!({"key": "Batch Size", "dataType": "number", "defaultValue": "100"}),
        place => {
            let default = format!("default {place}");
            json!({"key": format!("Option {place}"), "dataType": "string", "defaultValue": default})
        }
    };
    let variables: Vec<Value> = (0..variables).map(variable).collect();
    let component = |key: &str| json!({"key": key, "isPublic": true, "version": "LATEST"});
    let trigger = json!({
        "name": "Trigger", "isTrigger": true, "inputs": {},
        "action": {"key": "webhook", "component": component("webhook-triggers")},
    });
    let log = json!({
        "name": "Log", "description": format!("Since version {version}"), "inputs": {},
        "action": {"key": "writeLog", "component": component("log")},
    });
    let flow = json!({"name": "Sync", "isSynchronous": false, "steps": [trigger, log]});
    json!({
        "definitionVersion": 7,
        "name": format!("Generated {number}"),
        "description": format!("Generated integration {number}"),
        "requiredConfigVars": variables,
        "flows": [flow],
    })
    .to_string()
}

fn instance(
    world: &mut World,
    moment: Moment<'_>,
    random: &mut fastrand::Rng,
    (number, customer, version): (usize, Uuid, &Integration),
) -> Change<()> {
    let endpoint = NewSetting {
        key: "Endpoint".to_owned(),
        value: Some(format!("https://erp-{number}.example")),
        ..NewSetting::default()
    };
    let known = !version.definition.required_config_vars.is_empty();
    let fields = InstanceFields {
        name: Some(format!("Instance {number}")),
        settings: Some(known.then_some(endpoint).into_iter().collect()),
        ..InstanceFields::default()
    };
    let created = world.create_instance(moment, customer, version.id, fields)?;
    if random.u8(..10) > 0 {
        world.deploy(moment, created.id, false)?;
    }
    Ok(())
}
