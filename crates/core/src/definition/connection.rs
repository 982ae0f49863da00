//! What a connection of one definition is in another: whether what was entered for it, or consented to, can still be
//! meant.
//!
//! Which inputs a connection has is known to its component; a definition names those that it says something of.

use std::collections::{BTreeMap, BTreeSet};

use super::value::Value;
use super::{Definition, align, normal};

/// How a connection differs between two definitions. It never holds a value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConnectionChange {
    /// It is of another component, or another connection of that.
    pub other: bool,
    /// Inputs that only the later definition names.
    pub added: Vec<String>,
    /// What the definition says of its inputs is not the same.
    pub changed: bool,
}

/// The connections that both definitions have, by their key in the later one. A renamed one is the same where the
/// author's stable key says so.
#[must_use]
pub fn connection_changes(
    before: &Definition,
    after: &Definition,
) -> BTreeMap<String, ConnectionChange> {
    let later = normal::normal(&after.value);
    let earlier = align::align(&later, normal::normal(&before.value));
    let mut changes = BTreeMap::new();
    for is in connections(&later) {
        let Some(key) = is.get_text("key") else {
            continue;
        };
        let mut all = connections(&earlier);
        let Some(was) = all.find(|was| continues(is, was)) else {
            continue;
        };
        let named = |definition: &Definition, variable: &Value| -> BTreeSet<String> {
            let key = variable.get_text("key").unwrap_or_default();
            definition.connection_inputs(key).into_iter().collect()
        };
        let (had, has) = (named(before, was), named(after, is));
        let change = ConnectionChange {
            other: made_of(was) != made_of(is),
            added: has.difference(&had).cloned().collect(),
            changed: was.get("inputs") != is.get("inputs"),
        };
        changes.insert(key.to_owned(), change);
    }
    changes
}

fn connections(root: &Value) -> impl Iterator<Item = &Value> {
    let all = root.get("requiredConfigVars").and_then(Value::list);
    let is_connection = |variable: &&Value| {
        let kind = variable.get_text("dataType");
        kind.is_some_and(|kind| kind.eq_ignore_ascii_case("connection"))
    };
    all.unwrap_or_default().iter().filter(is_connection)
}

fn continues(is: &Value, was: &Value) -> bool {
    let stable = is.get_text("stableKey").filter(|key| !key.is_empty());
    is.get_text("key") == was.get_text("key")
        || (stable.is_some() && stable == was.get_text("stableKey"))
}

/// The component and which connection of it, by their keys; the older form names the component otherwise.
fn made_of(variable: &Value) -> (Option<&str>, Option<&str>) {
    let connection = variable.get("connection");
    let component = connection.and_then(|it| {
        let modern = it.get("component").and_then(|it| it.get_text("key"));
        modern.or_else(|| it.get_text("componentKey"))
    });
    (component, connection.and_then(|it| it.get_text("key")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(variable: &str) -> Definition {
        let text = format!(
            "definitionVersion: 7\nname: Acme\nrequiredConfigVars:\n- {variable}\nflows:\n- name: Sync\n  isSynchronous: \
             false\n  steps:\n  - name: Trigger\n    isTrigger: true\n    action: {{component: {{key: webhook-triggers, \
             version: LATEST, isPublic: true}}, key: webhook}}\n    inputs: {{}}\n"
        );
        Definition::parse(&text, "acme.yml").unwrap()
    }

    fn login(component: &str, key: &str, more: &str, inputs: &str) -> Definition {
        with(&format!(
            "{{key: Login, {more}dataType: connection, connection: {{component: {{key: {component}, version: LATEST, isPublic: \
             true}}, key: {key}}}, inputs: {{{inputs}}}}}"
        ))
    }

    #[test]
    fn component_connection_and_inputs_are_looked_at() {
        let user = "username: {type: value, value: bot}";
        let both = "username: {type: value, value: bot}, tenant: {type: value, value: ''}";
        let before = login("http", "basic", "", user);
        let other = |added: &[&str]| ConnectionChange {
            other: true,
            added: added.iter().map(|it| (*it).to_owned()).collect(),
            changed: false,
        };
        for (what, after, expected) in [
            (
                "the same",
                login("http", "basic", "", user),
                ConnectionChange::default(),
            ),
            (
                "another component",
                login("ftp", "basic", "", user),
                other(&[]),
            ),
            (
                "another connection",
                login("http", "oauth2", "", user),
                other(&[]),
            ),
            (
                "an input without a value",
                login("http", "basic", "", both),
                ConnectionChange {
                    added: vec!["tenant".to_owned()],
                    ..ConnectionChange::default()
                },
            ),
            (
                "another value",
                login("http", "basic", "", "username: {type: value, value: robot}"),
                ConnectionChange {
                    changed: true,
                    ..ConnectionChange::default()
                },
            ),
        ] {
            let changes = connection_changes(&before, &after);
            assert_eq!(changes.get("Login"), Some(&expected), "{what}");
        }
    }

    #[test]
    fn a_stable_key_outlives_a_rename_and_a_string_is_no_connection() {
        let before = login("http", "basic", "stableKey: login, ", "");
        let after = with(
            "{key: Sign In, stableKey: login, dataType: connection, connection: {component: {key: http, version: LATEST, \
             isPublic: true}, key: basic}, inputs: {}}",
        );
        let changes = connection_changes(&before, &after);
        assert_eq!(changes.get("Sign In"), Some(&ConnectionChange::default()));
        let text = with("{key: Login, dataType: string}");
        assert!(connection_changes(&before, &text).is_empty());
        assert!(connection_changes(&text, &before).is_empty());
    }
}
