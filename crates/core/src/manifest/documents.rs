//! One file: which of its documents are manifests, which a definition, which neither.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use super::arrange::{Elsewhere, address};
use super::cron::Schedules;
use super::declared::{Declared, DeclaredProject, FleetDraft};
use super::findings::{self, Finding, Problem, Report};
use super::reading::{Readable as _, Reading};
use super::setting::Setting;
use super::suggest::did_you_mean;
use super::{bare, foreign, keys, project, tags, text};
use crate::kinds::with_kind;
use crate::model::{Address, Kind, Location, ResourceName, SourceFile};
use crate::yaml::{self, Limits, Node, Span};

/// What a file turned out to hold.
pub(super) struct FileRead {
    pub(super) path: Arc<str>,
    /// Its whole text, if it has one.
    pub(super) text: Option<Arc<str>>,
    pub(super) resources: Vec<Declared>,
    pub(super) projects: Vec<DeclaredProject>,
    pub(super) fleets: Vec<FleetDraft>,
    /// Environments that its resources mention.
    pub(super) environments: Vec<(String, Location)>,
    /// Documents that are not in every environment, or not the same.
    pub(super) elsewhere: Vec<Elsewhere>,
    /// The first place that is not the same in every environment.
    pub(super) differs: Option<Location>,
    /// What is wrong with it, as a manifest and as a definition.
    pub(super) findings: Vec<Finding>,
    /// What it is if no manifest refers to it.
    pub(super) unreferred: Unreferred,
    /// It holds documents of another program.
    pub(super) foreign: bool,
    /// It holds a definition, right or wrong.
    definition: bool,
    /// It is no YAML at all, which is among its findings.
    pub(super) broken: bool,
    /// Why it cannot be a definition, for the manifest that refers to it.
    pub(super) no_definition: Option<&'static str>,
}

/// What a file is on its own.
#[derive(Default)]
pub(super) struct Unreferred {
    pub(super) bare: Option<(ResourceName, Location)>,
    pub(super) findings: Vec<Finding>,
}

/// What a document is, by its keys.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Manifest,
    Definition,
    Neither,
}

/// What the reading of all files shares.
#[derive(Clone)]
pub(super) struct Shared<'a> {
    /// What manifests are read for.
    pub(super) setting: &'a Setting,
    /// Verdicts on schedules.
    pub(super) schedules: Rc<Schedules>,
}

/// Reads a file.
pub(super) fn read(file: &SourceFile, shared: &Shared<'_>) -> FileRead {
    let mut read = FileRead {
        path: file.path.clone(),
        text: None,
        resources: Vec::new(),
        projects: Vec::new(),
        fleets: Vec::new(),
        environments: Vec::new(),
        elsewhere: Vec::new(),
        differs: None,
        findings: Vec::new(),
        unreferred: Unreferred::default(),
        broken: false,
        no_definition: None,
        foreign: false,
        definition: false,
    };
    match text::decode(file) {
        Err(finding) => read.findings.push(*finding),
        Ok(text) => {
            let text: Arc<str> = text.into();
            read.text = Some(text.clone());
            read.documents(&text, shared);
        }
    }
    read
}

impl FileRead {
    /// Makes a file that is no manifest by its path one whose text alone counts.
    pub(super) fn forget_manifests(&mut self) {
        if self.no_definition.is_some() {
            self.findings.clear();
        }
        self.resources.clear();
        self.projects.clear();
        self.fleets.clear();
        self.environments.clear();
        self.elsewhere.clear();
        self.differs = None;
        self.unreferred = Unreferred::default();
    }

    /// Whether anything in it is for this program, or may be: what could not be read at all.
    pub(super) fn is_ours(&self) -> bool {
        let declares =
            !self.resources.is_empty() || !self.projects.is_empty() || !self.fleets.is_empty();
        let text = self.text.as_deref();
        declares
            || self.unreferred.bare.is_some()
            || self.definition
            || text.is_none_or(foreign::speaks_of_us)
    }

    /// Keeps at most `room` findings, and the number of the others. Returns the room that is left.
    pub(super) fn bounded(&mut self, room: usize) -> usize {
        let findings = self.findings.len() + self.unreferred.findings.len();
        if findings <= room {
            return room - findings;
        }
        findings::counted(&mut self.findings);
        findings::counted(&mut self.unreferred.findings);
        0
    }

    fn documents(&mut self, text: &str, shared: &Shared<'_>) {
        let report = Report::new(self.path.clone(), shared.schedules.clone());
        match yaml::parse(text, Limits::default()) {
            Err(error) => {
                self.broken = true;
                let problem = Problem::new("yaml-syntax", error.message).maybe_hint(error.hint);
                report.add(error.span, problem);
            }
            Ok(documents) => {
                let reading = Reading {
                    report: &report,
                    setting: shared.setting,
                    mentioned: RefCell::default(),
                    differing: Cell::default(),
                };
                self.sort(&reading, &documents);
                let differing = reading.differing.get();
                self.differs = differing.map(|span| report.location(span));
                let mentioned = reading.mentioned.into_inner();
                let placed = mentioned
                    .into_iter()
                    .map(|(name, span)| (name, report.location(span)));
                self.environments.extend(placed);
            }
        }
        self.findings.extend(report.into_findings());
    }

    fn sort(&mut self, reading: &Reading<'_>, documents: &[Node]) {
        let stray = Report::new(self.path.clone(), Rc::default());
        for document in documents {
            let sort = sort(document);
            self.definition |= sort == Sort::Definition;
            match sort {
                Sort::Manifest if foreign::is_kubernetes(document) => self.foreign = true,
                Sort::Manifest => self.manifest(reading, document),
                Sort::Definition if documents.len() > 1 => {
                    let problem = Problem::new(
                        "several-documents",
                        "a definition must be the only document of its file",
                    )
                    .hint("move it to a file of its own: its text is sent as it is");
                    stray.add(document.span, problem);
                }
                Sort::Definition => self.unreferred.bare = bare::name(&stray, document),
                Sort::Neither => stray.add(start(document), neither(document)),
            }
        }
        self.unreferred.findings = stray.into_findings();
        self.no_definition = match documents {
            [] => Some("is empty"),
            [one] if one.as_mapping().is_none() => Some("is not a mapping"),
            [one] if sort(one) == Sort::Manifest => Some("is a manifest, not a definition"),
            [_] => None,
            [_, _, ..] => Some("holds several documents"),
        };
    }

    fn manifest(&mut self, reading: &Reading<'_>, document: &Node) {
        tags::check(reading.report, document);
        let Some(kind) = kind(reading.report, document) else {
            return;
        };
        self.elsewhere
            .extend(reading.elsewhere(kind.as_str(), document));
        let Some(arranged) = reading.arranged(kind.as_str(), document) else {
            return;
        };
        let document = &*arranged;
        match kind {
            ManifestKind::Project => self
                .projects
                .extend(project::read(reading.report, document)),
            ManifestKind::Resource(kind) => {
                let resource = with_kind!(kind, K => K::read(reading, document));
                self.resources.extend(resource);
            }
            ManifestKind::Fleet => self.fleets.extend(reading.fleet(document)),
        }
    }
}

fn sort(document: &Node) -> Sort {
    let has = |key| document.get(key).is_some();
    let definition = has("definitionVersion") || has("flows") || (has("trigger") && has("steps"));
    if has("apiVersion") {
        Sort::Manifest
    } else if definition {
        Sort::Definition
    } else if has("kind") {
        Sort::Manifest
    } else {
        Sort::Neither
    }
}

/// What a manifest may be, in the order in which they refer to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ManifestKind {
    Project,
    Resource(Kind),
    Fleet,
}

impl ManifestKind {
    /// Each of them, in order.
    fn all() -> impl Iterator<Item = Self> {
        let resources = Kind::ALL.into_iter().map(Self::Resource);
        [Self::Project]
            .into_iter()
            .chain(resources)
            .chain([Self::Fleet])
    }

    /// What its `kind` says.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Project => "Project",
            Self::Resource(kind) => kind.as_str(),
            Self::Fleet => "Fleet",
        }
    }

    /// All of them, in a sentence.
    fn list(last: &str) -> String {
        let names: Vec<_> = Self::all().map(Self::as_str).collect();
        match names.split_last() {
            Some((end, names)) => format!("{} {last} {end}", names.join(", ")),
            None => String::new(),
        }
    }
}

/// What a manifest of this format declares, unless it is a Project.
pub(super) fn declares(document: &Node) -> Option<Address> {
    let text = |node: &Node| Some(node.as_scalar()?.text.clone());
    let version = document.get("apiVersion").and_then(text)?;
    let name = document.get("metadata")?.get("name").and_then(text)?;
    let kind = document.get("kind").and_then(text)?;
    (version == keys::API_VERSION).then(|| address(&kind, &name))?
}

/// Whether a manifest of this format declares the fleet of a name.
pub(super) fn is_fleet(document: &Node, name: &ResourceName) -> bool {
    let text = |node: &Node| Some(node.as_scalar()?.text.clone());
    let says = |key, wanted: &str| {
        let found = document.get(key).and_then(text);
        found.is_some_and(|it| it == wanted)
    };
    let declared = document.get("metadata").and_then(|it| it.get("name"));
    says("apiVersion", keys::API_VERSION)
        && says("kind", ManifestKind::Fleet.as_str())
        && declared
            .and_then(text)
            .is_some_and(|it| it == name.as_str())
}

/// The manifests of a file that are in an environment, as they are there. What is wrong is left to [`read`].
pub(super) fn arranged(file: &SourceFile, setting: &Setting) -> Vec<(ManifestKind, Node)> {
    let aside = Report::new(file.path.clone(), Rc::default());
    let reading = Reading {
        report: &aside,
        setting,
        mentioned: RefCell::default(),
        differing: Cell::default(),
    };
    let text = text::decode(file).unwrap_or_default();
    let documents = yaml::parse(&text, Limits::default()).unwrap_or_default();
    let manifests = documents
        .iter()
        .filter(|document| sort(document) == Sort::Manifest && !foreign::is_kubernetes(document));
    let arranged = |document| {
        let kind = kind(&aside, document)?;
        Some((
            kind,
            reading.arranged(kind.as_str(), document)?.into_owned(),
        ))
    };
    manifests.filter_map(arranged).collect()
}

/// The kind of a manifest of this format.
fn kind(report: &Report, document: &Node) -> Option<ManifestKind> {
    if !version(report, document) {
        return None;
    }
    let Some(node) = document.get("kind") else {
        let problem = Problem::new("missing-key", "a manifest has no \"kind\"")
            .hint(format!("add kind: {}", ManifestKind::list("or")));
        report.add(document.span, problem);
        return None;
    };
    let written = super::fields::filled(report, node, "\"kind\"")?;
    let known = ManifestKind::all().find(|kind| kind.as_str() == written);
    if known.is_none() {
        report.add(node.span, unknown_kind(&written));
    }
    known
}

fn unknown_kind(written: &str) -> Problem {
    let message = format!("unknown kind {}", super::fields::quoted(written));
    Problem::new("unknown-kind", message)
        .hint(format!("there are {}", ManifestKind::list("and")))
        .maybe_hint(did_you_mean(
            written,
            ManifestKind::all().map(ManifestKind::as_str),
        ))
}

/// Whether a document is of the format this program reads.
fn version(report: &Report, document: &Node) -> bool {
    let expected = keys::API_VERSION;
    let Some(node) = document.get("apiVersion") else {
        let problem = Problem::new("missing-key", "a manifest has no \"apiVersion\"")
            .hint(format!("add apiVersion: {expected}"));
        report.add(document.span, problem);
        return false;
    };
    let Some(written) = super::fields::filled(report, node, "\"apiVersion\"") else {
        return false;
    };
    if written == expected {
        return true;
    }
    let ours = written.to_lowercase().contains("gitops") && !written.contains(".io/");
    let hint = if ours {
        format!("this program reads {expected}")
    } else {
        format!("this program reads {expected}; {ASIDE}")
    };
    let message = format!("unknown apiVersion {}", super::fields::quoted(&written));
    report.add(
        node.span,
        Problem::new("unknown-api-version", message).hint(hint),
    );
    false
}

const ASIDE: &str = "if the file belongs to something else, name it in .prismgitopsignore or move it out of the project";

fn neither(document: &Node) -> Problem {
    let message = match document.as_mapping() {
        Some(_) => {
            "neither a manifest (apiVersion, kind) nor a definition (definitionVersion, flows)"
                .to_owned()
        }
        None => format!(
            "expected a manifest or a definition, found {}",
            document.describe()
        ),
    };
    // A file that is one word may be a secret by itself.
    let word = document.as_scalar().is_some();
    Problem::new("not-a-manifest", message)
        .hint(ASIDE)
        .private(word)
}

/// Only the place: its content is not repeated.
fn start(document: &Node) -> Span {
    Span {
        length: 0,
        ..document.span
    }
}
