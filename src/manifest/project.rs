//! `kind: Project`.

use indexmap::IndexMap;

use super::declared::DeclaredProject;
use super::fields::{Fields, entries};
use super::findings::Report;
use super::{keys, notices, policy, reading, secret};
use crate::model::{Environment, Project};
use crate::yaml::{Entry, Node};

/// Reads the document.
pub(super) fn read(report: &Report, node: &Node) -> Option<DeclaredProject> {
    let fields = Fields::open(report, node, &keys::PROJECT)?;
    let mut project = Project::default();
    let mut span = node.span;
    if let Some((name, place)) = reading::name(&fields) {
        project.name = name;
        span = place;
    }
    if let Some(spec) = fields.object("spec", &keys::PROJECT_SPEC) {
        if let Some(node) = spec.get("environments") {
            project.environments = environments(report, node);
        }
        if let Some(rules) = spec.object("policy", &keys::POLICY) {
            project.policy = policy::read(&rules);
        }
        if let Some(node) = spec.get("notify") {
            project.notify = notices::read(report, node);
        }
    }
    Some(DeclaredProject {
        project,
        location: report.location(span),
    })
}

fn environments(report: &Report, node: &Node) -> IndexMap<String, Environment> {
    let entries = entries(report, node, "\"environments\"").unwrap_or_default();
    let read = |entry| environment(report, entry);
    entries.iter().filter_map(read).collect()
}

fn environment(report: &Report, entry: &Entry) -> Option<(String, Environment)> {
    let name = &entry.key.text;
    reading::resource_name(report, entry.key_span, name, "the environment")?;
    let fields = Fields::open(report, &entry.value, &keys::ENVIRONMENT)?;
    let environment = Environment {
        url: fields.stack_url("url"),
        tenant_id: fields.filled("tenantId"),
        organization: fields.filled("organization"),
        auth: fields
            .get("auth")
            .and_then(|node| secret::auth(report, node)),
        location: report.location(entry.key_span),
    };
    Some((name.clone(), environment))
}
