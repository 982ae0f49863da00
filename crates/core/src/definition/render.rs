//! Normal forms as text for reading, and the text difference of two of them.

use std::fmt::Write as _;

use similar::TextDiff;

use super::diff::reading_rank;
use super::secrecy;
use super::shape::Shape;
use super::value::{Map, Value};

/// What replaces a value that may be secret.
const HIDDEN: &str = "(not shown)";

/// The unified difference of two aligned normal forms; empty if they read the same.
pub(super) fn unified(git: &Value, live: &Value) -> String {
    let (before, after) = (render(live), render(git));
    if before == after {
        return String::new();
    }
    TextDiff::from_lines(&before, &after)
        .unified_diff()
        .context_radius(3)
        .header("live", "git")
        .to_string()
}

/// One readable spelling: keys in reading order, long texts as blocks, secrets hidden.
pub(super) fn render(value: &Value) -> String {
    let mut text = String::new();
    block(&mut text, Shape::Root, value, 0);
    text
}

fn block(out: &mut String, shape: Shape, value: &Value, depth: usize) {
    match value {
        Value::Map(members) => {
            let mut keys: Vec<&String> = members.keys().collect();
            keys.sort_by_key(|key| (reading_rank(key), *key));
            for key in keys {
                indent(out, depth);
                let _ = write!(out, "{}:", scalar(key));
                member(out, shape, members, key, depth);
            }
        }
        Value::List(items) => {
            items
                .iter()
                .for_each(|item| list_item(out, shape.item(), item, depth));
        }
        Value::Null | Value::Text(_) => inline(out, shape, value, depth),
    }
}

/// `- ` and the item; the first member of a mapping is on the line of the dash.
fn list_item(out: &mut String, shape: Shape, item: &Value, depth: usize) {
    let start = out.len();
    if item.map().is_some_and(|members| !members.is_empty()) {
        block(out, shape, item, depth + 1);
        out.replace_range(start + 2 * depth..start + 2 * depth + 2, "- ");
    } else {
        indent(out, depth);
        out.push('-');
        inline(out, shape, item, depth);
    }
}

fn member(out: &mut String, shape: Shape, members: &Map, key: &str, depth: usize) {
    let Some(value) = members.get(key) else {
        return;
    };
    if secrecy::member(shape, key, value, members) {
        let _ = writeln!(out, " {HIDDEN}");
    } else {
        inline(out, shape.member(key), value, depth);
    }
}

/// What follows `key:` or `-`: on the same line if it fits there.
fn inline(out: &mut String, shape: Shape, value: &Value, depth: usize) {
    match value {
        Value::Null => out.push_str(" null\n"),
        Value::List(items) if items.is_empty() => out.push_str(" []\n"),
        Value::Map(map) if map.is_empty() => out.push_str(" {}\n"),
        Value::Text(text) if text.contains('\n') => {
            let keep = if text.ends_with('\n') { "|" } else { "|-" };
            let _ = writeln!(out, " {keep}");
            for line in text.lines() {
                indent(out, depth + 1);
                let _ = writeln!(out, "{line}");
            }
        }
        Value::Text(text) => {
            let _ = writeln!(out, " {}", scalar(text));
        }
        Value::List(_) | Value::Map(_) => {
            out.push('\n');
            block(out, shape, value, depth + 1);
        }
    }
}

/// Bare where that cannot be misread, quoted otherwise.
fn scalar(text: &str) -> String {
    let blank = text.is_empty() || text.trim() != text;
    if blank || text == "null" || text.chars().any(char::is_control) {
        format!("{text:?}")
    } else {
        text.to_owned()
    }
}

fn indent(out: &mut String, depth: usize) {
    for _ in 0..depth {
        out.push_str("  ");
    }
}
