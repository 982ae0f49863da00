//! Declared config values against the definition that declares the variables.

use crate::definition::Definitions;
use crate::model::{
    ConfigEntry, ConfigValue, DesiredInstance, Diagnostic, IntegrationRef, RequiredVariable,
    VersionRef,
};

/// Checks the values of one instance.
///
/// Only against the definition at hand: a pinned version may have other variables.
pub(super) fn check(
    instance: &DesiredInstance,
    definitions: &Definitions,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let IntegrationRef::Managed(integration) = &instance.integration else {
        return;
    };
    let Some(definition) = definitions.get(integration) else {
        return;
    };
    if instance.version != VersionRef::Latest {
        return;
    }
    let variables = definition.required_variables();
    for (key, entry) in &instance.config {
        let finding = match variables.iter().find(|variable| variable.key == *key) {
            None => Some(unknown(key, definition.name(), &variables)),
            Some(variable) => mistyped(entry, variable),
        };
        diagnostics.extend(finding.map(|finding| finding.at(entry.location.clone())));
    }
}

fn unknown(key: &str, integration: &str, variables: &[RequiredVariable]) -> Diagnostic {
    let message = format!("{integration:?} has no config variable {key:?}");
    let finding = Diagnostic::error("unknown-config-variable", message);
    let keys: Vec<&str> = variables
        .iter()
        .map(|variable| variable.key.as_str())
        .collect();
    match crate::model::nearest(key, keys.iter().copied()) {
        Some(nearest) => finding.hint(format!("did you mean {nearest:?}?")),
        None if keys.is_empty() => finding.hint("its definition declares no config variables"),
        None => finding.hint(format!("it has {}", keys.join(", "))),
    }
}

/// A value of a kind that the variable cannot take. Never names the value.
fn mistyped(entry: &ConfigEntry, variable: &RequiredVariable) -> Option<Diagnostic> {
    let key = &variable.key;
    let expected = match (
        variable.data_type.as_str(),
        variable.collection_type.as_deref(),
    ) {
        ("CONNECTION", _) => Expected::Connection,
        ("SCHEDULE", _) => Expected::Schedule,
        (_, Some("VALUELIST")) => Expected::List,
        (_, Some(_)) => Expected::Structured,
        ("NUMBER", None) => Expected::Number,
        ("BOOLEAN", None) => Expected::Boolean,
        ("PICKLIST", None) if !variable.pick_list.is_empty() => Expected::OneOf,
        ("JSONFORM" | "OBJECTSELECTION" | "OBJECTFIELDMAP" | "CODE", None) => Expected::Anything,
        _ => Expected::Text,
    };
    if expected.accepts(&entry.value, variable) {
        return None;
    }
    let what = expected.describe();
    let finding = Diagnostic::error(
        "config-type",
        format!("config variable {key:?} takes {what}"),
    );
    Some(match expected {
        Expected::OneOf => finding.hint(format!("one of: {}", variable.pick_list.join(", "))),
        Expected::Connection => {
            finding.hint("write `{connection: {input: value}}` or `{connection: pending}`")
        }
        Expected::Schedule => {
            finding.hint("write `{schedule: \"*/5 * * * *\", timeZone: America/Chicago}`")
        }
        Expected::Structured => finding.hint("write `{value: [{key: …, value: …}]}`"),
        _ => finding,
    })
}

#[derive(Clone, Copy)]
enum Expected {
    Text,
    Number,
    Boolean,
    OneOf,
    List,
    Structured,
    Schedule,
    Connection,
    Anything,
}

impl Expected {
    fn accepts(self, value: &ConfigValue, variable: &RequiredVariable) -> bool {
        let connection = matches!(
            value,
            ConfigValue::Connection(_) | ConfigValue::PendingConnection
        );
        if connection || matches!(self, Self::Connection) {
            return connection && matches!(self, Self::Connection);
        }
        match (self, value) {
            (_, ConfigValue::Secret(_))
            | (Self::Anything, _)
            | (Self::Schedule, ConfigValue::Schedule { .. } | ConfigValue::Scalar(_))
            | (Self::List, ConfigValue::List(_))
            | (Self::List | Self::Structured, ConfigValue::Structured(_))
            | (Self::Text, ConfigValue::Scalar(_)) => true,
            (Self::Number, ConfigValue::Scalar(text)) => text.trim().parse::<f64>().is_ok(),
            (Self::Boolean, ConfigValue::Scalar(text)) => text == "true" || text == "false",
            (Self::OneOf, ConfigValue::Scalar(text)) => variable.pick_list.contains(text),
            _ => false,
        }
    }

    fn describe(self) -> &'static str {
        match self {
            Self::Text | Self::Anything => "a single value",
            Self::Number => "a number",
            Self::Boolean => "true or false",
            Self::OneOf => "one of the values on offer",
            Self::List => "a list",
            Self::Structured => "a list of keys and values",
            Self::Schedule => "a schedule",
            Self::Connection => "a connection",
        }
    }
}
