//! Components that definitions need and the tenant does not offer.
//!
//! An import would be refused, or fail at the first run. Only definitions that
//! would be imported are looked at, so that a tenant in step costs no request.

use crate::definition::{Definition, Definitions};
use crate::diff::{ChangeSet, Comparison, Inputs, IntegrationChanges, Refusal, Stop, Verdict};
use crate::model::{ComponentsWanted, Diagnostic};
use crate::validate::{self, MissingComponent};

/// What to look up before anything is imported.
pub(crate) fn wanted(changes: &ChangeSet, definitions: &Definitions) -> ComponentsWanted {
    let mut wanted = ComponentsWanted::new();
    for diff in changes.integrations.iter().filter(|diff| imports(diff)) {
        if let Some(definition) = definitions.get(&diff.address.name) {
            validate::want_components(definition, &mut wanted);
        }
    }
    wanted
}

fn imports(diff: &Comparison<IntegrationChanges>) -> bool {
    diff.verdict.as_ref().is_ok_and(|changes| changes.import)
}

/// Blocks an import whose components are missing. What could not be read is unknown: it is neither there nor
/// missing. Before the components were asked for, nothing is concluded.
pub(crate) fn check(
    inputs: &Inputs<'_>,
    definition: &Definition,
    mut changes: IntegrationChanges,
) -> Verdict<IntegrationChanges> {
    let Some(catalogue) = inputs.catalogue.filter(|_| changes.import) else {
        return Ok(changes);
    };
    let check = validate::components(definition, catalogue);
    changes.components_unlisted = check.unlisted;
    changes.blocked = refusal(&check.missing);
    if changes.blocked.is_none() && !check.unread.is_empty() {
        let why: Vec<&str> = check.unread.iter().map(AsRef::as_ref).collect();
        let why = format!("the components that it uses: {}", why.join("; "));
        return Err(Stop::Unknown(why));
    }
    Ok(changes)
}

/// Of a tenant that lists no component at all, says for which integrations this is not known.
#[must_use]
pub fn unlisted_components(changes: &ChangeSet) -> Option<Diagnostic> {
    let unlisted = |diff: &&Comparison<IntegrationChanges>| {
        (diff.verdict.as_ref()).is_ok_and(|changes| changes.components_unlisted)
    };
    let unlisted = changes.integrations.iter().filter(unlisted);
    let unlisted: Vec<String> = unlisted.map(|diff| diff.address.to_string()).collect();
    (!unlisted.is_empty()).then(|| {
        let message = format!(
            "whether the tenant has all components of {} is not known: it lists none at all",
            unlisted.join(", ")
        );
        Diagnostic::warning("components-unread", message)
            .hint("they are imported all the same; the server refuses what it does not know")
    })
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
