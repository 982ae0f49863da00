//! References to config variables that are not declared.
//!
//! Whether the server refuses them is not known, so they are warnings.

use std::collections::HashSet;

use super::read::text;
use super::report::Report;
use crate::model::Diagnostic;
use crate::yaml::{Entry, Node};

/// Warns of every `type: configVar` whose `value` names no declared variable.
pub(super) fn check(root: &Node, report: &mut Report<'_>) {
    let variables = root.get("requiredConfigVars");
    let items = variables.and_then(Node::as_sequence).unwrap_or_default();
    let keys: HashSet<String> = items
        .iter()
        .filter_map(|item| item.get("key").and_then(text))
        .collect();
    walk(root, &keys, report);
}

fn walk(node: &Node, keys: &HashSet<String>, report: &mut Report<'_>) {
    for item in node.as_sequence().unwrap_or_default() {
        walk(item, keys, report);
    }
    reference(node, keys, report);
    for Entry { key, value, .. } in node.as_mapping().unwrap_or_default() {
        if key.text != "schemas" {
            walk(value, keys, report);
        }
    }
}

fn reference(node: &Node, keys: &HashSet<String>, report: &mut Report<'_>) {
    let is_reference = node.get("type").and_then(text).as_deref() == Some("configVar");
    let Some(value) = node.get("value").filter(|_| is_reference) else {
        return;
    };
    // An empty reference is a connection not chosen yet.
    let Some(name) = text(value).filter(|name| !name.is_empty() && !keys.contains(name)) else {
        return;
    };
    let near = keys
        .iter()
        .map(|key| (strsim::damerau_levenshtein(key, &name), key))
        .min()
        .filter(|(distance, _)| *distance <= 3);
    let hint = match near {
        Some((_, key)) => format!("did you mean {key:?}?"),
        None => "declare it under `requiredConfigVars`".to_owned(),
    };
    let message = format!("no config variable {name:?} is declared");
    report.add(
        value.span,
        Diagnostic::warning("unknown-config-variable", message).hint(hint),
    );
}
