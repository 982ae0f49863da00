//! Short texts that stand for everything a plan rests on and would do.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::review::Reviewed;
use super::{Operation, Output, PlannedResource, Step, StepId};
use crate::model::{Address, ConfigWrite, InputWrite, Policy, WriteValue, hex};

/// The digest of a plan: which tenant, project and policy, what was observed, what is written.
///
/// Neither the time of the reading nor its cost is part of it, and nothing about
/// resources that are left as they are. Of secrets, only that one is written.
pub(super) fn of(reviewed: &Reviewed) -> String {
    // Taken apart so that a new field does not compile before it is covered.
    let Reviewed {
        format_version,
        purpose,
        project,
        environment,
        organization,
        policy,
        digest: _,
        resources: _,
    } = reviewed;
    let resources: Vec<Value> = reviewed
        .touched()
        .map(|resource| {
            let changes = resource
                .changes
                .iter()
                .map(|it| json!([it.path, it.before, it.after, it.sensitive, it.note]));
            let rests_on = resource.rests_on.iter().map(|it| json!([it.what, it.seen]));
            json!([
                resource.address,
                resource.actions,
                changes.collect::<Vec<_>>(),
                rests_on.collect::<Vec<_>>(),
                resource.writes,
            ])
        })
        .collect();
    sha256(&json!([
        format_version,
        purpose,
        project,
        environment,
        organization,
        policy,
        resources
    ]))
}

/// The digest of a policy. It changes whenever a rule does, whichever that is.
pub(super) fn of_policy(policy: &Policy) -> String {
    sha256(&json!(format!("{policy:?}")))
}

/// The digest of a long text.
pub(super) fn of_text(text: &str) -> String {
    sha256(&json!(text))
}

fn sha256(value: &Value) -> String {
    let hash = Sha256::digest(value.to_string().as_bytes());
    format!("sha256:{}", hex(&hash))
}

/// Notes at each resource the digest of all its writes.
///
/// Steps are known by their resource and their place in it, so that a digest
/// does not depend on what else is in the plan.
pub(super) fn writes(resources: &mut [PlannedResource], steps: &[Step]) {
    let mut of: BTreeMap<&Address, Vec<&Step>> = BTreeMap::new();
    let mut names: Vec<Value> = Vec::with_capacity(steps.len());
    for step in steps {
        let own = of.entry(&step.address).or_default();
        names.push(json!([step.address, own.len()]));
        own.push(step);
    }
    let names = Names(&names);
    for resource in resources {
        let Some(own) = of.get(&resource.address) else {
            continue;
        };
        let all: Vec<Value> = own.iter().map(|step| names.step(step)).collect();
        resource.writes = Some(sha256(&json!(all)));
    }
}

/// What each step is called, by its place in the plan.
struct Names<'a>(&'a [Value]);

impl Names<'_> {
    fn name(&self, step: StepId) -> &Value {
        self.0.get(step.0).unwrap_or(&Value::Null)
    }

    fn source<T: serde::Serialize>(&self, output: &Output<T>) -> Value {
        match output {
            Output::Known(value) => json!(value),
            Output::Of(step) => json!({ "step": self.name(*step) }),
        }
    }

    fn step(&self, step: &Step) -> Value {
        let after: Vec<&Value> = step.after.iter().map(|id| self.name(*id)).collect();
        json!([step.action, after, self.operation(&step.operation)])
    }

    fn operation(&self, operation: &Operation) -> Value {
        match operation {
            Operation::CreateIntegration { name, labels } => {
                json!(["createIntegration", name, labels])
            }
            Operation::ImportIntegration {
                integration,
                definition,
            } => {
                let integration = integration.as_ref().map(|it| self.source(it));
                json!(["import", integration, &**definition])
            }
            Operation::UpdateIntegration {
                integration,
                description,
                labels,
                unless_shown: _,
            } => {
                json!([
                    "updateIntegration",
                    self.source(integration),
                    description,
                    labels
                ])
            }
            Operation::PublishIntegration {
                integration,
                record,
            } => {
                json!(["publish", self.source(integration), record.submitted])
            }
            Operation::SetAvailability { version, available } => {
                json!(["availability", self.source(version), available])
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
                    self.source(version),
                    visibility,
                    overview,
                    allow_multiple_instances
                ])
            }
            of_instance => self.instance_operation(of_instance),
        }
    }

    fn instance_operation(&self, operation: &Operation) -> Value {
        match operation {
            Operation::CreateInstance {
                name,
                customer,
                version,
                description,
                labels,
                config,
            } => {
                let version = self.source(version);
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
                    self.source(instance),
                    name,
                    description,
                    labels
                ])
            }
            Operation::ConfigureInstance { instance, config } => {
                json!(["configure", self.source(instance), values(config)])
            }
            Operation::UpgradeInstance { instance, version } => {
                json!(["upgrade", self.source(instance), self.source(version)])
            }
            Operation::DeployInstance { instance, force } => {
                json!(["deploy", self.source(instance), force])
            }
            Operation::SwitchInstance {
                instance,
                enabled,
                unless_shown,
            } => {
                let shown = unless_shown.map(|step| self.name(step));
                json!(["switch", self.source(instance), enabled, shown])
            }
            Operation::DeleteInstance { instance } => json!(["delete", instance]),
            Operation::CreateIntegration { .. }
            | Operation::ImportIntegration { .. }
            | Operation::UpdateIntegration { .. }
            | Operation::PublishIntegration { .. }
            | Operation::SetAvailability { .. }
            | Operation::SetMarketplace { .. } => Value::Null,
        }
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
        WriteValue::Schedule(it) => json!([it.kind.word(), it.value, it.time_zone]),
        WriteValue::Inputs(inputs) => inputs
            .iter()
            .map(|(name, input)| match input {
                InputWrite::Text(text) => json!([name, text]),
                InputWrite::Secret(_) => json!([name, { "secret": true }]),
            })
            .collect(),
    }
}
