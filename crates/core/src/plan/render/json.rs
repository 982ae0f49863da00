//! The form for programs, `formatVersion` 1.0.
//!
//! Readers ignore keys they do not know; a change that breaks them raises the
//! major number.

use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::{Value, json};

use super::Results;
use crate::plan::{FORMAT_VERSION, Plan, PlannedResource};

/// The JSON document as a value, to look into or to add to.
#[must_use]
pub fn json(plan: &Plan, results: Option<&Results>) -> Value {
    #[expect(clippy::expect_used, reason = "all its keys are texts")]
    serde_json::to_value(document(plan, results)).expect("a document becomes a value")
}

/// The JSON document to write out, one resource after the other; with the results after an apply.
#[must_use]
pub fn document<'a>(plan: &'a Plan, results: Option<&'a Results>) -> Document<'a> {
    Document { plan, results }
}

/// What [`document()`] gives. It is never in memory as a whole.
#[derive(Debug, Clone, Copy)]
pub struct Document<'a> {
    plan: &'a Plan,
    results: Option<&'a Results>,
}

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { plan, results } = *self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("formatVersion", FORMAT_VERSION)?;
        map.serialize_entry("purpose", &plan.purpose)?;
        map.serialize_entry("project", &plan.project)?;
        map.serialize_entry("environment", &plan.environment)?;
        map.serialize_entry("organization", &plan.organization)?;
        map.serialize_entry("revision", &plan.revision)?;
        map.serialize_entry("observedAt", &plan.observed_at)?;
        map.serialize_entry("digest", &plan.digest)?;
        map.serialize_entry("policy", &plan.policy)?;
        map.serialize_entry("unread", &plan.unread)?;
        map.serialize_entry("summary", &plan.summary)?;
        map.serialize_entry("impact", &plan.impact)?;
        map.serialize_entry("cost", &plan.cost)?;
        map.serialize_entry("resources", &Resources(*self))?;
        map.serialize_entry("later", &plan.later)?;
        map.serialize_entry("losses", &plan.losses)?;
        map.serialize_entry("violations", &plan.violations)?;
        map.serialize_entry("diagnostics", &plan.diagnostics)?;
        if let Some(results) = results {
            map.serialize_entry("closed", &results.closed)?;
        }
        map.end()
    }
}

struct Resources<'a>(Document<'a>);

impl Serialize for Resources<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Document { plan, results } = self.0;
        let resources = plan.resources.iter();
        serializer.collect_seq(resources.map(|resource| one(resource, results)))
    }
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
    let pending = resource.awaits.as_ref().map(|it| it.variables.as_slice());
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
        "pending": pending.unwrap_or_default(),
        "restsOn": rests_on,
        "writes": resource.writes,
    });
    if let (Some(results), Some(object)) = (results, value.as_object_mut()) {
        let result = results.resources.get(&resource.address);
        object.insert("result".to_owned(), json!(result));
    }
    value
}
