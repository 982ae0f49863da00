//! Which values may be secret, judged by their names.
//!
//! Definitions are supposed to hold none, and in practice do: client secrets
//! and signing secrets sit in published files. Hiding too much costs a reader
//! a look at the file; hiding too little cannot be taken back.

use super::shape::Shape;
use super::value::{Map, Value};
use crate::sensitivity::{self, Name};

/// Whether a value under this name may be secret, regardless of the value.
pub(super) fn name(name: &str) -> bool {
    sensitivity::name(name) == Name::Secret
}

/// Whether a member of a mapping may be secret. `around` is the mapping.
pub(super) fn member(shape: Shape, key: &str, value: &Value, around: &Map) -> bool {
    let text = value.text();
    let named = around.get("name").or_else(|| around.get("key"));
    // The name of an item may be an input of its own: `name: {type: value, value: Authorization}`.
    let spelled = |named: &'_ Value| named.get_text("value").map(str::to_owned);
    let owner = named.and_then(|named| named.text().map(str::to_owned).or_else(|| spelled(named)));
    let owner = owner.as_deref().unwrap_or_default();
    match shape {
        Shape::Credentials => !is_reference(value.map()) && connection_input(key, value),
        Shape::Inputs => !is_reference(value.map()) && step_input(key, value),
        Shape::Variable => key == "defaultValue" && variable(owner, value, around),
        // A header in a list of headers: its name says it, its value is it.
        Shape::Data if key == "value" && !is_reference(Some(around)) => {
            name(owner) || text.is_some_and(|text| sensitivity::member(owner, text))
        }
        Shape::Data => name(key) || text.is_some_and(|text| sensitivity::member(key, text)),
        Shape::Meta | Shape::Root => name(key) || text.is_some_and(sensitivity::holds_token),
        _ => text.is_some_and(sensitivity::holds_token),
    }
}

/// An input of a connection: names in doubt count here, and what the definition itself marks
/// as write-only.
fn connection_input(input: &str, value: &Value) -> bool {
    let write_only = value
        .get("meta")
        .and_then(|meta| meta.get_text("writeOnly"))
        .is_some_and(|text| text == "true");
    let text = value.get_text("value").or_else(|| value.text());
    write_only || sensitivity::setting(input, None, text).hides() || in_doubt(input)
}

fn in_doubt(input: &str) -> bool {
    matches!(sensitivity::name(input), Name::Secret | Name::Doubt)
}

fn step_input(input: &str, value: &Value) -> bool {
    let text = value.get_text("value").or_else(|| value.text());
    name(input) || text.is_some_and(|text| sensitivity::member(input, text))
}

/// The default of a variable, by its key and its data type.
fn variable(key: &str, value: &Value, around: &Map) -> bool {
    let kind = around.get("dataType").and_then(Value::text);
    sensitivity::setting(key, kind, value.text()).hides()
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
    let near = lines.get(first..=index).unwrap_or_default();
    let named = |line: &&str| line.split(':').next().is_some_and(name);
    near.iter().any(named)
        || lines
            .get(index)
            .is_some_and(|line| sensitivity::is_credential(line))
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
        for open in ["url", "key", "objectKey", "username", "body", "tokenizer"] {
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
        let mut spelled = header("x");
        let input = [("type", "value"), ("value", "X-Api-Key")];
        let input = input.map(|(key, text)| (key.to_owned(), Value::Text(text.to_owned())));
        spelled.insert("name".to_owned(), Value::Map(Map::from_iter(input)));
        let value = Value::Text("x".to_owned());
        assert!(member(Shape::Data, "value", &value, &spelled));
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
