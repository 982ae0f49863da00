//! Mutations of instances and their connections.

use std::sync::Arc;

use jiff::SignedDuration;
use serde_json::{Map, Value as Json};

use crate::definition::ConfigVar;
use crate::schema::answer::Object;
use crate::schema::bind::Writes;
use crate::schema::call::Args;
use crate::schema::types::Configured;
use crate::world::consent::NewConsent;
use crate::world::instance::Instance;
use crate::world::instances::InstanceFields;
use crate::world::{Change, Moment, Refusal, World};

use super::inputs::{check_shared_values, flows, settings, target};

pub(super) const WRITES: Writes = &[
    ("createInstance", |world, moment, input| {
        let customer = input.id("Customer", "customer").unwrap_or_default();
        let integration = input.id("Integration", "integration").unwrap_or_default();
        check_shared_values(world, Some(customer), input, "configVariables")?;
        Ok(world.create_instance(moment, customer, integration, fields(input))?)
    }),
    ("updateInstance", |world, moment, input| {
        let id = target(input, "Instance");
        let customer = world.instances.get(id).map(|it| it.customer);
        check_shared_values(world, customer, input, "configVariables")?;
        Ok(world.update_instance(moment, id, fields(input))?)
    }),
    ("updateInstanceConfigVariables", |world, moment, input| {
        let id = target(input, "Instance");
        let customer = world.instances.get(id).map(|it| it.customer);
        check_shared_values(world, customer, input, "configVariables")?;
        let settings = settings(input, "configVariables").unwrap_or_default();
        Ok(world.configure_instance(moment, id, &settings)?)
    }),
    ("deployInstance", |world, moment, input| {
        let force = input.flag("force").unwrap_or(false);
        Ok(world.deploy(moment, target(input, "Instance"), force)?)
    }),
    ("deleteInstance", |world, moment, input| {
        Ok(world.delete_instance(moment, target(input, "Instance"))?)
    }),
    ("updateOAuth2Connection", authorise),
    ("disconnectConnection", |world, moment, input| {
        let changed = world.disconnect(moment, target(input, "InstanceConfigVariable"))?;
        configured(world, &changed)
    }),
];

fn fields(input: Args<'_>) -> InstanceFields {
    InstanceFields {
        name: input.text("name"),
        description: input.text("description"),
        labels: input.texts("labels"),
        enabled: input.flag("enabled"),
        integration: input.id("Integration", "integration"),
        settings: settings(input, "configVariables"),
        flows: flows(input),
        global_debug: input.flag("globalDebug"),
        starred: input.flag("starred"),
        logs_disabled: input.flag("logsDisabled"),
        step_results_disabled: input.flag("stepResultsDisabled"),
        preserve_deploy_state: input.flag("preserveDeployState").unwrap_or(false),
    }
}

fn authorise(world: &mut World, moment: Moment<'_>, input: Args<'_>) -> Change<Object> {
    let refresh_at = match (input.time("refreshAt"), input.int("expiresIn")) {
        (Some(at), _) => Some(at.map_err(|message| Refusal::field("refreshAt", message))?),
        (None, Some(seconds)) => {
            let at = moment.now.checked_add(SignedDuration::from_secs(seconds));
            at.ok()
        }
        (None, None) => None,
    };
    let new = NewConsent {
        status: input.text("status"),
        meta: Some(tokens(input)?),
        refresh_at,
    };
    let changed = world.set_consent(moment, target(input, "InstanceConfigVariable"), new)?;
    configured(world, &changed)
}

/// The tokens as the JSON text that `meta` answers.
fn tokens(input: Args<'_>) -> Change<String> {
    let mut token = Map::new();
    let fields = [
        ("accessToken", "access_token"),
        ("refreshToken", "refresh_token"),
        ("tokenType", "token_type"),
    ];
    for (field, name) in fields {
        if let Some(text) = input.text(field) {
            token.insert(name.to_owned(), Json::String(text));
        }
    }
    if let Some(text) = input.text("additionalTokenFields") {
        let more: Map<String, Json> = serde_json::from_str(&text).map_err(|_| {
            Refusal::field("additionalTokenFields", "This field must be a JSON object.")
        })?;
        token.extend(more);
    }
    Ok(serde_json::json!({ "token": token }).to_string())
}

fn configured(world: &World, changed: &(Arc<Instance>, ConfigVar)) -> Change<Object> {
    let (instance, variable) = changed;
    let record = world.record_of(instance)?;
    let configured = Configured::find(instance, &record, &variable.key);
    Ok(Arc::new(configured.ok_or(Refusal::NotFound)?))
}
