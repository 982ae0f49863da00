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
        ("Connection", &keys::CONNECTION_KIND),
        ("Integration", &keys::INTEGRATION),
        ("Instance", &keys::INSTANCE),
        ("Fleet", &keys::FLEET),
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
    let required: Vec<_> = object.keys.iter().filter(|key| key.required).collect();
    let mut schema = mapping(object, property);
    if !required.is_empty() {
        schema["required"] = required.iter().map(|key| key.name).collect();
    }
    if object.one_of {
        schema["minProperties"] = json!(1);
        schema["maxProperties"] = json!(1);
    }
    schema
}

fn mapping(object: &Object, of: fn(&Key) -> Value) -> Value {
    let properties: Map<String, Value> = object
        .keys
        .iter()
        .map(|key| (key.name.to_owned(), of(key)))
        .collect();
    json!({
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    })
}

fn property(key: &Key) -> Value {
    described(shape(&key.shape), key)
}

fn described(mut schema: Value, key: &Key) -> Value {
    if let Value::Object(map) = &mut schema {
        map.insert("description".to_owned(), key.about.into());
    }
    schema
}

/// What may be under a key of an environment: a part of it, or null to take it away.
fn difference(key: &Key) -> Value {
    described(json!({"anyOf": [{"type": "null"}, part(&key.shape)]}), key)
}

/// A shape of which nothing is needed.
fn part(of: &Shape) -> Value {
    match of {
        Shape::Object(of) if of.one_of => object(of),
        Shape::Object(of) => mapping(of, difference),
        // Null takes away what the user named.
        Shape::MapOf(value) => {
            json!({"type": "object", "additionalProperties": {"anyOf": [{"type": "null"}, part(value)]}})
        }
        Shape::AnyOf(shapes) => json!({"anyOf": shapes.iter().map(part).collect::<Vec<_>>()}),
        other => shape(other),
    }
}

/// A shape that is no text by itself, or one whose text is an expression.
fn or_template(schema: &Value) -> Value {
    json!({"anyOf": [schema, {"type": "string", "pattern": "\\$\\{\\{"}]})
}

fn shape(of: &Shape) -> Value {
    match of {
        Shape::Text => json!({"type": ["string", "number", "boolean"]}),
        Shape::Pattern(pattern) => or_template(&json!({"type": "string", "pattern": pattern})),
        Shape::Boolean => or_template(&json!({"type": "boolean"})),
        Shape::Whole(least) => or_template(&json!({"type": "integer", "minimum": least})),
        Shape::Positive => or_template(&json!({"type": "number", "exclusiveMinimum": 0})),
        Shape::Share => json!({"anyOf": [
            {"type": "integer", "minimum": 0},
            {"type": "string", "pattern": "^[0-9]+(\\.[0-9]+)?\\s*%$"},
            {"type": "string", "pattern": "\\$\\{\\{"},
        ]}),
        Shape::Choice(words) => or_template(&json!({"enum": words})),
        Shape::Percent => json!({"type": "number", "minimum": 0, "maximum": 100}),
        Shape::Object(of) => object(of),
        Shape::MapOf(value) => json!({"type": "object", "additionalProperties": shape(value)}),
        Shape::ListOf(item) => json!({"type": "array", "items": shape(item)}),
        Shape::AnyOf(shapes) => {
            json!({"anyOf": shapes.iter().map(shape).collect::<Vec<_>>()})
        }
        Shape::Differences(spec) => {
            let part = mapping(spec, difference);
            json!({"type": "object", "additionalProperties": {"anyOf": [{"type": "null"}, part]}})
        }
        Shape::Any => json!({}),
    }
}

#[cfg(test)]
mod tests;
