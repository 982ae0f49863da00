//! What makes a definition file unusable, found before anything is sent.
//!
//! Only what is certain is an error: names that references could not be
//! resolved by, and forms that no import accepts. The rest is the server's to judge.

use std::collections::HashMap;

use super::read::text;
use super::references;
use super::report::Report;
use crate::model::Diagnostic;
use crate::yaml::{Node, Span};

/// Top-level keys of definitions seen or documented, old forms included.
const TOP_LEVEL: [&str; 24] = [
    "category",
    "componentVersions",
    "configPages",
    "defaultInstanceProfile",
    "definitionVersion",
    "description",
    "documentation",
    "endpointType",
    "externalCustomerIdField",
    "externalCustomerNameField",
    "externalCustomerUserIdField",
    "externalCustomerUserNameField",
    "flowNameField",
    "flows",
    "importMetadata",
    "isCodeNative",
    "isSynchronous",
    "labels",
    "name",
    "preprocessFlowName",
    "requiredConfigVars",
    "steps",
    "trigger",
    "version",
];

/// Whether a definition version means a form that is taken as it is.
pub(super) fn is_old_form(version: Option<&str>) -> bool {
    matches!(version, None | Some("4"))
}

/// Checks a whole definition.
pub(super) fn check(root: &Node, report: &mut Report<'_>) {
    let version = root.get("definitionVersion").and_then(text);
    binary(root, report);
    unknown_keys(root, report);
    name(root, report);
    check_version(root, version.as_deref(), report);
    variables(root, report);
    if matches!(version.as_deref(), Some("6" | "7")) {
        flows(root, report);
        references::check(root, report);
    }
}

/// What the server would make of bytes is not known, and the text of their encoding is surely not meant.
fn binary(node: &Node, report: &mut Report<'_>) {
    if node.as_scalar().and_then(|scalar| scalar.tag.as_deref()) == Some("binary") {
        let finding = Diagnostic::error("tag", "a !!binary value is not read in definitions");
        report.add_unseen(node.span, finding.hint("write the text itself, in quotes"));
    }
    for item in node.as_sequence().unwrap_or_default() {
        binary(item, report);
    }
    for entry in node.as_mapping().unwrap_or_default() {
        binary(&entry.value, report);
    }
}

fn unknown_keys(root: &Node, report: &mut Report<'_>) {
    for entry in root.as_mapping().unwrap_or_default() {
        let key = entry.key.text.as_str();
        if TOP_LEVEL.contains(&key) {
            continue;
        }
        let near = TOP_LEVEL
            .iter()
            .map(|known| (strsim::damerau_levenshtein(known, key), known))
            .min()
            .filter(|(distance, _)| *distance <= 2);
        let message = format!("unknown top-level key {key:?}");
        let finding = match near {
            Some((_, known)) => {
                Diagnostic::warning("unknown-key", message).hint(format!("did you mean `{known}`?"))
            }
            // New keys come with new releases of the platform: it is the one to judge.
            None => Diagnostic::info("unknown-key", message).hint("it is sent as it is"),
        };
        report.add(entry.key_span, finding);
    }
}

fn name(root: &Node, report: &mut Report<'_>) {
    if named(root, "name").is_none() {
        let span = root.get("name").map_or(root.span, |name| name.span);
        report.add(
            span,
            Diagnostic::error("missing-name", "the integration has no name")
                .hint("add `name:` at the top level"),
        );
    }
}

fn check_version(root: &Node, version: Option<&str>, report: &mut Report<'_>) {
    if let Some(version) = version.filter(|version| !matches!(*version, "4" | "6" | "7")) {
        let span = root
            .get("definitionVersion")
            .map_or(root.span, |node| node.span);
        let message = format!("definition version {version:?} is not known");
        report.add(
            span,
            Diagnostic::error("unknown-definition-version", message)
                .hint("versions 6 and 7 are known, and the older form 4; export it anew"),
        );
    }
}

fn variables(root: &Node, report: &mut Report<'_>) {
    let items = root
        .get("requiredConfigVars")
        .and_then(Node::as_sequence)
        .unwrap_or_default();
    let mut names = Names::new("config variable", "duplicate-config-variable");
    for item in items {
        match item.get("key").and_then(|key| Some((text(key)?, key.span))) {
            Some((key, span)) => names.add(key, span, report),
            None => report.add(
                item.span,
                Diagnostic::error("missing-key", "a config variable without a key")
                    .hint("add `key:`, the name that people see"),
            ),
        }
    }
}

fn flows(root: &Node, report: &mut Report<'_>) {
    let Some(flows) = root.get("flows").filter(|flows| !flows.is_null()) else {
        return report.add(root.span, no_flows());
    };
    let Some(items) = flows.as_sequence() else {
        let message = format!("`flows` is {}, and must be a list", flows.describe());
        return report.add(flows.span, Diagnostic::error("wrong-type", message));
    };
    if items.is_empty() {
        report.add(flows.span, no_flows());
    }
    let mut names = Names::new("flow", "duplicate-flow");
    for flow in items {
        match named(flow, "name") {
            Some((name, span)) => names.add(name, span, report),
            None => report.add(flow.span, nameless("flow")),
        }
        let mut within = Steps {
            names: Names::new("step", "duplicate-step"),
        };
        within.list(flow, report);
    }
}

/// All steps of one flow, however deep: their names are one name space.
struct Steps {
    names: Names,
}

impl Steps {
    fn list(&mut self, parent: &Node, report: &mut Report<'_>) {
        for step in parent
            .get("steps")
            .and_then(Node::as_sequence)
            .unwrap_or_default()
        {
            self.step(step, report);
        }
    }

    fn step(&mut self, step: &Node, report: &mut Report<'_>) {
        match named(step, "name") {
            Some((name, span)) => self.names.add(name, span, report),
            None => report.add(step.span, nameless("step")),
        }
        let action = step.get("action").and_then(|action| action.get("key"));
        if action.and_then(text).is_none() {
            let place = step.get("action").map_or(step.span, |action| action.span);
            report.add(
                place,
                Diagnostic::error("missing-action", "a step without an action")
                    .hint("add `action:` with `key:` and `component:`"),
            );
        }
        self.list(step, report);
        for branch in step
            .get("branches")
            .and_then(Node::as_sequence)
            .unwrap_or_default()
        {
            self.list(branch, report);
        }
    }
}

/// Names that must be unique.
struct Names {
    noun: &'static str,
    code: &'static str,
    first: HashMap<String, Span>,
}

impl Names {
    fn new(noun: &'static str, code: &'static str) -> Self {
        Self {
            noun,
            code,
            first: HashMap::new(),
        }
    }

    fn add(&mut self, name: String, span: Span, report: &mut Report<'_>) {
        if let Some(first) = self.first.get(&name) {
            let message = format!(
                "a second {} {name:?}, the first is on line {}",
                self.noun, first.line
            );
            let hint = format!("rename one: a {} is referred to by its name", self.noun);
            report.add(span, Diagnostic::error(self.code, message).hint(hint));
        } else {
            self.first.insert(name, span);
        }
    }
}

fn named(node: &Node, key: &str) -> Option<(String, Span)> {
    let node = node.get(key)?;
    let name = text(node).filter(|name| !name.trim().is_empty())?;
    Some((name, node.span))
}

fn nameless(noun: &str) -> Diagnostic {
    Diagnostic::error("missing-name", format!("a {noun} without a name")).hint("add `name:`")
}

fn no_flows() -> Diagnostic {
    Diagnostic::error("no-flows", "the integration has no flows")
        .hint("add `flows:` with at least one flow")
}
