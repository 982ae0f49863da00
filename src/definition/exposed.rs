//! Values that look secret and stand in a definition for everyone to read.

use super::secrecy;
use super::shape::Shape;
use super::value::Value;

/// Where they are, in the order of the definition.
pub(super) fn places(root: &Value) -> Vec<String> {
    let mut found = Vec::new();
    walk(Shape::Root, root, &mut Vec::new(), &mut found);
    found
}

fn walk(shape: Shape, value: &Value, path: &mut Vec<String>, found: &mut Vec<String>) {
    match value {
        Value::Map(members) => {
            for (key, member) in members {
                let secret = secrecy::member(shape, key, member, members);
                if secret && is_said(member) {
                    let noun = match shape {
                        Shape::Inputs | Shape::Credentials => "input ",
                        _ => "",
                    };
                    path.push(format!("{noun}{key:?}"));
                    found.push(path.join(", "));
                    path.pop();
                } else if !secret {
                    walk(shape.member(key), member, path, found);
                }
            }
        }
        Value::List(items) => {
            for item in items {
                let named = shape.name(item);
                if let Some(name) = named {
                    path.push(format!("{} {name:?}", shape.item_noun()));
                }
                walk(shape.item(), item, path, found);
                if named.is_some() {
                    path.pop();
                }
            }
        }
        Value::Null | Value::Text(_) => {}
    }
}

/// Whether there is a value: a text of its own, or an input's.
fn is_said(member: &Value) -> bool {
    match member {
        Value::Null => false,
        Value::Text(text) => !text.is_empty() && text != "true" && text != "false",
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
        let found = Definition::parse_canonical(text).unwrap().exposed();
        insta::assert_snapshot!(found.join("\n"), @r#"
        flow "Sync", step "Get", input "token"
        config variable "API", input "clientSecret"
        config variable "Token", "defaultValue"
        "#);
    }
}
