//! Declared settings of flows against the definition that has the flows.

use crate::definition::Definition;
use crate::model::{Diagnostic, Flows, Location, nearest};

/// Checks the names of flows.
pub(super) fn check(definition: &Definition, flows: &Flows, diagnostics: &mut Vec<Diagnostic>) {
    for (name, entry) in flows.iter() {
        diagnostics.extend(named(definition, name, &entry.location));
    }
}

/// What is wrong with the name of a flow. Definitions from before version 6 do not name theirs.
pub(super) fn named(definition: &Definition, name: &str, at: &Location) -> Option<Diagnostic> {
    let flows = definition.flows();
    let known = |(called, stable): &(String, Option<String>)| {
        called == name || stable.as_deref() == Some(name)
    };
    if definition.is_old_form() || flows.iter().any(known) {
        return None;
    }
    let integration = definition.name();
    let message = format!("{integration:?} has no flow {name:?}");
    let finding = Diagnostic::error("unknown-flow", message).at(at.clone());
    let names: Vec<&str> = flows.iter().map(|(name, _)| name.as_str()).collect();
    Some(match nearest(name, names.iter().copied()) {
        Some(nearest) => finding.hint(format!("did you mean {nearest:?}?")),
        None => finding.hint(format!("it has {}", names.join(", "))),
    })
}
