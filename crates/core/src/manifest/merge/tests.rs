use std::rc::Rc;

use proptest::prelude::{Just, Strategy, any, prop_assert_eq, prop_oneof, proptest};
use serde_json::{Map, Value, json};

use super::super::keys::{self, Object, Shape};
use super::super::structured;
use super::*;
use crate::yaml::{Limits, parse_every};

/// Both trees merged: as JSON, and the codes of what is wrong.
fn merge(base: &str, patch: &str, keys: Keys) -> (Value, Vec<&'static str>) {
    let report = Report::new("a.yaml".into(), Rc::default());
    let node = |text: &str| parse_every(text, Limits::default()).unwrap().remove(0);
    let merged = merged(&report, &node(base), &node(patch), keys);
    let value = structured::read(&report, &merged).unwrap();
    let codes = report
        .into_findings()
        .iter()
        .map(|one| one.diagnostic.code)
        .collect();
    (value, codes)
}

#[test]
fn mappings_merge_and_all_else_replaces() {
    for (base, patch, becomes) in [
        // RFC 7396, appendix A, as far as both sides are mappings.
        ("{a: b}", "{a: c}", json!({"a": "c"})),
        ("{a: b}", "{b: c}", json!({"a": "b", "b": "c"})),
        ("{a: b}", "{a: null}", json!({})),
        ("{a: b, b: c}", "{a: ~}", json!({"b": "c"})),
        ("{a: [b]}", "{a: c}", json!({"a": "c"})),
        ("{a: c}", "{a: [b]}", json!({"a": ["b"]})),
        (
            "{a: {b: c}}",
            "{a: {b: d, c: null}}",
            json!({"a": {"b": "d"}}),
        ),
        ("{a: [{b: c}]}", "{a: [1]}", json!({"a": [1]})),
        ("{e: null}", "{a: 1}", json!({"e": null, "a": 1})),
        ("{}", "{a: {bb: {ccc: null}}}", json!({"a": {"bb": {}}})),
    ] {
        let merged = merge(base, patch, Keys::Known);
        assert_eq!(merged, (becomes, Vec::new()), "{base} {patch}");
    }
}

#[test]
fn one_of_several_keys_replaces() {
    for (base, patch, becomes) in [
        (
            "{version: {number: 12}}",
            "{version: {commit: 1a2b3c4}}",
            json!({"version": {"commit": "1a2b3c4"}}),
        ),
        (
            "{version: latest}",
            "{version: {number: 3}}",
            json!({"version": {"number": 3}}),
        ),
        ("{version: {number: 12}}", "{version: null}", json!({})),
        (
            "{customer: {id: a}}",
            "{customer: {name: b}}",
            json!({"customer": {"name": "b"}}),
        ),
        (
            "{integration: {id: a}}",
            "{integration: {name: b}}",
            json!({"integration": {"name": "b"}}),
        ),
        (
            "{adopt: {id: a}}",
            "{adopt: {name: b}}",
            json!({"adopt": {"name": "b"}}),
        ),
        (
            "{config: {K: {secret: {file: x}}}}",
            "{config: {K: {secret: {env: Y}}}}",
            json!({"config": {"K": {"secret": {"env": "Y"}}}}),
        ),
        (
            "{config: {C: {connection: {u: a, p: b}, consent: person}}}",
            "{config: {C: {connection: {u: c}}}}",
            json!({"config": {"C": {"connection": {"u": "c"}, "consent": "person"}}}),
        ),
        (
            "{config: {S: {schedule: {type: day}, timeZone: UTC}}}",
            "{config: {S: {schedule: '* * * * *'}}}",
            json!({"config": {"S": {"schedule": "* * * * *", "timeZone": "UTC"}}}),
        ),
        // A config value of another form is another one.
        (
            "{config: {K: {seed: 1}}}",
            "{config: {K: {secret: {env: Y}}}}",
            json!({"config": {"K": {"secret": {"env": "Y"}}}}),
        ),
        (
            "{config: {K: {seed: 1}}}",
            "{config: {K: '2'}}",
            json!({"config": {"K": "2"}}),
        ),
        // The user's own keys are no words of manifests.
        (
            "{config: {K: {value: {version: {a: 1}}}}}",
            "{config: {K: {value: {version: {b: 2}, secret: {}}}}}",
            json!({"config": {"K": {"value": {"version": {"a": 1, "b": 2}, "secret": {}}}}}),
        ),
        (
            "{config: {version: {seed: a}}}",
            "{config: {version: {seed: b}}}",
            json!({"config": {"version": {"seed": "b"}}}),
        ),
        (
            "{labels: [a, b]}",
            "{labels: [c]}",
            json!({"labels": ["c"]}),
        ),
    ] {
        assert_eq!(
            merge(base, patch, Keys::Known),
            (becomes, Vec::new()),
            "{base} {patch}"
        );
    }
}

#[test]
fn one_of_several_cannot_be_empty() {
    for key in ONE_OF {
        let base = format!("{{{key}: {{a: 1}}}}");
        let (value, codes) = merge(&base, &format!("{{{key}: {{}}}}"), Keys::Known);
        assert_eq!(
            (value, codes),
            (json!({key: {"a": 1}}), vec!["one-of"]),
            "{key}"
        );
    }
    let (_, codes) = merge(
        "{config: {K: 1}}",
        "{config: {K: {secret: {}}}}",
        Keys::Known,
    );
    assert_eq!(codes, ["one-of"]);
}

/// Every mapping of which exactly one key must be given is among those that replace, or lies below one.
#[test]
fn the_keys_know_of_which_only_one_may_stand() {
    fn one_of(shape: &Shape) -> bool {
        match shape {
            Shape::Object(object) => object.one_of,
            Shape::AnyOf(shapes) => shapes.iter().any(one_of),
            _ => false,
        }
    }
    fn below(shape: &Shape, found: &mut Vec<&'static str>) {
        match shape {
            Shape::Object(object) => of(object, found),
            Shape::AnyOf(shapes) => shapes.iter().for_each(|shape| below(shape, found)),
            Shape::MapOf(shape) => below(shape, found),
            // Lists replace anyway.
            _ => {}
        }
    }
    fn of(object: &'static Object, found: &mut Vec<&'static str>) {
        for key in object.keys {
            if one_of(&key.shape) {
                found.push(key.name);
            } else {
                below(&key.shape, found);
            }
        }
    }
    let mut found = Vec::new();
    for kind in [
        &keys::PROJECT,
        &keys::CUSTOMER_KIND,
        &keys::INTEGRATION,
        &keys::INSTANCE,
    ] {
        of(kind, &mut found);
    }
    assert!(found.contains(&"version") && found.contains(&"auth"));
    for key in found {
        assert!(ONE_OF.contains(&key), "{key}");
    }
}

/// RFC 7396, section 2, word for word.
fn reference(target: Value, patch: &Value) -> Value {
    let Value::Object(patch) = patch else {
        return patch.clone();
    };
    let mut target = match target {
        Value::Object(target) => target,
        _ => Map::new(),
    };
    for (name, value) in patch {
        if value.is_null() {
            target.shift_remove(name);
        } else {
            let before = target.shift_remove(name).unwrap_or(Value::Null);
            target.insert(name.clone(), reference(before, value));
        }
    }
    Value::Object(target)
}

fn trees() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u8>().prop_map(Value::from),
        "[a-z ]{0,3}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let key = prop_oneof![Just("a"), Just("b"), Just("version"), Just("config")];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            proptest::collection::btree_map(key.prop_map(str::to_owned), inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn of_free_keys_a_merge_is_that_of_the_rfc(base in trees(), patch in trees()) {
        // `serde_json` compares mappings without their order.
        let expected = reference(base.clone(), &patch);
        let (value, codes) = merge(&base.to_string(), &patch.to_string(), Keys::Free);
        prop_assert_eq!(value, expected);
        prop_assert_eq!(codes, Vec::<&str>::new());
    }
}
