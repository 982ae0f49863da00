//! What is wrong with the files, before it is known which lines may be shown.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use super::cron::Schedules;
use crate::model::diagnostic::MOST;
use crate::model::{Diagnostic, Location, Severity};
use crate::yaml::Span;

/// One thing that is wrong, without its place.
pub(crate) struct Problem {
    severity: Severity,
    code: &'static str,
    message: String,
    hint: Option<String>,
    private: bool,
}

impl Problem {
    /// An error.
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            code,
            message: message.into(),
            hint: None,
            private: false,
        }
    }

    /// Says what to do about it.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Says what to do about it, where that is known.
    pub(crate) fn maybe_hint(mut self, hint: Option<String>) -> Self {
        self.hint = hint.or(self.hint);
        self
    }

    /// The line it is on holds a secret and is not shown.
    pub(crate) fn private(mut self, private: bool) -> Self {
        self.private |= private;
        self
    }

    /// Work goes on.
    pub(crate) fn warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }
}

/// A problem with its place, and whether its line may be shown.
pub(crate) struct Finding {
    pub(crate) diagnostic: Diagnostic,
    pub(crate) private: bool,
}

impl Finding {
    /// A problem at a place.
    pub(crate) fn new(location: Location, problem: Problem) -> Self {
        let Problem {
            severity,
            code,
            message,
            hint,
            private,
        } = problem;
        let diagnostic = Diagnostic {
            severity,
            code,
            message,
            location: Some(location),
            line: None,
            hint,
            stands_for: 1,
            environments: Vec::new(),
        };
        Self {
            diagnostic,
            private,
        }
    }
}

/// Collects what is wrong with one file.
///
/// Readers share it by reference, so that one of them failing does not keep the others from looking.
pub(crate) struct Report {
    path: Arc<str>,
    schedules: Rc<Schedules>,
    findings: RefCell<Vec<Finding>>,
    /// Errors and warnings that are only counted.
    more: Cell<(usize, usize)>,
}

/// At most this many findings of one file are kept.
const MOST_OF_A_FILE: usize = 2 * MOST;

/// The remaining findings of a file once the limit is reached: their counts.
pub(crate) fn counted(findings: &mut Vec<Finding>) {
    let of = |severity| {
        let all = findings.iter().map(|one| &one.diagnostic);
        let all = all.filter(|one| one.severity == severity);
        all.map(|one| one.stands_for).sum()
    };
    *findings = more(of(Severity::Error), of(Severity::Warning));
}

fn more(errors: usize, warnings: usize) -> Vec<Finding> {
    let numbers = [(Severity::Error, errors), (Severity::Warning, warnings)];
    let some = numbers.into_iter().filter(|(_, count)| *count > 0);
    let finding = |(severity, count)| Finding {
        diagnostic: Diagnostic::more(severity, count),
        private: true,
    };
    some.map(finding).collect()
}

impl Report {
    /// For the file at this path.
    pub(crate) fn new(path: Arc<str>, schedules: Rc<Schedules>) -> Self {
        Self {
            path,
            schedules,
            findings: RefCell::default(),
            more: Cell::default(),
        }
    }

    /// The path of the file.
    pub(crate) fn path(&self) -> &Arc<str> {
        &self.path
    }

    /// The schedules of all files.
    pub(crate) fn schedules(&self) -> &Schedules {
        &self.schedules
    }

    /// Notes a problem. Of very many it only counts the last.
    pub(crate) fn add(&self, span: Span, problem: Problem) {
        let mut findings = self.findings.borrow_mut();
        if findings.len() < MOST_OF_A_FILE {
            findings.push(Finding::new(self.location(span), problem));
            return;
        }
        let mut more = self.more.get();
        match problem.severity {
            Severity::Error => more.0 += 1,
            Severity::Warning | Severity::Info => more.1 += 1,
        }
        self.more.set(more);
    }

    /// A place in the file.
    pub(crate) fn location(&self, span: Span) -> Location {
        Location {
            file: self.path.clone(),
            line: span.line,
            column: span.column,
            length: span.length,
        }
    }

    /// Everything that was found.
    pub(crate) fn into_findings(self) -> Vec<Finding> {
        let (errors, warnings) = self.more.get();
        let mut findings = self.findings.into_inner();
        findings.extend(more(errors, warnings));
        findings
    }
}
