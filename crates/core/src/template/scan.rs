//! Where expressions begin and end in a text.

use super::{Expression, Part, TemplateFault};

/// What begins an expression.
pub(super) const OPEN: &str = "${{";
/// What writes that as text.
pub(super) const ESCAPED: &str = "$${{";

/// A longer expression is a program, and belongs elsewhere.
const LONGEST: usize = 2_000;

/// The text and the expressions of a text, in order.
pub(super) fn parts(text: &str) -> Result<Vec<Part>, TemplateFault> {
    let mut parts = Vec::new();
    let mut written = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix(ESCAPED) {
            written.push_str(OPEN);
            rest = after;
        } else if let Some(after) = rest.strip_prefix(OPEN) {
            let begin = text.len() - rest.len();
            let (source, after) = expression(after, begin)?;
            if !written.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut written)));
            }
            let offset = begin + OPEN.len();
            parts.push(Part::Expression(trimmed(source, offset)?));
            rest = after;
        } else {
            written.push(first);
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
        }
    }
    if !written.is_empty() {
        parts.push(Part::Text(written));
    }
    Ok(parts)
}

/// An expression without the blanks around it.
fn trimmed(source: &str, offset: usize) -> Result<Expression, TemplateFault> {
    let begin = source.len() - source.trim_start().len();
    let inner = source.trim();
    let problem = if inner.is_empty() {
        Some((
            "an expression with nothing in it",
            "write a name such as values.domain",
        ))
    } else if inner.len() > LONGEST {
        Some((
            "an expression that is too long",
            "put what it says under values",
        ))
    } else {
        None
    };
    match problem {
        None => Ok(Expression {
            source: inner.to_owned(),
            offset: offset + begin,
        }),
        Some((message, hint)) => Err(TemplateFault {
            offset,
            length: 0,
            message: message.to_owned(),
            hint: Some(hint.to_owned()),
        }),
    }
}

/// Up to the braces that end it: those in quotes or inside a mapping do not. And what follows.
fn expression(text: &str, begin: usize) -> Result<(&str, &str), TemplateFault> {
    let mut depth = 0_usize;
    let mut quote: Option<char> = None;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        let rest = text.get(at..).unwrap_or_default();
        match (quote, c) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), _) if open == c => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, '{') => depth += 1,
            (None, '}') if depth > 0 => depth -= 1,
            (None, '}') if rest.starts_with("}}") => {
                let source = text.get(..at).unwrap_or_default();
                return Ok((source, rest.get(2..).unwrap_or_default()));
            }
            (Some(_) | None, _) => {}
        }
    }
    Err(TemplateFault {
        offset: begin,
        length: OPEN.len(),
        message: "an expression that does not end".to_owned(),
        hint: Some("close it with }}; to write these braces as text, write $${{".to_owned()),
    })
}
