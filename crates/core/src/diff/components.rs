//! Components that definitions need and the tenant does not offer.
//!
//! An import would be refused, or fail at the first run. Only definitions that
//! would be imported are looked at, so that a tenant in step costs no request.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{ChangeSet, IntegrationDiff, Refusal, TargetVersion, Verdict};
use crate::definition::Definitions;
use crate::model::{Address, Catalogue, ComponentsWanted, Diagnostic, ResourceName};
use crate::validate::{self, MissingComponent};

/// What to look up before anything is imported.
#[must_use]
pub fn components_wanted(changes: &ChangeSet, definitions: &Definitions) -> ComponentsWanted {
    let mut wanted = ComponentsWanted::new();
    for diff in changes.integrations.iter().filter(|diff| imports(diff)) {
        if let Some(definition) = definitions.get(&diff.name) {
            validate::want_components(definition, &mut wanted);
        }
    }
    wanted
}

/// Stops the integrations whose components are missing, and the instances that
/// wait for a version of them. Says of which it could not be found out.
pub fn stop_without_components(
    changes: &mut ChangeSet,
    definitions: &Definitions,
    catalogue: &Catalogue,
) -> Vec<Diagnostic> {
    let mut unread: BTreeMap<Arc<str>, Vec<Address>> = BTreeMap::new();
    let mut stopped = BTreeSet::new();
    for diff in changes.integrations.iter_mut().filter(|diff| imports(diff)) {
        let Some(definition) = definitions.get(&diff.name) else {
            continue;
        };
        let check = validate::components(definition, catalogue);
        for why in check.unread {
            let address = Address::integration(diff.name.clone());
            unread.entry(why).or_default().push(address);
        }
        if let (Some(refusal), Verdict::Compared(changes)) =
            (refusal(&check.missing), &mut diff.verdict)
        {
            changes.blocked = Some(refusal);
            stopped.insert(diff.name.clone());
        }
    }
    stop_instances(changes, &stopped);
    unread
        .into_iter()
        .map(|(why, of)| unchecked(&why, &of))
        .collect()
}

fn imports(diff: &IntegrationDiff) -> bool {
    matches!(&diff.verdict, Verdict::Compared(changes) if changes.import)
}

fn refusal(missing: &[MissingComponent]) -> Option<Refusal> {
    let reasons: Vec<_> = (missing.iter())
        .map(|missing| format!("{} ({})", missing.message, missing.place))
        .collect();
    (!reasons.is_empty()).then(|| Refusal::new(reasons.join("; ")).hint(hints(missing)))
}

/// What to do, each thing once; where it is not the same for all, with the components it is for.
fn hints(missing: &[MissingComponent]) -> String {
    let mut hints: Vec<(&str, Vec<String>)> = Vec::new();
    for missing in missing {
        let key = format!("{:?}", missing.key);
        match hints.iter_mut().find(|(hint, _)| *hint == missing.hint) {
            Some((_, keys)) if keys.contains(&key) => {}
            Some((_, keys)) => keys.push(key),
            None => hints.push((&missing.hint, vec![key])),
        }
    }
    match hints.as_slice() {
        [(hint, _)] => (*hint).to_owned(),
        several => {
            let each = several
                .iter()
                .map(|(hint, keys)| format!("{}: {hint}", keys.join(", ")));
            each.collect::<Vec<_>>().join("; ")
        }
    }
}

/// Instances of versions that exist go on.
fn stop_instances(changes: &mut ChangeSet, stopped: &BTreeSet<ResourceName>) {
    for diff in &mut changes.instances {
        if let Verdict::Compared(instance) = &diff.verdict
            && let TargetVersion::Published(integration) = &instance.target
            && stopped.contains(integration)
        {
            let address = Address::integration(integration.clone());
            let reason = format!("waits for a version of {address}, which is blocked");
            diff.verdict = Verdict::Refused(Refusal::new(reason));
        }
    }
}

fn unchecked(why: &str, of: &[Address]) -> Diagnostic {
    let names: Vec<_> = of.iter().map(ToString::to_string).collect();
    let message = format!(
        "whether the tenant has all components of {} is not known: {why}",
        names.join(", ")
    );
    Diagnostic::warning("components-unread", message)
        .hint("they are imported all the same; the server refuses what it does not know")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Location;

    #[test]
    fn several_that_are_missing_are_one_refusal_with_each_hint_once() {
        let missing = |component: &str, line: u32, hint: &str| MissingComponent {
            key: component.to_owned(),
            message: format!("no component {component:?}"),
            hint: hint.to_owned(),
            place: Location {
                file: "a.yml".into(),
                line,
                column: 1,
                length: 0,
            },
        };
        assert_eq!(refusal(&[]), None);
        let all = [
            missing("a", 1, "publish it"),
            missing("b", 2, "publish it"),
            missing("c", 3, "did you mean \"cc\"?"),
        ];
        let found = refusal(&all).unwrap();
        let reason = "no component \"a\" (a.yml:1:1); no component \"b\" (a.yml:2:1); \
                      no component \"c\" (a.yml:3:1)";
        assert_eq!(found.reason, reason);
        let hint = "\"a\", \"b\": publish it; \"c\": did you mean \"cc\"?";
        assert_eq!(found.hint.as_deref(), Some(hint));
    }
}
