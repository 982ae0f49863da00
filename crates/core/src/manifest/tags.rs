//! Tags in manifests: what is written is the value, so a tag must not say that it is another.

use super::findings::{Problem, Report};
use crate::yaml::{Content, Node, Scalar};

/// Notes every tag that the value as it is written would belie.
pub(super) fn check(report: &Report, node: &Node) {
    match &node.content {
        Content::Scalar(scalar) => {
            if let Some(problem) = refused(scalar) {
                report.add(node.span, problem.private(true));
            }
        }
        Content::Sequence(items) => items.iter().for_each(|item| check(report, item)),
        Content::Mapping(entries) => {
            for entry in entries {
                if let Some(problem) = refused(&entry.key) {
                    report.add(entry.key_span, problem.private(true));
                }
                check(report, &entry.value);
            }
        }
    }
}

fn refused(scalar: &Scalar) -> Option<Problem> {
    let text = scalar.text.as_str();
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let hint = match scalar.tag.as_deref()? {
        "str" => return None,
        "null" if matches!(text, "" | "~" | "null" | "Null" | "NULL") => return None,
        "bool" if matches!(text, "true" | "false") => return None,
        "int" if digits(unsigned) => return None,
        "float"
            if unsigned.parse::<f64>().is_ok()
                && unsigned.starts_with(|c: char| c.is_ascii_digit()) =>
        {
            return None;
        }
        "binary" => "write the text itself; nothing is decoded here",
        _ => "write the value as it is to be used, in quotes and without the tag",
    };
    let message = "a tag that says another value than the one that is written";
    Some(Problem::new("tag", message).hint(hint))
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::yaml::{Limits, parse};

    #[test]
    fn a_tag_either_says_what_is_written_or_is_refused() {
        for (text, refused) in [
            ("a: !!str 010", false),
            ("a: !!int 7", false),
            ("a: !!int 0x1F", true),
            ("a: !!int x", true),
            ("a: !!float -1.5", false),
            ("a: !!float .nan", true),
            ("a: !!float .inf", true),
            ("a: !!float inf", true),
            ("a: !!bool true", false),
            ("a: !!bool yes", true),
            ("a: !!null ~", false),
            ("a: !!null x", true),
            ("a: [{b: !!binary aGVsbG8=}]", true),
            ("!!binary YQ==: b", true),
            ("a: !!timestamp 2026-01-31", true),
        ] {
            let report = Report::new("a.yaml".into(), Rc::default());
            check(&report, &parse(text, Limits::default()).unwrap().remove(0));
            assert_eq!(report.into_findings().len(), usize::from(refused), "{text}");
        }
    }
}
