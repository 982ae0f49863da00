//! Typed access to YAML nodes. Every getter notes what is wrong and answers `None`.

use std::collections::BTreeMap;

use super::findings::{Problem, Report};
use super::keys::Object;
use super::suggest::{did_you_mean, either, nearest};
use crate::model::Location;
use crate::yaml::{Entry, Node, Span};

/// A mapping with known keys.
pub(crate) struct Fields<'a> {
    pub(crate) report: &'a Report,
    pub(crate) span: Span,
    object: &'static Object,
    entries: &'a [Entry],
    private: bool,
}

impl<'a> Fields<'a> {
    /// Takes a node as a mapping, noting unknown and missing keys.
    pub(crate) fn open(
        report: &'a Report,
        node: &'a Node,
        object: &'static Object,
    ) -> Option<Self> {
        Self::opened(report, node, object, false)
    }

    /// The same for a mapping that may hold secrets: nothing that is written in it is repeated.
    pub(crate) fn open_private(
        report: &'a Report,
        node: &'a Node,
        object: &'static Object,
    ) -> Option<Self> {
        Self::opened(report, node, object, true)
    }

    fn opened(
        report: &'a Report,
        node: &'a Node,
        object: &'static Object,
        private: bool,
    ) -> Option<Self> {
        let Some(entries) = node.as_mapping() else {
            report.add(node.span, not_a_mapping(node, object).private(private));
            return None;
        };
        let fields = Self {
            report,
            span: node.span,
            object,
            entries,
            private,
        };
        fields.note_unknown();
        fields.note_missing();
        Some(fields)
    }

    fn note_unknown(&self) {
        for entry in self.entries {
            let name = entry.key.text.as_str();
            if self.object.key(name).is_none() {
                self.report.add(entry.key_span, self.unknown(name));
            }
        }
    }

    /// Where secrets are, a "key" may be a secret without its quotes, so only slips are named.
    fn unknown(&self, name: &str) -> Problem {
        let meant = did_you_mean(name, self.object.names());
        let what = self.object.what;
        let named = if self.private && meant.is_none() {
            "an unknown key".to_owned()
        } else {
            format!("unknown key {}", quoted(name))
        };
        Problem::new("unknown-key", format!("{named} in {what}"))
            .hint(format!("it may have: {}", self.listed()))
            .maybe_hint(meant)
            .private(self.private)
    }

    fn listed(&self) -> String {
        self.object.names().collect::<Vec<_>>().join(", ")
    }

    fn note_missing(&self) {
        let missing = self.object.keys.iter().filter(|key| key.required);
        for key in missing.filter(|key| !self.is_there(key.name)) {
            let message = format!("{} has no {:?}", self.object.what, key.name);
            let problem = Problem::new("missing-key", message)
                .hint(format!("add it: {}", in_passing(key.about)))
                .private(self.private);
            self.report.add(self.span, problem);
        }
    }

    /// Whether a key is there, if only with a slip of the pen, which was noted already.
    fn is_there(&self, name: &str) -> bool {
        self.get(name).is_some()
            || self.entries.iter().any(|entry| {
                let written = entry.key.text.as_str();
                self.object.key(written).is_none()
                    && nearest(written, self.object.names()) == Some(name)
            })
    }

    /// The value under a key.
    pub(crate) fn get(&self, name: &str) -> Option<&'a Node> {
        debug_assert!(self.object.key(name).is_some(), "{name} is not in keys.rs");
        self.entry(name).map(|entry| &entry.value)
    }

    /// Where each of its keys is.
    pub(crate) fn places(&self) -> BTreeMap<String, Location> {
        let place = |entry: &Entry| {
            let location = self.report.location(entry.key_span);
            (entry.key.text.clone(), location)
        };
        self.entries.iter().map(place).collect()
    }

    fn entry(&self, name: &str) -> Option<&'a Entry> {
        self.entries.iter().find(|entry| entry.key.text == name)
    }

    /// A single value as the text it is written as.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        text(self.report, self.get(name)?, &named(name))
    }

    /// A single value that may not be empty.
    pub(crate) fn filled(&self, name: &str) -> Option<String> {
        filled(self.report, self.get(name)?, &named(name))
    }

    /// The same without outer white space, which servers do not keep in names.
    pub(crate) fn trimmed(&self, name: &str) -> Option<String> {
        self.filled(name).map(|text| text.trim().to_owned())
    }

    /// `true` or `false`.
    pub(crate) fn boolean(&self, name: &str) -> Option<bool> {
        boolean(self.report, self.get(name)?, &named(name))
    }

    /// One of the words of a list.
    pub(crate) fn choice<T: Copy>(&self, name: &str, words: &[(&str, T)]) -> Option<T> {
        choice(self.report, self.get(name)?, &named(name), words)
    }

    /// A mapping with known keys.
    pub(crate) fn object(&self, name: &str, object: &'static Object) -> Option<Self> {
        Self::open(self.report, self.get(name)?, object)
    }

    /// The one key that is there, of a mapping that must have exactly one.
    pub(crate) fn only(&self) -> Option<(&'static str, &'a Node)> {
        let mut known = self
            .entries
            .iter()
            .filter_map(|entry| Some((self.object.key(&entry.key.text)?.name, &entry.value)));
        match (known.next(), known.next()) {
            (Some(one), None) => Some(one),
            (None, _) => {
                // A misspelt key was noted already.
                if self.entries.is_empty() {
                    self.note_not_one("none of them");
                }
                None
            }
            (Some((first, _)), Some((second, _))) => {
                self.note_not_one(&format!("both {first} and {second}"));
                None
            }
        }
    }

    fn note_not_one(&self, found: &str) {
        let names: Vec<_> = self.object.names().collect();
        let message = format!(
            "{} must have exactly one of {}, and has {found}",
            self.object.what,
            names.join(", ")
        );
        let problem = Problem::new("one-of", message).private(self.private);
        self.report.add(self.span, problem);
    }
}

/// A sentence as part of another.
fn in_passing(sentence: &str) -> String {
    let mut chars = sentence.trim_end_matches('.').chars();
    let first = chars.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(chars).collect()
}

/// How messages name a key.
pub(crate) fn named(name: &str) -> String {
    format!("{name:?}")
}

/// A text in quotes. Of a long one only the beginning: where quotes were not closed,
/// a text takes in the lines below it, and those may hold a secret.
pub(crate) fn quoted(text: &str) -> String {
    const LONG: usize = 60;
    const BEGINNING: usize = 24;
    if text.chars().nth(LONG).is_none() {
        return format!("{text:?}");
    }
    let beginning: String = text.chars().take(BEGINNING).collect();
    format!("{beginning:?}…")
}

/// What a node is, and its text where it is a single value.
pub(crate) fn found(node: &Node) -> String {
    match node.as_scalar() {
        Some(scalar) if !scalar.is_null() => quoted(&scalar.text),
        Some(_) | None => node.describe().to_owned(),
    }
}

fn not_a_mapping(node: &Node, object: &Object) -> Problem {
    let names: Vec<_> = object.names().collect();
    let problem = if node.is_null() {
        Problem::new("no-value", format!("{} has no value", object.what))
    } else {
        let message = format!("{} must be a mapping, not {}", object.what, node.describe());
        Problem::new("wrong-type", message)
    };
    problem.hint(format!("it may have: {}", names.join(", ")))
}

/// A wrong type.
pub(crate) fn mistyped(what: &str, expected: &str, node: &Node) -> Problem {
    let found = node.describe();
    if node.is_null() {
        return Problem::new("no-value", format!("{what} has no value"))
            .hint(format!("write {expected}, or remove the line"));
    }
    Problem::new(
        "wrong-type",
        format!("{what} must be {expected}, not {found}"),
    )
}

/// A single value as the text it is written as.
pub(crate) fn text(report: &Report, node: &Node, what: &str) -> Option<String> {
    match node.as_scalar() {
        Some(scalar) if !scalar.is_null() => Some(scalar.text.clone()),
        Some(_) => {
            let problem = Problem::new("no-value", format!("{what} has no value"))
                .hint("write \"\" for an empty text, or remove the line");
            report.add(node.span, problem);
            None
        }
        None => {
            report.add(node.span, mistyped(what, "a text", node));
            None
        }
    }
}

/// A single value that may not be empty.
pub(crate) fn filled(report: &Report, node: &Node, what: &str) -> Option<String> {
    if node.is_null() {
        let problem = Problem::new("no-value", format!("{what} has no value"));
        report.add(node.span, problem.hint("write a value after the colon"));
        return None;
    }
    let text = text(report, node, what)?;
    if text.trim().is_empty() {
        report.add(
            node.span,
            Problem::new("invalid-value", format!("{what} must not be empty")),
        );
        return None;
    }
    Some(text)
}

/// `true` or `false`, and nothing else that some YAML readers take for them.
pub(crate) fn boolean(report: &Report, node: &Node, what: &str) -> Option<bool> {
    const YES: [&str; 4] = ["yes", "on", "y", "true"];
    const NO: [&str; 4] = ["no", "off", "n", "false"];
    let plain = node.as_scalar().filter(|scalar| scalar.plain);
    match plain.map(|scalar| scalar.text.as_str()) {
        Some("true") => return Some(true),
        Some("false") => return Some(false),
        _ => {}
    }
    if node.as_scalar().is_none() || node.is_null() {
        report.add(node.span, mistyped(what, "true or false", node));
        return None;
    }
    let meant = node.as_scalar().map(|scalar| scalar.text.to_lowercase());
    let meant = meant.and_then(|text| match text.as_str() {
        text if YES.contains(&text) => Some("write true, without quotes".to_owned()),
        text if NO.contains(&text) => Some("write false, without quotes".to_owned()),
        _ => None,
    });
    let message = format!("{what} must be true or false, not {}", found(node));
    report.add(
        node.span,
        Problem::new("wrong-type", message).maybe_hint(meant),
    );
    None
}

/// One of the words of a list.
pub(crate) fn choice<T: Copy>(
    report: &Report,
    node: &Node,
    what: &str,
    words: &[(&str, T)],
) -> Option<T> {
    let names: Vec<_> = words.iter().map(|(name, _)| *name).collect();
    let Some(scalar) = node.as_scalar().filter(|scalar| !scalar.is_null()) else {
        report.add(node.span, mistyped(what, &either(&names), node));
        return None;
    };
    let chosen = words.iter().find(|(name, _)| *name == scalar.text);
    if chosen.is_none() {
        let message = format!("{what} must be {}, not {}", either(&names), found(node));
        let problem =
            Problem::new("invalid-value", message).maybe_hint(did_you_mean(&scalar.text, names));
        report.add(node.span, problem);
    }
    chosen.map(|(_, value)| *value)
}

/// The items of a list.
pub(crate) fn list<'a>(report: &Report, node: &'a Node, what: &str) -> Option<&'a [Node]> {
    let items = node.as_sequence();
    if items.is_none() {
        let problem = mistyped(what, "a list", node).maybe_hint(
            node.as_scalar()
                .filter(|scalar| !scalar.is_null() && scalar.text.len() < 60)
                .map(|scalar| format!("write [{}]", scalar.text)),
        );
        report.add(node.span, problem);
    }
    items
}

/// The entries of a mapping whose keys the user chose.
pub(crate) fn entries<'a>(report: &Report, node: &'a Node, what: &str) -> Option<&'a [Entry]> {
    let entries = node.as_mapping();
    if entries.is_none() {
        report.add(node.span, mistyped(what, "a mapping", node));
    }
    entries
}
