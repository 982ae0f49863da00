//! Findings about one definition file, with places and lines.

use std::sync::Arc;

use super::secrecy;
use crate::model::diagnostic::MOST;
use crate::model::{Diagnostic, Location};
use crate::yaml::Span;

/// Collects findings.
pub(super) struct Report<'a> {
    file: Arc<str>,
    lines: Vec<&'a str>,
    pub(super) found: Vec<Diagnostic>,
}

/// At most this many findings of one definition are kept.
const MOST_OF_A_FILE: usize = 2 * MOST;

impl<'a> Report<'a> {
    pub(super) fn new(text: &'a str, file: &str) -> Self {
        Self {
            file: file.into(),
            lines: text.lines().collect(),
            found: Vec::new(),
        }
    }

    /// Where a span is in the file.
    pub(super) fn location(&self, span: Span) -> Location {
        Location {
            file: Arc::clone(&self.file),
            line: span.line,
            column: span.column,
            length: span.length,
        }
    }

    /// Adds a finding with its place, and with its line if that may be shown.
    pub(super) fn add(&mut self, span: Span, diagnostic: Diagnostic) {
        if self.is_full(&diagnostic) {
            return;
        }
        let index = span.line.saturating_sub(1) as usize;
        let located = diagnostic.at(self.location(span));
        let line = self.lines.get(index);
        self.found.push(match line {
            Some(line) if !secrecy::line(&self.lines, index) => located.showing(*line),
            _ => located,
        });
    }

    /// Adds a finding whose line is not shown.
    pub(super) fn add_unseen(&mut self, span: Span, diagnostic: Diagnostic) {
        if self.is_full(&diagnostic) {
            return;
        }
        let located = diagnostic.at(self.location(span));
        self.found.push(located);
    }

    /// Whether a finding can only be counted, which is done then.
    fn is_full(&mut self, diagnostic: &Diagnostic) -> bool {
        if self.found.len() < MOST_OF_A_FILE {
            return false;
        }
        let severity = diagnostic.severity;
        let mut counted = self
            .found
            .iter_mut()
            .rev()
            .take_while(|one| one.stands_for > 1 || one.code == "more-findings");
        match counted.find(|one| one.severity == severity) {
            Some(more) => *more = Diagnostic::more(severity, more.stands_for + 1),
            None => self.found.push(Diagnostic::more(severity, 1)),
        }
        true
    }
}
