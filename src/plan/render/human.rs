//! The form for a terminal.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr as _;

use super::groups::{Group, groups};
use super::words;
use crate::harmless::line;
use crate::model::Health;
use crate::plan::{Plan, PlannedResource};

/// So many of the same kind are still listed one by one.
const FEW: usize = 20;

/// So many of a group are named.
const NAMED: usize = 3;

/// Choices of the human form.
#[derive(Debug, Clone, Copy, Default)]
pub struct HumanOptions {
    /// With ANSI colours.
    pub color: bool,
    /// List unchanged resources too, and every resource for itself.
    pub all: bool,
}

/// The human form: impact, resources with their field changes, and the summary line.
#[must_use]
pub fn human(plan: &Plan, options: HumanOptions) -> String {
    let mut text = String::new();
    if plan.has_changes() {
        let _ = writeln!(text, "{}\n", words::impact_line(plan));
    }
    let before = text.len();
    if options.all {
        for resource in &plan.resources {
            write_resource(&mut text, resource, options);
        }
    } else {
        let news = plan.resources.iter().filter(|resource| is_news(resource));
        write_news(&mut text, news, options);
    }
    if text.len() > before {
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
    for line in words::unread(plan) {
        let _ = writeln!(text, "{line}");
    }
    for loss in &plan.losses {
        let _ = writeln!(text, "{}", words::loss(loss));
    }
    for violation in &plan.violations {
        let _ = writeln!(text, "Refused by a guard: {}", line(&violation.message));
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

/// What is many times the same is told once, unless every single one has to be seen.
fn write_news<'a>(
    text: &mut String,
    news: impl Iterator<Item = &'a PlannedResource>,
    options: HumanOptions,
) {
    let (many, few): (Vec<_>, Vec<_>) = groups(news)
        .into_iter()
        .partition(|group| group.members.len() > FEW && !group.is_grave());
    let mut single: Vec<_> = few.into_iter().flat_map(|group| group.members).collect();
    single.sort_by(|a, b| a.address.cmp(&b.address));
    for resource in single {
        write_resource(text, resource, options);
    }
    for group in &many {
        write_group(text, group, options);
    }
}

fn write_group(text: &mut String, group: &Group<'_>, options: HumanOptions) {
    let Some(first) = group.first() else { return };
    let style = style_of(first, options);
    let symbol = words::symbol(first);
    let _ = write!(text, "{style}{symbol} {}{style:#}", group.count());
    write_what(text, first);
    let named = group.members.iter().take(NAMED);
    let named: Vec<String> = named
        .map(|one| format!("{}{}", one.address, words::title(one)))
        .collect();
    let rest = group.members.len().saturating_sub(NAMED);
    let _ = writeln!(
        text,
        "    {} and {rest} more (--all lists them)",
        named.join(", ")
    );
}

fn write_resource(text: &mut String, resource: &PlannedResource, options: HumanOptions) {
    let style = style_of(resource, options);
    let symbol = words::symbol(resource);
    let _ = write!(
        text,
        "{style}{symbol} {}{style:#}{}",
        resource.address,
        words::title(resource)
    );
    write_what(text, resource);
}

/// What is done, or why nothing is, with the fields that differ.
fn write_what(text: &mut String, resource: &PlannedResource) {
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
        let _ = writeln!(text, "    hint: {}", line(hint));
    }
}

fn state(resource: &PlannedResource) -> String {
    let reason = line(&resource.reason);
    match resource.health {
        Health::Blocked => format!("blocked: {reason}"),
        Health::Pending => format!("pending: {reason}"),
        Health::Unknown => format!("unknown: {reason}"),
        _ => reason.into_owned(),
    }
}

fn style_of(resource: &PlannedResource, options: HumanOptions) -> Style {
    let color = match words::symbol(resource) {
        _ if !options.color => return Style::new(),
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
            line(&change.path),
            words::values(change, ROOM)
        );
    }
}
