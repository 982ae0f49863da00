//! What is wrong with the input, and where.

use std::collections::HashMap;
use std::sync::Arc;

use prism_gitops_api::Place;
pub use prism_gitops_api::Severity;

/// A place in a file of the project.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Location {
    /// The path relative to the project's root, with forward slashes.
    pub file: Arc<str>,
    /// The line, from 1; 0 where the file as a whole is meant.
    pub line: u32,
    /// The column in characters, from 1; 0 where the line as a whole is meant.
    pub column: u32,
    /// How many characters are meant, on that line.
    pub length: u32,
}

impl Location {
    /// A file as a whole.
    #[must_use]
    pub fn file(file: &str) -> Self {
        Self {
            file: file.into(),
            line: 0,
            column: 0,
            length: 0,
        }
    }
}

impl std::fmt::Display for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The author of a pull request names the files.
        f.write_str(&crate::harmless::line(&self.file))?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        if self.column > 0 {
            write!(f, ":{}", self.column)?;
        }
        Ok(())
    }
}

/// One finding about the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// A stable word for scripts: `unknown-key`, `duplicate-address`, ….
    pub code: &'static str,
    /// What is wrong. Never holds a secret's value.
    pub message: String,
    /// Where, if it is about a place.
    pub location: Option<Location>,
    /// The line itself, for showing. Left out where it may hold a secret.
    pub line: Option<String>,
    /// What to do.
    pub hint: Option<String>,
    /// How many findings this one stands for: more than one only where there were too many.
    pub stands_for: usize,
    /// The environments it holds in; none where it is about all of them, or no several were looked at.
    pub environments: Vec<String>,
}

/// The findings of several environments: one that holds in all of them once, others with where they hold.
#[must_use]
pub fn of_environments(each: Vec<(String, Vec<Diagnostic>)>) -> Vec<Diagnostic> {
    let all = each.len();
    let mut found: Vec<Diagnostic> = Vec::new();
    let mut known: HashMap<Key, usize> = HashMap::new();
    for (environment, findings) in each {
        for finding in findings {
            let at = *known.entry(key(&finding)).or_insert(found.len());
            if at == found.len() {
                found.push(finding);
            }
            if let Some(one) = found.get_mut(at)
                && one.environments.last() != Some(&environment)
            {
                one.environments.push(environment.clone());
            }
        }
    }
    for one in &mut found {
        if one.environments.len() == all {
            one.environments.clear();
        }
    }
    found
}

/// What makes two findings one, beside the environment.
type Key = (
    Severity,
    &'static str,
    String,
    Option<Location>,
    Option<String>,
    usize,
);

fn key(finding: &Diagnostic) -> Key {
    (
        finding.severity,
        finding.code,
        finding.message.clone(),
        finding.location.clone(),
        finding.hint.clone(),
        finding.stands_for,
    )
}

/// How many findings of one kind are kept; the others are only counted.
pub const MOST: usize = 100;

/// How many findings of a severity there are, those that are only counted among them.
#[must_use]
pub fn count(findings: &[Diagnostic], severity: Severity) -> usize {
    let findings = findings.iter().filter(|one| one.severity == severity);
    findings.map(|one| one.stands_for).sum()
}

/// The first findings of each severity, in their order, and one that stands for the others.
#[must_use]
pub fn capped(findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
    if findings.len() <= MOST {
        return findings;
    }
    let mut kept = Vec::new();
    let mut left = MORE.map(|(severity, _)| (severity, MOST, 0));
    for finding in findings {
        let of = left
            .iter_mut()
            .find(|(severity, ..)| *severity == finding.severity);
        match of {
            Some((_, room, _)) if *room > 0 && finding.stands_for == 1 => {
                *room -= 1;
                kept.push(finding);
            }
            Some((_, _, more)) => *more += finding.stands_for,
            None => {}
        }
    }
    let more = left.into_iter().filter(|(_, _, more)| *more > 0);
    kept.extend(more.map(|(severity, _, more)| Diagnostic::more(severity, more)));
    kept
}

const MORE: [(Severity, &str); 3] = [
    (Severity::Error, "error"),
    (Severity::Warning, "warning"),
    (Severity::Info, "remark"),
];

impl Diagnostic {
    /// An error without a place yet.
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            code,
            message: message.into(),
            location: None,
            line: None,
            hint: None,
            stands_for: 1,
            environments: Vec::new(),
        }
    }

    /// A remark without a place yet.
    pub fn info(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Info,
            ..Self::error(code, message)
        }
    }

    /// Stands for findings that are not kept.
    #[must_use]
    pub fn more(severity: Severity, count: usize) -> Self {
        let noun = MORE.iter().find(|(of, _)| *of == severity);
        let noun = noun.map_or("finding", |(_, noun)| *noun);
        let plural = if count == 1 { "" } else { "s" };
        Self {
            severity,
            stands_for: count,
            ..Self::error(
                "more-findings",
                format!("… and {count} more {noun}{plural}"),
            )
        }
    }

    /// A warning without a place yet.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(code, message)
        }
    }

    /// Adds the place.
    #[must_use]
    pub fn at(mut self, location: Location) -> Self {
        self.location = Some(location);
        self
    }

    /// Adds the line itself.
    #[must_use]
    pub fn showing(mut self, line: impl Into<String>) -> Self {
        self.line = Some(line.into());
        self
    }

    /// Adds what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl From<&Location> for Place {
    fn from(location: &Location) -> Self {
        Self {
            file: location.file.to_string(),
            line: location.line,
            column: location.column,
        }
    }
}

impl From<&Diagnostic> for prism_gitops_api::Diagnostic {
    fn from(finding: &Diagnostic) -> Self {
        let place = finding.location.as_ref();
        Self {
            severity: finding.severity.into(),
            code: finding.code.to_owned(),
            message: finding.message.clone(),
            file: place.map(|place| place.file.to_string()),
            line: place.map(|place| place.line),
            column: place.map(|place| place.column),
            hint: finding.hint.clone(),
            environments: finding.environments.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds_in_every_environment_is_said_once() {
        let finding = |code, message: &str| Diagnostic::error(code, message);
        let found = of_environments(vec![
            (
                "dev".to_owned(),
                vec![finding("a", "x"), finding("a", "x"), finding("b", "dev")],
            ),
            (
                "prod".to_owned(),
                vec![
                    finding("a", "x"),
                    finding("b", "prod"),
                    finding("c", "both"),
                ],
            ),
            (
                "eu".to_owned(),
                vec![finding("a", "x"), finding("c", "both")],
            ),
        ]);
        let shown: Vec<_> = found
            .iter()
            .map(|one| format!("{} {} {:?}", one.code, one.message, one.environments))
            .collect();
        let expected = [
            "a x []",
            "b dev [\"dev\"]",
            "b prod [\"prod\"]",
            "c both [\"prod\", \"eu\"]",
        ];
        assert_eq!(shown, expected);
    }

    #[test]
    fn of_very_many_findings_the_first_are_kept_and_the_others_counted() {
        let error = || Diagnostic::error("e", "e");
        let mut many = vec![error(); MOST + 5];
        many.push(Diagnostic::warning("w", "w"));
        many.push(Diagnostic::more(Severity::Error, 1000));
        let kept = capped(many);
        assert_eq!(kept.len(), MOST + 2);
        assert_eq!(count(&kept, Severity::Error), MOST + 1005);
        assert_eq!(count(&kept, Severity::Warning), 1);
        assert_eq!(kept.last().unwrap().message, "… and 1005 more errors");
        // Once is enough.
        assert_eq!(capped(kept.clone()), kept);
        assert_eq!(capped(vec![error(); 3]).len(), 3);
    }
}
