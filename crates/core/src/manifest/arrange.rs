//! From a document to what it says in one environment: whether it is there at all, what differs, and templates.

use std::borrow::Cow;
use std::sync::Arc;

use super::fields::{entries, quoted};
use super::findings::Problem;
use super::merge::{Keys, merged};
use super::reading::Reading;
use super::{paths, references, templating};
use crate::model::{Address, Kind, Location, ResourceName};
use crate::yaml::{Content, Entry, Node, Span};

/// The key at the top of a manifest that says where it is.
pub(super) const ENVIRONMENTS: &str = "environments";

/// A document that is not there in this environment, or only in other words.
pub(super) struct Elsewhere {
    /// What it declares in other environments, as far as it says.
    pub(super) address: Option<(Address, Location)>,
    /// The files it names in any environment.
    pub(super) files: Vec<Arc<str>>,
}

impl Reading<'_> {
    /// The document as it is in the environment, without `environments`; `None` if it is not there.
    pub(super) fn arranged<'n>(&self, kind: &str, document: &'n Node) -> Option<Cow<'n, Node>> {
        let written = document.get(ENVIRONMENTS);
        if let Some(node) = written {
            self.differs(node.span);
            self.mentions(kind, node);
        }
        let here = match written.and_then(Node::as_mapping) {
            None => Cow::Borrowed(document),
            Some(places) => {
                let name = self.setting.environment.as_deref();
                let place = places
                    .iter()
                    .find(|entry| Some(entry.key.text.as_str()) == name);
                if place.is_none() && kind != "Project" {
                    return None;
                }
                Cow::Owned(self.over(kind, document, place))
            }
        };
        if self.setting.is_open() && templating::depend(kind, &here) {
            self.differs(document.span);
            // Without an environment they mean nothing; the Project is needed to choose one.
            return (kind == "Project").then_some(here);
        }
        Some(templating::rendered(self, kind, here))
    }

    /// Notes the environments that a document names, and what is wrong with how it does.
    fn mentions(&self, kind: &str, node: &Node) {
        let Some(places) = entries(self.report, node, "\"environments\"") else {
            return;
        };
        if places.is_empty() && kind != "Project" {
            let problem = Problem::new("no-environment", "this manifest is in no environment")
                .hint("name those it is in, or leave \"environments\" out: then it is in all");
            self.report.add(node.span, problem);
        }
        for place in places {
            let mut mentioned = self.mentioned.borrow_mut();
            mentioned.push((place.key.text.clone(), place.key_span));
            if !place.value.is_null() && place.value.as_mapping().is_none() {
                let name = quoted(&place.key.text);
                let message = format!(
                    "what differs in {name} must be a mapping, not {}",
                    place.value.describe()
                );
                let problem = Problem::new("wrong-type", message)
                    .hint("write {} where nothing differs, else the keys of spec that do");
                self.report.add(place.value.span, problem.private(true));
            }
        }
    }

    /// The document without `environments`, and with what one of them says over its spec.
    fn over(&self, kind: &str, document: &Node, place: Option<&Entry>) -> Node {
        let mut kept: Vec<Entry> = document
            .as_mapping()
            .unwrap_or_default()
            .iter()
            .filter(|entry| entry.key.text != ENVIRONMENTS)
            .cloned()
            .collect();
        let patch = place.map(|place| self.patch(kind, &place.value));
        if let Some(patch) = patch.filter(|patch| patch.as_mapping().is_some()) {
            // That it has no spec is found when it is read.
            if let Some(spec) = kept.iter_mut().find(|entry| entry.key.text == "spec") {
                spec.value = merged(self.report, &spec.value, &patch, Keys::Known);
            }
        }
        Node {
            span: document.span,
            content: Content::Mapping(kept),
        }
    }

    /// What an environment says, without keys that it cannot have.
    fn patch(&self, kind: &str, node: &Node) -> Node {
        let Some(written) = node.as_mapping() else {
            return node.clone();
        };
        let mut kept = Vec::new();
        for entry in written {
            match misplaced(kind, &entry.key.text) {
                None => kept.push(entry.clone()),
                Some(problem) => self.report.add(entry.key_span, problem),
            }
        }
        Node {
            span: node.span,
            content: Content::Mapping(kept),
        }
    }

    /// Notes that something is not the same in all environments.
    fn differs(&self, span: Span) {
        self.differing.set(self.differing.get().or(Some(span)));
    }

    /// What is known of a document that differs between environments.
    pub(super) fn elsewhere(&self, kind: &str, document: &Node) -> Option<Elsewhere> {
        document.get(ENVIRONMENTS)?;
        let node = document
            .get("metadata")
            .and_then(|metadata| metadata.get("name"));
        let name = node.and_then(Node::as_scalar);
        let address = name.and_then(|scalar| address(kind, &scalar.text));
        let place = node.map(|node| self.report.location(node.span));
        let written = references::written(document).into_iter();
        let files = written.filter_map(|path| paths::resolve(self.report.path(), path).ok());
        Some(Elsewhere {
            address: address.zip(place),
            files: files.map(Arc::from).collect(),
        })
    }
}

/// What a document of a kind and a name declares, unless it is a Project.
pub(super) fn address(kind: &str, name: &str) -> Option<Address> {
    let kind = Kind::ALL.into_iter().find(|one| one.as_str() == kind)?;
    let name = ResourceName::parse(name).ok()?;
    Some(Address { kind, name })
}

/// Why a key cannot differ between environments, if it cannot.
fn misplaced(kind: &str, key: &str) -> Option<Problem> {
    let message = format!("{} is not allowed here", quoted(key));
    let problem = Problem::new("unknown-key", message);
    match (kind, key) {
        (_, "spec") => {
            Some(problem.hint("write the keys of spec themselves, without spec around them"))
        }
        (_, "metadata" | "kind" | "apiVersion") => {
            Some(problem.hint("these are the same everywhere: only keys of spec can differ"))
        }
        ("Project", "environments" | "values") => Some(
            problem.hint("what one environment is, and its values, belong under spec.environments"),
        ),
        _ => None,
    }
}
