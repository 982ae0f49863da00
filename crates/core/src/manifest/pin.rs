//! Changes the version that a manifest says for one environment, in its text: comments, order and line ends stay.
//!
//! Only text at a place that the tree knows is changed. Whether the text then says what it should is for the
//! caller to prove by reading it again: anchors and merge keys can make one place mean several things.

use super::arrange::ENVIRONMENTS;
use super::documents;
use crate::model::{Address, ResourceName};
use crate::yaml::{self, Content, Entry, Limits, Node, Span};

/// Why a text cannot be changed in place, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct NotPinned {
    /// What is in the way.
    pub why: &'static str,
    /// What to do about it.
    pub hint: String,
}

/// A manifest that says a version: of a resource, or of a fleet.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ManifestAddress {
    /// `Instance/NAME`, and what else is a resource.
    Resource(Address),
    /// `Fleet/NAME`. It says the version of its members in its template.
    Fleet(ResourceName),
}

impl ManifestAddress {
    /// The keys below `spec` that lead to its version.
    #[must_use]
    pub fn version_keys(&self) -> &'static [&'static str] {
        match self {
            Self::Resource(_) => &["version"],
            Self::Fleet(_) => &["template", "version"],
        }
    }

    pub(super) fn is_declared_by(&self, document: &Node) -> bool {
        match self {
            Self::Resource(address) => documents::declares(document).as_ref() == Some(address),
            Self::Fleet(name) => documents::is_fleet(document, name),
        }
    }
}

impl std::fmt::Display for ManifestAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Resource(address) => address.fmt(f),
            Self::Fleet(name) => write!(f, "Fleet/{name}"),
        }
    }
}

/// One replacement in a text.
pub(super) struct Edit {
    /// Bytes of the text.
    pub(super) range: std::ops::Range<usize>,
    pub(super) with: String,
}

/// The text of a file in which the manifest of an address says `version: {commit: …}` for an environment.
///
/// A manifest that is in all environments then names all of `declared`, as naming one alone would take it out of
/// the others.
///
/// # Errors
///
/// The manifest is not in this file and environment, or is written in a way that has no place for the key.
pub fn pin(
    text: &str,
    address: &ManifestAddress,
    (environment, declared): (&str, &[String]),
    commit: &str,
) -> Result<String, NotPinned> {
    let documents = yaml::parse(text, Limits::default()).unwrap_or_default();
    let declares = |document: &&Node| {
        address.is_declared_by(document)
            && match document.get(ENVIRONMENTS) {
                Some(places) => places.get(environment).is_some(),
                None => true,
            }
    };
    let document = documents.iter().find(declares).ok_or_else(|| {
        let why = "no manifest of it is in this file";
        refused(why, environment, address, commit)
    })?;
    let pinning = Pinning {
        text,
        value: format!("{{commit: {}}}", spelled(commit)),
        commit: Some(spelled(commit)),
        keys: address.version_keys().to_vec(),
    };
    let edit = match document.get(ENVIRONMENTS).and_then(Node::as_mapping) {
        Some(places) => pinning.in_environment(places, environment),
        None => pinning.new_environments(document, environment, declared),
    };
    let edit = edit.ok_or_else(|| {
        let why = match said(document, environment, address).is_some_and(|it| pinning.is_block(it))
        {
            true => "its version is written as a block of lines (`|` or `>`)",
            false => "its manifest has no place for the version",
        };
        refused(why, environment, address, commit)
    })?;
    let mut changed = text.to_owned();
    changed.replace_range(edit.range, &edit.with);
    Ok(changed)
}

/// What a manifest says at the place of the version, with its key.
fn said<'n>(document: &'n Node, environment: &str, address: &ManifestAddress) -> Option<&'n Entry> {
    let places = document.get(ENVIRONMENTS)?.as_mapping()?;
    let mut here = places.iter().find(|one| one.key.text == environment)?;
    for key in address.version_keys() {
        let below = here.value.as_mapping()?;
        here = below.iter().find(|one| one.key.text == *key)?;
    }
    match here.value.as_mapping() {
        Some([only]) => Some(only),
        Some(_) => None,
        None => Some(here),
    }
}

fn refused(
    why: &'static str,
    environment: &str,
    address: &ManifestAddress,
    commit: &str,
) -> NotPinned {
    let said = braces(address.version_keys(), &format!("{{commit: {commit}}}"));
    NotPinned {
        why,
        hint: format!("write it by hand: environments: {{{environment}: {said}}}"),
    }
}

/// A value below keys, on one line: `{template: {version: …}}`.
pub(super) fn braces(keys: &[&str], value: &str) -> String {
    let keys = keys.iter().rev();
    keys.fold(value.to_owned(), |value, key| format!("{{{key}: {value}}}"))
}

/// In quotes where a reader of YAML would take the digits for a number.
fn spelled(commit: &str) -> String {
    let number = commit
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'e' | b'E'));
    if number {
        format!("\"{commit}\"")
    } else {
        commit.to_owned()
    }
}

pub(super) struct Pinning<'a> {
    pub(super) text: &'a str,
    /// What is under the last key, on one line.
    pub(super) value: String,
    /// The commit alone, where the value is a version: what is there may be a mapping with other keys.
    pub(super) commit: Option<String>,
    /// The keys that lead to the value, its own the last.
    pub(super) keys: Vec<&'a str>,
}

impl Pinning<'_> {
    /// Where the document says where it is.
    pub(super) fn in_environment(&self, places: &[Entry], environment: &str) -> Option<Edit> {
        let place = places.iter().find(|entry| entry.key.text == environment)?;
        self.below(place, &self.keys)
    }

    /// What is below keys of a place.
    pub(super) fn below(&self, place: &Entry, keys: &[&str]) -> Option<Edit> {
        let [key, deeper @ ..] = keys else {
            return self.instead_of(place);
        };
        match &place.value.content {
            Content::Scalar(scalar) if scalar.is_null() => {
                let written = !scalar.text.is_empty();
                self.instead_of_nothing(place, written, &braces(keys, &self.value))
            }
            Content::Mapping(entries) if entries.is_empty() => {
                self.instead_of_braces(place.value.span, &braces(keys, &self.value))
            }
            Content::Mapping(entries) => match entries.iter().find(|one| one.key.text == *key) {
                Some(entry) => self.below(entry, deeper),
                None => {
                    let with = format!("{key}: {}", braces(deeper, &self.value));
                    self.first_of(place.value.span, entries, &with)
                }
            },
            Content::Scalar(_) | Content::Sequence(_) => None,
        }
    }

    /// What is there.
    fn instead_of(&self, place: &Entry) -> Option<Edit> {
        match &self.commit {
            Some(commit) => self.instead_of_version(place, commit),
            None => self.instead_of_value(place),
        }
    }

    /// The version that is there.
    fn instead_of_version(&self, version: &Entry, commit: &str) -> Option<Edit> {
        if self.is_block(version) {
            return None;
        }
        match &version.value.content {
            Content::Scalar(_) => self.whole(version.value.span, self.value.clone()),
            Content::Mapping(entries) => match entries.as_slice() {
                [one] if self.is_block(one) => None,
                [one] if one.key.text == "commit" => self.whole(one.value.span, commit.to_owned()),
                [one] => {
                    let key = self.range(one.key_span)?;
                    let value = self.range(one.value.span)?;
                    let beside = one.key_span.line == one.value.span.line && key.start < value.end;
                    beside.then(|| Edit {
                        range: key.start..value.end,
                        with: format!("commit: {commit}"),
                    })
                }
                _ => None,
            },
            Content::Sequence(_) => None,
        }
    }

    pub(super) fn whole(&self, span: Span, with: String) -> Option<Edit> {
        let range = self.range(span)?;
        (!range.is_empty()).then_some(Edit { range, with })
    }

    /// Whether a value is written as a block of lines: the end of such a value does not follow from its place.
    pub(super) fn is_block(&self, entry: &Entry) -> bool {
        let end = self.range(entry.key_span).map(|range| range.end);
        let rest = end.and_then(|end| self.text.get(end..)).unwrap_or_default();
        let value = rest.trim_start_matches([' ', '\t', '"', '\'']);
        let value = value.strip_prefix(':');
        let value = value.map(|it| it.trim_start_matches([' ', '\t']));
        value.is_some_and(|value| value.starts_with(['|', '>']))
    }

    /// A value that is not there, or is written `~` or `null`.
    pub(super) fn instead_of_nothing(
        &self,
        place: &Entry,
        written: bool,
        with: &str,
    ) -> Option<Edit> {
        if written {
            return self.whole(place.value.span, with.to_owned());
        }
        let end = self.range(place.key_span)?.end;
        let rest = self.text.get(end..)?;
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let colon = rest.get(blanks..)?.starts_with(':');
        let at = end + blanks + 1;
        colon.then(|| Edit {
            range: at..at,
            with: format!(" {with}"),
        })
    }

    /// `{}`.
    fn instead_of_braces(&self, span: Span, with: &str) -> Option<Edit> {
        let start = self.offset(span.line, span.column)?;
        let inside = self.text.get(start..)?.strip_prefix('{')?;
        let blanks = inside.len() - inside.trim_start().len();
        let closed = inside.get(blanks..)?.starts_with('}');
        closed.then(|| Edit {
            range: start..start + blanks + 2,
            with: with.to_owned(),
        })
    }

    /// Before the first key of a mapping, in its own style.
    fn first_of(&self, span: Span, entries: &[Entry], key: &str) -> Option<Edit> {
        let open = self.offset(span.line, span.column)?;
        if self.text.get(open..)?.starts_with('{') {
            let at = open + 1;
            return Some(Edit {
                range: at..at,
                with: format!("{key}, "),
            });
        }
        let first = entries.first()?.key_span;
        let at = self.offset(first.line, first.column)?;
        let line = self.offset(first.line, 1)?;
        let indent = self.text.get(line..at)?;
        indent.chars().all(|c| c == ' ').then(|| Edit {
            range: at..at,
            with: format!("{key}{}{indent}", self.line_end()),
        })
    }

    /// A document that is in every environment: it has to name all of them.
    pub(super) fn new_environments(
        &self,
        document: &Node,
        environment: &str,
        declared: &[String],
    ) -> Option<Edit> {
        let first = document.as_mapping()?.first()?.key_span;
        let start = self.offset(document.span.line, document.span.column)?;
        if self.text.get(start..)?.starts_with('{') {
            return None;
        }
        let indent = " ".repeat(usize::try_from(first.column).ok()?.checked_sub(1)?);
        let end = self.line_end();
        let mut lines = format!("{indent}{ENVIRONMENTS}:{end}");
        for name in declared {
            let value = match name == environment {
                true => braces(&self.keys, &self.value),
                false => "{}".to_owned(),
            };
            lines.push_str(&format!("{indent}  {name}: {value}{end}"));
        }
        let at = self.end_of(document)?;
        let unended = !self.text.get(..at)?.ends_with(['\n', '\r']);
        Some(Edit {
            range: at..at,
            with: if unended {
                format!("{end}{lines}")
            } else {
                lines
            },
        })
    }

    /// Behind the last line of a document that is not blank.
    fn end_of(&self, document: &Node) -> Option<usize> {
        let first = self.offset(document.span.line, 1)?;
        let (mut at, mut end) = (first, first);
        for line in self.text.get(first..)?.split_inclusive('\n') {
            // The document may begin on the line of its own mark.
            if at > first && (line.starts_with("---") || line.starts_with("...")) {
                break;
            }
            at += line.len();
            if !line.trim().is_empty() {
                end = at;
            }
        }
        Some(end)
    }

    fn line_end(&self) -> &'static str {
        if self.text.contains("\r\n") {
            "\r\n"
        } else {
            "\n"
        }
    }

    /// The bytes of a scalar.
    pub(super) fn range(&self, span: Span) -> Option<std::ops::Range<usize>> {
        let start = self.offset(span.line, span.column)?;
        let rest = self.text.get(start..)?;
        let length = usize::try_from(span.length).ok()?;
        let end = rest
            .char_indices()
            .nth(length)
            .map_or(rest.len(), |(at, _)| at);
        Some(start..start + end)
    }

    /// Where a character is, in bytes.
    pub(super) fn offset(&self, line: u32, column: u32) -> Option<usize> {
        let mut start = 0;
        for _ in 1..line {
            let rest = self.text.get(start..)?;
            let end = rest.find(['\n', '\r'])?;
            let both = rest.get(end..)?.starts_with("\r\n");
            start += end + if both { 2 } else { 1 };
        }
        let skipped = usize::try_from(column).ok()?.checked_sub(1)?;
        let rest = self.text.get(start..)?;
        let inside = rest
            .char_indices()
            .nth(skipped)
            .map_or(rest.len(), |(at, _)| at);
        Some(start + inside)
    }
}

#[cfg(test)]
mod tests;
