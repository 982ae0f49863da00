//! Connections: their inputs, or a person's consent. No value is ever repeated.

use indexmap::IndexMap;

use super::fields::{Fields, quoted};
use super::findings::{Problem, Report};
use super::reading::resource_name;
use super::{keys, secret};
use crate::model::{ConfigValue, ConnectionInput};
use crate::yaml::{Entry, Node};

/// The value of a mapping with `connection:`.
pub(super) fn read(fields: &Fields<'_>) -> Option<ConfigValue> {
    let report = fields.report;
    let node = fields.get("connection")?;
    let consent = fields.choice("consent", &[("person", ())]).is_some();
    if node
        .as_scalar()
        .is_some_and(|scalar| scalar.text == "pending")
    {
        return Some(ConfigValue::PendingConnection);
    }
    if is_shared(node) {
        return shared(fields, node);
    }
    let Some(entries) = node.as_mapping().filter(|entries| !entries.is_empty()) else {
        let problem = Problem::new("wrong-type", "a connection must be a mapping of its inputs, or pending")
            .hint("write {connection: {username: …}}, or {connection: pending} where a person consents by OAuth")
            .private(true);
        report.add(node.span, problem);
        return None;
    };
    let inputs = inputs(report, entries);
    Some(match consent {
        true => ConfigValue::ConsentedConnection(inputs),
        false => ConfigValue::Connection(inputs),
    })
}

/// Inputs by name. One bad input is noted; the others are worth keeping for further checks.
pub(crate) fn inputs(report: &Report, entries: &[Entry]) -> IndexMap<String, ConnectionInput> {
    let read = entries.iter();
    let read = read.filter_map(|entry| Some((entry.key.text.clone(), input(report, entry)?)));
    read.collect()
}

/// Whether it is `{ref: NAME}`: an input of that name alone cannot be declared.
pub(super) fn is_shared(node: &Node) -> bool {
    matches!(node.as_mapping(), Some([only]) if only.key.text == "ref")
}

/// A connection that a manifest of its own declares.
fn shared(fields: &Fields<'_>, node: &Node) -> Option<ConfigValue> {
    let report = fields.report;
    if fields.get("consent").is_some() {
        let problem = Problem::new(
            "one-of",
            "a shared connection is consented to in its own place",
        )
        .hint("remove `consent: person`: `plan` says of the Connection what it waits for");
        report.add(node.span, problem);
        return None;
    }
    let target = Fields::open(report, node, &keys::SHARED)?;
    let text = target.filled("ref")?;
    let span = target.get("ref").map_or(node.span, |node| node.span);
    resource_name(report, span, &text, "ref").map(ConfigValue::SharedConnection)
}

fn input(report: &Report, entry: &Entry) -> Option<ConnectionInput> {
    let node = &entry.value;
    if node.as_mapping().is_some() {
        let fields = Fields::open_private(report, node, &keys::SECRET_INPUT)?;
        return secret::read(report, fields.get("secret")?).map(ConnectionInput::Secret);
    }
    let name = quoted(&entry.key.text);
    let Some(scalar) = node.as_scalar() else {
        let message =
            format!("the connection input {name} must be a text or {{secret: …}}, not a list");
        report.add(node.span, Problem::new("wrong-type", message).private(true));
        return None;
    };
    if scalar.is_null() {
        let problem = Problem::new(
            "no-value",
            format!("the connection input {name} has no value"),
        )
        .hint("write \"\" for an empty text, or remove it to leave it unmanaged")
        .private(true);
        report.add(node.span, problem);
        return None;
    }
    if sounds_secret(&entry.key.text) && !scalar.text.is_empty() {
        let message =
            format!("the connection input {name} looks like a secret and is written in the file");
        let problem = Problem::new("plain-secret", message)
            .hint("keep it elsewhere and write {secret: {env: NAME}} or {secret: {file: PATH}}")
            .private(true)
            .warning();
        report.add(entry.key_span, problem);
    }
    Some(ConnectionInput::Plain(scalar.text.clone()))
}

/// Whether an input's name says that its value is secret.
fn sounds_secret(name: &str) -> bool {
    let name: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_ascii_lowercase();
    // `tokenUrl` and the like are addresses, so only the end of a name counts.
    [
        "password",
        "secret",
        "token",
        "apikey",
        "privatekey",
        "passphrase",
    ]
    .iter()
    .any(|word| name.ends_with(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_recognised() {
        for name in ["password", "clientSecret", "api_key", "Access Token"] {
            assert!(sounds_secret(name), "{name}");
        }
        for name in ["username", "tokenUrl", "host", "keyName"] {
            assert!(!sounds_secret(name), "{name}");
        }
    }
}
