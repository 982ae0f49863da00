//! What is wrong with a text that does not parse, in plain words and at the right place.

use saphyr_parser::ScanError;

use super::{Span, SyntaxError};

/// What the parser says, what that means, and the usual reason.
const MEANINGS: [(&str, &str, &str); 11] = [
    (
        "unknown anchor",
        "an alias (*) to something that has no name",
        "put a text that begins with * in quotes",
    ),
    (
        "mapping values are not allowed",
        "a colon where no key can stand",
        "put a text that holds a colon and a space in quotes, or check the indentation and the line above",
    ),
    (
        "placement of ':'",
        "a colon where no key can stand",
        "close the bracket before it",
    ),
    (
        "unknown escape",
        "an escape in double quotes that YAML does not know",
        "write two backslashes for one, or use single quotes",
    ),
    (
        "escape code",
        "an escape in double quotes that is no character",
        "write two backslashes for one, or use single quotes",
    ),
    (
        "quoted scalar",
        "the quotes that open here are not closed",
        "close the quotes",
    ),
    (
        "expected node content",
        "a value is missing",
        "close the bracket before it",
    ),
    (
        "misplaced bracket",
        "a closing bracket without an opening one",
        "remove it, or put the text in quotes",
    ),
    (
        "did not find expected key",
        "this line is indented like nothing above it",
        "indent it like the keys that it belongs to",
    ),
    (
        "did not find expected '-'",
        "this line is neither an item of the list above nor the end of it",
        "begin it with a dash, or indent it like the key that it belongs to",
    ),
    (
        "unexpected character",
        "a text cannot begin with this character",
        "put the text in quotes",
    ),
];

/// The place and the reason of what the parser stumbled over. `open` are the places where
/// lists and mappings began that had not ended by then.
pub(super) fn explain(error: &ScanError, text: &str, open: &[Span]) -> SyntaxError {
    let line = error.marker().line();
    let span = Span {
        line: super::compose::narrow(line),
        column: super::compose::narrow(error.marker().col()).saturating_add(1),
        length: 0,
    };
    let written = text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
    if let Some(fault) = tab(error.info(), written, span) {
        return fault;
    }
    // A text over several lines is given up at its first one.
    let below = text.lines().nth(line).unwrap_or_default();
    if let Some(at) = indented_by_tab(below) {
        let line = span.line.saturating_add(1);
        return tab_at(at, Span { line, ..span });
    }
    let quotes = error.info().contains("quoted scalar");
    let unclosed = || open.iter().rev().find_map(|span| unclosed(text, *span));
    if let Some(fault) = (!quotes).then(unclosed).flatten() {
        return fault;
    }
    let known = MEANINGS
        .iter()
        .find(|(part, _, _)| error.info().contains(part));
    let (message, hint) = match known {
        Some((_, message, hint)) => ((*message).to_owned(), Some((*hint).to_owned())),
        None => (error.info().to_owned(), None),
    };
    // Between brackets, and before a colon with a space, YAML sees more in these braces than a text.
    if written.contains("${{") {
        return SyntaxError {
            message: "YAML takes braces in this line for its own".to_owned(),
            span,
            hint: Some("put the text with ${{ … }} in quotes".to_owned()),
        };
    }
    SyntaxError {
        message,
        span,
        hint,
    }
}

/// A tab among the blanks that a line begins with, or where the parser stopped.
fn tab(said: &str, written: &str, span: Span) -> Option<SyntaxError> {
    let at = indented_by_tab(written);
    let stopped = (span.column as usize).saturating_sub(1);
    let here = |at: &usize| written.chars().nth(*at) == Some('\t');
    // After a colon the parser stops before it.
    let after_colon = || {
        let byte = written
            .find(":\t")
            .filter(|_| said.starts_with("':' must"))?;
        Some(written.get(..=byte)?.chars().count())
    };
    let near = [stopped, stopped + 1]
        .into_iter()
        .find(here)
        .or_else(after_colon);
    let at = at.or_else(|| near.filter(|_| said.contains("whitespace") || said.contains("tab")))?;
    Some(tab_at(at, span))
}

/// Where a tab is among the blanks that a line begins with.
fn indented_by_tab(line: &str) -> Option<usize> {
    let blanks = line.chars().take_while(|c| matches!(c, ' ' | '\t'));
    blanks
        .enumerate()
        .find(|(_, c)| *c == '\t')
        .map(|(at, _)| at)
}

fn tab_at(at: usize, span: Span) -> SyntaxError {
    SyntaxError {
        message: "a tab, where YAML allows spaces only".to_owned(),
        span: Span {
            column: super::compose::narrow(at).saturating_add(1),
            length: 1,
            ..span
        },
        hint: Some("use spaces: YAML does not allow tabs here".to_owned()),
    }
}

/// Whether a bracket opens there that nothing closes.
fn unclosed(text: &str, open: Span) -> Option<SyntaxError> {
    let mut lines = text.lines().skip((open.line as usize).saturating_sub(1));
    let first = lines.next()?;
    let skipped = (open.column as usize).saturating_sub(1);
    let start: String = first.chars().skip(skipped).collect();
    let bracket = start.chars().next().filter(|c| matches!(c, '{' | '['))?;
    let mut depth = Depth::default();
    let closed = depth.line(&start) || lines.any(|line| depth.line(line));
    let closing = if bracket == '{' { '}' } else { ']' };
    (!closed).then(|| SyntaxError {
        message: format!("the {bracket} that opens here is not closed"),
        span: Span { length: 1, ..open },
        hint: Some(format!("add the {closing} where it ends")),
    })
}

/// How deep in brackets a text is.
#[derive(Default)]
struct Depth {
    open: usize,
    quote: Option<char>,
}

impl Depth {
    /// Takes a line; whether the first bracket was closed on it.
    fn line(&mut self, line: &str) -> bool {
        let mut before = ' ';
        let mut escaped = false;
        for c in line.chars() {
            match (self.quote, c) {
                (Some(_), _) if escaped => escaped = false,
                (Some('"'), '\\') => escaped = true,
                (Some(quote), _) => self.quote = (c != quote).then_some(quote),
                (None, '"' | '\'') if !before.is_alphanumeric() => self.quote = Some(c),
                (None, '#') if before.is_whitespace() => return false,
                (None, '{' | '[') => self.open += 1,
                (None, '}' | ']') => {
                    self.open = self.open.saturating_sub(1);
                    if self.open == 0 {
                        return true;
                    }
                }
                (None, _) => {}
            }
            before = c;
        }
        false
    }
}

/// The first mark of a merge that was not resolved. No such line begins a text of ours.
#[must_use]
pub fn conflict(text: &str) -> Option<SyntaxError> {
    const MARKS: [&str; 3] = ["<<<<<<<", "|||||||", ">>>>>>>"];
    let begins = |line: &str, mark: &str| {
        let rest = line.strip_prefix(mark);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    };
    if !MARKS.iter().any(|mark| text.contains(mark)) {
        return None;
    }
    let marked = |line: &str| MARKS.iter().any(|mark| begins(line, mark));
    let (index, line) = text.lines().enumerate().find(|(_, line)| marked(line))?;
    let mut after = text.lines().enumerate().skip(index);
    let end = after.find(|(_, line)| begins(line, ">>>>>>>"));
    let until = end.map(|(end, _)| format!(", which ends on line {}", end + 1));
    Some(SyntaxError {
        message: format!("an unresolved merge conflict{}", until.unwrap_or_default()),
        span: Span {
            line: super::compose::narrow(index).saturating_add(1),
            column: 1,
            length: super::compose::narrow(line.chars().count().min(7)),
        },
        hint: Some(
            "keep one side, and remove the lines that begin with <<<<<<<, ======= and >>>>>>>"
                .to_owned(),
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Limits, parse};

    /// Place and message of what is wrong.
    fn fault(text: &str) -> String {
        let error = parse(text, Limits::default()).unwrap_err();
        assert!(error.hint.is_some(), "{text}");
        format!(
            "{}:{} {}",
            error.span.line, error.span.column, error.message
        )
    }

    #[test]
    fn faults_are_named_where_they_are() {
        for (text, expected) in [
            (
                "a: {b: c\nd:\n  e: f\n",
                "1:4 the { that opens here is not closed",
            ),
            (
                "a: [b, c\nd:\n  e: f\n",
                "1:4 the [ that opens here is not closed",
            ),
            (
                "a: {b: \"}\", c: d\ne: f\n",
                "1:4 the { that opens here is not closed",
            ),
            (
                "a: \"b\nc: d\n",
                "1:4 the quotes that open here are not closed",
            ),
            (
                "a: 'b\nc: d\n",
                "1:4 the quotes that open here are not closed",
            ),
            ("a:\n\tb: c\n", "2:1 a tab, where YAML allows spaces only"),
            (
                "a:\n  b: c\n \td: e\n",
                "3:2 a tab, where YAML allows spaces only",
            ),
            ("a:\tb\n", "1:3 a tab, where YAML allows spaces only"),
            (
                "a: {b: c}}\n",
                "1:10 a closing bracket without an opening one",
            ),
            ("a: b: c\n", "1:5 a colon where no key can stand"),
            ("a: @b\n", "1:4 a text cannot begin with this character"),
        ] {
            assert_eq!(fault(text), expected, "{text:?}");
        }
    }

    #[test]
    fn an_unresolved_merge_is_named_at_its_mark() {
        for text in [
            "a: 1\n<<<<<<< HEAD\nb: 2\n=======\nb: 3\n>>>>>>> other\n",
            "a: 1\r\n<<<<<<<\r\nb: 2\r\n=======\r\nb: 3\r\n>>>>>>>\r\n",
            "a: |\n  x\n||||||| base\n=======\nb: 3\n>>>>>>> other\n",
        ] {
            let named = fault(text);
            assert!(
                named.contains("1 an unresolved merge conflict, which ends on line 6"),
                "{named}"
            );
        }
        let indented = "a: |\n  <<<<<<< HEAD\n  =======\n  >>>>>>> x\n";
        assert!(parse(indented, Limits::default()).is_ok());
    }
}
