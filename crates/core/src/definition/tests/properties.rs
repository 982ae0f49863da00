//! What holds for any definition.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::definition::{Definition, compare, text_diff};

/// Texts that YAML readers disagree about, and some that they do not.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "",
            "a",
            "yes",
            "010",
            "8",
            "3",
            "1:30",
            "2020-01-01",
            "null",
            "~",
            "# x",
            "a: b",
            "é 日",
            "two\nlines\n",
            "two\nlines",
            " padded ",
            "- x",
            "{{#Endpoint}}",
            "'\"",
        ])
        .prop_map(str::to_owned),
        "[ -~]{0,12}",
    ]
}

fn names(count: usize) -> impl Strategy<Value = Vec<String>> {
    let pool = ["Alpha", "Beta", "Gamma", "Delta", "yes", "010"].map(str::to_owned);
    prop::sample::subsequence(pool.to_vec(), 0..=count).prop_shuffle()
}

fn step(name: String) -> impl Strategy<Value = Value> {
    (0..3_u8, 1..4_u8, prop::collection::btree_map("[ab]", text(), 0..3)).prop_map(
        move |(action, version, inputs)| {
            let inputs: Map<String, Value> = inputs
                .into_iter()
                .map(|(key, value)| (key, json!({"type": "value", "value": value})))
                .collect();
            json!({
                "name": name,
                "action": {"key": format!("act{action}"), "component": {"key": "http", "version": version}},
                "inputs": inputs,
            })
        },
    )
}

fn flow(name: String) -> impl Strategy<Value = Value> {
    let steps = names(5).prop_flat_map(|names| names.into_iter().map(step).collect::<Vec<_>>());
    (steps, text()).prop_map(move |(steps, description)| {
        json!({"name": name, "description": description, "steps": steps})
    })
}

/// A definition without anything that the two sides see differently.
fn definition() -> impl Strategy<Value = Value> {
    let flows = names(3).prop_flat_map(|mut names| {
        names.push("Main".to_owned());
        names.into_iter().map(flow).collect::<Vec<_>>()
    });
    let variables = (names(3), text()).prop_map(|(names, default)| {
        let variable = |key| json!({"key": key, "dataType": "string", "defaultValue": default});
        names.into_iter().map(variable).collect::<Vec<_>>()
    });
    (flows, variables, text()).prop_map(|(flows, variables, documentation)| {
        json!({
            "definitionVersion": 7,
            "name": "ERP",
            "documentation": documentation,
            "requiredConfigVars": variables,
            "flows": flows,
        })
    })
}

/// Two definitions, often the same or nearly.
fn two() -> impl Strategy<Value = (Value, Value)> {
    (definition(), definition(), 0..3_u8).prop_map(|(a, b, how)| match how {
        0 => (a.clone(), a),
        1 => {
            let mut near = a.clone();
            near["flows"] = b["flows"].clone();
            (a, near)
        }
        _ => (a, b),
    })
}

/// YAML of a value: key order and quoting by a running number.
fn write(out: &mut String, value: &Value, depth: usize, style: &mut u32) {
    *style = style.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
    match value {
        Value::Object(map) if !map.is_empty() => {
            let mut keys: Vec<&String> = map.keys().collect();
            let turn = (*style >> 16) as usize % keys.len();
            keys.rotate_left(turn);
            for key in keys {
                let quote = if *style & 0x10000 == 0 { "" } else { "\"" };
                out.push_str(&format!("\n{:depth$}{quote}{key}{quote}:", ""));
                write(out, &map[key], depth + 2, style);
                out.push_str(" # why");
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for item in items {
                out.push_str(&format!("\n{:depth$}-", ""));
                write(out, item, depth + 2, style);
            }
        }
        Value::String(text) if *style & 0x20000 == 0 && !text.contains('\n') => {
            out.push_str(&format!(" '{}'", text.replace('\'', "''")));
        }
        Value::Number(number) if *style & 0x20000 == 0 => out.push_str(&format!(" '{number}'")),
        other => out.push_str(&format!(" {other}")),
    }
}

fn spell(value: &Value, mut style: u32) -> String {
    let mut out = String::new();
    write(&mut out, value, 0, &mut style);
    out.push('\n');
    out
}

fn read(value: &Value, style: u32) -> Definition {
    let text = spell(value, style);
    Definition::parse(&text, "p.yml").unwrap_or_else(|found| panic!("{found:#?}\n{text}"))
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in "(?s).{0,200}") {
        let _ = Definition::parse(&text, "p.yml").map(|d| d.digest());
        let _ = Definition::parse_canonical(&text).map(|d| d.digest());
    }

    #[test]
    fn no_yaml_makes_it_panic(lines in prop::collection::vec(
        "( {0,6})(- )?(name|flows|steps|inputs|key|value|type|labels|action|meta)?(: )?[-0-9:._TxeE+a-c'\"|\\[{]{0,12}", 0..20,
    )) {
        let text = lines.join("\n");
        if let Ok(definition) = Definition::parse_canonical(&text) {
            prop_assert_eq!(compare(&definition, &definition), []);
            let _ = (definition.required_variables(), definition.components(), definition.labels());
        }
        let _ = Definition::parse(&text, "p.yml");
    }

    #[test]
    fn spelling_does_not_matter(value in definition(), one: u32, other: u32) {
        let (one, other) = (read(&value, one), read(&value, other));
        prop_assert_eq!(one.digest(), other.digest());
        prop_assert_eq!(compare(&one, &other), []);
        prop_assert_eq!(text_diff(&one, &other), "");
    }

    #[test]
    fn without_defaults_there_are_changes_exactly_where_digests_differ((a, b) in two()) {
        let (a, b) = (read(&a, 1), read(&b, 2));
        let same = a.digest() == b.digest();
        prop_assert_eq!(compare(&a, &b).is_empty(), same);
        prop_assert_eq!(compare(&b, &a).is_empty(), same);
        prop_assert_eq!(compare(&a, &b).len(), compare(&b, &a).len());
    }
}
