//! Values in a definition that look secret, and that every reader of the file can see.

use super::report::Report;
use super::secrecy;
use super::shape::Shape;
use super::value::Value;
use crate::model::Diagnostic;
use crate::yaml::{Node, Span};

/// Where they are, in the order of the definition.
pub(super) fn places(root: &Value) -> Vec<String> {
    let found = search(root, None);
    found.into_iter().map(|(place, _)| place).collect()
}

/// Warns of each in a file.
pub(super) fn warn(root: &Value, node: &Node, report: &mut Report<'_>) {
    for (place, span) in search(root, Some(node)) {
        let message = format!("the definition seems to contain a secret: {place}");
        let finding = Diagnostic::warning("secret-in-definition", message).hint(
            "everyone who reads the file can use it: take it out, replace it where it was issued, \
             and let a config variable or a connection hold the new one",
        );
        report.add_unseen(span.unwrap_or_default(), finding);
    }
}

fn search(root: &Value, node: Option<&Node>) -> Vec<(String, Option<Span>)> {
    let mut search = Search {
        path: Vec::new(),
        found: Vec::new(),
    };
    search.walk(Shape::Root, root, node);
    search.found
}

struct Search {
    path: Vec<String>,
    found: Vec<(String, Option<Span>)>,
}

impl Search {
    fn walk(&mut self, shape: Shape, value: &Value, node: Option<&Node>) {
        match value {
            Value::Map(members) => {
                for (key, member) in members {
                    let below = node.and_then(|node| node.get(key));
                    let secret = secrecy::member(shape, key, member, members);
                    if secret && is_said(member) {
                        self.note(shape, key, below);
                    } else if !secret {
                        self.walk(shape.member(key), member, below);
                    }
                }
            }
            Value::List(items) => {
                let nodes = node.and_then(Node::as_sequence).unwrap_or_default();
                for (place, item) in items.iter().enumerate() {
                    let named = shape.name(item);
                    if let Some(name) = named {
                        self.path.push(format!("{} {name:?}", shape.item_noun()));
                    }
                    self.walk(shape.item(), item, nodes.get(place));
                    if named.is_some() {
                        self.path.pop();
                    }
                }
            }
            Value::Null | Value::Text(_) => {}
        }
    }

    fn note(&mut self, shape: Shape, key: &str, node: Option<&Node>) {
        let noun = match shape {
            Shape::Inputs | Shape::Credentials => "input ",
            _ => "",
        };
        self.path.push(format!("{noun}{key:?}"));
        // Of an input, the value itself.
        let node = node.map(|node| node.get("value").unwrap_or(node));
        self.found
            .push((self.path.join(", "), node.map(|node| node.span)));
        self.path.pop();
    }
}

/// Whether there is a value: a text of its own, or an input's.
fn is_said(member: &Value) -> bool {
    match member {
        Value::Null => false,
        // A template names the variables that its values come from.
        Value::Text(text) => {
            !text.is_empty() && text != "true" && text != "false" && !text.contains("{{")
        }
        Value::List(items) => items.iter().any(is_said),
        Value::Map(input) => input.get("value").is_some_and(is_said),
    }
}

#[cfg(test)]
mod tests {
    use crate::definition::Definition;

    #[test]
    fn places_are_named_as_people_know_them() {
        let text = "
definitionVersion: 7
name: A
requiredConfigVars:
- key: API
  dataType: connection
  connection: {key: k, component: {key: c, version: 1, isPublic: true}}
  inputs:
    host: {type: value, value: h}
    clientSecret: {type: value, value: s3cret}
    password: {type: value, value: ''}
- {key: Token, dataType: string, defaultValue: s3cret}
flows:
- name: Sync
  steps:
  - name: T
    isTrigger: true
    action: {key: w, component: {key: c, version: 1, isPublic: true}}
    inputs: {}
  - name: Get
    action: {key: g, component: {key: c, version: 1, isPublic: true}}
    inputs:
      token: {type: value, value: s3cret}
      secret: {type: configVar, value: Token}
";
        let warnings = Definition::parse(text, "a.yml").unwrap().warnings();
        let at = warnings
            .iter()
            .filter(|warning| warning.code == "secret-in-definition")
            .map(|warning| warning.location.as_ref().unwrap())
            .map(|at| format!("{}:{}:{}", at.file, at.line, at.column));
        assert_eq!(
            at.collect::<Vec<_>>(),
            ["a.yml:10:40", "a.yml:12:48", "a.yml:23:35"]
        );
        let found = Definition::parse_canonical(text).unwrap().exposed();
        insta::assert_snapshot!(found.join("\n"), @r#"
        flow "Sync", step "Get", input "token"
        config variable "API", input "clientSecret"
        config variable "Token", "defaultValue"
        "#);
    }
}
