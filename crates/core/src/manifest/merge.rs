//! What an environment says differently, over what is said for all: JSON Merge Patch (RFC 7396) on trees that
//! keep their places.
//!
//! Mappings merge, all else replaces, and `null` removes. Where only one of several keys is allowed, a mapping
//! replaces as a whole, because the two sides together would be neither.

use super::config_value::form_of;
use super::findings::{Problem, Report};
use crate::yaml::{Content, Entry, Node};

/// Keys whose mapping is one of several: it replaces as a whole. Held against `keys.rs` by a test.
pub(super) const ONE_OF: [&str; 9] = [
    "adopt",
    "auth",
    "connection",
    "customer",
    "customers",
    "integration",
    "schedule",
    "secret",
    "version",
];

/// What the keys of a mapping are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keys {
    /// Those of a manifest.
    Known,
    /// The names of config variables.
    Variables,
    /// Those of one config value.
    Variable,
    /// The user's own.
    Free,
}

impl Keys {
    /// What is below a key.
    fn below(self, key: &str) -> Self {
        match (self, key) {
            (Self::Known, "config" | "flows") => Self::Variables,
            (Self::Variables, _) => Self::Variable,
            (Self::Variable, "value" | "seed") | (Self::Free, _) => Self::Free,
            (Self::Known | Self::Variable, _) => Self::Known,
        }
    }

    /// Whether a mapping under this key takes the place of the one before it.
    fn replaces(self, key: &str, before: Option<&Node>, after: &Node) -> bool {
        match self {
            Self::Known | Self::Variable => ONE_OF.contains(&key),
            Self::Variables => before.is_some_and(|before| form(before) != form(after)),
            Self::Free => false,
        }
    }
}

/// Which form a config value has; `None` for what is no mapping, or of no form.
fn form(node: &Node) -> Option<&'static str> {
    let mut entries = node.as_mapping()?.iter();
    entries.find_map(|entry| form_of(&entry.key.text))
}

/// A tree with another one over it.
pub(super) fn merged(report: &Report, base: &Node, patch: &Node, keys: Keys) -> Node {
    let Some(changes) = patch.as_mapping() else {
        return patch.clone();
    };
    let (span, mut entries) = match &base.content {
        Content::Mapping(entries) => (base.span, entries.clone()),
        Content::Scalar(_) | Content::Sequence(_) => (patch.span, Vec::new()),
    };
    for change in changes {
        apply(report, &mut entries, change, keys);
    }
    Node {
        span,
        content: Content::Mapping(entries),
    }
}

/// One key of the patch.
fn apply(report: &Report, entries: &mut Vec<Entry>, change: &Entry, keys: Keys) {
    let key = change.key.text.as_str();
    let at = entries.iter().position(|entry| entry.key.text == key);
    if change.value.is_null() {
        if let Some(at) = at {
            entries.remove(at);
        }
        return;
    }
    let before = at.and_then(|at| entries.get(at)).map(|entry| &entry.value);
    let whole = keys.replaces(key, before, &change.value);
    if whole && is_empty(&change.value) {
        report.add(change.value.span, empty(key));
        return;
    }
    let nothing = Node {
        span: change.value.span,
        content: Content::Mapping(Vec::new()),
    };
    let base = before.filter(|_| !whole).unwrap_or(&nothing);
    let kept = base.as_mapping().is_some_and(|below| !below.is_empty());
    let entry = Entry {
        value: merged(report, base, &change.value, keys.below(key)),
        ..change.clone()
    };
    match at.and_then(|at| entries.get_mut(at)) {
        // What is partly the old one stays where that is declared.
        Some(old) if kept && entry.value.as_mapping().is_some() => old.value = entry.value,
        Some(old) => *old = entry,
        None => entries.push(entry),
    }
}

fn is_empty(node: &Node) -> bool {
    node.as_mapping().is_some_and(<[Entry]>::is_empty)
}

fn empty(key: &str) -> Problem {
    let message = format!("an empty {key:?} says nothing");
    Problem::new("one-of", message).hint(format!(
        "{key} replaces the one under spec as a whole: write it out, write null to take it away, or leave the line out"
    ))
}

#[cfg(test)]
mod tests;
