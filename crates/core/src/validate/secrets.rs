//! Programs as sources of secrets, against what the Project allows.

use crate::model::{Auth, Desired, DesiredFleet, Diagnostic, ExecPolicy, Location, SecretRef};

/// Checks every program that is named; whether it is run is up to the operator.
pub(super) fn check(desired: &Desired, diagnostics: &mut Vec<Diagnostic>) {
    let entries = desired.instances.iter().flat_map(|one| one.config.values());
    let parts = desired.fleets.iter().flat_map(DesiredFleet::parts);
    let entries = entries.chain(parts.flat_map(|part| part.fixed.config.values()));
    let values = entries.flat_map(|entry| {
        let references = entry.value.secret_refs();
        references.map(|reference| (reference, &entry.location))
    });
    let environments = desired.project.environments.values();
    let tokens = environments.filter_map(|environment| {
        let (Auth::RefreshToken(token) | Auth::AccessToken(token)) = environment.auth.as_ref()?;
        Some((token, &environment.location))
    });
    let policy = &desired.project.policy.exec;
    let refused = |(reference, location)| refused(policy, reference, location);
    diagnostics.extend(values.chain(tokens).filter_map(refused));
}

fn refused(policy: &ExecPolicy, reference: &SecretRef, at: &Location) -> Option<Diagnostic> {
    let SecretRef::Exec { program, .. } = reference else {
        return None;
    };
    if policy.allows(program) {
        return None;
    }
    let message = format!("the Project does not allow secrets from the program {program:?}");
    let hint = format!("add it to the Project: policy: {{secrets: {{exec: [{program:?}]}}}}");
    let finding = Diagnostic::error("exec-not-allowed", message).at(at.clone());
    Some(finding.hint(hint))
}
