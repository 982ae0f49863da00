//! The form for a terminal.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr as _;

use super::words;
use crate::model::Health;
use crate::plan::{Plan, PlannedResource};

/// Choices of the human form.
#[derive(Debug, Clone, Copy, Default)]
pub struct HumanOptions {
    /// With ANSI colours.
    pub color: bool,
    /// List unchanged resources too.
    pub all: bool,
}

/// The human form: impact, resources with their field changes, and the summary line.
#[must_use]
pub fn human(plan: &Plan, options: HumanOptions) -> String {
    let mut text = String::new();
    if plan.has_changes() {
        let _ = writeln!(text, "{}\n", words::impact_line(plan));
    }
    let shown: Vec<_> = plan
        .resources
        .iter()
        .filter(|resource| options.all || is_news(resource))
        .collect();
    for resource in &shown {
        write_resource(&mut text, resource, options);
    }
    if !shown.is_empty() {
        text.push('\n');
    }
    let _ = writeln!(text, "{}", words::summary_line(plan));
    if plan.summary.orphaned > 0 {
        let orphans = words::count(plan.summary.orphaned, "object");
        let _ = writeln!(
            text,
            "Orphaned: {orphans} with this project's marker and no manifest."
        );
    }
    for violation in &plan.violations {
        let _ = writeln!(text, "Refused by a guard: {}", violation.message);
    }
    if !plan.violations.is_empty() {
        let _ = writeln!(text, "To approve this one plan: --approve {}", plan.digest);
    }
    text
}

fn is_news(resource: &PlannedResource) -> bool {
    !resource.actions.is_empty()
        || resource.orphan
        || matches!(
            resource.health,
            Health::Blocked | Health::Pending | Health::Unknown
        )
}

fn write_resource(text: &mut String, resource: &PlannedResource, options: HumanOptions) {
    let style = if options.color {
        style_of(resource)
    } else {
        Style::new()
    };
    let symbol = words::symbol(resource);
    let _ = write!(
        text,
        "{style}{symbol} {}{style:#}{}",
        resource.address,
        words::title(resource)
    );
    if resource.actions.is_empty() {
        let _ = writeln!(text, ": {}", state(resource));
    } else {
        let _ = writeln!(text, ": {}", words::actions(resource));
    }
    write_changes(text, resource);
    if matches!(resource.health, Health::Pending | Health::Blocked) && !resource.actions.is_empty()
    {
        let _ = writeln!(text, "    {}", state(resource));
    }
    if let Some(hint) = &resource.hint {
        let _ = writeln!(text, "    hint: {hint}");
    }
}

fn state(resource: &PlannedResource) -> String {
    match resource.health {
        Health::Blocked => format!("blocked: {}", resource.reason),
        Health::Pending => format!("pending: {}", resource.reason),
        Health::Unknown => format!("unknown: {}", resource.reason),
        _ => resource.reason.clone(),
    }
}

fn style_of(resource: &PlannedResource) -> Style {
    let color = match words::symbol(resource) {
        '+' => AnsiColor::Green,
        '~' | '=' => AnsiColor::Yellow,
        '-' | '!' => AnsiColor::Red,
        _ => return Style::new(),
    };
    color.on_default().bold()
}

fn write_changes(text: &mut String, resource: &PlannedResource) {
    const ROOM: usize = 48;
    const WIDEST: usize = 56;
    let widths = resource.changes.iter().map(|change| change.path.width());
    let width = widths.filter(|width| *width <= WIDEST).max().unwrap_or(0);
    for change in &resource.changes {
        let pad = " ".repeat(width.saturating_sub(change.path.width()));
        let _ = writeln!(
            text,
            "    {}{pad}  {}",
            change.path,
            words::values(change, ROOM)
        );
    }
}
