//! Tree to text, to the byte what `PyYAML` 6.0.3 writes for `dump(value, default_style='"')`.
//!
//! Follows the emitter's state (column, whether blanks or an indent came last), because where
//! long strings fold depends on it. Everything written is ASCII, so a byte is a column.

use std::collections::BTreeMap;

use super::components;
use super::scalar::float_text;
use super::value::Value;

/// A double-quoted scalar folds at the first chance after this column.
const WIDTH: usize = 80;

/// A key this long, its tag included, is written after `? `.
const LONG_KEY: usize = 128;

/// The tag counts towards a key's length though it is never written.
const STRING_TAG: &str = "!!str";

/// The text the server answers for a definition. With `latest`, components are written with
/// the version `LATEST` instead of their pinned numbers.
#[must_use]
pub fn render(value: &Value, latest: bool) -> String {
    let mut emitter = Emitter::new();
    if latest {
        let mut value = value.clone();
        components::unpin(&mut value);
        emitter.node(&value, None, Place::Root);
    } else {
        emitter.node(value, None, Place::Root);
    }
    emitter.start_line(0);
    emitter.out
}

/// The position of a node: a list directly under a key is not indented.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Root,
    Item,
    Entry,
}

struct Emitter {
    out: String,
    column: usize,
    /// Nothing but blanks since the last word.
    whitespace: bool,
    /// Nothing but indentation and block indicators on this line.
    indention: bool,
}

impl Emitter {
    fn new() -> Self {
        Self {
            out: String::new(),
            column: 0,
            whitespace: true,
            indention: true,
        }
    }

    fn node(&mut self, value: &Value, indent: Option<usize>, place: Place) {
        let scalar_indent = indent.unwrap_or(0) + 2;
        match value {
            Value::Map(map) if map.is_empty() => self.word("{}"),
            Value::List(items) if items.is_empty() => self.word("[]"),
            Value::Map(map) => self.map(map, indent.map_or(0, |n| n + 2)),
            Value::List(items) => {
                let indentless = place == Place::Entry && !self.indention;
                let step = if indentless { 0 } else { 2 };
                self.list(items, indent.map_or(0, |n| n + step));
            }
            Value::Str(text) => self.quoted(text, Some(scalar_indent)),
            Value::Null => self.tagged("!!null", "null", scalar_indent),
            Value::Bool(flag) => self.tagged("!!bool", &flag.to_string(), scalar_indent),
            Value::Int(number) => self.tagged("!!int", &number.to_string(), scalar_indent),
            Value::Float(number) => self.tagged("!!float", &float_text(*number), scalar_indent),
            Value::Timestamp(text) => self.tagged("!!timestamp", text, scalar_indent),
        }
    }

    fn list(&mut self, items: &[Value], indent: usize) {
        for item in items {
            self.start_line(indent);
            self.block_indicator("-");
            self.node(item, Some(indent), Place::Item);
        }
    }

    fn map(&mut self, map: &BTreeMap<String, Value>, indent: usize) {
        for (key, value) in map {
            self.start_line(indent);
            if is_simple_key(key) {
                self.quoted(key, None);
                self.close(":");
            } else {
                self.block_indicator("?");
                self.quoted(key, Some(indent + 2));
                self.start_line(indent);
                self.block_indicator(":");
            }
            self.node(value, Some(indent), Place::Entry);
        }
    }

    fn tagged(&mut self, tag: &str, text: &str, indent: usize) {
        self.word(tag);
        self.quoted(text, Some(indent));
    }

    /// Begins a line at an indent, unless this one has nothing but that indent on it.
    fn start_line(&mut self, indent: usize) {
        let fresh =
            self.indention && (self.column < indent || (self.column == indent && self.whitespace));
        if !fresh {
            self.out.push('\n');
            self.column = 0;
            self.whitespace = true;
            self.indention = true;
        }
        if self.column < indent {
            self.whitespace = true;
            self.push(&" ".repeat(indent - self.column));
        }
    }

    /// Writes a word, with a blank before it where there is none.
    fn word(&mut self, text: &str) {
        if !self.whitespace {
            self.push(" ");
        }
        self.close(text);
    }

    /// Writes what belongs right behind the last word.
    fn close(&mut self, text: &str) {
        self.push(text);
        self.whitespace = false;
        self.indention = false;
    }

    /// Writes `-`, `?` or `:`, behind which a block may begin on the same line.
    fn block_indicator(&mut self, text: &str) {
        let indention = self.indention;
        self.word(text);
        self.indention = indention;
    }

    fn push(&mut self, text: &str) {
        self.out.push_str(text);
        self.column += text.len();
    }

    /// Writes a string in double quotes; `indent` is that of folded lines, `None` where the
    /// string may not fold.
    fn quoted(&mut self, text: &str, indent: Option<usize>) {
        self.word("\"");
        let characters: Vec<char> = text.chars().collect();
        // Plain characters are held back from `pending` on: where to fold is decided on the
        // column they would reach. Right behind an escape `pending` is one ahead, and counts so.
        let mut pending = 0;
        for (position, &character) in characters.iter().enumerate() {
            let escaped = !matches!(character, ' '..='~') || matches!(character, '"' | '\\');
            if escaped {
                self.plain(&characters[pending..position]);
                self.push(&escape(character));
                pending = position + 1;
            }
            let inner = 0 < position && position + 1 < characters.len();
            let breakable = inner && (character == ' ' || pending >= position);
            if let Some(indent) = indent
                && breakable
                && self.column + position - pending > WIDTH
            {
                if pending < position {
                    self.plain(&characters[pending..position]);
                    pending = position;
                }
                self.fold(indent, characters[pending] == ' ');
            }
        }
        self.plain(&characters[pending..]);
        self.close("\"");
    }

    fn plain(&mut self, characters: &[char]) {
        self.out.extend(characters);
        self.column += characters.len();
    }

    /// Continues a string on the next line; a blank there must be escaped to count.
    fn fold(&mut self, indent: usize, before_blank: bool) {
        self.push("\\");
        self.start_line(indent);
        self.whitespace = false;
        self.indention = false;
        if before_blank {
            self.push("\\");
        }
    }
}

fn is_simple_key(key: &str) -> bool {
    let line_break = |c| matches!(c, '\n' | '\u{85}' | '\u{2028}' | '\u{2029}');
    !key.is_empty()
        && STRING_TAG.len() + key.chars().count() < LONG_KEY
        && !key.contains(line_break)
}

fn escape(character: char) -> String {
    let short = match character {
        '\0' => '0',
        '\x07' => 'a',
        '\x08' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\x0b' => 'v',
        '\x0c' => 'f',
        '\r' => 'r',
        '\x1b' => 'e',
        '"' | '\\' => character,
        '\u{85}' => 'N',
        '\u{a0}' => '_',
        '\u{2028}' => 'L',
        '\u{2029}' => 'P',
        _ => return escape_code(u32::from(character)),
    };
    format!("\\{short}")
}

fn escape_code(code: u32) -> String {
    match code {
        0..=0xff => format!("\\x{code:02X}"),
        0x100..=0xffff => format!("\\u{code:04X}"),
        _ => format!("\\U{code:08X}"),
    }
}

#[cfg(test)]
mod tests {
    use super::render;
    use crate::definition::{Value, load};

    fn rendered(text: &str) -> String {
        render(&load(text).expect("loads"), false)
    }

    #[test]
    fn quotes_strings_and_tags_the_rest() {
        insta::assert_snapshot!(
            rendered("{b: [yes, 7, 1.5, ~, 2020-01-02, x], a: {}, c: [], d: [[1], {e: f}]}"),
            @r#"
        "a": {}
        "b":
        - !!bool "true"
        - !!int "7"
        - !!float "1.5"
        - !!null "null"
        - !!timestamp "2020-01-02"
        - "x"
        "c": []
        "d":
        - - !!int "1"
        - "e": "f"
        "#);
    }

    #[test]
    fn folds_long_strings_at_blanks_and_escapes() {
        let words = "word ".repeat(40);
        let accents = "é".repeat(40);
        let text = format!("{{a: '{words}', b: '{accents}', c: '{}'}}", "x".repeat(100));
        insta::assert_snapshot!(rendered(&text), @r#"
        "a": "word word word word word word word word word word word word word word word word\
          \ word word word word word word word word word word word word word word word word\
          \ word word word word word word word word "
        "b": "\xE9\xE9\xE9\xE9\xE9\xE9\xE9\xE9\xE9\xE9\xE9\xE9\xE9\xE9\xE9\xE9\xE9\xE9\xE9\
          \xE9\xE9\xE9\xE9\xE9\xE9\xE9\xE9\xE9\xE9\xE9\xE9\xE9\xE9\xE9\xE9\xE9\xE9\xE9\xE9\
          \xE9"
        "c": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
        "#);
    }

    #[test]
    fn writes_keys_that_are_not_simple_after_a_question_mark() {
        let long = "k".repeat(123);
        let text = format!("{{'': 1, \"a\\nb\": [1], {long}: {{c: d}}}}");
        insta::assert_snapshot!(rendered(&text), @r#"
        ? ""
        : !!int "1"
        ? "a\nb"
        : - !!int "1"
        ? "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"
        : "c": "d"
        "#);
        assert!(rendered(&format!("{}: 1", "k".repeat(122))).starts_with('"'));
    }

    #[test]
    fn escapes_everything_that_is_not_ascii() {
        let value =
            Value::from("\0\x07\t\n\x1b\x7f\"\\\u{85}\u{a0}\u{e9}\u{2028}\u{feff}\u{1f600}");
        insta::assert_snapshot!(render(&value, false), @r#""\0\a\t\n\e\x7F\"\\\N\_\xE9\L\uFEFF\U0001F600""#);
    }
}
