//! JSON values as YAML that every version of YAML reads the same way.
//!
//! Texts are quoted unless every reader takes them for texts: YAML 1.1 takes `no` for a boolean and `1:30`
//! for a number.

use std::fmt::Write as _;

use serde_json::Value;

/// A document, ending in a line break.
pub(crate) fn document(document: &impl serde::Serialize) -> String {
    #[expect(clippy::expect_used, reason = "all keys of documents are texts")]
    let value = serde_json::to_value(document).expect("a document becomes a value");
    let mut text = String::new();
    write(&mut text, &value, 0, true);
    text
}

/// An item of a list with this indentation in spaces.
pub(crate) fn item(value: &Value, indent: usize) -> String {
    let mut text = format!("{:indent$}-", "");
    write(&mut text, value, indent + 2, false);
    text
}

/// Writes a value after its key, dash or nothing, and ends the line.
fn write(text: &mut String, value: &Value, indent: usize, fresh: bool) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            // After a dash the first key stays on the line.
            let mut first_on_line = text.ends_with('-');
            if !fresh && !first_on_line {
                text.push('\n');
            }
            for (key, value) in map {
                if first_on_line {
                    text.push(' ');
                    first_on_line = false;
                } else {
                    pad(text, indent);
                }
                // Not to be mistaken for a dash before a nested value.
                text.push_str(&scalar(key));
                text.push(':');
                write(text, value, indent + 2, false);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            if !fresh {
                text.push('\n');
            }
            for value in items {
                pad(text, indent);
                text.push('-');
                write(text, value, indent + 2, false);
            }
        }
        value => {
            if !fresh {
                text.push(' ');
            }
            text.push_str(&leaf(value));
            text.push('\n');
        }
    }
}

fn pad(text: &mut String, indent: usize) {
    text.extend(std::iter::repeat_n(' ', indent));
}

fn leaf(value: &Value) -> String {
    match value {
        Value::String(text) => scalar(text),
        // Empty collections, numbers, truths and null are JSON, which is YAML.
        value => value.to_string(),
    }
}

fn scalar(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            letter if needs_escape(letter) => {
                let code = u32::from(letter);
                // Writing to a string cannot fail.
                let _ = match code {
                    0..=0xff => write!(quoted, "\\x{code:02x}"),
                    0x100..=0xffff => write!(quoted, "\\u{code:04x}"),
                    _ => write!(quoted, "\\U{code:08x}"),
                };
            }
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    // Orders to what runs a pipeline begin so.
    quoted.replace("##", "#\\x23")
}

/// What YAML does not allow in a text, or folds, and what hides or reorders it.
fn needs_escape(letter: char) -> bool {
    crate::harmless::deceives(letter)
}

/// Whether a text means itself unquoted: words that begin with a letter and are no keyword.
fn is_plain(text: &str) -> bool {
    let words = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"];
    let inner = |letter: char| letter.is_ascii_alphanumeric() || " _-./@+".contains(letter);
    text.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && text.chars().all(inner)
        && !text.ends_with(' ')
        && !words.contains(&text.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::yaml::{self, Limits};

    #[test]
    fn a_document_is_nested_and_quoted() {
        let value = json!({"name": "Acme ERP", "on": true, "labels": ["a", "no"], "none": null,
            "empty": [], "at": "2026-01-01T00:00:00Z", "text": "a\nb\u{1b}",
            "list": [{"id": "x", "deep": {"n": 1}}, [1, 2]]});
        insta::assert_snapshot!(document(&value), @r#"
        name: Acme ERP
        "on": true
        labels:
          - a
          - "no"
        none: null
        empty: []
        at: "2026-01-01T00:00:00Z"
        text: "a\nb\x1b"
        list:
          - id: x
            deep:
              "n": 1
          -
            - 1
            - 2
        "#);
        assert_eq!(
            item(&json!({"id": 1, "b": "c"}), 2),
            "  - id: 1\n    b: c\n"
        );
        assert_eq!(document(&json!({})), "{}\n");
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 16, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::hash_map(any::<String>(), inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn whatever_is_written_can_be_read(value in value()) {
            let text = document(&value);
            prop_assert!(yaml::parse(&text, Limits::default()).is_ok(), "{text}");
        }
    }
}
