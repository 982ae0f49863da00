//! Which files manifests refer to, for a source that reads them as well.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::arrange::ENVIRONMENTS;
use super::{paths, text};
use crate::model::SourceFile;
use crate::yaml::{self, Limits, Node};

/// The files that the manifests among these refer to, by path.
///
/// Lenient: what is wrong with a reference is for [`super::load`] to say.
/// A path that leads out of the project is never among them.
#[must_use]
pub fn references(files: &[SourceFile]) -> BTreeSet<Arc<str>> {
    let manifests = files
        .iter()
        .filter(|file| SourceFile::holds_manifests(&file.path));
    manifests.flat_map(referred_to).collect()
}

fn referred_to(file: &SourceFile) -> Vec<Arc<str>> {
    let Ok(content) = text::decode(file) else {
        return Vec::new();
    };
    // Most files are instances or definitions: they refer to nothing, and are not parsed twice.
    let refers = content.contains("Integration") || content.contains("Fleet");
    if !(content.contains("apiVersion") && refers) {
        return Vec::new();
    }
    let documents = yaml::parse(&content, Limits::default()).unwrap_or_default();
    documents
        .iter()
        .flat_map(written)
        .filter_map(|path| paths::resolve(&file.path, path).ok())
        .map(Arc::from)
        .collect()
}

/// The paths that a document says, in any environment.
pub(super) fn written(document: &Node) -> Vec<&str> {
    let environments = document.get(ENVIRONMENTS).and_then(Node::as_mapping);
    let differing = environments
        .unwrap_or_default()
        .iter()
        .map(|entry| &entry.value);
    let specs = document.get("spec").into_iter().chain(differing);
    specs.flat_map(paths_of).collect()
}

fn paths_of(spec: &Node) -> Vec<&str> {
    let overview = spec
        .get("marketplace")
        .and_then(|market| market.get("overview"));
    let customers = spec.get("customers");
    let of_fleet = ["file", "rows"].map(|key| customers.and_then(|customers| customers.get(key)));
    [spec.get("definition"), overview]
        .into_iter()
        .chain(of_fleet)
        .flatten()
        .filter_map(Node::as_scalar)
        .filter(|scalar| !scalar.is_null())
        .map(|scalar| scalar.text.as_str())
        .collect()
}
