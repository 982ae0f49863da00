//! Parses the files of a project into what they declare.
//!
//! [`load`] reads every file and reports everything that is wrong with any of
//! them. What it answers may be acted on only if no diagnostic is an error:
//! what is missing from it because it could not be read must not look deleted.
//!
//! Pure. No value of a secret or of a connection's input is ever part of a
//! diagnostic. Meaning beyond the form of the files (does the definition hold
//! together) is for other modules.

mod arrange;
mod bare;
pub(crate) mod config_value;
pub(crate) mod connection;
mod connections;
mod cron;
pub(crate) mod declared;
mod documents;
pub(crate) mod fields;
pub(crate) mod findings;
mod fleet;
mod fleets;
pub(crate) mod flows;
mod foreign;
pub(crate) mod keys;
mod lines;
mod merge;
mod notices;
pub(crate) mod paths;
mod pin;
pub(crate) mod policy;
mod project;
mod put;
pub(crate) mod reading;
mod references;
mod rendered;
mod resolve;
pub(crate) mod rollout;
mod rows;
mod schema;
mod secret;
mod setting;
mod structured;
mod tags;
mod templating;
mod text;
mod units;
mod zones;

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::Arc;

pub use cron::{is_schedule, parse_schedule};
pub(crate) use fleet::open_part;
pub use lines::shown;
pub use pin::{ManifestAddress, NotPinned, pin};
pub use put::put;
pub(crate) use reading::Readable;
pub use references::references;
pub use rendered::{Rendered, rendered};
pub use resolve::DUPLICATE_PROJECT;
pub use schema::json_schema;
pub use units::is_zone;

pub use crate::model::SourceFile;
use crate::model::diagnostic::capped;
use crate::model::{Desired, Diagnostic, Location, SecretRef, Severity};
use documents::{FileRead, Shared};
use findings::{Finding, Problem};
use foreign::Foreign;
use lines::Lines;
use resolve::Resolver;
use setting::Setting;

use crate::suggest;

/// The code of the finding that one of several environments has to be chosen.
pub const ENVIRONMENT_NEEDED: &str = "environment-needed";

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

/// Reads the files of a project for no environment in particular, or for the only one.
#[must_use]
pub fn load(files: &[SourceFile]) -> Loaded {
    load_for(files, None)
}

/// The names of the environments that the Project declares, in its order. Lenient: what is wrong is for [`load`] to
/// say.
#[must_use]
pub fn environments(files: &[SourceFile]) -> Vec<String> {
    Setting::of(files, None).declared
}

/// Reads the files of a project for one environment: which manifests are in it, and what they say there.
///
/// A project with one environment needs no selection. Of several, one has to be chosen as soon as any manifest
/// differs between them.
///
/// `*.yaml` and `*.yml` are read as manifests and bare definitions; other files only where a manifest refers
/// to them, so [`references()`] lists the files that a source must add.
#[must_use]
pub fn load_for(files: &[SourceFile], environment: Option<&str>) -> Loaded {
    let setting = Setting::of(files, environment);
    let shared = Shared {
        setting: &setting,
        schedules: Rc::default(),
    };
    let (read, left_out) = read_all(files, &shared);
    let needed = environment_needed(&setting, &read);
    let mut resolver = Resolver::new(files, read, &setting);
    let project = resolver.project();
    let (desired, mut findings, read) = resolver.run();
    findings.extend(needed);
    let mut diagnostics = diagnostics(findings, &read);
    diagnostics.extend(foreign::remark(left_out));
    Loaded {
        project,
        secrets: desired.secret_refs(),
        desired,
        diagnostics: capped(diagnostics),
    }
}

/// All files that are for this program, and the paths of those that are not.
fn read_all(files: &[SourceFile], shared: &Shared<'_>) -> (Vec<FileRead>, Vec<Arc<str>>) {
    let foreign = Foreign::among(files);
    let mut left_out = Vec::new();
    let mut room = MOST_FINDINGS;
    let mut read = Vec::new();
    for file in files
        .iter()
        .filter(|file| SourceFile::holds_manifests(&file.path))
    {
        let mut one = documents::read(file, shared);
        if one.foreign || (foreign.is_named(&file.path) && !one.is_ours()) {
            left_out.push(file.path.clone());
        }
        if foreign.is_named(&file.path) && !one.is_ours() {
            continue;
        }
        room = one.bounded(room);
        read.push(one);
    }
    (read, left_out)
}

/// Of several environments none was chosen, and the files are not the same in all. The first place stands for all.
fn environment_needed(setting: &Setting, read: &[FileRead]) -> Option<Finding> {
    let place = read.iter().find_map(|file| file.differs.clone());
    let place = place.filter(|_| setting.is_open())?;
    let message = "this differs between the environments of the Project, and none is chosen";
    let names = setting.declared.join(", ");
    let problem = Problem::new(ENVIRONMENT_NEEDED, message);
    Some(Finding::new(
        place,
        problem.hint(format!("choose one with --env: {names}")),
    ))
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
