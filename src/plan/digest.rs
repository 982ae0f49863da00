//! One short text that stands for everything a plan would do.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{Context, Operation, Output, PlannedResource, Step, StepId};
use crate::model::{ConfigWrite, InputWrite, WriteValue, hex};

/// The digest of a plan: which tenant and project, which changes, which steps.
///
/// Neither the time of the reading nor its cost is part of it. Of secrets,
/// only that one is written.
pub(super) fn of(context: &Context, resources: &[PlannedResource], steps: &[Step]) -> String {
    let resources: Vec<Value> = resources
        .iter()
        .filter(|resource| !resource.actions.is_empty())
        .map(|resource| json!([resource.address, resource.actions, resource.changes]))
        .collect();
    let steps: Vec<Value> = steps
        .iter()
        .map(|step| {
            json!([
                step.address,
                step.action,
                step.after,
                operation(&step.operation)
            ])
        })
        .collect();
    let whole = json!([context.project, context.environment, resources, steps]);
    let hash = Sha256::digest(whole.to_string().as_bytes());
    format!("sha256:{}", hex(&hash))
}

fn source<T: serde::Serialize>(output: &Output<T>) -> Value {
    match output {
        Output::Known(value) => json!(value),
        Output::Of(StepId(step)) => json!({ "step": step }),
    }
}

fn operation(operation: &Operation) -> Value {
    match operation {
        Operation::ImportIntegration {
            integration,
            definition,
        } => {
            json!(["import", integration, &**definition])
        }
        Operation::UpdateIntegration {
            integration,
            description,
            labels,
        } => {
            json!([
                "updateIntegration",
                source(integration),
                description,
                labels
            ])
        }
        Operation::PublishIntegration {
            integration,
            record,
        } => {
            json!(["publish", source(integration), record.submitted])
        }
        Operation::SetAvailability { version, available } => {
            json!(["availability", source(version), available])
        }
        Operation::SetMarketplace {
            version,
            visibility,
            overview,
            allow_multiple_instances,
        } => {
            let visibility = visibility.to_string();
            json!([
                "marketplace",
                source(version),
                visibility,
                overview,
                allow_multiple_instances
            ])
        }
        of_instance => instance_operation(of_instance),
    }
}

fn instance_operation(operation: &Operation) -> Value {
    match operation {
        Operation::CreateInstance {
            name,
            customer,
            version,
            description,
            labels,
            config,
        } => {
            let version = source(version);
            json!([
                "create",
                name,
                customer,
                version,
                description,
                labels,
                values(config)
            ])
        }
        Operation::UpdateInstance {
            instance,
            name,
            description,
            labels,
        } => {
            json!([
                "updateInstance",
                source(instance),
                name,
                description,
                labels
            ])
        }
        Operation::ConfigureInstance { instance, config } => {
            json!(["configure", source(instance), values(config)])
        }
        Operation::UpgradeInstance { instance, version } => {
            json!(["upgrade", source(instance), source(version)])
        }
        Operation::DeployInstance { instance, force } => {
            json!(["deploy", source(instance), force])
        }
        Operation::SwitchInstance { instance, enabled } => {
            json!(["switch", source(instance), enabled])
        }
        Operation::DeleteInstance { instance } => json!(["delete", instance]),
        Operation::ImportIntegration { .. }
        | Operation::UpdateIntegration { .. }
        | Operation::PublishIntegration { .. }
        | Operation::SetAvailability { .. }
        | Operation::SetMarketplace { .. } => Value::Null,
    }
}

fn values(config: &[ConfigWrite]) -> Vec<Value> {
    config
        .iter()
        .map(|write| json!([write.key, value(&write.value)]))
        .collect()
}

fn value(value: &WriteValue) -> Value {
    match value {
        WriteValue::Text(text) => json!(text),
        WriteValue::Secret(_) => json!({ "secret": true }),
        WriteValue::Schedule { cron, time_zone } => json!([cron, time_zone]),
        WriteValue::Inputs(inputs) => inputs
            .iter()
            .map(|(name, input)| match input {
                InputWrite::Text(text) => json!([name, text]),
                InputWrite::Secret(_) => json!([name, { "secret": true }]),
            })
            .collect(),
    }
}
