//! The form for programs, `formatVersion` 1.0.
//!
//! Readers ignore keys they do not know; a change that breaks them raises the
//! major number.

use serde_json::{Value, json};

use super::Results;
use crate::plan::{Plan, PlannedResource};

/// The JSON document; with the results after an apply.
#[must_use]
pub fn json(plan: &Plan, results: Option<&Results>) -> Value {
    let resources: Vec<Value> = plan
        .resources
        .iter()
        .map(|resource| one(resource, results))
        .collect();
    json!({
        "formatVersion": "1.0",
        "project": plan.project,
        "environment": plan.environment,
        "revision": plan.revision,
        "observedAt": plan.observed_at,
        "digest": plan.digest,
        "summary": plan.summary,
        "impact": plan.impact,
        "cost": plan.cost,
        "resources": resources,
        "violations": plan.violations,
        "diagnostics": plan.diagnostics,
    })
}

fn one(resource: &PlannedResource, results: Option<&Results>) -> Value {
    let source = resource
        .source
        .as_ref()
        .map(|source| json!({ "file": source.file, "line": source.line }));
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
    });
    if let (Some(results), Some(object)) = (results, value.as_object_mut()) {
        let result = results.get(&resource.address);
        object.insert("result".to_owned(), json!(result));
    }
    value
}
