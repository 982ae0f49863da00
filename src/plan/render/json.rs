//! The form for programs, `formatVersion` 1.0.
//!
//! Readers ignore keys they do not know; a change that breaks them raises the
//! major number.

use serde_json::{Value, json};

use super::Results;
use crate::plan::{FORMAT_VERSION, Plan, PlannedResource};

/// The JSON document; with the results after an apply.
#[must_use]
pub fn json(plan: &Plan, results: Option<&Results>) -> Value {
    let resources: Vec<Value> = plan
        .resources
        .iter()
        .map(|resource| one(resource, results))
        .collect();
    let mut document = json!({
        "formatVersion": FORMAT_VERSION,
        "purpose": plan.purpose,
        "project": plan.project,
        "environment": plan.environment,
        "organization": plan.organization,
        "revision": plan.revision,
        "observedAt": plan.observed_at,
        "digest": plan.digest,
        "policy": plan.policy,
        "summary": plan.summary,
        "impact": plan.impact,
        "cost": plan.cost,
        "resources": resources,
        "later": plan.later,
        "violations": plan.violations,
        "diagnostics": plan.diagnostics,
    });
    if let (Some(results), Some(object)) = (results, document.as_object_mut()) {
        object.insert("closed".to_owned(), json!(results.closed));
    }
    document
}

fn one(resource: &PlannedResource, results: Option<&Results>) -> Value {
    let source = resource
        .source
        .as_ref()
        .map(|source| json!({ "file": source.file, "line": source.line }));
    // What is left as it is rests on nothing.
    let touched = !resource.actions.is_empty();
    let rests_on = resource.rests_on.iter().filter(|_| touched);
    let rests_on: Vec<_> = rests_on.collect();
    let mut value = json!({
        "address": resource.address,
        "displayName": resource.display_name,
        "customer": resource.customer,
        "status": resource.sync,
        "health": resource.health,
        "actions": resource.actions,
        "reason": resource.reason,
        "hint": resource.hint,
        "source": source,
        "changes": resource.changes,
        "orphan": resource.orphan,
        "restsOn": rests_on,
        "writes": resource.writes,
    });
    if let (Some(results), Some(object)) = (results, value.as_object_mut()) {
        let result = results.resources.get(&resource.address);
        object.insert("result".to_owned(), json!(result));
    }
    value
}
