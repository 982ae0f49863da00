//! Parses the files of a project into what they declare.
//!
//! [`load`] reads every file and reports everything that is wrong with any of
//! them. What it answers may be acted on only if no diagnostic is an error:
//! what is missing from it because it could not be read must not look deleted.
//!
//! Pure. No value of a secret or of a connection's input is ever part of a
//! diagnostic. Meaning beyond the form of the files (does the definition hold
//! together) is for other modules.

mod bare;
mod config_value;
mod connection;
mod cron;
mod customer;
mod declared;
mod documents;
mod fields;
mod findings;
mod foreign;
mod instance;
mod integration;
mod keys;
mod lines;
mod notices;
mod paths;
mod policy;
mod project;
mod reading;
mod references;
mod resolve;
mod rollout;
mod schema;
mod secret;
mod structured;
mod suggest;
mod tags;
mod text;
mod units;
mod zones;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

pub use cron::{is_schedule, parse_schedule};
pub use references::references;
pub use resolve::DUPLICATE_PROJECT;
pub use schema::json_schema;
pub use units::is_zone;

pub use crate::model::SourceFile;
use crate::model::diagnostic::capped;
use crate::model::{Desired, Diagnostic, Location, SecretRef, Severity};
use documents::{FileRead, Shared};
use findings::Finding;
use foreign::Foreign;
use lines::Lines;
use resolve::Resolver;

/// At most this many findings of all files are kept in full; of later files only their number.
const MOST_FINDINGS: usize = 10_000;

/// What the files declare, as far as it could be read.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// Everything that is declared and well-formed.
    pub desired: Desired,
    /// Where the Project is declared, where one is.
    pub project: Option<Location>,
    /// The secrets that the config of instances refers to.
    pub secrets: BTreeSet<SecretRef>,
    /// What is wrong, in the order of files, lines and columns.
    pub diagnostics: Vec<Diagnostic>,
}

impl Loaded {
    /// Whether anything is an error, so that nothing may be written.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.diagnostics
            .iter()
            .any(|one| one.severity == Severity::Error)
    }
}

/// Reads the files of a project for no environment in particular.
#[must_use]
pub fn load(files: &[SourceFile]) -> Loaded {
    load_for(files, None)
}

/// Reads the files of a project for one environment: `adopt` may differ between them.
///
/// `*.yaml` and `*.yml` are read as manifests and bare definitions; other files only where a manifest refers
/// to them, so [`references()`] lists the files that a source must add.
#[must_use]
pub fn load_for(files: &[SourceFile], environment: Option<&str>) -> Loaded {
    let (loaded, by_environment) = load_once(files, environment);
    let environments = &loaded.desired.project.environments;
    match (environment, environments.first()) {
        // A project with one environment needs no selection.
        (None, Some((only, _))) if by_environment && environments.len() == 1 => {
            load_once(files, Some(only)).0
        }
        _ => loaded,
    }
}

/// The second value says whether any manifest differs between environments.
fn load_once(files: &[SourceFile], environment: Option<&str>) -> (Loaded, bool) {
    let shared = Shared {
        environment,
        ..Shared::default()
    };
    let foreign = Foreign::among(files);
    let mut left_out = Vec::new();
    let mut room = MOST_FINDINGS;
    let mut read = Vec::new();
    for file in files
        .iter()
        .filter(|file| SourceFile::holds_manifests(&file.path))
    {
        let mut one = documents::read(file, &shared);
        if one.foreign || (foreign.is_named(&file.path) && !one.is_ours()) {
            left_out.push(file.path.clone());
        }
        if foreign.is_named(&file.path) && !one.is_ours() {
            continue;
        }
        room = one.bounded(room);
        read.push(one);
    }
    let by_environment = read.iter().any(|file| !file.environments.is_empty());
    let mut resolver = Resolver::new(files, read);
    let project = resolver.project();
    let (desired, findings, read) = resolver.run();
    let mut diagnostics = diagnostics(findings, &read);
    diagnostics.extend(foreign::remark(left_out));
    let loaded = Loaded {
        project,
        secrets: desired.secret_refs(),
        desired,
        diagnostics: capped(diagnostics),
    };
    (loaded, by_environment)
}

/// Puts findings in order and adds the lines that may be shown.
fn diagnostics(findings: Vec<Finding>, read: &HashMap<Arc<str>, FileRead>) -> Vec<Diagnostic> {
    let mut lines: HashMap<&str, Lines<'_>> = HashMap::new();
    let mut diagnostics: Vec<_> = findings
        .into_iter()
        .map(|finding| finding.shown(read, &mut lines))
        .collect();
    diagnostics.sort_by(|a, b| (&a.location, a.code).cmp(&(&b.location, b.code)));
    // A file that several manifests refer to is wrong once.
    diagnostics.dedup_by(|a, b| a.location.is_some() && a == b);
    diagnostics
}

impl Finding {
    fn shown<'a>(
        self,
        read: &'a HashMap<Arc<str>, FileRead>,
        lines: &mut HashMap<&'a str, Lines<'a>>,
    ) -> Diagnostic {
        let Self {
            mut diagnostic,
            private,
        } = self;
        let place = diagnostic.location.as_ref().filter(|_| !private);
        let text = place.and_then(|place| {
            read.get_key_value(&place.file)?
                .1
                .text
                .as_deref()
                .map(|text| (place, text))
        });
        if let Some((place, text)) = text {
            let path = read.get_key_value(&place.file).map_or("", |(path, _)| path);
            let lines = lines.entry(path).or_insert_with(|| Lines::new(text));
            diagnostic.line = lines.show(place.line, place.column);
        }
        diagnostic
    }
}

#[cfg(test)]
mod tests;
