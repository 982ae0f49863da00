//! Mistakes of users, and how they are reported: the place, the message, the hint.
//!
//! The table is data, so that the command line is held to the same words.

pub(crate) mod cases;
mod hostile;

use prism_gitops::manifest::{self, Loaded};
use prism_gitops::model::SourceFile;

/// A project with a mistake.
#[derive(Debug)]
pub(crate) struct Case {
    /// What the mistake is.
    pub(crate) name: &'static str,
    /// Paths and texts.
    pub(crate) files: &'static [(&'static str, &'static str)],
    /// What is reported, in order.
    pub(crate) findings: &'static [Finding],
}

/// What is reported.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// `file:line:column`.
    pub(crate) at: &'static str,
    /// How many characters are meant.
    pub(crate) length: u32,
    /// The stable word.
    pub(crate) code: &'static str,
    /// The whole message.
    pub(crate) message: &'static str,
    /// What to do.
    pub(crate) hint: Option<&'static str>,
    /// The line, unless it may hold a secret.
    pub(crate) line: Option<&'static str>,
}

/// All cases.
pub(crate) fn all() -> impl Iterator<Item = &'static Case> {
    cases::CASES.iter().copied().flatten()
}

/// The secret of the cases.
pub(crate) const SECRET: &str = "hunter2";

fn load(case: &Case) -> Loaded {
    let files = case.files.iter();
    let files: Vec<_> = files
        .map(|(path, text)| SourceFile::new(*path, text.as_bytes()))
        .collect();
    manifest::load(&files)
}

#[test]
fn every_mistake_is_reported_with_its_place_and_remedy() {
    for case in all() {
        let loaded = load(case);
        let places: Vec<_> = loaded
            .diagnostics
            .iter()
            .map(|one| one.location.as_ref().unwrap().to_string())
            .collect();
        let found: Vec<_> = loaded.diagnostics.iter().zip(&places).collect();
        assert_eq!(
            found.len(),
            case.findings.len(),
            "{}: {found:#?}",
            case.name
        );
        for ((one, place), expected) in found.into_iter().zip(case.findings) {
            assert_eq!(place, expected.at, "{}", case.name);
            assert_eq!(one.message, expected.message, "{}", case.name);
            assert_eq!(one.code, expected.code, "{}", case.name);
            assert_eq!(one.hint.as_deref(), expected.hint, "{}", case.name);
            assert_eq!(one.line.as_deref(), expected.line, "{}", case.name);
            let length = one.location.as_ref().unwrap().length;
            assert_eq!(length, expected.length, "{}", case.name);
        }
    }
}

#[test]
fn no_secret_is_repeated() {
    let with_secret: Vec<_> = all()
        .filter(|case| case.files.iter().any(|(_, text)| text.contains(SECRET)))
        .collect();
    assert!(with_secret.len() >= 18);
    for case in with_secret {
        let diagnostics = format!("{:?}", load(case).diagnostics);
        assert!(
            !diagnostics.contains(SECRET),
            "{}: {diagnostics}",
            case.name
        );
    }
}

#[test]
fn the_table_is_sound() {
    let mut names: Vec<_> = all().map(|case| case.name).collect();
    let count = names.len();
    assert!(count >= 140, "{count}");
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count, "names are unique");
    assert!(all().all(|case| !case.findings.is_empty()));
}
