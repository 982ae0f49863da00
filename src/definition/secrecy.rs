//! Which values may be secret, judged by the names under which they stand.
//!
//! Definitions are supposed to hold none, and in practice do: client secrets
//! and signing secrets sit in published files. Hiding too much costs a reader
//! a look at the file; hiding too little cannot be taken back.

use super::shape::Shape;
use super::value::{Map, Value};

/// Words that make an input's name look secret wherever it stands.
const WORDS: [&str; 10] = [
    "password",
    "passphrase",
    "secret",
    "token",
    "credential",
    "authorization",
    "apikey",
    "privatekey",
    "accesskey",
    "signingkey",
];

/// Whether a value under this name may be secret.
pub(super) fn name(name: &str) -> bool {
    let squeezed: String = name
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    WORDS.iter().any(|word| squeezed.contains(word))
}

/// Whether a member of a mapping may be secret. `around` is the mapping.
pub(super) fn member(shape: Shape, key: &str, value: &Value, around: &Map) -> bool {
    let named = || around.get("name").or_else(|| around.get("key"));
    let owner = || named().and_then(Value::text).is_some_and(name);
    match shape {
        Shape::Credentials => !is_reference(value.map()) && connection_input(key, value),
        Shape::Inputs => !is_reference(value.map()) && name(key),
        Shape::Variable => key == "defaultValue" && owner(),
        // A header in a list of headers: its name says it, its value is it.
        Shape::Data => name(key) || key == "value" && owner() && !is_reference(Some(around)),
        Shape::Meta | Shape::Root => name(key),
        _ => false,
    }
}

/// An input of a connection: any `key` counts here, and what the definition
/// itself marks as write-only.
fn connection_input(input: &str, value: &Value) -> bool {
    let write_only = value
        .get("meta")
        .and_then(|meta| meta.get_text("writeOnly"))
        .is_some_and(|text| text == "true");
    write_only || name(input) || input.to_lowercase().contains("key")
}

/// Whether an input only says where its value comes from, which is no secret.
fn is_reference(input: Option<&Map>) -> bool {
    let kind = input
        .and_then(|input| input.get("type"))
        .and_then(Value::text);
    matches!(kind, Some("configVar" | "reference"))
}

/// Whether a line of a file should not be shown: it, or one of the two lines
/// above that may be its parents, has a name that looks secret.
pub(super) fn line(lines: &[&str], index: usize) -> bool {
    let first = index.saturating_sub(2);
    lines
        .get(first..=index)
        .unwrap_or_default()
        .iter()
        .any(|line| line.split(':').next().is_some_and(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_secret_are_found_in_any_spelling() {
        for secret in [
            "password",
            "clientSecret",
            "API Key",
            "api_key",
            "Authorization",
        ] {
            assert!(name(secret), "{secret}");
        }
        for open in ["url", "key", "objectKey", "username", "body"] {
            assert!(!name(open), "{open}");
        }
        assert!(connection_input("keyId", &Value::Null));
        assert!(!connection_input("host", &Value::Null));
    }

    #[test]
    fn a_header_is_hidden_by_its_name() {
        let header = |name: &str| {
            let text = |text: &str| Value::Text(text.to_owned());
            Map::from_iter([
                ("name".to_owned(), text(name)),
                ("value".to_owned(), text("x")),
            ])
        };
        let hidden = |name: &str, key: &str| {
            member(
                Shape::Data,
                key,
                &Value::Text("x".to_owned()),
                &header(name),
            )
        };
        assert!(hidden("Authorization", "value"));
        assert!(!hidden("Accept", "value"));
        assert!(!hidden("Authorization", "name"));
        assert!(hidden("Accept", "password"));
    }

    #[test]
    fn a_line_is_hidden_by_its_parents() {
        let lines = ["password:", "  type: value", "  value: 'x", "name: y"];
        assert!(line(&lines, 2));
        assert!(!line(&lines, 3));
    }
}
