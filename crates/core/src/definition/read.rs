//! From the tree of a YAML text to the value the server reads from it.

use super::report::Report;
use super::scalar::{self, Kind, Resolved};
use super::secrecy;
use super::value::{Map, Value};
use crate::model::Diagnostic;
use crate::yaml::{Content, Entry, Node, Scalar, Span};

/// The value of a tree. Traps of YAML 1.1 are warned of, and what `PyYAML`
/// would refuse is an error.
pub(super) fn value(node: &Node, report: &mut Report<'_>) -> Value {
    Reader {
        report,
        key: None,
        hidden: false,
    }
    .node(node)
}

/// The printed text of a scalar that is not null; the form of names and references.
pub(super) fn text(node: &Node) -> Option<String> {
    let resolved = scalar::resolve(node.as_scalar()?).ok()?;
    (resolved.kind != Kind::Null).then_some(resolved.text)
}

struct Reader<'r, 'a> {
    report: &'r mut Report<'a>,
    key: Option<String>,
    hidden: bool,
}

impl Reader<'_, '_> {
    fn node(&mut self, node: &Node) -> Value {
        match &node.content {
            Content::Scalar(scalar) => {
                let resolved = self.scalar(scalar, node.span, self.key.is_some());
                match resolved.kind {
                    Kind::Null => Value::Null,
                    _ => Value::Text(resolved.text),
                }
            }
            Content::Sequence(items) => {
                Value::List(items.iter().map(|item| self.node(item)).collect())
            }
            Content::Mapping(entries) => self.mapping(entries),
        }
    }

    fn mapping(&mut self, entries: &[Entry]) -> Value {
        let mut map = Map::new();
        let outer = (self.key.take(), self.hidden);
        for entry in entries {
            self.hidden = outer.1;
            let resolved = self.scalar(&entry.key, entry.key_span, false);
            let key = match resolved.kind {
                Kind::Null => "null".to_owned(),
                _ => resolved.text,
            };
            self.hidden = outer.1 || secrecy::name(&key);
            self.key = Some(key.clone());
            let value = self.node(&entry.value);
            if map.insert(key.clone(), value).is_some() {
                self.report.add(entry.key_span, same_key(&key));
            }
        }
        (self.key, self.hidden) = outer;
        Value::Map(map)
    }

    fn scalar(&mut self, scalar: &Scalar, span: Span, is_value: bool) -> Resolved {
        match scalar::resolve(scalar) {
            Ok(resolved) => {
                if scalar.plain && scalar.tag.is_none() {
                    self.warn_of_trap(scalar, &resolved, span, is_value);
                }
                resolved
            }
            Err(error) => {
                let shown = self.shown(&scalar.text);
                self.find(
                    span,
                    Diagnostic::error("yaml-scalar", format!("{shown} {error}"))
                        .hint("put it in quotes if it is a text"),
                );
                Resolved {
                    kind: Kind::Text,
                    text: scalar.text.clone(),
                }
            }
        }
    }

    fn warn_of_trap(&mut self, scalar: &Scalar, resolved: &Resolved, span: Span, is_value: bool) {
        let written = scalar.text.as_str();
        let read_as = match resolved.kind {
            Kind::Bool if written.eq_ignore_ascii_case(&resolved.text) => return,
            Kind::Bool if is_value && self.key.as_deref().is_some_and(is_flag) => return,
            Kind::Time => "a time".to_owned(),
            Kind::Bool | Kind::Int | Kind::Float if written != resolved.text => {
                self.shown(&resolved.text)
            }
            _ => return,
        };
        let message = format!(
            "{} without quotes is read as {read_as} by YAML 1.1",
            self.shown(written)
        );
        let hint = if self.hidden {
            "put it in quotes if it is a text".to_owned()
        } else {
            format!("write '{written}' in quotes if it is a text")
        };
        self.find(span, Diagnostic::warning("yaml-trap", message).hint(hint));
    }

    fn shown(&self, text: &str) -> String {
        if self.hidden {
            "a value that is not shown".to_owned()
        } else {
            format!("`{text}`")
        }
    }

    fn find(&mut self, span: Span, diagnostic: Diagnostic) {
        if self.hidden {
            self.report.add_unseen(span, diagnostic);
        } else {
            self.report.add(span, diagnostic);
        }
    }
}

fn same_key(key: &str) -> Diagnostic {
    Diagnostic::error(
        "duplicate-key",
        format!("two spellings of the same key {key:?}"),
    )
    .hint("YAML 1.1 reads both as the same value: keep one of the two")
}

/// Keys whose values are booleans in every definition seen, so that `yes` is meant as one.
fn is_flag(key: &str) -> bool {
    const FLAGS: [&str; 4] = ["orgOnly", "enabled", "userLevelConfigured", "writeOnly"];
    let prefixed = |prefix: &str| {
        key.strip_prefix(prefix)
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()))
    };
    FLAGS.contains(&key) || ["is", "has", "uses", "visibleTo"].into_iter().any(prefixed)
}
