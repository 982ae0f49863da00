//! What the readers of the kinds share.

use std::cell::{Cell, RefCell};

use super::declared::Declared;
use super::fields::{Fields, entries, found, quoted};
use super::findings::{Problem, Report};
use super::keys;
use super::setting::Setting;
use crate::model::{Adopt, ResourceName};
use crate::yaml::{Node, Span};

/// The reading of one file.
pub(crate) struct Reading<'a> {
    pub(crate) report: &'a Report,
    /// What it is read for.
    pub(super) setting: &'a Setting,
    /// Environments that resources mention, to be held against the Project's.
    pub(crate) mentioned: RefCell<Vec<(String, Span)>>,
    /// The first place that is not the same in every environment.
    pub(crate) differing: Cell<Option<Span>>,
}

/// What reading asks of a kind.
pub(crate) trait Readable {
    /// Reads a document of it.
    fn read(reading: &Reading<'_>, node: &Node) -> Option<Declared>;
}

/// `metadata.name`, and where it is.
pub(crate) fn name(fields: &Fields<'_>) -> Option<(ResourceName, Span)> {
    let metadata = fields.object("metadata", &keys::METADATA)?;
    let node = metadata.get("name")?;
    let text = metadata.text("name")?;
    resource_name(metadata.report, node.span, &text, "metadata.name").map(|name| (name, node.span))
}

/// A text as a resource name.
pub(crate) fn resource_name(
    report: &Report,
    span: Span,
    text: &str,
    what: &str,
) -> Option<ResourceName> {
    match ResourceName::parse(text) {
        Ok(name) => Some(name),
        Err(error) => {
            let rules = "lower-case letters, digits, -, . and _; it begins and ends with a letter or digit; at most 63 characters";
            let hint = error.suggestion.map_or_else(
                || rules.to_owned(),
                |better| format!("write {better}: {rules}"),
            );
            let message = format!("{what} {} is not a valid name", quoted(text));
            report.add(span, Problem::new("invalid-name", message).hint(hint));
            None
        }
    }
}

impl Reading<'_> {
    /// `adopt:`, for the environment in use.
    pub(crate) fn adopt(&self, fields: &Fields<'_>) -> Option<Adopt> {
        let node = fields.get("adopt")?;
        let adopt = Fields::open(self.report, node, &keys::ADOPT)?;
        match adopt.only()? {
            ("environments", node) => self.adopt_by_environment(node),
            (key, _) => one(&adopt, key),
        }
    }

    fn adopt_by_environment(&self, node: &Node) -> Option<Adopt> {
        let mut chosen = None;
        for entry in entries(self.report, node, "\"environments\"")? {
            let name = &entry.key.text;
            self.mentioned
                .borrow_mut()
                .push((name.clone(), entry.key_span));
            let Some(adopt) = Fields::open(self.report, &entry.value, &keys::ADOPT_ONE) else {
                continue;
            };
            let Some((key, _)) = adopt.only() else {
                continue;
            };
            let read = one(&adopt, key);
            if self.setting.environment.as_ref() == Some(name) {
                chosen = read;
            }
        }
        chosen
    }
}

fn one(fields: &Fields<'_>, key: &str) -> Option<Adopt> {
    let text = fields.filled(key)?;
    Some(match key {
        "name" => Adopt::Name(text),
        _ => Adopt::Id(text),
    })
}

/// Notes a value that is neither of two forms.
pub(crate) fn neither(report: &Report, node: &Node, what: &str, expected: &str, hint: &str) {
    let message = format!("{what} must be {expected}, not {}", found(node));
    report.add(node.span, Problem::new("wrong-type", message).hint(hint));
}
