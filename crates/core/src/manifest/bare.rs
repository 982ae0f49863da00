//! A definition file that no manifest refers to declares an integration itself.

use super::fields::{filled, quoted};
use super::findings::{Problem, Report};
use crate::model::{Location, ResourceName};
use crate::yaml::Node;

/// The name it is declared under: the slug of its display name.
pub(super) fn name(report: &Report, document: &Node) -> Option<(ResourceName, Location)> {
    let Some(node) = document.get("name") else {
        let problem = Problem::new("missing-key", "a definition without a name")
            .hint("add name, or write an Integration manifest that refers to this file");
        report.add(document.span, problem);
        return None;
    };
    let display = filled(report, node, "\"name\"")?;
    let Some(name) = ResourceName::slug(&display) else {
        let message = format!(
            "{} has no letters or digits (a-z, 0-9) to make a git key of",
            quoted(&display)
        );
        let problem = Problem::new("invalid-name", message)
            .hint("write an Integration manifest that names it and refers to this file");
        report.add(node.span, problem);
        return None;
    };
    Some((name, report.location(node.span)))
}
