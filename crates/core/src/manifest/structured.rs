//! Structured config values: YAML to the JSON that is sent.
//!
//! By YAML 1.2: `yes` is a text. Numbers are numbers only where JSON writes
//! them the same way, so `010` stays the text it is.

use serde_json::{Map, Number, Value};

use super::fields::quoted;
use super::findings::{Problem, Report};
use crate::yaml::{Content, Node, Scalar};

/// A node as JSON.
pub(super) fn read(report: &Report, node: &Node) -> Option<Value> {
    match &node.content {
        Content::Scalar(scalar) => match scalar_value(scalar) {
            Ok(value) => Some(value),
            Err(problem) => {
                report.add(node.span, problem);
                None
            }
        },
        Content::Sequence(items) => {
            let read: Vec<_> = items.iter().map(|item| read(report, item)).collect();
            read.into_iter().collect::<Option<_>>().map(Value::Array)
        }
        Content::Mapping(entries) => {
            let mut object = Map::new();
            for entry in entries {
                object.insert(entry.key.text.clone(), read(report, &entry.value)?);
            }
            Some(Value::Object(object))
        }
    }
}

/// Whether a scalar without quotes is no text but a number or a boolean.
pub(super) fn is_bare(scalar: &Scalar) -> bool {
    let bare = |value: &Value| value.is_number() || value.is_boolean();
    scalar.plain && scalar_value(scalar).as_ref().is_ok_and(bare)
}

fn scalar_value(scalar: &Scalar) -> Result<Value, Problem> {
    let text = scalar.text.as_str();
    if scalar.is_null() {
        return Ok(Value::Null);
    }
    let is_text = match scalar.tag.as_deref() {
        Some("str") => true,
        Some(_) => false,
        None => !scalar.plain,
    };
    if is_text {
        return Ok(Value::String(text.to_owned()));
    }
    match text {
        "true" => Ok(Value::Bool(true)),
        "false" => Ok(Value::Bool(false)),
        _ => number(text)
            .map(|number| number.map_or_else(|| Value::String(text.to_owned()), Value::Number)),
    }
}

/// The number a text is in JSON's grammar, refusing one that would lose digits.
fn number(text: &str) -> Result<Option<Number>, Problem> {
    // Read by serde_json's grammar: no leading zeros, signs of plus, hexadecimals or NaN.
    let Ok(number) = serde_json::from_str::<Number>(text) else {
        return Ok(None);
    };
    let digits = text
        .split(['e', 'E'])
        .next()
        .unwrap_or_default()
        .trim_start_matches(['-', '0', '.'])
        .bytes()
        .filter(u8::is_ascii_digit)
        .count();
    // A 64-bit float keeps 15 decimal digits.
    if number.is_f64() && digits > 15 {
        let message = format!("{} would lose digits as a number", quoted(text));
        return Err(Problem::new("invalid-value", message).hint("put it in quotes"));
    }
    Ok(Some(number))
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::yaml::{Limits, parse};

    fn json(text: &str) -> Option<String> {
        let report = Report::new("a.yaml".into(), Rc::default());
        let node = parse(text, Limits::default()).unwrap().remove(0);
        let value = read(&report, &node).map(|value| value.to_string());
        assert_eq!(value.is_none(), !report.into_findings().is_empty());
        value
    }

    #[test]
    fn values_become_what_json_writes_the_same_way() {
        assert_eq!(
            json("[1, -2, 1.5, 010, yes, true, ~, \"5\", 0x1F, 1_000, .inf, !!str 7]").unwrap(),
            r#"[1,-2,1.5,"010","yes",true,null,"5","0x1F","1_000",".inf","7"]"#
        );
        assert_eq!(
            json("{b: {x: []}, a: 1}").unwrap(),
            r#"{"b":{"x":[]},"a":1}"#
        );
    }

    #[test]
    fn digits_are_not_lost() {
        assert_eq!(
            json("[18446744073709551615]").unwrap(),
            "[18446744073709551615]"
        );
        assert_eq!(json("[7610303900993.7610321662833]"), None);
        assert_eq!(json("[184467440737095516150]"), None);
    }
}
