//! Declared config values against the definition that declares the variables.

mod kinds;

use crate::definition::Definitions;
use crate::model::{DesiredInstance, Diagnostic, IntegrationRef, RequiredVariable, VersionRef};

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
            Some(variable) => kinds::mistyped(entry, variable, definition),
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
