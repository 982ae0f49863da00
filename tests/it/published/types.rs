//! Every document is read by its type and written again as it was, and its schema takes it and nothing else.

use std::path::Path;

use prism_gitops::api::{self, Failed, PerEnvironment, Versioned};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::Named;

/// A document as its type writes it again, and the name of its schema if it has one of its own.
type Again = (Result<Value, serde_json::Error>, Option<&'static str>);

fn by<T: DeserializeOwned + Serialize>(document: &Value, schema: &'static str) -> Again {
    let again = T::deserialize(document).and_then(serde_json::to_value);
    (again, Some(schema))
}

fn unnamed<T: DeserializeOwned + Serialize>(document: &Value) -> Again {
    (by::<T>(document, "").0, None)
}

fn event(name: &str, data: &Value) -> Again {
    let event = api::event::Event::read(name, &data.to_string());
    let again = event.and_then(|event| serde_json::from_str(&event.data()?));
    (again, None)
}

fn again(name: &str, document: &Value) -> Again {
    if let Some(name) = name.strip_prefix("event ") {
        return event(name, document);
    }
    match name {
        "plan" | "plan-latest" => by::<api::plan::Plan>(document, "plan"),
        "result" => by::<api::plan::Applied>(document, "result"),
        "error" => by::<Failed>(document, "error"),
        "validate" => by::<Versioned<api::validate::Validation>>(document, "validate"),
        "history" => by::<Versioned<api::history::History>>(document, "history"),
        "why" => by::<Versioned<api::why::Why>>(document, "why"),
        "diff" => by::<Versioned<api::diff::Diff>>(document, "diff"),
        "dedupe" => by::<api::dedupe::Dedupe>(document, "dedupe"),
        "export" => by::<Versioned<api::export::Exported>>(document, "export"),
        "whoami" => by::<Versioned<api::whoami::Whoami>>(document, "whoami"),
        "status" | "status-several" => {
            by::<PerEnvironment<api::status::Status>>(document, "status")
        }
        "resources" | "resources-several" => by::<api::resource::Resources>(document, "resources"),
        "pause" | "resume" => by::<PerEnvironment<api::wish::Paused>>(document, "pause"),
        "resource" => unnamed::<api::resource::OneResource>(document),
        "history-page" => unnamed::<api::history::History>(document),
        "health" | "health-several" => unnamed::<api::health::HealthAnswer>(document),
        "http-error" => unnamed::<api::http::Error>(document),
        "sync" | "sync-several" => unnamed::<api::wish::SyncAnswer>(document),
        "webhook" => unnamed::<api::wish::Accepted>(document),
        other => panic!("{other} has no type here"),
    }
}

/// A schema that takes no key that it does not name: readers may be lenient, we may not.
fn closed(name: &str) -> jsonschema::Validator {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema");
    let text = std::fs::read_to_string(folder.join(format!("{name}.schema.json"))).unwrap();
    let mut schema: Value = serde_json::from_str(&text).unwrap();
    close(&mut schema);
    jsonschema::draft202012::new(&schema).unwrap()
}

fn close(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            map.values_mut().for_each(close);
            if map.contains_key("properties") {
                map.entry("additionalProperties").or_insert(false.into());
            }
        }
        Value::Array(list) => list.iter_mut().for_each(close),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// What of the documents is not as their types say.
pub(super) fn wrong(all: &[Named]) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, document) in all {
        let (again, schema) = again(name, document);
        let before = document.to_string();
        match again.map(|again| again.to_string()) {
            Ok(after) if after == before => {}
            Ok(after) => wrong.push(format!("{name} is {before}\nand comes out as {after}")),
            Err(error) => wrong.push(format!("{name} is not read: {error}\n{before}")),
        }
        let found = match (schema, name.strip_prefix("event ")) {
            (Some(schema), _) => faults(schema, document),
            (None, Some(name)) => faults("event", &json!({ "event": name, "data": document })),
            (None, None) => Vec::new(),
        };
        wrong.extend(found.iter().map(|fault| format!("{name}: {fault}")));
    }
    wrong
}

fn faults(schema: &str, document: &Value) -> Vec<String> {
    let schema = closed(schema);
    let faults = schema.iter_errors(document);
    let told = faults.map(|fault| format!("{}: {fault}", fault.instance_path));
    told.collect()
}
