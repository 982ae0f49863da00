//! What the config variables of an instance come to: values, masks, and what is missing.

use super::World;
use super::instance::{Instance, Setting, StoredInput};
use super::table::Key;
use crate::definition::{ConfigVar, ConnectionRef};

/// An input of a connection as an instance has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ResolvedInput {
    pub(crate) name: String,
    /// In lower case, such as `value`.
    pub(crate) kind: String,
    pub(crate) value: String,
    pub(crate) write_only: bool,
}

/// What keeps an instance from running.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Gaps {
    /// Variables without a value.
    pub(crate) missing: Vec<String>,
    /// Connections that are not completed.
    pub(crate) pending: Vec<String>,
}

impl Gaps {
    /// Whether nothing is missing.
    pub(crate) fn is_empty(&self) -> bool {
        self.missing.is_empty() && self.pending.is_empty()
    }
}

/// Parts of names that only secrets have, in lower case.
const SECRET_NAMES: [&str; 9] = [
    "password",
    "secret",
    "token",
    "apikey",
    "api_key",
    "privatekey",
    "private_key",
    "passphrase",
    "credential",
];

/// Whether an input is write-only by its name.
///
/// A definition can say so itself. Otherwise the component decides on the real server, and the
/// sandbox, which has no components, judges by the name. Names of URLs and headers are no secrets.
pub(crate) fn is_secret_name(name: &str) -> bool {
    let name = name.to_lowercase();
    let innocent = ["url", "header", "type", "name"]
        .iter()
        .any(|end| name.ends_with(end));
    !innocent && SECRET_NAMES.iter().any(|part| name.contains(part))
}

/// The value of a variable that is no connection: what was set, else the default.
pub(crate) fn value<'a>(variable: &'a ConfigVar, setting: Option<&'a Setting>) -> Option<&'a str> {
    let set = setting.and_then(|setting| setting.value.as_deref());
    set.or(variable.default_value.as_deref())
}

/// The inputs of a connection: those of the definition, with what was set, then the others.
pub(crate) fn inputs(variable: &ConfigVar, setting: Option<&Setting>) -> Vec<ResolvedInput> {
    let stored = |name: &str| setting.and_then(|setting| setting.inputs.get(name));
    let declared = variable.inputs.iter().map(|input| {
        let own = stored(&input.name);
        ResolvedInput {
            name: input.name.clone(),
            kind: own.map_or(&input.kind, |own| &own.kind).clone(),
            value: own.map_or_else(
                || input.value.clone().unwrap_or_default(),
                |own| own.value.clone(),
            ),
            write_only: input.write_only || is_secret_name(&input.name),
        }
    });
    let known = |name: &str| variable.inputs.iter().any(|input| input.name == name);
    let others = setting.into_iter().flat_map(|setting| &setting.inputs);
    let others = others.filter(|(name, _)| !known(name)).map(other);
    declared.chain(others).collect()
}

fn other((name, input): (&String, &StoredInput)) -> ResolvedInput {
    ResolvedInput {
        name: name.clone(),
        kind: input.kind.clone(),
        value: input.value.clone(),
        write_only: is_secret_name(name),
    }
}

impl World {
    /// The status of a connection, in upper case; `None` for other variables.
    pub(crate) fn status(&self, variable: &ConfigVar, setting: Option<&Setting>) -> Option<String> {
        if variable.data_type != "connection" {
            return None;
        }
        if let Some(consent) = setting.and_then(|setting| setting.consent.as_ref()) {
            return Some(consent.status.clone());
        }
        if let Some(shared) = setting.and_then(|setting| setting.shared) {
            let value = self.shared_values.get(shared);
            return Some(value.map_or("ERROR".to_owned(), |value| self.shared_status(value)));
        }
        let active = variable.scoped.is_some()
            || (!self.needs_consent(variable) && is_filled(variable, setting));
        Some(if active { "ACTIVE" } else { "PENDING" }.to_owned())
    }

    /// Whether a person has to consent in a browser before the connection works.
    ///
    /// The catalogue knows for the components described in it; for the others the key of the connection
    /// decides.
    fn needs_consent(&self, variable: &ConfigVar) -> bool {
        let reference = variable.connection.as_ref();
        reference.is_some_and(|reference| self.asks_consent(reference))
    }

    /// The same of a connection of a component.
    pub(crate) fn asks_consent(&self, reference: &ConnectionRef) -> bool {
        let component = self.newest_component(&reference.component_key, reference.is_public);
        let connections = component.map(|component| &component.connections);
        let described = connections
            .into_iter()
            .flatten()
            .find(|connection| connection.key == reference.key);
        match described {
            Some(connection) => connection.oauth2.as_deref() == Some("AUTHORIZATION_CODE"),
            None => {
                let key = reference.key.to_lowercase();
                key.contains("oauth") && !key.contains("client")
            }
        }
    }

    /// What keeps an instance with these settings from running.
    pub(crate) fn gaps(&self, instance: &Instance, variables: &[ConfigVar]) -> Gaps {
        let mut gaps = Gaps::default();
        for variable in variables
            .iter()
            .filter(|variable| variable.scoped.is_none())
        {
            let setting = instance.values.get(&variable.key);
            match self.status(variable, setting) {
                Some(status) if status != "ACTIVE" => gaps.pending.push(variable.key.clone()),
                None if is_missing(variable, setting) => gaps.missing.push(variable.key.clone()),
                _ => {}
            }
        }
        gaps
    }

    /// The number of instances of a sequence that are not its test instance.
    pub(crate) fn instance_count(&self, sequence: uuid::Uuid) -> usize {
        self.instances
            .count(&Key::Sequence(sequence))
            .saturating_sub(1)
    }
}

/// Whether a connection has all that it needs: something of its own, and every secret.
fn is_filled(variable: &ConfigVar, setting: Option<&Setting>) -> bool {
    let inputs = inputs(variable, setting);
    let own = setting.is_some_and(|setting| !setting.inputs.is_empty());
    let full = |input: &ResolvedInput| !input.value.is_empty();
    !inputs.is_empty()
        && inputs.iter().filter(|input| input.write_only).all(full)
        && (own || inputs.iter().all(full))
}

/// Whether a variable has neither a value nor a default. Lists may be empty.
fn is_missing(variable: &ConfigVar, setting: Option<&Setting>) -> bool {
    let scheduled = |setting: &Setting| setting.schedule_type.is_some();
    let schedule = variable.schedule_type.is_some() || setting.is_some_and(scheduled);
    let empty = value(variable, setting).is_none_or(str::is_empty);
    empty && variable.collection_type.is_none() && !(variable.data_type == "schedule" && schedule)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_told_by_their_names() {
        let secrets = [
            "password",
            "clientSecret",
            "apiKey",
            "API_KEY",
            "accessToken",
        ];
        let others = ["username", "tokenUrl", "headers", "host", "tokenType"];
        assert!(secrets.iter().all(|name| is_secret_name(name)));
        assert!(!others.iter().any(|name| is_secret_name(name)));
    }
}
