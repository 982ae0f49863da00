//! How texts are read, and which are refused.

use super::*;

fn one(text: &str) -> Node {
    parse(text, Limits::default()).unwrap().remove(0)
}

fn error(text: &str) -> SyntaxError {
    parse(text, Limits::default()).unwrap_err()
}

#[test]
fn keeps_places_styles_and_tags() {
    let node = one("a: yes\n\"b\": !!int \"7\"\n");
    let entries = node.as_mapping().unwrap();
    assert_eq!(
        entries[0].value.span,
        Span {
            line: 1,
            column: 4,
            length: 3
        }
    );
    assert!(entries[0].value.as_scalar().unwrap().plain);
    let seven = entries[1].value.as_scalar().unwrap();
    assert_eq!((seven.text.as_str(), seven.plain), ("7", false));
    assert_eq!(seven.tag.as_deref(), Some("int"));
}

#[test]
fn tags_of_others_are_refused_however_they_are_spelt() {
    for tag in ["!upper", "!!set", "!<x>", "!<tag:example.com,2000:x>"] {
        let text = format!("a: {tag} x");
        assert!(parse(&text, Limits::default()).is_err(), "{text}");
    }
    let text = one("a: ! 7");
    let seven = text.get("a").unwrap().as_scalar().unwrap();
    assert_eq!(seven.tag.as_deref(), Some("str"));
}

#[test]
fn empty_documents_are_left_out() {
    for text in ["", "\n# nothing\n", "---\n---\n", "~\n"] {
        assert_eq!(
            parse(text, Limits::default()).unwrap(),
            Vec::new(),
            "{text:?}"
        );
    }
    assert_eq!(
        parse("a: 1\n---\nb: 2\n", Limits::default()).unwrap().len(),
        2
    );
}

#[test]
fn duplicate_keys_name_both_places() {
    let error = error("a: 1\nb: 2\na: 3\n");
    assert_eq!(error.span.line, 3);
    assert!(error.message.contains("first on line 1"), "{error}");
}

#[test]
fn merge_keys_yield_to_written_ones() {
    let node = one("base: &b {x: 1, y: 2}\nuse:\n  <<: *b\n  y: 3\n");
    let used = node.get("use").unwrap();
    assert_eq!(used.get("x").unwrap().as_scalar().unwrap().text, "1");
    assert_eq!(used.get("y").unwrap().as_scalar().unwrap().text, "3");
}

#[test]
fn alias_bombs_stop_at_the_bound() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let items = vec![format!("*a{}", level - 1); 10].join(", ");
        text.push_str(&format!("a{level}: &a{level} [{items}]\n"));
    }
    assert!(error(&text).message.contains("after aliases are expanded"));
}

#[test]
fn deep_nesting_stops_at_the_bound() {
    assert!(
        error(&"- ".repeat(20_000))
            .message
            .contains("nested deeper")
    );
    // The scanner has a bound of its own for brackets; either may answer.
    error(&"[".repeat(20_000));
    error(&"{a: ".repeat(20_000));
}

#[test]
fn self_reference_is_refused() {
    assert!(error("a: &a [*a]\n").message.contains("alias"));
}

#[test]
fn tabs_get_a_hint() {
    let error = error("a:\n\tb: 1\n");
    assert!(error.hint.unwrap().contains("spaces"));
}

#[test]
fn a_block_scalar_ends_as_the_text_does() {
    for (text, value) in [
        ("a: |\n  x", "x"),
        ("a: |\n  x\n", "x\n"),
        ("a: |+\n  x\n\n", "x\n\n"),
        ("a: >\n  x\n  y", "x y"),
        ("a: |\n  x\n ", "x\n"),
    ] {
        let node = one(text);
        assert_eq!(
            node.get("a").unwrap().as_scalar().unwrap().text,
            value,
            "{text:?}"
        );
    }
}

#[test]
fn characters_that_json_escapes_in_two_halves_are_read() {
    let node = one(r#"{"a": "x\ud83d\udc08y", 'b': '\ud83d', "c": "\/\u00e9"}"#);
    let text = |key| node.get(key).unwrap().as_scalar().unwrap().text.clone();
    assert_eq!((text("a").as_str(), text("c").as_str()), ("x🐈y", "/é"));
    assert_eq!(text("b"), r"\ud83d");
    let lone = error(r#"{"a": 1, "b": "\ud83d"}"#);
    assert!(lone.message.contains("half a character"), "{lone}");
    assert_eq!((lone.span.line, lone.span.column), (1, 16));
}

#[test]
fn tags_must_fit_what_they_are_on() {
    for text in [
        "a: !!seq x",
        "a: !!map x",
        "a: !!str {b: c}",
        "a: !!binary [x]",
        "a: !!map [x]",
    ] {
        assert!(error(text).message.contains("tag"), "{text}");
    }
}

#[test]
fn unknown_tags_are_refused() {
    let error = error("a: !hunter2\n");
    assert_eq!(error.to_string(), "a tag that is not known here");
}
