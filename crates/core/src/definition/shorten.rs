//! Values short enough for one line of a plan.

use std::collections::HashMap;

use super::shape::Shape;
use super::value::Value;
use crate::model::counted;

/// The most characters of one value in a change.
const WIDTH: usize = 60;
/// How much of what is equal is shown before the first difference.
const LEAD: usize = 12;

/// One value that has no counterpart; `None` where its name says all there is to say.
pub(super) fn one(shape: Shape, value: &Value) -> Option<String> {
    match value {
        Value::Null => Some("null".to_owned()),
        Value::Text(text) => Some(text_alone(text)),
        Value::List(items) => Some(counted(items.len(), "item")),
        Value::Map(map) => match shape {
            Shape::Input => map.get("value").and_then(|value| one(Shape::Data, value)),
            Shape::Step => does(value),
            Shape::Variable => map.get("dataType").and_then(|kind| one(Shape::Data, kind)),
            Shape::Flow => steps(value),
            Shape::Branch | Shape::Page | Shape::Element => None,
            _ => Some(counted(map.len(), "field")),
        },
    }
}

/// Two values that differ.
pub(super) fn two(before: &Value, after: &Value) -> (String, String) {
    match (before, after) {
        (Value::Text(before), Value::Text(after)) => texts(before, after),
        _ => (whole(before), whole(after)),
    }
}

fn whole(value: &Value) -> String {
    match value {
        Value::Map(map) => format!("a mapping of {}", counted(map.len(), "field")),
        Value::List(items) => format!("a list of {}", counted(items.len(), "item")),
        Value::Null => "null".to_owned(),
        Value::Text(text) => text_alone(text),
    }
}

fn does(step: &Value) -> Option<String> {
    let action = step.get("action")?;
    let component = action
        .get("component")
        .and_then(|component| component.get_text("key"))
        .or_else(|| action.get_text("componentKey"))?;
    Some(format!("{component} {}", action.get_text("key")?))
}

fn steps(flow: &Value) -> Option<String> {
    Some(counted(flow.get("steps")?.list()?.len(), "step"))
}

fn texts(before: &str, after: &str) -> (String, String) {
    let (old, new) = (lines(before), lines(after));
    if old > 1 || new > 1 {
        let changed = changed_lines(before, after);
        let after = format!("{}, {changed} changed", counted(new, "line"));
        return (counted(old, "line"), after);
    }
    let common = before
        .chars()
        .zip(after.chars())
        .take_while(|(b, a)| b == a)
        .count();
    (window(before, common), window(after, common))
}

fn text_alone(text: &str) -> String {
    match lines(text) {
        0 | 1 => window(text, 0),
        more => counted(more, "line"),
    }
}

fn lines(text: &str) -> usize {
    text.lines().count()
}

/// How many lines are on one side only, on the side that has more of them.
fn changed_lines(before: &str, after: &str) -> usize {
    let mut balance: HashMap<&str, i64> = HashMap::new();
    before
        .lines()
        .for_each(|line| *balance.entry(line).or_default() -= 1);
    after
        .lines()
        .for_each(|line| *balance.entry(line).or_default() += 1);
    let sum = |sign: i64| -> i64 { balance.values().map(|n| (n * sign).max(0)).sum() };
    usize::try_from(sum(1).max(sum(-1)))
        .unwrap_or(usize::MAX)
        .max(1)
}

/// The part of a line in which the difference begins; in quotes unless it is a number or boolean.
fn window(text: &str, difference: usize) -> String {
    let number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if matches!(text, "true" | "false") || number && text.len() <= WIDTH {
        return text.to_owned();
    }
    let length = text.chars().count();
    if length <= WIDTH {
        return format!("{text:?}");
    }
    let start = difference.saturating_sub(LEAD).min(length - WIDTH);
    let part: String = text.chars().skip(start).take(WIDTH).collect();
    let head = if start > 0 { "…" } else { "" };
    let tail = if start + WIDTH < length { "…" } else { "" };
    format!("{head}{part:?}{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_shown_where_they_differ() {
        let before = format!("{}x{}", "a".repeat(100), "b".repeat(100));
        let after = format!("{}y{}", "a".repeat(100), "b".repeat(100));
        let (before, after) = texts(&before, &after);
        insta::assert_snapshot!(before, @r#"…"aaaaaaaaaaaaxbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"…"#);
        insta::assert_snapshot!(after, @r#"…"aaaaaaaaaaaaybbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"…"#);
    }

    #[test]
    fn several_lines_are_counted() {
        assert_eq!(
            texts("a\nb\nc\n", "a\nB\nc\nd\n"),
            ("3 lines".to_owned(), "4 lines, 2 changed".to_owned())
        );
    }

    #[test]
    fn a_lost_final_line_break_is_still_a_difference() {
        let (before, after) = texts("a\n", "a");
        assert_ne!(before, after);
    }
}
