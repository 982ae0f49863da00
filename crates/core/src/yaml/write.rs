//! The other direction: a tree to YAML text that every reader parses to the same tree.
//!
//! A text is written plain only where no reader of YAML 1.1 or 1.2 could take it for anything else in any
//! context; otherwise it is quoted, or a literal block if it has lines. Equal trees give equal texts.

/// What to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tree {
    /// A single value.
    Leaf(Leaf),
    /// A list.
    List(Vec<Tree>),
    /// A mapping, in the order it is written.
    Map(Vec<(Leaf, Tree)>),
}

/// A single value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leaf {
    /// A text: quoted where it could be read as something else.
    Text(String),
    /// A number, boolean or null, spelled so that no quotes are needed.
    Bare(String),
    /// A value that only its tag makes what it is: `!!float "1"`.
    Tagged(String, String),
}

impl Tree {
    /// A text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Leaf(Leaf::Text(text.into()))
    }

    /// A number, boolean or null, as it is spelled.
    #[must_use]
    pub fn bare(text: impl Into<String>) -> Self {
        Self::Leaf(Leaf::Bare(text.into()))
    }

    /// A mapping with text keys.
    #[must_use]
    pub fn map<K: Into<String>>(entries: impl IntoIterator<Item = (K, Self)>) -> Self {
        let keyed = |(key, value): (K, Self)| (Leaf::Text(key.into()), value);
        Self::Map(entries.into_iter().map(keyed).collect())
    }
}

/// One document, ending in a line break.
#[must_use]
pub fn write(tree: &Tree) -> String {
    let mut out = String::new();
    match tree {
        Tree::Map(entries) if !entries.is_empty() => mapping(&mut out, entries, 0, false),
        Tree::List(items) if !items.is_empty() => list(&mut out, items, 0),
        Tree::Leaf(Leaf::Text(text)) => out.push_str(&(one_line(text) + "\n")),
        other => {
            value(&mut out, other, 0);
            out.remove(0);
        }
    }
    out
}

/// A value on one line, in braces and brackets where it has parts.
#[must_use]
pub fn flow(tree: &Tree) -> String {
    match tree {
        Tree::Leaf(single) => flow_leaf(single),
        Tree::List(items) => {
            let items: Vec<String> = items.iter().map(flow).collect();
            format!("[{}]", items.join(", "))
        }
        Tree::Map(entries) => {
            let entry =
                |(key, value): &(Leaf, Tree)| format!("{}: {}", flow_leaf(key), flow(value));
            let entries: Vec<String> = entries.iter().map(entry).collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}

/// Between brackets a comma ends a plain text.
fn flow_leaf(single: &Leaf) -> String {
    match single {
        Leaf::Text(text) if text.contains([',', '[', ']', '{', '}']) => quoted(text),
        other => leaf(other),
    }
}

/// Entries at a depth; the first one may be on the line of the dash of a list item.
fn mapping(out: &mut String, entries: &[(Leaf, Tree)], depth: usize, beside: bool) {
    for (place, (key, inner)) in entries.iter().enumerate() {
        if place > 0 || !beside {
            indent(out, depth);
        }
        match key {
            Leaf::Text(text) => out.push_str(&one_line(text)),
            other => out.push_str(&leaf(other)),
        }
        out.push(':');
        value(out, inner, depth + 1);
    }
}

fn list(out: &mut String, items: &[Tree], depth: usize) {
    for item in items {
        indent(out, depth);
        out.push('-');
        match item {
            Tree::Map(entries) if !entries.is_empty() => {
                out.push(' ');
                mapping(out, entries, depth + 1, true);
            }
            other => value(out, other, depth + 1),
        }
    }
}

/// What follows `key:` or `-`, with what it needs of lines below, at a depth.
fn value(out: &mut String, tree: &Tree, depth: usize) {
    match tree {
        Tree::Leaf(Leaf::Text(text)) if is_block(text) => block(out, text, depth),
        Tree::Leaf(single) => {
            out.push(' ');
            out.push_str(&leaf(single));
            out.push('\n');
        }
        Tree::List(items) if items.is_empty() => out.push_str(" []\n"),
        Tree::Map(entries) if entries.is_empty() => out.push_str(" {}\n"),
        Tree::List(items) => {
            out.push('\n');
            list(out, items, depth);
        }
        Tree::Map(entries) => {
            out.push('\n');
            mapping(out, entries, depth, false);
        }
    }
}

fn leaf(leaf: &Leaf) -> String {
    match leaf {
        Leaf::Text(text) => one_line(text),
        Leaf::Bare(text) => text.clone(),
        Leaf::Tagged(tag, text) => format!("!!{tag} {}", quoted(text)),
    }
}

/// Whether a literal block keeps every character: lines of visible text that
/// begins at once and ends in one line break or none.
fn is_block(text: &str) -> bool {
    let body = text.strip_suffix('\n').unwrap_or(text);
    let last = body.rsplit('\n').next().unwrap_or_default();
    text.contains('\n')
        && !body.starts_with(char::is_whitespace)
        && !last.trim().is_empty()
        && text
            .chars()
            .all(|c| c == '\n' || c == '\t' || is_visible(c))
}

fn block(out: &mut String, text: &str, depth: usize) {
    out.push_str(if text.ends_with('\n') {
        " |\n"
    } else {
        " |-\n"
    });
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        if !line.is_empty() {
            indent(out, depth);
            out.push_str(line);
        }
        out.push('\n');
    }
}

fn one_line(text: &str) -> String {
    if is_plain(text) {
        text.to_owned()
    } else {
        quoted(text)
    }
}

/// Whether every reader takes the bare text for a text: it begins with a letter, so it is no
/// number, date or sign; it is none of the words; and it holds nothing that ends or opens something.
fn is_plain(text: &str) -> bool {
    const WORDS: [&str; 11] = [
        "y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf",
    ];
    let inside = |c: char| c.is_ascii_alphanumeric() || " _-./()+@=',;&".contains(c);
    let letter = |c: char| c.is_alphabetic() && is_visible(c);
    let body = text.chars().enumerate().all(|(place, c)| {
        // `https://…`: a colon ends a key only before a space or at the end.
        inside(c) || letter(c) || (c == ':' && place + 1 < text.chars().count())
    });
    text.starts_with(letter)
        && body
        && !text.contains(": ")
        && !text.ends_with(' ')
        && !WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// In double quotes, on one line, with escapes for all that is not plainly visible.
fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if is_visible(c) => out.push(c),
            c if (c as u32) <= 0xFF => out.push_str(&format!("\\x{:02X}", c as u32)),
            c if (c as u32) <= 0xFFFF => out.push_str(&format!("\\u{:04X}", c as u32)),
            c => out.push_str(&format!("\\U{:08X}", c as u32)),
        }
    }
    out.push('"');
    out
}

/// Not a control, a break of any kind, a byte-order mark, or no character at all.
fn is_visible(c: char) -> bool {
    !c.is_control()
        && !matches!(
            c,
            '\u{a0}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
        )
}

fn indent(out: &mut String, depth: usize) {
    for _ in 0..depth {
        out.push_str("  ");
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{Just, Strategy, any, prop_assert_eq, prop_oneof, proptest};

    use super::*;
    use crate::yaml::{Content, Limits, Node, parse};

    #[test]
    fn a_value_on_one_line_is_read_as_the_same() {
        let tree = Tree::map([
            (
                "a, b",
                Tree::List(vec![Tree::text("x, y"), Tree::text("no"), Tree::text("1")]),
            ),
            ("c", Tree::map([("d", Tree::text("one\ntwo"))])),
            ("e", Tree::List(Vec::new())),
        ]);
        let text = flow(&tree);
        assert_eq!(
            text,
            "{\"a, b\": [\"x, y\", \"no\", \"1\"], c: {d: \"one\\ntwo\"}, e: []}"
        );
        let parsed = parse(&format!("key: {text}\n"), Limits::default()).unwrap();
        assert_eq!(read(parsed[0].get("key").unwrap()), tree);
    }

    /// What a reader makes of it, where bare values are not texts.
    fn read(node: &Node) -> Tree {
        match &node.content {
            Content::Scalar(scalar) => Tree::Leaf(read_leaf(scalar)),
            Content::Sequence(items) => Tree::List(items.iter().map(read).collect()),
            Content::Mapping(entries) => {
                let entry = |e: &crate::yaml::Entry| (read_leaf(&e.key), read(&e.value));
                Tree::Map(entries.iter().map(entry).collect())
            }
        }
    }

    fn read_leaf(scalar: &crate::yaml::Scalar) -> Leaf {
        let text = scalar.text.clone();
        match &scalar.tag {
            Some(tag) => Leaf::Tagged(tag.clone(), text),
            None if scalar.plain && text == "7" => Leaf::Bare(text),
            None => Leaf::Text(text),
        }
    }

    fn text() -> impl Strategy<Value = String> {
        prop_oneof![
            any::<String>(),
            "[a-zA-Z:# \n\t'\"|>-]{0,40}",
            "[a-z]{0,6}(\n *[a-z#:-]{0,6}){0,4}\n?",
            Just("<<".to_owned()),
            Just("=".to_owned()),
            Just("---\nx".to_owned()),
        ]
    }

    fn leaves() -> impl Strategy<Value = Leaf> {
        prop_oneof![
            4 => text().prop_map(Leaf::Text),
            1 => Just(Leaf::Bare("7".to_owned())),
            1 => text().prop_map(|text| Leaf::Tagged("float".to_owned(), text)),
        ]
    }

    fn trees() -> impl Strategy<Value = Tree> {
        leaves()
            .prop_map(Tree::Leaf)
            .prop_recursive(4, 40, 5, |inner| {
                let entries = proptest::collection::btree_map(text(), inner.clone(), 0..5);
                prop_oneof![
                    proptest::collection::vec(inner, 0..5).prop_map(Tree::List),
                    entries.prop_map(Tree::map),
                ]
            })
    }

    #[test]
    fn a_block_is_for_lines_that_can_be_seen() {
        for text in ["a\nb", "a\n\tb\n", "a\n\nb"] {
            assert!(is_block(text), "{text:?}");
        }
        for text in [
            "a",
            " a\nb",
            "a\n \n",
            "a\nb\n\n",
            "a\n\u{7}b",
            "a\rb\nc",
            "a\n\u{feff}b",
        ] {
            assert!(!is_block(text), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(tree in trees()) {
            let text = write(&tree);
            let documents = parse(&text, Limits::default());
            let documents = documents.unwrap_or_else(|error| panic!("{error}\n{text}"));
            prop_assert_eq!(documents.len(), 1, "{}", text);
            prop_assert_eq!(read(&documents[0]), tree, "{}", text);
        }
    }

    #[test]
    fn texts_are_quoted_where_a_reader_could_be_wrong() {
        for plain in [
            "Acme ERP",
            "https://erp.smith.example/a",
            "cust-0042",
            "Smith's",
            "SW50Zw==",
            "América",
        ] {
            assert_eq!(one_line(plain), plain);
        }
        for text in [
            "",
            " a",
            "a ",
            "yes",
            "NO",
            "off",
            "y",
            "~",
            "null",
            "True",
            "1",
            "1.5",
            "010",
            "0x1F",
            "1:30",
            "2020-01-01",
            "1_000",
            "-",
            "- a",
            "a: b",
            "a:",
            "a #b",
            "#a",
            "[a]",
            "{a}",
            "*a",
            "&a",
            "!a",
            "|",
            "%a",
            "@a",
            "`a",
            "=",
            "<<",
            ".inf",
            ".5",
            "NaN",
            "+1",
            "---",
            "\u{feff}a",
            "a\u{85}b",
            "a\u{2028}b",
            "a, [b",
        ] {
            assert!(one_line(text).starts_with('"'), "{text:?}");
        }
    }

    #[test]
    fn documents_look_like_written_by_hand() {
        let tree = Tree::map([
            ("name", Tree::text("Acme ERP")),
            ("count", Tree::bare("7")),
            ("none", Tree::List(Vec::new())),
            ("code", Tree::text("if (a) {\n  b();\n}\n")),
            (
                "steps",
                Tree::List(vec![
                    Tree::map([("key", Tree::text("yes")), ("text", Tree::text("a\n\nb"))]),
                    Tree::List(vec![Tree::text("x")]),
                    Tree::text("12"),
                ]),
            ),
        ]);
        insta::assert_snapshot!(write(&tree), @r#"
        name: Acme ERP
        count: 7
        none: []
        code: |
          if (a) {
            b();
          }
        steps:
          - key: "yes"
            text: |-
              a

              b
          -
            - x
          - "12"
        "#);
    }
}
