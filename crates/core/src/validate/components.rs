//! The components a definition uses against those that the tenant offers.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::definition::{ComponentUse, Definition};
use crate::model::{Catalogue, ComponentVersion, ComponentsWanted, Listing, Location, nearest};

/// A component, or a version of one, that a definition uses and the tenant does not offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingComponent {
    /// Its key.
    pub key: String,
    /// What is missing.
    pub message: String,
    /// What to do.
    pub hint: String,
    /// Where it is used first.
    pub place: Location,
}

/// What a catalogue says about the components of one definition.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ComponentCheck {
    /// What is certainly missing, in the order of the file.
    pub missing: Vec<MissingComponent>,
    /// Why nothing is known about some of them.
    pub unread: BTreeSet<Arc<str>>,
    /// The tenant lists no component at all, so that it does not say whether it has these.
    pub unlisted: bool,
}

/// Adds to `wanted` what has to be looked up for a definition.
pub fn want_components(definition: &Definition, wanted: &mut ComponentsWanted) {
    for used in definition.components() {
        let versions = wanted.entry(used.key).or_default();
        versions.extend(used.version);
    }
}

/// Checks every component that a definition uses, each once.
///
/// What could not be read is not missing.
#[must_use]
pub fn components(definition: &Definition, catalogue: &Catalogue) -> ComponentCheck {
    let mut check = ComponentCheck {
        unlisted: catalogue.lists_none && !definition.components().is_empty(),
        ..ComponentCheck::default()
    };
    if check.unlisted {
        return check;
    }
    let mut seen = BTreeSet::new();
    for used in definition.components() {
        if !seen.insert((used.key.clone(), used.is_public, used.version)) {
            continue;
        }
        match judge(&used, catalogue) {
            Ok(None) => {}
            Ok(Some((message, hint))) => check.missing.push(MissingComponent {
                key: used.key.clone(),
                message,
                hint,
                place: used.place,
            }),
            Err(why) => drop(check.unread.insert(why)),
        }
    }
    check
}

/// A message and a hint where something is missing.
type Complaint = Option<(String, String)>;

fn judge(used: &ComponentUse, catalogue: &Catalogue) -> Result<Complaint, Arc<str>> {
    let Some(found) = catalogue.found.get(&used.key) else {
        return Err("they were not asked for".into());
    };
    let exact = used.version.and_then(|number| found.pinned.get(&number));
    let usable = |all: &[&ComponentVersion]| all.iter().any(|version| is_usable(version));
    let exact = exact.map(|list| fitting(used, list)).transpose()?;
    match (exact.as_deref(), used.version) {
        (Some(exact), _) if usable(exact) => return Ok(None),
        (Some([one, ..]), _) => return Ok(Some(withdrawn(used, one.number))),
        _ => {}
    }
    let newest = fitting(used, &found.newest)?;
    Ok(match (newest.first(), used.version) {
        (None, _) => Some(absent(used, &found.newest.items, catalogue)),
        (Some(_), Some(number)) => Some(no_such_version(used, number, &newest)),
        (Some(_), None) if usable(&newest) => None,
        (Some(first), None) => Some(withdrawn(used, first.number)),
    })
}

/// Those of the kind that the definition means. None at all is certain only of a whole list.
fn fitting<'a>(
    used: &ComponentUse,
    list: &'a Listing<ComponentVersion>,
) -> Result<Vec<&'a ComponentVersion>, Arc<str>> {
    let of_kind =
        |version: &&ComponentVersion| used.is_public.is_none_or(|is| is == version.public);
    let all: Vec<_> = list.items.iter().filter(of_kind).collect();
    match &list.incomplete {
        Some(why) if all.is_empty() => Err(Arc::clone(why)),
        _ => Ok(all),
    }
}

/// A public version that was withdrawn still runs where it is pinned: that is the server's to judge.
fn is_usable(version: &ComponentVersion) -> bool {
    version.available || version.public
}

fn no_such_version(
    used: &ComponentUse,
    number: i64,
    newest: &[&ComponentVersion],
) -> (String, String) {
    let numbers: Vec<_> = (newest.iter().take(5))
        .map(|version| version.number.to_string())
        .collect();
    (
        format!("component {:?} has no version {number}", used.key),
        format!("its newest versions are {}", numbers.join(", ")),
    )
}

fn withdrawn(used: &ComponentUse, number: i64) -> (String, String) {
    let message = format!(
        "version {number} of the private component {:?} is not available",
        used.key
    );
    let hint = "make it available again, or publish a new version with `prism components:publish`";
    (message, hint.to_owned())
}

fn absent(
    used: &ComponentUse,
    offered: &[ComponentVersion],
    catalogue: &Catalogue,
) -> (String, String) {
    let key = &used.key;
    if let Some(other) = offered.first() {
        let (is, not) = match other.public {
            true => ("public", "private"),
            false => ("private", "public"),
        };
        return (
            format!("component {key:?} is {is}, and the definition asks for a {not} one"),
            format!("write `isPublic: {}`", other.public),
        );
    }
    let kind = match used.is_public {
        Some(true) => "public component",
        Some(false) => "private component",
        None => "component",
    };
    let near = nearest(key, catalogue.keys.iter().map(String::as_str));
    let hint = match (near, used.is_public) {
        (Some(near), _) => format!("did you mean {near:?}?"),
        (None, Some(false)) => {
            "publish it to this organization with `prism components:publish`".to_owned()
        }
        (None, _) => "`prism-gitops get components` lists those there are".to_owned(),
    };
    (format!("no {kind} {key:?} exists in this tenant"), hint)
}
