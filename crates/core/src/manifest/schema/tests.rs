use serde_json::Value;

use super::*;
use crate::manifest::load;
use crate::model::SourceFile;
use crate::yaml::{Content, Limits, Node, parse};

/// The examples of the manual.
fn examples() -> Vec<&'static str> {
    let manual = include_str!("../../../../../docs/manifests.md");
    let blocks = manual.split("```yaml\n").skip(1);
    blocks
        .map(|block| block.split("```").next().unwrap())
        .collect()
}

/// A document as an editor sees it, by YAML 1.2.
fn json(node: &Node) -> Value {
    match &node.content {
        Content::Scalar(scalar) if scalar.is_null() => Value::Null,
        Content::Scalar(scalar) if scalar.plain => serde_json::from_str(&scalar.text)
            .unwrap_or_else(|_| Value::String(scalar.text.clone())),
        Content::Scalar(scalar) => Value::String(scalar.text.clone()),
        Content::Sequence(items) => items.iter().map(json).collect(),
        Content::Mapping(entries) => entries
            .iter()
            .map(|entry| (entry.key.text.clone(), json(&entry.value)))
            .collect::<Map<_, _>>()
            .into(),
    }
}

/// Whether a schema of the few words used here accepts a value. `pattern` is left to the readers.
fn accepts(schema: &Value, value: &Value) -> bool {
    let words = schema.as_object().unwrap();
    words.iter().all(|(word, rule)| match word.as_str() {
        "type" => match rule {
            Value::Array(types) => types.iter().any(|one| has_type(one, value)),
            one => has_type(one, value),
        },
        "const" => rule == value,
        "enum" => rule.as_array().unwrap().contains(value),
        "minimum" => value
            .as_f64()
            .is_none_or(|number| number >= rule.as_f64().unwrap()),
        "maximum" => value
            .as_f64()
            .is_none_or(|number| number <= rule.as_f64().unwrap()),
        "exclusiveMinimum" => value
            .as_f64()
            .is_none_or(|number| number > rule.as_f64().unwrap()),
        "minProperties" => value
            .as_object()
            .is_none_or(|map| map.len() as u64 >= rule.as_u64().unwrap()),
        "maxProperties" => value
            .as_object()
            .is_none_or(|map| map.len() as u64 <= rule.as_u64().unwrap()),
        "required" => value.as_object().is_none_or(|map| {
            let keys = rule.as_array().unwrap();
            keys.iter()
                .all(|key| map.contains_key(key.as_str().unwrap()))
        }),
        "properties" => value.as_object().is_none_or(|map| {
            let rules = rule.as_object().unwrap();
            map.iter()
                .all(|(key, value)| rules.get(key).is_none_or(|rule| accepts(rule, value)))
        }),
        "additionalProperties" => value.as_object().is_none_or(|map| {
            let known = words.get("properties").and_then(Value::as_object);
            let others = map
                .iter()
                .filter(|(key, _)| known.is_none_or(|known| !known.contains_key(*key)));
            let mut others = others.peekable();
            match rule {
                Value::Bool(false) => others.peek().is_none(),
                rule => others.all(|(_, value)| accepts(rule, value)),
            }
        }),
        "items" => value
            .as_array()
            .is_none_or(|items| items.iter().all(|item| accepts(rule, item))),
        "anyOf" => rule
            .as_array()
            .unwrap()
            .iter()
            .any(|one| accepts(one, value)),
        "allOf" => rule
            .as_array()
            .unwrap()
            .iter()
            .all(|one| accepts(one, value)),
        "if" => !accepts(rule, value) || accepts(&words["then"], value),
        "pattern" if rule == "\\$\\{\\{" => value.as_str().is_none_or(|text| text.contains("${{")),
        "then" | "$schema" | "title" | "description" | "pattern" => true,
        other => panic!("a word this test does not know: {other}"),
    })
}

fn has_type(name: &Value, value: &Value) -> bool {
    match name.as_str().unwrap() {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        other => panic!("a type this test does not know: {other}"),
    }
}

#[test]
fn every_example_of_the_manual_is_accepted() {
    let schema = json_schema();
    let examples = examples();
    assert!(examples.len() >= 5);
    for example in examples {
        for document in parse(example, Limits::default()).unwrap() {
            assert!(accepts(&schema, &json(&document)), "{example}");
        }
        // The readers accept it too, beside the files it refers to.
        let definition = "name: Acme ERP\nflows: []\n";
        let project = "apiVersion: prism-gitops/v1\nkind: Project\nspec: {environments: {prod-us: {}, ci: {}}}\n";
        let mut files = vec![
            SourceFile::new("a.yaml", example.as_bytes()),
            SourceFile::new("acme-erp.yml", definition.as_bytes()),
            SourceFile::new("overview.md", b"text".as_slice()),
            SourceFile::new("regions.csv", b"externalId,region\n".as_slice()),
        ];
        if !example.contains("kind: Project") {
            files.push(SourceFile::new("p.yaml", project.as_bytes()));
        }
        assert_eq!(load(&files).diagnostics, [], "{example}");
    }
}

#[test]
fn mistakes_are_refused() {
    let schema = json_schema();
    let head = "apiVersion: prism-gitops/v1\n";
    for text in [
        "kind: Project",
        "kind: Fleet",
        "kind: Project\nspec: {policies: {}}",
        "kind: Project\nspec: {policy: {guards: {creates: -1}}}",
        "kind: Integration\nmetadata: {name: a}\nspec: {}",
        "kind: Integration\nmetadata: {name: a}\nspec: {definition: a.yml, rollout: {waves: [{name: a, percent: 101}]}}",
        "kind: Instance\nmetadata: {name: a}\nspec: {integration: a, customer: {}}",
        "kind: Instance\nmetadata: {name: a}\nspec: {integration: a, customer: {name: b, id: c}}",
        "kind: Instance\nmetadata: {name: a}\nspec: {integration: a, customer: {name: b}, state: on}",
    ] {
        // The first lacks the head.
        let head = if text == "kind: Project" { "" } else { head };
        let document = parse(&format!("{head}{text}\n"), Limits::default())
            .unwrap()
            .remove(0);
        assert!(!accepts(&schema, &json(&document)), "{text}");
    }
}

/// Every key of the one list is in the schema by construction; this holds the manual to it.
#[test]
fn the_manual_names_every_key() {
    fn names(schema: &Value, found: &mut Vec<String>) {
        match schema {
            Value::Object(words) => {
                if let Some(Value::Object(properties)) = words.get("properties") {
                    found.extend(properties.keys().cloned());
                }
                words.values().for_each(|value| names(value, found));
            }
            Value::Array(items) => items.iter().for_each(|item| names(item, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    names(&json_schema(), &mut found);
    assert!(found.len() > 60);
    let manual = include_str!("../../../../../docs/manifests.md");
    let missing: Vec<_> = found
        .iter()
        .filter(|name| !manual.contains(name.as_str()))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
