//! The JSON Schema of manifests, made from the list of keys the readers use.

use serde_json::{Map, Value, json};

use super::keys::{self, Key, Object, Shape};

/// A JSON Schema (2020-12) of one manifest document, for editors and other tools.
///
/// It is no stricter than [`super::load`], which checks more than a schema can say.
#[must_use]
pub fn json_schema() -> Value {
    let kinds = [
        ("Project", &keys::PROJECT),
        ("Customer", &keys::CUSTOMER_KIND),
        ("Integration", &keys::INTEGRATION),
        ("Instance", &keys::INSTANCE),
    ];
    let branches: Vec<Value> = kinds
        .iter()
        .map(|(kind, shape)| {
            json!({
                "if": {"properties": {"kind": {"const": kind}}},
                "then": object(shape),
            })
        })
        .collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "prism-gitops manifest",
        "type": "object",
        "required": ["apiVersion", "kind"],
        "properties": {
            "apiVersion": {"const": keys::API_VERSION},
            "kind": {"enum": kinds.map(|(kind, _)| kind)},
        },
        "allOf": branches,
    })
}

fn object(object: &Object) -> Value {
    let properties: Map<String, Value> = object
        .keys
        .iter()
        .map(|key| (key.name.to_owned(), property(key)))
        .collect();
    let required: Vec<_> = object.keys.iter().filter(|key| key.required).collect();
    let mut schema = json!({
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    });
    if !required.is_empty() {
        schema["required"] = required.iter().map(|key| key.name).collect();
    }
    if object.one_of {
        schema["minProperties"] = json!(1);
        schema["maxProperties"] = json!(1);
    }
    schema
}

fn property(key: &Key) -> Value {
    let mut schema = shape(&key.shape);
    if let Value::Object(map) = &mut schema {
        map.insert("description".to_owned(), key.about.into());
    }
    schema
}

fn shape(of: &Shape) -> Value {
    match of {
        Shape::Text => json!({"type": ["string", "number", "boolean"]}),
        Shape::Pattern(pattern) => json!({"type": "string", "pattern": pattern}),
        Shape::Boolean => json!({"type": "boolean"}),
        Shape::Whole(least) => json!({"type": "integer", "minimum": least}),
        Shape::Positive => json!({"type": "number", "exclusiveMinimum": 0}),
        Shape::Share => json!({"anyOf": [
            {"type": "integer", "minimum": 0},
            {"type": "string", "pattern": "^[0-9]+(\\.[0-9]+)?\\s*%$"},
        ]}),
        Shape::Percent => json!({"type": "number", "minimum": 0, "maximum": 100}),
        Shape::Choice(words) => json!({"enum": words}),
        Shape::Object(of) => object(of),
        Shape::MapOf(value) => json!({"type": "object", "additionalProperties": shape(value)}),
        Shape::ListOf(item) => json!({"type": "array", "items": shape(item)}),
        Shape::AnyOf(shapes) => {
            json!({"anyOf": shapes.iter().map(shape).collect::<Vec<_>>()})
        }
        Shape::Any => json!({}),
    }
}

#[cfg(test)]
mod tests;
