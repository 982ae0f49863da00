//! What is wrong with the files, before it is known which lines may be shown.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use super::cron::Schedules;
use crate::model::{Diagnostic, Location, Severity};
use crate::yaml::Span;

/// One thing that is wrong, without its place.
pub(super) struct Problem {
    severity: Severity,
    code: &'static str,
    message: String,
    hint: Option<String>,
    private: bool,
}

impl Problem {
    /// An error.
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            code,
            message: message.into(),
            hint: None,
            private: false,
        }
    }

    /// Says what to do about it.
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Says what to do about it, where that is known.
    pub(super) fn maybe_hint(mut self, hint: Option<String>) -> Self {
        self.hint = hint.or(self.hint);
        self
    }

    /// The line it stands on holds a secret and is not shown.
    pub(super) fn private(mut self, private: bool) -> Self {
        self.private |= private;
        self
    }

    /// Work goes on.
    pub(super) fn warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }
}

/// A problem with its place, and whether its line may be shown.
pub(super) struct Finding {
    pub(super) diagnostic: Diagnostic,
    pub(super) private: bool,
}

impl Finding {
    /// A problem at a place.
    pub(super) fn new(location: Location, problem: Problem) -> Self {
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
pub(super) struct Report {
    path: Arc<str>,
    schedules: Rc<Schedules>,
    findings: RefCell<Vec<Finding>>,
}

impl Report {
    /// For the file at this path.
    pub(super) fn new(path: Arc<str>, schedules: Rc<Schedules>) -> Self {
        Self {
            path,
            schedules,
            findings: RefCell::default(),
        }
    }

    /// The path of the file.
    pub(super) fn path(&self) -> &Arc<str> {
        &self.path
    }

    /// The schedules of all files.
    pub(super) fn schedules(&self) -> &Schedules {
        &self.schedules
    }

    /// Notes a problem.
    pub(super) fn add(&self, span: Span, problem: Problem) {
        let finding = Finding::new(self.location(span), problem);
        self.findings.borrow_mut().push(finding);
    }

    /// A place in the file.
    pub(super) fn location(&self, span: Span) -> Location {
        Location {
            file: self.path.clone(),
            line: span.line,
            column: span.column,
            length: span.length,
        }
    }

    /// Everything that was found.
    pub(super) fn into_findings(self) -> Vec<Finding> {
        self.findings.into_inner()
    }
}
