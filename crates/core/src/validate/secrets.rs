//! Sources of secrets: programs against what the Project allows, and tokens, which are no values.

use crate::model::{Auth, Desired, DesiredFleet, Diagnostic, ExecPolicy, Location, SecretRef};

/// Checks every program that is named; whether it is run is up to the operator. No value comes from where a token of an
/// environment is: an author of manifests could have it sent to the tenant, where others can read it.
pub(super) fn check(desired: &Desired, diagnostics: &mut Vec<Diagnostic>) {
    let entries = desired.instances.iter().flat_map(|one| one.config.values());
    let parts = || desired.fleets.iter().flat_map(DesiredFleet::parts);
    let entries = entries.chain(parts().flat_map(|part| part.fixed.config.values()));
    let values = entries.flat_map(|entry| {
        let references = entry.value.secret_refs();
        references.map(|reference| (reference, &entry.location))
    });
    let flows = desired.instances.iter().flat_map(|one| one.flows.values());
    let flows = flows.chain(parts().flat_map(|part| part.fixed.flows.values()));
    let keys = flows.flat_map(|flow| {
        let references = flow.api_keys.iter().flatten();
        references.map(|reference| (reference, &flow.location))
    });
    let values = values.chain(keys);
    let environments = desired.project.environments.values();
    let tokens: Vec<_> = environments
        .filter_map(|environment| {
            let (Auth::RefreshToken(token) | Auth::AccessToken(token)) =
                environment.auth.as_ref()?;
            Some((token, &environment.location))
        })
        .collect();
    let values: Vec<_> = values.collect();
    let stolen = values.iter().filter(|(value, _)| {
        let mut tokens = tokens.iter();
        tokens.any(|(token, _)| is_same(value, token))
    });
    diagnostics.extend(stolen.map(|(_, at)| is_a_token(at)));
    let policy = &desired.project.policy.exec;
    let refused = |(reference, location)| refused(policy, reference, location);
    diagnostics.extend(values.into_iter().chain(tokens).filter_map(refused));
}

/// Whether both name one source, however a path is spelt.
fn is_same(one: &SecretRef, other: &SecretRef) -> bool {
    match (one, other) {
        (SecretRef::File(one), SecretRef::File(other)) => plain(one) == plain(other),
        _ => one == other,
    }
}

/// A path without detours.
fn plain(path: &str) -> Vec<&str> {
    let mut plain = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." if !plain.is_empty() => {}
            "." => {}
            ".." if plain.last().is_some_and(|last| !matches!(*last, "" | "..")) => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}

fn is_a_token(at: &Location) -> Diagnostic {
    let message = "this is the token of an environment, and no value for an instance";
    let finding = Diagnostic::error("token-as-value", message).at(at.clone());
    finding.hint("take the secret from a source of its own")
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
