//! Findings about the files, in the style of rustc.

use std::collections::BTreeSet;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use crate::harmless;
use crate::model::{Diagnostic, Location, Severity, counted, diagnostic};

/// All findings, and a last line that counts them and ends in `note`.
pub(crate) fn render(findings: &[Diagnostic], color: bool, note: &str) -> String {
    let renderer = if color {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let renderer = renderer.decor_style(DecorStyle::Ascii);
    let mut blocks: Vec<String> = findings
        .iter()
        .map(|finding| renderer.render(&[group(finding)]))
        .collect();
    if findings.iter().any(|one| one.severity != Severity::Info) {
        blocks.push(count_line(findings, note));
    }
    blocks.join("\n\n")
}

fn group(finding: &Diagnostic) -> Group<'_> {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    };
    let title = level
        .primary_title(finding.message.as_str())
        .id(finding.code);
    let mut group = Group::with_title(title);
    match (&finding.location, finding.line.as_deref()) {
        (Some(place), Some(line)) if place.line > 0 => group = group.element(snippet(place, line)),
        (Some(place), _) => group = group.element(origin(place)),
        (None, _) => {}
    }
    if !finding.environments.is_empty() {
        let names = finding.environments.join(", ");
        group = group.element(Level::NOTE.message(format!("in the environment {names}")));
    }
    match finding.hint.as_deref() {
        Some(hint) => group.element(Level::HELP.message(hint)),
        None => group,
    }
}

fn snippet<'a>(
    place: &'a Location,
    line: &'a str,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    Snippet::source(line)
        .line_start(place.line as usize)
        .path(harmless::line(&place.file))
        .annotation(AnnotationKind::Primary.span(span(place, line)))
}

/// The place in bytes of its line; at least one character, and within the line.
fn span(place: &Location, line: &str) -> std::ops::Range<usize> {
    let from = place.column.max(1) as usize - 1;
    let length = match (place.column, place.length) {
        (0, _) => usize::MAX,
        (_, length) => length.max(1) as usize,
    };
    let byte = |index: usize| {
        let mut starts = line.char_indices().map(|(at, _)| at);
        starts.nth(index).unwrap_or(line.len())
    };
    let start = byte(from);
    start..byte(from.saturating_add(length)).max(start)
}

fn origin(place: &Location) -> Origin<'_> {
    let origin = Origin::path(harmless::line(&place.file));
    match (place.line, place.column) {
        (0, _) => origin,
        (line, 0) => origin.line(line as usize),
        (line, column) => origin.line(line as usize).char_column(column as usize),
    }
}

/// `3 errors and 1 warning in 2 files; nothing was written`
fn count_line(findings: &[Diagnostic], note: &str) -> String {
    let of = |severity| diagnostic::count(findings, severity);
    let errors = of(Severity::Error);
    let counts: Vec<String> = [(errors, "error"), (of(Severity::Warning), "warning")]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, noun)| counted(count, noun))
        .collect();
    let files: BTreeSet<&str> = findings
        .iter()
        .filter_map(|finding| Some(&*finding.location.as_ref()?.file))
        .collect();
    let mut line = counts.join(" and ");
    if !files.is_empty() {
        line.push_str(&format!(" in {}", counted(files.len(), "file")));
    }
    if errors > 0 && !note.is_empty() {
        line.push_str(&format!("; {note}"));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(file: &str, line: u32, column: u32, length: u32) -> Location {
        Location {
            file: file.into(),
            line,
            column,
            length,
        }
    }

    #[test]
    fn findings_show_the_line_and_what_to_do() {
        let findings = [
            Diagnostic::error("unknown-key", "unknown key `integraton`")
                .at(place("smith.yaml", 5, 3, 10))
                .showing("  integraton: acme-erp")
                .hint("did you mean `integration`?"),
            Diagnostic::error("unreadable", "the file is not UTF-8").at(Location::file("b.yaml")),
            Diagnostic::warning("odd", "ä wide ünicode line")
                .at(place("smith.yaml", 9, 4, 2))
                .showing("  ä: ün"),
        ];
        insta::assert_snapshot!(render(&findings, false, "nothing was written"), @"
        error[unknown-key]: unknown key `integraton`
         --> smith.yaml:5:3
          |
        5 |   integraton: acme-erp
          |   ^^^^^^^^^^
          |
          = help: did you mean `integration`?

        error[unreadable]: the file is not UTF-8
        --> b.yaml

        warning[odd]: ä wide ünicode line
         --> smith.yaml:9:4
          |
        9 |   ä: ün
          |    ^^
        
        2 errors and 1 warning in 2 files; nothing was written
        ");
    }

    #[test]
    fn odd_places_stay_within_the_line() {
        for (column, length, line, expected) in [
            (1, 3, "abc", 0..3),
            (2, 99, "abc", 1..3),
            (9, 1, "abc", 3..3),
            (0, 0, "abc", 0..3),
            (2, 1, "äöü", 2..4),
            (1, 0, "abc", 0..1),
            (1, 1, "", 0..0),
        ] {
            assert_eq!(
                span(&place("f", 1, column, length), line),
                expected,
                "{line} {column}"
            );
            let finding = Diagnostic::error("x", "x")
                .at(place("f", 1, column, length))
                .showing(line);
            assert!(render(&[finding], false, "").contains("1 error in 1 file"));
        }
    }
}
