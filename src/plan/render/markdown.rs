//! The form for a pull request: short enough for a comment, worst news first.

use std::fmt::Write as _;

use super::words;
use crate::plan::{Plan, PlannedResource};

/// GitHub takes 65,536 characters in a comment.
const LIMIT: usize = 60_000;

/// Markdown for a pull request.
#[must_use]
pub fn markdown(plan: &Plan) -> String {
    let mut text = String::new();
    let _ = writeln!(
        text,
        "### prism-gitops: {} → {}\n",
        plan.project,
        escape(&plan.environment)
    );
    let _ = writeln!(text, "**{}**\n", words::summary_line(plan));
    if plan.has_changes() {
        let _ = writeln!(text, "{}\n", words::impact_line(plan));
    }
    for violation in &plan.violations {
        let _ = writeln!(
            text,
            "> **Refused by a guard:** {}\n",
            escape(&violation.message)
        );
    }
    let mut news: Vec<_> = plan
        .resources
        .iter()
        .filter(|resource| words::symbol(resource) != ' ')
        .collect();
    news.sort_by_key(|resource| rank(words::symbol(resource)));
    if !news.is_empty() {
        table(&mut text, &news);
        details(&mut text, &news);
    }
    let digest = &plan.digest;
    let _ = writeln!(text, "\n<sub>Plan `{digest}`</sub>");
    text
}

fn rank(symbol: char) -> u8 {
    match symbol {
        '-' => 0,
        '!' => 1,
        '~' => 2,
        '+' => 3,
        '=' => 4,
        _ => 5,
    }
}

fn table(text: &mut String, news: &[&PlannedResource]) {
    text.push_str("| | resource | what | why |\n| --- | --- | --- | --- |\n");
    for (index, resource) in news.iter().enumerate() {
        if text.len() > LIMIT / 2 {
            let _ = writeln!(text, "| | … and {} more | | |", news.len() - index);
            break;
        }
        let what = match resource.actions.is_empty() {
            true => format!("{:?}", resource.health).to_lowercase(),
            false => words::actions(resource),
        };
        let _ = writeln!(
            text,
            "| `{}` | `{}`{} | {what} | {} |",
            words::symbol(resource),
            resource.address,
            escape(&words::title(resource)),
            escape(&resource.reason)
        );
    }
}

fn details(text: &mut String, news: &[&PlannedResource]) {
    let changed: Vec<_> = news
        .iter()
        .filter(|resource| !resource.changes.is_empty())
        .collect();
    if changed.is_empty() {
        return;
    }
    text.push_str("\n<details><summary>Field changes</summary>\n\n");
    for (index, resource) in changed.iter().enumerate() {
        if text.len() > LIMIT {
            let _ = writeln!(text, "… and {} more resources.", changed.len() - index);
            break;
        }
        let _ = writeln!(text, "- `{}`", resource.address);
        for change in resource.changes.iter().take(50) {
            let values = escape(&words::values(change, 80));
            let _ = writeln!(text, "  - {}: {values}", escape(&change.path));
        }
        if resource.changes.len() > 50 {
            let _ = writeln!(
                text,
                "  - … and {} more fields",
                resource.changes.len() - 50
            );
        }
    }
    text.push_str("\n</details>\n");
}

/// Keeps text from acting as markup or mentioning people.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' => {
                out.push('\\');
                out.push(c);
            }
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '@' => out.push_str("@\u{200B}"),
            '#' => out.push_str("#\u{200B}"),
            '\n' | '\r' => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
