//! Declared config values against the definition that declares the variables.

mod kinds;

use super::flows;
use crate::definition::{Definition, Definitions};
use crate::model::{
    Config, DesiredInstance, Diagnostic, IntegrationRef, RequiredVariable, VersionRef,
};

/// Checks the values of one instance.
///
/// Only against the current definition: a pinned version may have other variables.
pub(super) fn check(
    instance: &DesiredInstance,
    definitions: &Definitions,
    diagnostics: &mut Vec<Diagnostic>,
) {
    if let Some(definition) = definition(&instance.integration, &instance.version, definitions) {
        values(definition, &instance.config, diagnostics);
        flows::check(definition, &instance.flows, diagnostics);
    }
}

/// The current definition, where the instances run what it produces.
pub(super) fn definition<'a>(
    integration: &IntegrationRef,
    version: &VersionRef,
    definitions: &'a Definitions,
) -> Option<&'a Definition> {
    match (integration, version) {
        (IntegrationRef::Managed(name), VersionRef::Latest) => definitions.get(name),
        (IntegrationRef::Managed(_), VersionRef::Commit(_) | VersionRef::Number(_))
        | (IntegrationRef::Name(_) | IntegrationRef::Id(_), _) => None,
    }
}

/// Checks values against a definition.
pub(super) fn values(definition: &Definition, config: &Config, diagnostics: &mut Vec<Diagnostic>) {
    let variables = definition.required_variables();
    for (key, entry) in config.iter() {
        let finding = match variables.iter().find(|variable| variable.key == *key) {
            None => Some(unknown(key, definition.name(), &variables)),
            Some(variable) => kinds::mistyped(entry, variable, definition),
        };
        diagnostics.extend(finding.map(|finding| finding.at(entry.location.clone())));
    }
}

/// What is wrong with the name of a variable whose value is not known yet.
pub(super) fn name(definition: &Definition, key: &str) -> Option<Diagnostic> {
    let variables = definition.required_variables();
    let known = variables.iter().any(|variable| variable.key == key);
    (!known).then(|| unknown(key, definition.name(), &variables))
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
