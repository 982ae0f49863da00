//! Finds a resource by its name in git, on the markers of live objects.

use serde_json::Value;

use super::{Kind, Made, ambiguous, first};
use crate::cli::error::CliError;
use crate::cli::tenant::Chosen;
use crate::model::{self, Marker, ResourceName};
use crate::prismatic::catalog::ListRequest;

/// At most this many are requested at once.
const PAGE: u32 = 100;

/// The git name in an address; `None` where a text is not an address. An address of another kind is an error.
pub(super) fn by_address(kind: &Kind, text: &str) -> Result<Option<ResourceName>, CliError> {
    let (Some(wanted), Some((of, name))) = (kind.git, text.split_once('/')) else {
        return Ok(None);
    };
    let Ok(name) = ResourceName::parse_addressed(name) else {
        return Ok(None);
    };
    match model::Kind::named(of) {
        Some(kind) if kind == wanted => Ok(Some(name)),
        Some(_) => {
            let word = kind.word;
            let told = CliError::user(format!("{text} is no {word}"));
            Err(told.hint(format!("write {wanted}/NAME, or NAME alone")))
        }
        None => Ok(None),
    }
}

/// Everything that bears a name in its marker: of this project, else of any.
pub(super) async fn all(
    tenant: &Chosen,
    kind: &Kind,
    name: &ResourceName,
    list: &(impl Fn() -> Made + Sync),
) -> Result<Vec<Value>, CliError> {
    // What a filter of labels compares is not documented: what it finds is looked at, and where it
    // finds nothing the list is read.
    let filtered = list().and_then(|list| list.filter("labels_Icontains", &format!("/{name}")));
    let page = first(&tenant.client, filtered, PAGE).await?;
    let found = nearest(tenant, name, page.nodes);
    if !found.is_empty() {
        return Ok(found);
    }
    let request: ListRequest = list().map_err(|error| CliError::bug("a filter").because(&error))?;
    let mut pages = tenant.client.pages(&request);
    let mut found = Vec::new();
    while let Some(page) = pages.next().await? {
        found.extend(page.nodes.into_iter().filter(|it| bears(it, name, None)));
    }
    let found = nearest(tenant, name, found);
    tracing::debug!(kind = kind.word, %name, found = found.len(), "looked for a marker");
    Ok(found)
}

/// Those of this project, else those of any.
fn nearest(tenant: &Chosen, name: &ResourceName, nodes: Vec<Value>) -> Vec<Value> {
    let (ours, others): (Vec<_>, Vec<_>) = nodes
        .into_iter()
        .filter(|node| bears(node, name, None))
        .partition(|node| bears(node, name, Some(&tenant.project)));
    if ours.is_empty() { others } else { ours }
}

fn bears(node: &Value, name: &ResourceName, project: Option<&ResourceName>) -> bool {
    let labels = node["labels"].as_array().into_iter().flatten();
    let mut markers = labels.filter_map(|label| Marker::parse(label.as_str()?));
    markers.any(|marker| {
        marker.name == *name && project.is_none_or(|project| marker.project == *project)
    })
}

/// The one that was found.
pub(super) fn only(kind: &Kind, text: &str, mut found: Vec<Value>) -> Result<Value, CliError> {
    match found.len() {
        0 => Err(CliError::user(format!(
            "no {} in this tenant bears the marker of {text:?}",
            kind.word
        ))
        .hint("it may not have been applied yet, or to another environment (--env)")),
        1 => Ok(found.remove(0)),
        count => {
            let told = ambiguous(kind.word, text, &found, count as u64, kind.shown);
            Err(told.hint("give the id of the one that is meant"))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::cli::lookup::{COMPONENT, INSTANCE, INTEGRATION};

    #[test]
    fn addresses_are_told_from_names() {
        let name = |kind: &Kind, text: &str| {
            let found = by_address(kind, text).map_err(|error| error.message().to_owned());
            found.map(|name| name.map(|name| name.to_string()))
        };
        let some = |text: &str| Ok(Some(text.to_owned()));
        assert_eq!(name(&INSTANCE, "Instance/smith-erp"), some("smith-erp"));
        assert_eq!(name(&INTEGRATION, "integration/acme"), some("acme"));
        assert_eq!(name(&INSTANCE, "Instance/prod/cust-1"), some("prod/cust-1"));
        assert_eq!(name(&INSTANCE, "smith-erp"), Ok(None));
        assert_eq!(name(&INSTANCE, "Smith/ERP"), Ok(None));
        assert_eq!(name(&COMPONENT, "Instance/smith"), Ok(None));
        let wrong = name(&INSTANCE, "Integration/acme");
        assert_eq!(wrong, Err("Integration/acme is no instance".to_owned()));
    }

    #[test]
    fn a_marker_counts_whole_and_a_project_where_it_is_asked_for() {
        let name = |text: &str| ResourceName::parse(text).unwrap();
        let node = json!({"labels": ["paid", "gitops:p/smith-erp"]});
        assert!(bears(&node, &name("smith-erp"), None));
        assert!(bears(&node, &name("smith-erp"), Some(&name("p"))));
        assert!(!bears(&node, &name("smith-erp"), Some(&name("q"))));
        assert!(!bears(&node, &name("smith"), None));
        assert!(!bears(&json!({"labels": null}), &name("smith"), None));
    }
}
