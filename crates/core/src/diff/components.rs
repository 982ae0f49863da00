//! Components that definitions need and the tenant does not offer.
//!
//! An import would be refused, or fail at the first run. Only definitions that
//! would be imported are looked at, so that a tenant in step costs no request.

use std::collections::BTreeMap;

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

/// Stops the integrations whose components are missing or could not be read, and the instances that
/// wait for a version of them. What could not be read is unknown: it is neither there nor missing.
///
/// Of a tenant that lists no component at all it is said of which this is not known.
pub fn stop_without_components(
    changes: &mut ChangeSet,
    definitions: &Definitions,
    catalogue: &Catalogue,
) -> Option<Diagnostic> {
    let mut stopped = BTreeMap::new();
    let mut unlisted = Vec::new();
    for diff in changes.integrations.iter_mut().filter(|diff| imports(diff)) {
        let Some(definition) = definitions.get(&diff.name) else {
            continue;
        };
        let check = validate::components(definition, catalogue);
        if check.unlisted {
            unlisted.push(Address::integration(diff.name.clone()).to_string());
        }
        let Verdict::Compared(found) = &mut diff.verdict else {
            continue;
        };
        if let Some(refusal) = refusal(&check.missing) {
            found.blocked = Some(refusal);
            stopped.insert(diff.name.clone(), None);
        } else if !check.unread.is_empty() {
            let why: Vec<&str> = check.unread.iter().map(AsRef::as_ref).collect();
            let why = format!("the components that it uses: {}", why.join("; "));
            diff.verdict = Verdict::Unknown(why.clone());
            stopped.insert(diff.name.clone(), Some(why));
        }
    }
    stop_instances(changes, &stopped);
    (!unlisted.is_empty()).then(|| {
        let message = format!(
            "whether the tenant has all components of {} is not known: it lists none at all",
            unlisted.join(", ")
        );
        Diagnostic::warning("components-unread", message)
            .hint("they are imported all the same; the server refuses what it does not know")
    })
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

/// Instances of versions that exist go on. With the reason where it is unknown whether the integration can.
fn stop_instances(changes: &mut ChangeSet, stopped: &BTreeMap<ResourceName, Option<String>>) {
    for diff in &mut changes.instances {
        if let Verdict::Compared(instance) = &diff.verdict
            && let TargetVersion::Published(integration) = &instance.target
            && let Some(unknown) = stopped.get(integration)
        {
            let address = Address::integration(integration.clone());
            diff.verdict = match unknown {
                Some(why) => Verdict::Unknown(format!("{address}: {why}")),
                None => Verdict::Refused(Refusal::new(format!(
                    "waits for a version of {address}, which is blocked"
                ))),
            };
        }
    }
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
