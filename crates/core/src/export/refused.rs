//! Takes out of an export what the checks of a project would refuse.
//!
//! A tenant may hold what a manifest must not: a value that is no longer on offer, a definition of a form
//! that is no longer supported. One such object must not make the whole export invalid.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{NoteCode, Report};
use crate::kinds::integration::export::References;
use crate::model::{Desired, Diagnostic, IntegrationRef, ResourceName, Severity};
use crate::validate;

/// Takes out refused definitions with their integrations, and refused values of config variables.
pub(super) fn exclude(desired: &mut Desired, references: &References, report: &mut Report) {
    // Without their integrations, values are checked against less: two rounds do.
    for _ in 0..2 {
        let errors = errors(desired);
        if errors.is_empty() {
            return;
        }
        definitions(desired, &errors, references, report);
        values(desired, &errors, report);
    }
}

/// The first error of each place.
fn errors(desired: &Desired) -> BTreeMap<(String, u32), Diagnostic> {
    let (_, found) = validate::offline(desired);
    let mut errors = BTreeMap::new();
    for one in found {
        let place = one
            .location
            .as_ref()
            .map(|at| (at.file.to_string(), at.line));
        if let Some(place) = place.filter(|_| one.severity == Severity::Error) {
            errors.entry(place).or_insert(one);
        }
    }
    errors
}

fn definitions(
    desired: &mut Desired,
    errors: &BTreeMap<(String, u32), Diagnostic>,
    references: &References,
    report: &mut Report,
) {
    let mut gone: BTreeSet<ResourceName> = BTreeSet::new();
    desired.integrations.retain(|declared| {
        let path = declared.definition.path.to_string();
        let first = errors.range((path.clone(), 0)..=(path, u32::MAX)).next();
        if let Some((_, error)) = first {
            let about = format!("integration {}", declared.name);
            let why = format!("its definition is refused: {}", error.message);
            report.note(NoteCode::LeftOut, &about, why, None);
            gone.insert(declared.name.clone());
        }
        first.is_none()
    });
    for instance in &mut desired.instances {
        if let IntegrationRef::Managed(name) = &instance.integration
            && gone.contains(name)
            && let Some(undeclared) = references.undeclared(name)
        {
            instance.integration = undeclared;
        }
    }
}

fn values(
    desired: &mut Desired,
    errors: &BTreeMap<(String, u32), Diagnostic>,
    report: &mut Report,
) {
    for instance in &mut desired.instances {
        let about = format!("instance {}", instance.name);
        Arc::make_mut(&mut instance.config).retain(|_, entry| {
            let place = (entry.location.file.to_string(), entry.location.line);
            let error = errors.get(&place);
            if let Some(error) = error {
                let why = format!("its present value is left unmanaged: {}", error.message);
                report.note(NoteCode::LeftOut, &about, why, Some(place.0));
            }
            error.is_none()
        });
    }
}
