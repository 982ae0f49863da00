//! Mutations of integrations and their versions.

use std::sync::Arc;

use uuid::Uuid;

use crate::schema::answer::Object;
use crate::schema::bind::Writes;
use crate::schema::call::Args;
use crate::schema::types::Valid;
use crate::world::integration::Integration;
use crate::world::integrations::{Import, IntegrationFields};
use crate::world::publish::MarketplaceFields;
use crate::world::{Change, Moment, Refusal, World, id};

use super::inputs::{
    attachments, check_shared_values, endpoint_test, flow_tests, settings, target,
};

pub(super) const WRITES: Writes = &[
    ("createIntegration", create),
    ("importIntegration", import),
    ("updateIntegration", update),
    ("deleteIntegration", |world, moment, input| {
        Ok(world.delete_integration(moment, target(input, KIND))?)
    }),
    ("forkIntegration", |world, moment, input| {
        let parent = input.id(KIND, "parent").unwrap_or_default();
        let (name, description) = (input.text("name"), input.text("description"));
        let name = name.unwrap_or_default();
        Ok(world.fork_integration(moment, parent, &name, description.as_deref())?)
    }),
    ("publishIntegration", |world, moment, input| {
        let (comment, attributes) = (input.text("comment"), input.text("attributes"));
        Ok(world.publish(moment, target(input, KIND), comment, attributes)?)
    }),
    (
        "updateIntegrationVersionAvailability",
        |world, moment, input| {
            let available = input.flag("available").unwrap_or(false);
            Ok(world.set_available(moment, target(input, KIND), available)?)
        },
    ),
    (
        "updateIntegrationMarketplaceConfiguration",
        |world, moment, input| {
            let fields = marketplace(input)?;
            Ok(world.set_marketplace(moment, target(input, KIND), &fields)?)
        },
    ),
    (
        "bulkUpdateInstancesToLatestIntegrationVersion",
        |world, moment, input| Ok(world.upgrade_all(moment, target(input, KIND))?),
    ),
    ("validateIntegrationSchema", |world, moment, input| {
        world.check_definition(moment, &input.text("definition").unwrap_or_default())?;
        Ok(Arc::new(Valid))
    }),
];

const KIND: &str = "Integration";

fn create(world: &mut World, moment: Moment<'_>, input: Args<'_>) -> Change<Object> {
    let name = input.text("name").unwrap_or_default();
    if name.trim().is_empty() {
        return Err(Refusal::field("name", "This field may not be blank."));
    }
    let definition = input.text("definition").unwrap_or_else(|| starter(&name));
    let customer = customer(world, input)?;
    let import = Import {
        definition,
        customer,
        replace: false,
    };
    let created = world.import_new(moment, &import)?;
    let mut fields = fields(world, input)?;
    fields.definition = None;
    if moment.behaviour.create_ignores_labels {
        fields.labels = None;
    }
    Ok(world.update_integration(moment, created.id, fields)?)
}

/// The definition of an integration that was created without one.
fn starter(name: &str) -> String {
    let trigger = serde_json::json!({
        "name": "Trigger",
        "isTrigger": true,
        "action": {
            "key": "webhook",
            "component": {"key": "webhook-triggers", "isPublic": true, "version": "LATEST"},
        },
        "inputs": {},
    });
    let flows = serde_json::json!([{"name": "Flow 1", "isSynchronous": false, "steps": [trigger]}]);
    serde_json::json!({"definitionVersion": 7, "name": name, "flows": flows}).to_string()
}

fn import(world: &mut World, moment: Moment<'_>, input: Args<'_>) -> Change<Object> {
    let import = Import {
        definition: input.text("definition").unwrap_or_default(),
        customer: customer(world, input)?,
        replace: input.flag("replace").unwrap_or(false),
    };
    let target = input.text("integrationId").filter(|text| !text.is_empty());
    match target {
        None => Ok(world.import_new(moment, &import)?),
        Some(text) => {
            let id = id::local(KIND, &text).ok_or(Refusal::NotFound)?;
            Ok(world.import_over(moment, id, &import)?)
        }
    }
}

fn update(world: &mut World, moment: Moment<'_>, input: Args<'_>) -> Change<Object> {
    let id = target(input, KIND);
    let fields = fields(world, input)?;
    check_shared_values(world, None, input, "testConfigVariables")?;
    let before = world.integrations.get(id).map(Arc::clone);
    let updated = world.update_integration(moment, id, fields)?;
    if let Some(settings) = settings(input, "testConfigVariables")
        && let Err(refusal) = world.configure_instance(moment, updated.test_instance, &settings)
    {
        if let Some(before) = before {
            world
                .integrations
                .update(id, |draft| *draft = Integration::clone(&before));
        }
        return Err(refusal);
    }
    Ok(updated)
}

fn fields(world: &World, input: Args<'_>) -> Change<IntegrationFields> {
    let (attach, detach) = attachments(input);
    Ok(IntegrationFields {
        name: input.text("name"),
        description: input.text("description"),
        category: input.text("category"),
        definition: input.text("definition"),
        labels: input.texts("labels"),
        customer: customer(world, input)?,
        avatar_url: input.text("avatarUrl"),
        metadata: input.text("metadata"),
        starred: input.flag("starred"),
        template: input.text("templateConfiguration"),
        use_as_template: input.flag("useAsTemplate"),
        multiple_instances: input.flag("allowMultipleMarketplaceInstances"),
        test: endpoint_test(input),
        flow_tests: flow_tests(input),
        attach,
        detach,
    })
}

/// The customer that an input names.
fn customer(world: &World, input: Args<'_>) -> Change<Option<Uuid>> {
    match input.id("Customer", "customer") {
        Some(id) if world.customers.get(id).is_none() => {
            Err(Refusal::field("customer", "Record not found."))
        }
        customer => Ok(customer),
    }
}

fn marketplace(input: Args<'_>) -> Change<MarketplaceFields> {
    let tabs = input.text("marketplaceTabConfiguration");
    let tabs = tabs
        .map(|text| serde_json::from_str(&text))
        .transpose()
        .map_err(|_| {
            Refusal::field(
                "marketplaceTabConfiguration",
                "This field must be a JSON list of texts.",
            )
        })?;
    Ok(MarketplaceFields {
        configuration: input.text("marketplaceConfiguration"),
        overview: input.text("overview"),
        multiple_instances: input.flag("allowMultipleMarketplaceInstances"),
        tabs,
    })
}
