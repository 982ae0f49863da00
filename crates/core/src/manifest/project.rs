//! `kind: Project`.

use indexmap::IndexMap;

use super::declared::DeclaredProject;
use super::fields::{Fields, entries};
use super::findings::{Problem, Report};
use super::{keys, notices, policy, reading, secret, structured};
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
        values(&spec);
        if let Some(rules) = spec.object("policy", &keys::POLICY) {
            project.policy = policy::read(&rules);
            project.apply = rules.choice("apply", &policy::APPLY).unwrap_or_default();
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

/// Notes what is wrong with `values`, which templates were given before this was read.
fn values(fields: &Fields<'_>) {
    let Some(node) = fields.get("values") else {
        return;
    };
    if entries(fields.report, node, "\"values\"").is_some() {
        let _ = structured::read(fields.report, node);
    }
}

fn environments(report: &Report, node: &Node) -> IndexMap<String, Environment> {
    let entries = entries(report, node, "\"environments\"").unwrap_or_default();
    let read = |entry| environment(report, entry);
    let environments: IndexMap<String, Environment> = entries.iter().filter_map(read).collect();
    let mut before: Vec<(&String, &Environment)> = Vec::new();
    for (name, environment) in &environments {
        let twin = before.iter().find(|(_, other)| are_one(environment, other));
        if let Some((other, _)) = twin
            && let Some(entry) = entries.iter().find(|entry| entry.key.text == *name)
        {
            let message = format!("the environments {other:?} and {name:?} are one tenant");
            let hint = "give each a url, organization or tenantId of its own, or take one out";
            report.add(
                entry.key_span,
                Problem::new("same-tenant", message).hint(hint),
            );
        }
        before.push((name, environment));
    }
    environments
}

/// Whether two environments certainly lead to one tenant. With one URL, tokens distinguish organizations.
fn are_one(one: &Environment, other: &Environment) -> bool {
    let same_place = one.url == other.url && one.tenant_id == other.tenant_id;
    let named = one.organization.is_some() || one.auth.is_some();
    let same = one.organization == other.organization
        && (one.organization.is_some() || one.auth == other.auth);
    same_place && named && same
}

fn environment(report: &Report, entry: &Entry) -> Option<(String, Environment)> {
    let name = &entry.key.text;
    reading::resource_name(report, entry.key_span, name, "the environment")?;
    let fields = Fields::open(report, &entry.value, &keys::ENVIRONMENT)?;
    values(&fields);
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
