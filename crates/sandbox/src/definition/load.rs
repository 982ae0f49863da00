//! Text to tree, as `PyYAML`'s safe loader builds it, within bounds.

use std::collections::{BTreeMap, HashMap};

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Span, StrInput};

use super::FieldError;
use super::scalar::{self, Tag};
use super::value::Value;

/// How deep lists and maps may nest. Real definitions stay below 30.
const MAX_DEPTH: usize = 100;

/// How many values a definition may hold once its aliases are expanded. The largest real
/// definition has some 2,500.
const MAX_NODES: usize = 250_000;

/// Reads one YAML document as YAML 1.1, as `PyYAML` reads it: the last of equal keys wins, merge
/// keys and aliases are expanded, explicit tags decide.
///
/// Layout is that of YAML 1.2, which differs in corners: tabs may separate tokens, and a
/// bracket or quoted line must be indented deeper than its key.
///
/// # Errors
/// One problem, with line and column: text that is not YAML, several documents, a tag or a key
/// with no value in a definition, or more depth or values than allowed.
pub fn load(text: &str) -> Result<Value, Vec<FieldError>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    check_printable(text)
        .and_then(|()| Loader::new(text).document())
        .map_err(|problem| vec![FieldError::new(problem)])
}

/// `PyYAML` refuses control characters, escaped ones apart, before it parses anything.
fn check_printable(text: &str) -> Result<(), String> {
    let refused = |c: &char| {
        !matches!(c,
            '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{fffd}' | '\u{10000}'..)
    };
    let Some(character) = text.chars().find(refused) else {
        return Ok(());
    };
    Err(format!(
        "the text has the control character U+{:04X}, which YAML does not allow",
        u32::from(character)
    ))
}

/// The tag of a node as the parser gives it.
type NodeTag<'a> = Option<&'a saphyr_parser::Tag>;

struct Loader<'a> {
    parser: Parser<'a, StrInput<'a>>,
    /// How many characters the text has, if its last line does not end.
    unended: Option<usize>,
    /// Anchored values that are complete, with the number of values in each.
    anchors: HashMap<usize, (Value, usize)>,
    nodes: usize,
}

impl<'a> Loader<'a> {
    fn new(text: &'a str) -> Self {
        // Blanks after the last line break mean nothing, but the parser may make a line of them.
        let blanks = text.trim_end_matches([' ', '\t']);
        let text = if blanks.ends_with(['\n', '\r']) {
            blanks
        } else {
            text
        };
        let unended = !text.ends_with(['\n', '\r']);
        Self {
            parser: Parser::new_from_str(text),
            unended: unended.then(|| text.chars().count()),
            anchors: HashMap::new(),
            nodes: 0,
        }
    }

    fn document(&mut self) -> Result<Value, String> {
        self.next()?;
        if matches!(self.next()?.0, Event::StreamEnd) {
            return Ok(Value::Null);
        }
        let (event, span) = self.next()?;
        let value = self.node(event, span, 0)?;
        self.next()?;
        match self.next()? {
            (Event::StreamEnd, _) => Ok(value),
            (_, span) => Err(at(
                span.start,
                "a definition is one YAML document, here a second begins",
            )),
        }
    }

    fn next(&mut self) -> Result<(Event<'a>, Span), String> {
        match self.parser.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => Err(not_yaml(&error)),
            None => Err("the text ends within the document".to_owned()),
        }
    }

    fn node(&mut self, event: Event<'a>, span: Span, depth: usize) -> Result<Value, String> {
        if depth > MAX_DEPTH {
            return Err(at(
                span.start,
                &format!("nested more than {MAX_DEPTH} deep"),
            ));
        }
        self.count(1, span)?;
        let before = self.nodes;
        let (value, anchor) = match event {
            Event::Alias(anchor) => return self.alias(anchor, span),
            Event::Scalar(text, style, anchor, tag) => {
                let text = self.without_added_break(&text, style, span);
                (scalar_value(text, style, tag.as_deref(), span)?, anchor)
            }
            Event::SequenceStart(anchor, tag) => {
                expect_collection(tag.as_deref(), "seq", span)?;
                (self.sequence(depth)?, anchor)
            }
            Event::MappingStart(anchor, tag) => {
                expect_collection(tag.as_deref(), "map", span)?;
                (self.mapping(depth)?, anchor)
            }
            _ => return Err(at(span.start, "expected a value")),
        };
        if anchor > 0 {
            let size = self.nodes - before + 1;
            self.anchors.insert(anchor, (value.clone(), size));
        }
        Ok(value)
    }

    /// A block scalar that ends with the text, where no line break does, has none: the parser
    /// adds one that `PyYAML` does not.
    fn without_added_break<'t>(&self, text: &'t str, style: ScalarStyle, span: Span) -> &'t str {
        let is_block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        let is_last = self.unended.is_some_and(|end| span.end.index() >= end);
        let ended = text.strip_suffix('\n').filter(|_| is_block && is_last);
        ended.unwrap_or(text)
    }

    fn count(&mut self, values: usize, span: Span) -> Result<(), String> {
        self.nodes += values;
        if self.nodes > MAX_NODES {
            return Err(at(span.start, &format!("more than {MAX_NODES} values")));
        }
        Ok(())
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<Value, String> {
        let Some((_, size)) = self.anchors.get(&anchor) else {
            return Err(at(span.start, "the alias is inside the value it names"));
        };
        self.count(*size, span)?;
        Ok(self.anchors[&anchor].0.clone())
    }

    fn sequence(&mut self, depth: usize) -> Result<Value, String> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(Value::List(items)),
                (event, span) => items.push(self.node(event, span, depth + 1)?),
            }
        }
    }

    /// Own keys beat merged ones, and among equals the last wins.
    fn mapping(&mut self, depth: usize) -> Result<Value, String> {
        let mut own = BTreeMap::new();
        let mut merged = BTreeMap::new();
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::MappingEnd) {
                break;
            }
            let key = self.key(event, span, depth + 1)?;
            let (event, value_span) = self.next()?;
            let value = self.node(event, value_span, depth + 1)?;
            match key {
                Some(name) => {
                    own.insert(name, value);
                }
                None => merged.extend(mergeable(value, value_span)?),
            }
        }
        merged.append(&mut own);
        Ok(Value::Map(merged))
    }

    /// The name a key gives, `None` for a merge key.
    fn key(
        &mut self,
        event: Event<'a>,
        span: Span,
        depth: usize,
    ) -> Result<Option<String>, String> {
        if let Event::Scalar(text, style, _, tag) = &event {
            match scalar_tag(text, *style, tag.as_deref(), span)? {
                Tag::Merge => return Ok(None),
                Tag::Default => return Ok(Some(text.to_string())),
                _ => {}
            }
        }
        match self.node(event, span, depth)? {
            Value::Str(name) => Ok(Some(name)),
            other => Err(at(
                span.start,
                &format!(
                    "a key must be a string, this is {} in YAML 1.1; quote it",
                    other.kind()
                ),
            )),
        }
    }
}

/// What a merge key adds: the entries of a map, or of several, of which the first wins.
fn mergeable(value: Value, span: Span) -> Result<BTreeMap<String, Value>, String> {
    let maps = match value {
        Value::List(maps) => maps,
        other => vec![other],
    };
    let mut merged = BTreeMap::new();
    for map in maps.into_iter().rev() {
        let Value::Map(map) = map else {
            return Err(at(span.start, "`<<` takes a mapping or a list of mappings"));
        };
        merged.extend(map);
    }
    Ok(merged)
}

fn scalar_value(
    text: &str,
    style: ScalarStyle,
    tag: NodeTag<'_>,
    span: Span,
) -> Result<Value, String> {
    let tag = scalar_tag(text, style, tag, span)?;
    scalar::construct(text, tag).map_err(|problem| at(span.start, &problem))
}

fn scalar_tag(text: &str, style: ScalarStyle, tag: NodeTag<'_>, span: Span) -> Result<Tag, String> {
    match tag {
        None if style == ScalarStyle::Plain => Ok(Tag::of_plain(text)),
        None => Ok(Tag::Str),
        // `PyYAML` resolves a scalar tagged `!` as though it were plain.
        Some(tag) if is_non_specific(tag) => Ok(Tag::of_plain(text)),
        Some(tag) => core_suffix(tag)
            .and_then(Tag::named)
            .ok_or_else(|| unknown_tag(tag, span)),
    }
}

/// Checks the tag of a list or map: none, `!`, or the one of its own kind.
fn expect_collection(tag: NodeTag<'_>, own: &str, span: Span) -> Result<(), String> {
    match tag {
        Some(tag) if !is_non_specific(tag) && core_suffix(tag) != Some(own) => {
            Err(unknown_tag(tag, span))
        }
        _ => Ok(()),
    }
}

fn is_non_specific(tag: &saphyr_parser::Tag) -> bool {
    tag.handle.is_empty() && tag.suffix == "!"
}

/// `int` of `!!int` and of `!<tag:yaml.org,2002:int>`.
fn core_suffix(tag: &saphyr_parser::Tag) -> Option<&str> {
    const CORE: &str = "tag:yaml.org,2002:";
    if tag.handle.is_empty() {
        tag.suffix.strip_prefix(CORE)
    } else {
        (tag.handle == CORE).then_some(tag.suffix.as_str())
    }
}

fn unknown_tag(tag: &saphyr_parser::Tag, span: Span) -> String {
    let name = match core_suffix(tag) {
        Some(suffix) => format!("!!{suffix}"),
        None => format!("{}{}", tag.handle, tag.suffix),
    };
    at(span.start, &format!("the tag `{name}` does not fit here"))
}

fn not_yaml(error: &ScanError) -> String {
    at(*error.marker(), &format!("not YAML: {}", error.info()))
}

fn at(place: Marker, message: &str) -> String {
    format!(
        "line {}, column {}: {message}",
        place.line(),
        place.col() + 1
    )
}

#[cfg(test)]
mod tests {
    use super::load;
    use crate::definition::Value;

    fn json(text: &str) -> String {
        load(text)
            .unwrap_or_else(|e| panic!("{text}: {e:?}"))
            .to_json()
            .to_string()
    }

    fn problem(text: &str) -> String {
        let mut problems = load(text).expect_err("refused");
        assert_eq!(problems.len(), 1);
        problems.remove(0).message
    }

    #[test]
    fn reads_yaml_1_1() {
        let cases = [
            ("", "null"),
            ("# nothing\n", "null"),
            (
                "[yes, 'yes', 010, 1:30, \"7\", ~]",
                r#"[true,"yes",8,90,"7",null]"#,
            ),
            ("{b: 1, a: 2, b: 3}", r#"{"a":2,"b":3}"#),
            ("!!int \"7\"", "7"),
            ("!!str 7", r#""7""#),
            ("! 7", "7"),
            ("! '7'", "7"),
            ("!<tag:yaml.org,2002:bool> off", "false"),
            ("{=: 1, '<<': 2}", r#"{"<<":2,"=":1}"#),
            ("\u{feff}a: 1", r#"{"a":1}"#),
            ("a: |\n  b\nc: |\n  d", r#"{"a":"b\n","c":"d"}"#),
            ("a: |\n  b\n  ", r#"{"a":"b\n"}"#),
            ("---\na: >-\n  b\n\n\n  c\n...\n", r#"{"a":"b\n\nc"}"#),
        ];
        for (text, expected) in cases {
            assert_eq!(json(text), expected, "{text}");
        }
    }

    #[test]
    fn expands_aliases_and_merge_keys() {
        let text = "
            one: &one {a: 1, b: 1}
            two: &two {b: 2, c: 2}
            first: {<<: [*one, *two], c: 3}
            last: {<<: *one, <<: *two}
            same: *one
        ";
        let value = load(text).expect("loads");
        let shown = |key: &str| value.get(key).expect("there").to_json().to_string();
        assert_eq!(shown("first"), r#"{"a":1,"b":1,"c":3}"#);
        assert_eq!(shown("last"), r#"{"a":1,"b":2,"c":2}"#);
        assert_eq!(shown("same"), r#"{"a":1,"b":1}"#);
    }

    #[test]
    fn tells_where_and_what() {
        insta::assert_snapshot!(problem("a:\n  on: 1"), @"line 2, column 3: a key must be a string, this is a boolean in YAML 1.1; quote it");
        insta::assert_snapshot!(problem("a: ="), @"line 1, column 4: `=` is not a value in YAML 1.1; quote it");
        insta::assert_snapshot!(problem("a: !foo 1"), @"line 1, column 4: the tag `!foo` does not fit here");
        insta::assert_snapshot!(problem("a: !!map 1"), @"line 1, column 4: the tag `!!map` does not fit here");
        insta::assert_snapshot!(problem("a: 1\n---\nb: 2"), @"line 2, column 1: a definition is one YAML document, here a second begins");
        insta::assert_snapshot!(problem("&a [*a]"), @"line 1, column 5: the alias is inside the value it names");
        insta::assert_snapshot!(problem("{<<: 1}"), @"line 1, column 6: `<<` takes a mapping or a list of mappings");
        insta::assert_snapshot!(problem("a: \u{7}"), @"the text has the control character U+0007, which YAML does not allow");
        insta::assert_snapshot!(problem("a: [1"), @"line 2, column 1: not YAML: while parsing a flow sequence, expected ',' or ']'");
        insta::assert_snapshot!(problem("a: *b"), @"line 1, column 4: not YAML: while parsing node, found unknown anchor");
    }

    #[test]
    fn stops_at_its_bounds() {
        let deep = format!("{}{}", "[".repeat(102), "]".repeat(102));
        assert!(problem(&deep).contains("nested more than 100 deep"));
        let mut laughs = "- &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..8 {
            let alias = format!("*a{}, ", level - 1).repeat(10);
            laughs.push_str(&format!("- &a{level} [{alias}]\n"));
        }
        assert!(problem(&laughs).contains("more than 250000 values"));
        assert_eq!(load("a"), Ok(Value::from("a")));
    }
}
