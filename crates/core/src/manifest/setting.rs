//! Which environment the files are read for, and what its values are.
//!
//! All other documents depend on it, so the Project is looked at first, and leniently: what is wrong with it is
//! found when it is read.

use std::rc::Rc;

use serde_json::Value;

use super::findings::Report;
use super::merge::{self, Keys};
use super::{keys, structured, text};
use crate::model::SourceFile;
use crate::template::{Root, Values};
use crate::yaml::{self, Limits, Node};

/// What manifests are read for.
#[derive(Debug, Clone, Default)]
pub(super) struct Setting {
    /// The environment: the one that was asked for, or the only one.
    pub(super) environment: Option<String>,
    /// What templates can name.
    pub(super) values: Values,
    /// The names of all environments.
    pub(super) declared: Vec<String>,
}

impl Setting {
    /// Looks for the Project among the files.
    pub(super) fn of(files: &[SourceFile], environment: Option<&str>) -> Self {
        let project = project(files);
        let spec = project.as_ref().and_then(|project| project.get("spec"));
        let environments = spec.and_then(|spec| spec.get("environments"));
        let declared: Vec<String> = environments
            .and_then(Node::as_mapping)
            .unwrap_or_default()
            .iter()
            .map(|entry| entry.key.text.clone())
            .collect();
        let only = match declared.as_slice() {
            [only] => Some(only.clone()),
            _ => None,
        };
        let environment = environment.map(str::to_owned).or(only);
        let own = environment
            .as_ref()
            .and_then(|name| environments?.get(name)?.get("values"));
        let values = values(spec.and_then(|spec| spec.get("values")), own);
        let mut named = Values::new();
        if let Some(values) = values {
            named = named.with(Root::Values, &values);
        }
        if let Some(name) = &environment {
            named = named.environment(name);
        }
        Self {
            environment,
            values: named,
            declared,
        }
    }

    /// Whether there are several environments, and none was asked for.
    pub(super) fn is_open(&self) -> bool {
        self.environment.is_none() && self.declared.len() > 1
    }
}

/// The values of the Project with those of an environment over them.
fn values(base: Option<&Node>, own: Option<&Node>) -> Option<Value> {
    let aside = Report::new("".into(), Rc::default());
    let mappings = [base, own]
        .into_iter()
        .flatten()
        .filter(|node| node.as_mapping().is_some());
    let merged = mappings
        .cloned()
        .reduce(|base, own| merge::merged(&aside, &base, &own, Keys::Free));
    structured::read(&aside, &merged?)
}

/// The first Project, in the order of the files.
fn project(files: &[SourceFile]) -> Option<Node> {
    let mut manifests: Vec<&SourceFile> = files
        .iter()
        .filter(|file| SourceFile::holds_manifests(&file.path))
        .collect();
    manifests.sort_by(|a, b| a.path.cmp(&b.path));
    manifests.into_iter().find_map(project_of)
}

/// Whether a text can hold a Project that says anything of interest here.
fn may_say_so(text: &str) -> bool {
    text.contains("Project") && (text.contains("environments") || text.contains("values"))
}

fn project_of(file: &SourceFile) -> Option<Node> {
    // Most files hold none, and are neither copied nor parsed a second time.
    let bytes = file.content.as_deref().ok()?;
    if std::str::from_utf8(bytes).is_ok_and(|text| !may_say_so(text)) {
        return None;
    }
    let content = text::decode(file).ok()?;
    if !may_say_so(&content) {
        return None;
    }
    let documents = yaml::parse(&content, Limits::default()).ok()?;
    let says = |document: &Node, key, text| {
        let scalar = document.get(key).and_then(Node::as_scalar);
        scalar.is_some_and(|scalar| scalar.text == text)
    };
    documents.into_iter().find(|document| {
        says(document, "apiVersion", keys::API_VERSION) && says(document, "kind", "Project")
    })
}
