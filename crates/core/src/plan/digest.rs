//! Short texts that identify everything a plan rests on and would do.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::operation::Names;
use super::review::{Reviewed, major};
use super::{PlannedResource, Step};
use crate::model::{Address, Policy, hex};

/// The digest of a plan: which tenant, project and policy, what was observed, what is written.
///
/// Neither the time of the reading nor its cost is part of it, and nothing about
/// resources that are left as they are. Of secrets, only that one is written.
pub(crate) fn of(reviewed: &Reviewed) -> String {
    // Taken apart so that a new field does not compile before it is covered.
    let Reviewed {
        format_version,
        mode,
        project,
        environment,
        organization,
        policy,
        digest: _,
        resources: _,
        // What is not done is no part of what is.
        later: _,
    } = reviewed;
    let resources: Vec<Value> = reviewed
        .touched()
        .map(|resource| {
            let changes = resource
                .changes
                .iter()
                .map(|it| json!([it.path, it.before, it.after, it.sensitive, it.note]));
            let preconditions = resource
                .preconditions
                .iter()
                .map(|it| json!([it.what, it.seen]));
            json!([
                resource.address,
                resource.actions,
                changes.collect::<Vec<_>>(),
                preconditions.collect::<Vec<_>>(),
                resource.writes,
            ])
        })
        .collect();
    // A minor number only adds, so that what was approved before stays approved.
    let format = format!("{}.0", major(format_version));
    sha256(&json!([
        format,
        mode,
        project,
        environment,
        organization,
        policy,
        resources
    ]))
}

/// The digest of a policy. It changes whenever any rule does.
pub(crate) fn of_policy(policy: &Policy) -> String {
    sha256(&json!(format!("{policy:?}")))
}

/// The digest of a long text.
pub(crate) fn of_text(text: &str) -> String {
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
pub(crate) fn writes(resources: &mut [PlannedResource], steps: &[Step]) {
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

impl Names<'_> {
    fn step(&self, step: &Step) -> Value {
        let after: Vec<&Value> = step.after.iter().map(|id| self.name(*id)).collect();
        json!([step.action, after, step.operation.digest(self)])
    }
}
