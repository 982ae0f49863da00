//! References to config variables, steps and flows that are not there.
//!
//! They are errors: whether the server refuses such a definition is not known, but a flow whose reference leads
//! nowhere fails where it runs, or goes on with nothing.

use std::collections::HashMap;

use super::read::text;
use super::report::Report;
use crate::model::Diagnostic;
use crate::yaml::{Entry, Node};

/// Names that can be referred to, by the form in which they are compared.
struct Names {
    known: HashMap<String, String>,
    compare: fn(&str) -> String,
}

impl Names {
    fn new(names: impl Iterator<Item = String>, compare: fn(&str) -> String) -> Self {
        let known = names.map(|name| (compare(&name), name)).collect();
        Self { known, compare }
    }

    fn has(&self, name: &str) -> bool {
        self.known.contains_key(&(self.compare)(name))
    }

    /// The name that is probably meant.
    fn nearest(&self, name: &str) -> Option<&str> {
        let wanted = (self.compare)(name);
        let allowed = (wanted.chars().count() / 3).clamp(1, 3);
        let distances = self
            .known
            .iter()
            .map(|(compared, known)| (strsim::damerau_levenshtein(compared, &wanted), known));
        let near = distances.min().filter(|(distance, _)| *distance <= allowed);
        near.map(|(_, known)| known.as_str())
    }
}

/// Config variables and flows are called by the very name.
fn exact(name: &str) -> String {
    name.to_owned()
}

/// Steps are called by their name in camel case, which is written in more than one way.
fn letters(name: &str) -> String {
    let latin = deunicode::deunicode(name);
    let letters = latin.chars().filter(char::is_ascii_alphanumeric);
    letters.map(|c| c.to_ascii_lowercase()).collect()
}

/// Finds every reference that leads nowhere.
pub(super) fn check(root: &Node, report: &mut Report<'_>) {
    let flows = items(root, "flows");
    let mut within = Within {
        variables: Names::new(
            items(root, "requiredConfigVars")
                .iter()
                .filter_map(|item| item.get("key").and_then(text)),
            exact,
        ),
        flows: Names::new(flows.iter().filter_map(name), exact),
        steps: None,
    };
    if let Some(node) = root.get("preprocessFlowName") {
        within.flow(node, report);
    }
    for Entry { key, value, .. } in root.as_mapping().unwrap_or_default() {
        if key.text != "flows" {
            within.walk(value, report);
        }
    }
    for flow in flows {
        let mut steps = Vec::new();
        collect(flow, &mut steps);
        within.steps = Some(Names::new(steps.into_iter(), letters));
        within.walk(flow, report);
    }
}

fn items<'a>(node: &'a Node, key: &str) -> &'a [Node] {
    let list = node.get(key).and_then(Node::as_sequence);
    list.unwrap_or_default()
}

fn name(node: &Node) -> Option<String> {
    node.get("name").and_then(text)
}

/// The names of all steps, however deep.
fn collect(parent: &Node, names: &mut Vec<String>) {
    for step in items(parent, "steps") {
        names.extend(name(step));
        collect(step, names);
        for branch in items(step, "branches") {
            collect(branch, names);
        }
    }
}

/// What can be referred to in the part of a definition that is looked at.
struct Within {
    variables: Names,
    flows: Names,
    /// Of the flow, inside one.
    steps: Option<Names>,
}

impl Within {
    fn walk(&self, node: &Node, report: &mut Report<'_>) {
        for item in node.as_sequence().unwrap_or_default() {
            self.walk(item, report);
        }
        self.reference(node, report);
        for Entry { key, value, .. } in node.as_mapping().unwrap_or_default() {
            match key.text.as_str() {
                "schemas" => {}
                "flowName" => self.input_flow(value, report),
                _ => self.walk(value, report),
            }
        }
    }

    fn reference(&self, node: &Node, report: &mut Report<'_>) {
        let Some(value) = node.get("value") else {
            return;
        };
        // An empty reference is one that was not chosen yet.
        let Some(written) = text(value).filter(|text| !text.is_empty()) else {
            return;
        };
        match node.get("type").and_then(text).as_deref() {
            Some("configVar") => self.variable(value, &written, report),
            Some("reference") => self.step(value, &written, report),
            Some("template") => {
                for part in written.split("{{").skip(1) {
                    let inner = part.split("}}").next().unwrap_or_default().trim();
                    if let Some(path) = inner.strip_prefix('$') {
                        self.step(value, path, report);
                    } else if let Some(key) = inner.strip_prefix('#') {
                        self.variable(value, key, report);
                    }
                }
            }
            _ => {}
        }
    }

    fn variable(&self, at: &Node, name: &str, report: &mut Report<'_>) {
        if self.variables.has(name) {
            return;
        }
        let hint = match self.variables.nearest(name) {
            Some(key) => format!("did you mean {key:?}?"),
            None => "declare it under `requiredConfigVars`".to_owned(),
        };
        let message = format!("no config variable {name:?} is declared");
        let finding = Diagnostic::error("unknown-config-variable", message);
        report.add(at.span, finding.hint(hint));
    }

    /// A path into the results of a step: `listFiles.results.items[0]`.
    fn step(&self, at: &Node, path: &str, report: &mut Report<'_>) {
        let Some(steps) = &self.steps else { return };
        let head = path.split(['.', '[']).next().unwrap_or_default();
        // Older definitions refer to the trigger as `trigger`, regardless of its name.
        if head == "trigger" || steps.has(head) {
            return self.webhook(at, path, report);
        }
        let hint = match steps.nearest(head) {
            Some(step) => format!("did you mean the step {step:?}?"),
            None => {
                "a reference begins with the name of a step of this flow, in camel case".to_owned()
            }
        };
        let message = format!("no step of this flow is called {head:?}");
        let finding = Diagnostic::error("unknown-step", message);
        report.add(at.span, finding.hint(hint));
    }

    /// The URL of a flow, which triggers of deploys give: `trigger.results.webhookUrls.Handle Orders`.
    fn webhook(&self, at: &Node, path: &str, report: &mut Report<'_>) {
        let Some((_, flow)) = path.split_once(".results.webhookUrls.") else {
            return;
        };
        // A path may go on behind the name, which may have dots itself.
        let begins = |name: &String| {
            let rest = flow.strip_prefix(name.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        if !flow.is_empty() && !self.flows.known.keys().any(begins) {
            self.no_flow(at, flow, report);
        }
    }

    /// An input that names a flow by a fixed value.
    fn input_flow(&self, input: &Node, report: &mut Report<'_>) {
        let fixed = input.get("type").and_then(text).as_deref() == Some("value");
        match input.get("value").filter(|_| fixed) {
            Some(value) => self.flow(value, report),
            None => self.walk(input, report),
        }
    }

    fn flow(&self, at: &Node, report: &mut Report<'_>) {
        let Some(name) = text(at).filter(|name| !name.is_empty()) else {
            return;
        };
        if !self.flows.has(&name) {
            self.no_flow(at, &name, report);
        }
    }

    fn no_flow(&self, at: &Node, name: &str, report: &mut Report<'_>) {
        let hint = match self.flows.nearest(name) {
            Some(flow) => format!("did you mean {flow:?}?"),
            None => "flows are called by their name".to_owned(),
        };
        let message = format!("no flow is called {name:?}");
        let finding = Diagnostic::error("unknown-flow", message);
        report.add(at.span, finding.hint(hint));
    }
}
