//! Checks over what is declared: without a tenant, and against what it offers.
//!
//! Pure. Definitions are parsed here, once, for everything that follows. All
//! findings of all files come in one run; any error means that nothing is written.

mod components;
mod config;
mod fleet;
mod flows;
mod references;
mod secrets;

#[cfg(test)]
mod tests;

pub use components::{ComponentCheck, MissingComponent, components, want_components};

use crate::definition::{Definition, Definitions};
use crate::model::{Desired, Diagnostic};

/// Parses all definitions and checks everything that needs no tenant.
#[must_use]
pub fn offline(desired: &Desired) -> (Definitions, Vec<Diagnostic>) {
    let mut definitions = Definitions::new();
    let mut diagnostics = Vec::new();
    for integration in &desired.integrations {
        let file = &integration.definition;
        match Definition::parse(&file.text, &file.path) {
            Ok(definition) => {
                diagnostics.extend(definition.warnings());
                definitions.insert(integration.name.clone(), definition);
            }
            Err(findings) => diagnostics.extend(findings),
        }
    }
    for instance in &desired.instances {
        config::check(instance, &definitions, &mut diagnostics);
    }
    for fleet in &desired.fleets {
        fleet::check(fleet, &definitions, &mut diagnostics);
    }
    references::check(desired, &definitions, &mut diagnostics);
    secrets::check(desired, &mut diagnostics);
    (definitions, diagnostics)
}
