//! Parser events to trees, with bounds.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Tag};

use super::fault;
use super::surrogates;
use super::{Content, Entry, Limits, Node, Scalar, Span, SyntaxError};

/// All documents of a text. A text without content has none.
///
/// # Errors
///
/// The first thing that is wrong: syntax, a duplicate or non-scalar key, an
/// unknown alias or tag, or a bound of `limits`.
pub fn parse(text: &str, limits: Limits) -> Result<Vec<Node>, SyntaxError> {
    let mut documents = parse_every(text, limits)?;
    documents.retain(|node| !node.is_null());
    Ok(documents)
}

/// The same with the documents that hold nothing: for readers to which `---` alone is a document.
///
/// # Errors
///
/// As [`parse`].
pub fn parse_every(text: &str, limits: Limits) -> Result<Vec<Node>, SyntaxError> {
    if let Some(conflict) = fault::conflict(text) {
        return Err(conflict);
    }
    let text = without_last_blanks(text);
    let (hidden, stand_in) = surrogates::hide(text);
    let mut composer = Composer {
        limits,
        nodes: 0,
        stack: Vec::new(),
        anchors: HashMap::new(),
        documents: Vec::new(),
        hidden: &hidden,
        stand_in,
    };
    let unended = !text.ends_with(['\n', '\r']);
    let end = unended.then(|| text.chars().count());
    for event in Parser::new_from_str(&hidden) {
        let (event, span) = event.map_err(|error| {
            let open: Vec<_> = composer.stack.iter().map(|open| open.span).collect();
            fault::explain(&error, text, &open)
        })?;
        let event = without_added_break(event, span, end);
        composer.accept(event, span)?;
    }
    Ok(composer.documents)
}

/// Blanks after the last line break mean nothing, but the parser may make a line of them.
fn without_last_blanks(text: &str) -> &str {
    let trimmed = text.trim_end_matches([' ', '\t']);
    if trimmed.ends_with(['\n', '\r']) {
        trimmed
    } else {
        text
    }
}

/// A block scalar that ends with the text, without a line break, has
/// none either: the parser adds one.
fn without_added_break(
    event: Event<'_>,
    span: saphyr_parser::Span,
    end: Option<usize>,
) -> Event<'_> {
    let is_last = end.is_some_and(|end| span.end.index() >= end);
    match event {
        Event::Scalar(text, style @ (ScalarStyle::Literal | ScalarStyle::Folded), anchor, tag)
            if is_last =>
        {
            let text = text
                .strip_suffix('\n')
                .map(str::to_owned)
                .map_or(text, Into::into);
            Event::Scalar(text, style, anchor, tag)
        }
        event => event,
    }
}

/// A collection that is still open.
struct Open {
    span: Span,
    anchor: usize,
    nodes_before: usize,
    kind: OpenKind,
}

enum OpenKind {
    Sequence(Vec<Node>),
    Mapping(OpenMapping),
}

#[derive(Default)]
struct OpenMapping {
    entries: Vec<Entry>,
    seen: HashMap<String, Span>,
    key: Option<(Scalar, Span)>,
    merges: Vec<Node>,
}

struct Composer<'a> {
    limits: Limits,
    nodes: usize,
    stack: Vec<Open>,
    anchors: HashMap<usize, (Node, usize)>,
    documents: Vec<Node>,
    /// The text as the parser has it.
    hidden: &'a str,
    /// What replaces the backslash of half a character in it.
    stand_in: Option<char>,
}

impl Composer<'_> {
    fn accept(&mut self, event: Event<'_>, whole: saphyr_parser::Span) -> Result<(), SyntaxError> {
        let span = place(whole);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let tag = core_tag(tag.as_deref(), span)?;
                if matches!(tag.as_deref(), Some("seq" | "map")) {
                    return Err(wrong_tag(span));
                }
                let scalar = Scalar {
                    text: self.text(text.into_owned(), style, whole)?,
                    plain: style == ScalarStyle::Plain,
                    tag,
                };
                self.count(1, span)?;
                self.place(
                    Node {
                        span,
                        content: Content::Scalar(scalar),
                    },
                    anchor,
                    1,
                )
            }
            Event::SequenceStart(anchor, tag) => {
                collection_tag(tag.as_deref(), "seq", span)?;
                self.open(span, anchor, OpenKind::Sequence(Vec::new()))
            }
            Event::MappingStart(anchor, tag) => {
                collection_tag(tag.as_deref(), "map", span)?;
                self.open(span, anchor, OpenKind::Mapping(OpenMapping::default()))
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(),
            Event::Alias(anchor) => self.alias(anchor, span),
            Event::DocumentStart(_) => {
                self.anchors.clear();
                Ok(())
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
        }
    }

    /// A scalar's text, halves of characters put together.
    fn text(
        &self,
        text: String,
        style: ScalarStyle,
        whole: saphyr_parser::Span,
    ) -> Result<String, SyntaxError> {
        let Some(stand_in) = self.stand_in.filter(|stand_in| text.contains(*stand_in)) else {
            return Ok(text);
        };
        if style != ScalarStyle::DoubleQuoted {
            return Ok(surrogates::restore(&text, stand_in));
        }
        surrogates::join(&text, stand_in).ok_or_else(|| SyntaxError {
            message: "an escape that is half a character (a lone surrogate)".to_owned(),
            span: surrogates::half(self.hidden, stand_in, whole),
            hint: Some("write both halves, or the character itself".to_owned()),
        })
    }

    fn count(&mut self, more: usize, span: Span) -> Result<(), SyntaxError> {
        self.nodes = self.nodes.saturating_add(more);
        if self.nodes <= self.limits.nodes {
            return Ok(());
        }
        Err(SyntaxError {
            message: format!(
                "more than {} values after aliases are expanded",
                self.limits.nodes
            ),
            span,
            hint: Some("split the file, or use fewer aliases".to_owned()),
        })
    }

    fn open(&mut self, span: Span, anchor: usize, kind: OpenKind) -> Result<(), SyntaxError> {
        if self.stack.len() >= self.limits.depth {
            return Err(SyntaxError {
                message: format!("nested deeper than {} levels", self.limits.depth),
                span,
                hint: None,
            });
        }
        self.count(1, span)?;
        self.stack.push(Open {
            span,
            anchor,
            nodes_before: self.nodes - 1,
            kind,
        });
        Ok(())
    }

    fn close(&mut self) -> Result<(), SyntaxError> {
        let Some(open) = self.stack.pop() else {
            return Ok(());
        };
        let content = match open.kind {
            OpenKind::Sequence(items) => Content::Sequence(items),
            OpenKind::Mapping(mapping) => Content::Mapping(merged(mapping)?),
        };
        let size = self.nodes - open.nodes_before;
        self.place(
            Node {
                span: open.span,
                content,
            },
            open.anchor,
            size,
        )
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<(), SyntaxError> {
        // Counted before the copy: an alias bomb must not allocate first.
        let size = self.anchors.get(&anchor).map_or(1, |(_, size)| *size);
        self.count(size, span)?;
        let Some((node, _)) = self.anchors.get(&anchor) else {
            return Err(SyntaxError {
                message: "an alias inside the value it refers to".to_owned(),
                span,
                hint: None,
            });
        };
        let node = Node {
            span,
            content: node.content.clone(),
        };
        self.place(node, 0, size)
    }

    fn place(&mut self, node: Node, anchor: usize, size: usize) -> Result<(), SyntaxError> {
        if anchor != 0 {
            self.anchors.insert(anchor, (node.clone(), size));
        }
        match self.stack.last_mut().map(|open| &mut open.kind) {
            None => self.documents.push(node),
            Some(OpenKind::Sequence(items)) => items.push(node),
            Some(OpenKind::Mapping(mapping)) => mapping.place(node)?,
        }
        Ok(())
    }
}

impl OpenMapping {
    fn place(&mut self, node: Node) -> Result<(), SyntaxError> {
        match self.key.take() {
            None => self.key = Some(as_key(node)?),
            Some((key, _)) if is_merge(&key) => self.merges.push(node),
            Some((key, key_span)) => {
                if let Some(first) = self.seen.insert(key.text.clone(), key_span) {
                    return Err(duplicate(&key.text, first, key_span));
                }
                self.entries.push(Entry {
                    key,
                    key_span,
                    value: node,
                });
            }
        }
        Ok(())
    }
}

fn is_merge(key: &Scalar) -> bool {
    key.plain && key.text == "<<" && key.tag.is_none()
}

fn as_key(node: Node) -> Result<(Scalar, Span), SyntaxError> {
    let span = node.span;
    match node.content {
        Content::Scalar(scalar) => Ok((scalar, span)),
        Content::Sequence(_) | Content::Mapping(_) => Err(SyntaxError {
            message: "a key that is a list or a mapping".to_owned(),
            span,
            hint: Some("if this is a template such as {{ name }}, put it in quotes".to_owned()),
        }),
    }
}

/// Entries written here win over merged ones, earlier merges over later ones.
fn merged(mapping: OpenMapping) -> Result<Vec<Entry>, SyntaxError> {
    let OpenMapping {
        mut entries,
        mut seen,
        merges,
        ..
    } = mapping;
    for source in merges {
        for entry in merge_source(source)? {
            if !seen.contains_key(&entry.key.text) {
                seen.insert(entry.key.text.clone(), entry.key_span);
                entries.push(entry);
            }
        }
    }
    Ok(entries)
}

fn merge_source(source: Node) -> Result<Vec<Entry>, SyntaxError> {
    let span = source.span;
    match source.content {
        Content::Mapping(entries) => Ok(entries),
        Content::Sequence(items) => {
            let mut entries = Vec::new();
            for item in items {
                let Content::Mapping(more) = item.content else {
                    return Err(not_mergeable(item.span));
                };
                entries.extend(more);
            }
            Ok(entries)
        }
        Content::Scalar(_) => Err(not_mergeable(span)),
    }
}

fn not_mergeable(span: Span) -> SyntaxError {
    SyntaxError {
        message: "a merge key (<<) that does not refer to a mapping".to_owned(),
        span,
        hint: None,
    }
}

fn duplicate(key: &str, first: Span, second: Span) -> SyntaxError {
    SyntaxError {
        message: format!(
            "the key {key:?} occurs twice here, first on line {}",
            first.line
        ),
        span: second,
        hint: Some("keep one of the two".to_owned()),
    }
}

fn core_tag(tag: Option<&Tag>, span: Span) -> Result<Option<String>, SyntaxError> {
    const KNOWN: [&str; 9] = [
        "str",
        "int",
        "float",
        "bool",
        "null",
        "seq",
        "map",
        "timestamp",
        "binary",
    ];
    let Some(tag) = tag else { return Ok(None) };
    if tag.is_yaml_core_schema() && KNOWN.contains(&tag.suffix.as_str()) {
        return Ok(Some(tag.suffix.clone()));
    }
    // The non-specific tag `!` says: a string, even where it looks like a number.
    if tag.handle.is_empty() && tag.suffix == "!" {
        return Ok(Some("str".to_owned()));
    }
    Err(SyntaxError {
        // Not named: a password may begin with an exclamation mark and lack its quotes.
        message: "a tag that is not known here".to_owned(),
        span,
        hint: Some("put a text that begins with ! in quotes, or remove the tag".to_owned()),
    })
}

/// The tag of a list or mapping can only say what that is.
fn collection_tag(tag: Option<&Tag>, kind: &str, span: Span) -> Result<(), SyntaxError> {
    match core_tag(tag, span)?.as_deref() {
        None => Ok(()),
        Some(tag) if tag == kind => Ok(()),
        Some(_) => Err(wrong_tag(span)),
    }
}

fn wrong_tag(span: Span) -> SyntaxError {
    SyntaxError {
        message: "a tag of something else than what is here".to_owned(),
        span,
        hint: Some("remove the tag".to_owned()),
    }
}

fn place(span: saphyr_parser::Span) -> Span {
    let one_line = span.start.line() == span.end.line();
    let length = if one_line {
        span.end.col().saturating_sub(span.start.col())
    } else {
        0
    };
    Span {
        line: narrow(span.start.line()),
        column: narrow(span.start.col()).saturating_add(1),
        length: narrow(length),
    }
}

pub(super) fn narrow(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
