//! Findings about one definition file, with places and lines.

use std::sync::Arc;

use super::secrecy;
use crate::model::{Diagnostic, Location};
use crate::yaml::Span;

/// Collects findings.
pub(super) struct Report<'a> {
    file: Arc<str>,
    lines: Vec<&'a str>,
    pub(super) found: Vec<Diagnostic>,
}

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
        let located = diagnostic.at(self.location(span));
        self.found.push(located);
    }
}
