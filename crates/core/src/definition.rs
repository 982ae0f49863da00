//! Prismatic's integration YAML: reading, checking, and comparing by meaning.
//!
//! A definition file is never rewritten: its bytes go to the server as they are, but for what
//! [`to_send`] says. This module only reads, and says whether two definitions mean the same.
//!
//! ```text
//! text ─yaml─► tree ─check─► findings
//!               └─read──► value ─normal─► normal form ─► digest
//!                                              └ align (live, as git would write it) ─► diff ─► changes
//! ```
//!
//! Invariants: [`Definition::digest`] does not depend on layout, quoting,
//! comments or key order; [`compare`] of two definitions with equal digests
//! is empty; it is symmetric except for values that the server adds by itself.
//! The rules and the reasons for them are in `docs/adr/0002-definition-equality.md`.
//!
//! Pure.

mod align;
mod change;
mod check;
mod connection;
mod diff;
mod exposed;
mod facts;
mod normal;
mod pair;
mod read;
mod readable;
mod references;
mod render;
mod report;
mod scalar;
mod secrecy;
mod shape;
mod shorten;
mod similarity;
#[cfg(test)]
mod tests;
mod value;

pub use change::{Change, ChangeKind};
pub use connection::{ConnectionChange, connection_changes};
pub use facts::ComponentUse;
pub use readable::readable;

use std::borrow::Cow;
use std::sync::Arc;

use crate::model::{Diagnostic, RequiredVariable, ResourceName, Severity};
use crate::yaml::{self, Limits, Node, SyntaxError};
use report::Report;
use value::Value;

/// The text of a definition as it is sent: the file's own. Only escapes of JSON that YAML does not know
/// (two for one character beyond U+FFFF) are the character itself, since servers read YAML.
#[must_use]
pub fn to_send(text: &Arc<str>) -> Arc<str> {
    match yaml::spelled_out(text) {
        Cow::Borrowed(_) => Arc::clone(text),
        Cow::Owned(spelled) => spelled.into(),
    }
}

/// The definitions of the declared integrations, parsed, by `metadata.name`.
pub type Definitions = std::collections::BTreeMap<ResourceName, Definition>;

/// An integration as its YAML declares it.
#[derive(Clone, PartialEq, Eq)]
pub struct Definition {
    value: Value,
    components: Vec<ComponentUse>,
    warnings: Vec<Diagnostic>,
}

impl Definition {
    /// Reads a file of the project, strictly.
    ///
    /// # Errors
    ///
    /// Every error found, with its place, followed by the warnings. A file
    /// with warnings alone is read; see [`Definition::warnings`].
    pub fn parse(text: &str, file: &str) -> Result<Self, Vec<Diagnostic>> {
        let mut report = Report::new(text, file);
        let Some(root) = sole_document(text, &mut report) else {
            return Err(report.found);
        };
        let value = read::value(&root, &mut report);
        check::check(&root, &mut report);
        exposed::warn(&value, &root, &mut report);
        report.found.sort_by(|a, b| a.location.cmp(&b.location));
        let (errors, warnings): (Vec<_>, Vec<_>) = report
            .found
            .drain(..)
            .partition(|finding| finding.severity == Severity::Error);
        if errors.is_empty() {
            Ok(Self {
                components: facts::components(&root, &report),
                value,
                warnings,
            })
        } else {
            Err(errors.into_iter().chain(warnings).collect())
        }
    }

    /// Reads what the server returned: sorted keys, quoted and tagged scalars.
    ///
    /// Checked only as far as needed to read it; the server accepted it.
    ///
    /// # Errors
    ///
    /// Why it cannot be read.
    pub fn parse_canonical(text: &str) -> Result<Self, String> {
        let mut report = Report::new(text, "");
        let root = match yaml::parse(text, Limits::default()) {
            Ok(mut documents) if documents.len() == 1 => documents.remove(0),
            Ok(documents) => return Err(format!("{} documents instead of one", documents.len())),
            Err(error) => return Err(format!("line {}: {error}", error.span.line)),
        };
        if root.as_mapping().is_none() {
            return Err(format!("{} instead of a mapping", root.describe()));
        }
        let value = read::value(&root, &mut report);
        let error = report
            .found
            .iter()
            .find(|finding| finding.severity == Severity::Error);
        match error {
            Some(error) => Err(error.message.clone()),
            None => Ok(Self {
                components: facts::components(&root, &report),
                value,
                warnings: Vec::new(),
            }),
        }
    }

    /// The integration's display name without outer white space, which servers do not keep; empty
    /// only in a server's answer without one.
    #[must_use]
    pub fn name(&self) -> &str {
        self.value.get_text("name").unwrap_or_default().trim()
    }

    /// The integration's description; empty if there is none.
    #[must_use]
    pub fn description(&self) -> &str {
        self.value.get_text("description").unwrap_or_default()
    }

    /// The integration's labels as servers keep them: trimmed, each once. `None` where the definition
    /// does not say.
    #[must_use]
    pub fn labels(&self) -> Option<Vec<String>> {
        let labels = self.value.get("labels")?.list()?;
        let texts = labels.iter().filter_map(Value::text).map(str::trim);
        let texts: indexmap::IndexSet<&str> = texts.filter(|text| !text.is_empty()).collect();
        Some(texts.into_iter().map(str::to_owned).collect())
    }

    /// The stable keys of the shared connections that config variables take their values from.
    #[must_use]
    pub fn scoped_connections(&self) -> Vec<String> {
        facts::scoped_connections(&self.value)
    }

    /// The config variables that instances must have values for.
    #[must_use]
    pub fn required_variables(&self) -> Vec<RequiredVariable> {
        facts::required_variables(&self.value)
    }

    /// Its flows: the name of each, and the author's key that survives renames.
    #[must_use]
    pub fn flows(&self) -> Vec<(String, Option<String>)> {
        facts::flows(&self.value)
    }

    /// The inputs that the definition names of a connection; it need not name all there are.
    #[must_use]
    pub fn connection_inputs(&self, key: &str) -> Vec<String> {
        let inputs = facts::declared(&self.value, key).and_then(|variable| variable.get("inputs"));
        let names = inputs.and_then(Value::map).into_iter().flatten();
        names.map(|(name, _)| name.clone()).collect()
    }

    /// The language of a config variable that holds code, in lower case: `json`, `xml`, `html`.
    #[must_use]
    pub fn code_language(&self, key: &str) -> Option<String> {
        let language = facts::declared(&self.value, key)?.get_text("codeLanguage")?;
        Some(language.to_lowercase()).filter(|language| !language.is_empty())
    }

    /// Every use of a component, in the order of the file.
    #[must_use]
    pub fn components(&self) -> Vec<ComponentUse> {
        self.components.clone()
    }

    /// What the author should know, though it stops nothing: YAML 1.1 traps,
    /// unknown keys, references to config variables that are not declared.
    #[must_use]
    pub fn warnings(&self) -> Vec<Diagnostic> {
        self.warnings.clone()
    }

    /// `sha256:…` of the meaning. Layout, quoting, comments, key order, the
    /// order of flows and config variables, empty members and the labels
    /// reserved for our markers do not matter.
    #[must_use]
    pub fn digest(&self) -> String {
        normal::digest(&normal::normal(&self.value))
    }

    /// The same definition with another description, as a manifest may ask for.
    #[must_use]
    pub fn with_description(mut self, description: &str) -> Self {
        if let Value::Map(root) = &mut self.value {
            let description = Value::Text(description.to_owned());
            root.insert("description".to_owned(), description);
        }
        self
    }

    /// Where it holds values that look secret, for people: `flow "Sync", step "Get", input "token"`.
    ///
    /// Judged by names, and by what connections mark as write-only. Never says a value.
    #[must_use]
    pub fn exposed(&self) -> Vec<String> {
        exposed::places(&self.value)
    }

    /// Written in a form from before definition version 6: compared as it is, not checked.
    #[must_use]
    pub fn is_old_form(&self) -> bool {
        check::is_old_form(self.value.get_text("definitionVersion"))
    }

    /// Generated from code: it names a component built anew each time, so that
    /// comparing it says nothing.
    ///
    /// Spectral writes `isCodeNative: true` into what it generates.
    #[must_use]
    pub fn is_code_native(&self) -> bool {
        self.value.get_text("isCodeNative") == Some("true")
    }
}

/// Values may be secret, so only the shape is shown.
impl std::fmt::Debug for Definition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Definition")
            .field("name", &self.name())
            .field(
                "keys",
                &self.value.map().map(|root| root.keys().collect::<Vec<_>>()),
            )
            .finish_non_exhaustive()
    }
}

/// The digest of what the server returned, as [`Definition::digest`].
///
/// # Errors
///
/// As [`Definition::parse_canonical`].
pub fn canonical_digest(text: &str) -> Result<String, String> {
    Definition::parse_canonical(text).map(|definition| definition.digest())
}

/// What applying `git` would change in `live`. Empty: they mean the same to the server.
///
/// `LATEST` matches any version; an empty value matches a missing key; what the
/// server adds by itself is no change, and anything else that only it holds was
/// removed in git and is one. Labels are compared as sets, and only where git has any.
#[must_use]
pub fn compare(git: &Definition, live: &Definition) -> Vec<Change> {
    let git = normal::normal(&git.value);
    let live = align::align(&git, normal::normal(&live.value));
    diff::changes(&git, &live)
}

/// The same difference as a unified text difference of both sides in one readable
/// spelling; empty if there is none. Values that may be secret are not in it:
/// where they differ, a last line names their places.
#[must_use]
pub fn text_diff(git: &Definition, live: &Definition) -> String {
    let git = normal::normal(&git.value);
    let live = align::align(&git, normal::normal(&live.value));
    let mut text = render::unified(&git, &live);
    for change in diff::changes(&git, &live) {
        if change.sensitive {
            text.push_str(&format!("# {change}\n"));
        }
    }
    text
}

/// The one document of a file, if it is a mapping; otherwise a finding.
fn sole_document(text: &str, report: &mut Report<'_>) -> Option<Node> {
    let mut documents = match yaml::parse_every(text, Limits::default()) {
        Ok(documents) => documents,
        Err(SyntaxError {
            message,
            span,
            hint,
        }) => {
            let mut finding = Diagnostic::error("yaml-syntax", message);
            finding.hint = hint;
            report.add(span, finding);
            return None;
        }
    };
    if let Some(second) = documents.get(1) {
        let finding = Diagnostic::error("several-documents", "a definition file is one document")
            .hint(if documents.iter().any(Node::is_null) {
                "remove the empty document and its `---`: the text is sent as it is, to a reader of one document"
            } else {
                "put each definition into a file of its own"
            });
        report.add(second.span, finding);
        return None;
    }
    let root = documents.pop();
    if root
        .as_ref()
        .is_some_and(|root| root.as_mapping().is_some())
    {
        return root;
    }
    let what = root.as_ref().map_or("nothing", Node::describe);
    let finding = Diagnostic::error(
        "not-a-definition",
        format!("a definition is a mapping, and this is {what}"),
    )
    .hint("export one with `prism integrations:export`, or start with `name` and `flows`");
    report.add(root.map(|root| root.span).unwrap_or_default(), finding);
    None
}
