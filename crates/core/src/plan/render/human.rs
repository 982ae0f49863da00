//! The form for a terminal.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr as _;

use super::groups::{Group, groups, is_waiting};
use super::{format, rollouts, simulations};
use crate::harmless::line;
use crate::model::{Health, counted};
use crate::plan::{Plan, PlannedResource};

/// At most this many resources of one kind are listed one by one.
const FEW: usize = 20;

/// At most this many members of a fleet that change in the same way are listed one by one.
const FEW_OF_FLEET: usize = 5;

/// At most this many members and groups of one fleet are listed; the others are counted.
const MOST_OF_FLEET: usize = 40;

/// At most this many resources that wait for the same reason are listed.
const FEW_WAITING: usize = 3;

/// At most this many resources of a group are named.
const NAMED: usize = 3;

/// Choices of the human form.
#[derive(Debug, Clone, Copy, Default)]
pub struct HumanOptions {
    /// With ANSI colours.
    pub color: bool,
    /// List unchanged resources too, and every resource for itself.
    pub all: bool,
    /// List what waits one by one.
    pub verbose: bool,
}

/// The human form: impact, resources with their field changes, and the summary line.
#[must_use]
pub fn human(plan: &Plan, options: HumanOptions) -> String {
    let mut text = String::new();
    if plan.has_changes() {
        let _ = writeln!(text, "{}\n", format::impact_line(plan));
    }
    let under_way = rollouts::lines(plan);
    for line in &under_way {
        let _ = writeln!(text, "{line}");
    }
    if !under_way.is_empty() {
        text.push('\n');
    }
    let simulated = simulations::lines(plan, options.all);
    for line in &simulated {
        let _ = writeln!(text, "{line}");
    }
    if !simulated.is_empty() {
        text.push('\n');
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
    let _ = writeln!(text, "{}", format::summary_line(plan));
    if plan.summary.orphaned > 0 {
        let orphans = counted(plan.summary.orphaned, "object");
        let _ = writeln!(
            text,
            "Orphaned: {orphans} with this project's marker and no manifest."
        );
    }
    for fleet in &plan.fleets {
        let _ = writeln!(text, "{}", line(&format::fleet(fleet)));
    }
    for line in format::unread(plan) {
        let _ = writeln!(text, "{line}");
    }
    for loss in &plan.losses {
        let _ = writeln!(text, "{}", format::loss(loss));
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
        || resource.on_hold.is_some()
        || matches!(
            resource.health,
            Health::Blocked | Health::Pending | Health::Unknown
        )
}

/// Identical changes are shown once, unless each resource must be listed. Changes come first; resources that
/// wait, perhaps for long, come after them.
fn write_news<'a>(
    text: &mut String,
    news: impl Iterator<Item = &'a PlannedResource>,
    options: HumanOptions,
) {
    let (waiting, changing): (Vec<_>, Vec<_>) = news.partition(|resource| is_waiting(resource));
    write_part(text, changing, options, |group| match group.fleet() {
        Some(_) if group.is_equal() => group.members.len() > FEW_OF_FLEET,
        Some(_) => group.members.len() > FEW,
        None => group.members.len() > FEW && !group.is_grave(),
    });
    write_part(text, waiting, options, |group| {
        group.members.len() > FEW_WAITING && !options.verbose
    });
}

fn write_part(
    text: &mut String,
    resources: Vec<&PlannedResource>,
    options: HumanOptions,
    is_folded: impl Fn(&Group<'_>) -> bool,
) {
    let (many, few): (Vec<_>, Vec<_>) = groups(resources)
        .into_iter()
        .partition(|group| is_folded(group));
    let mut single: Vec<_> = few.into_iter().flat_map(|group| group.members).collect();
    single.sort_by(|a, b| a.address.cmp(&b.address));
    let mut left_out = LeftOut::default();
    for resource in single {
        let fleet = resource.address.name.fleet();
        if options.verbose || left_out.has_room(fleet, 1) {
            write_resource(text, resource, options);
        }
    }
    for group in &many {
        if left_out.has_room(group.fleet(), group.members.len()) {
            write_group(text, group, options);
        }
    }
    for (fleet, members) in left_out.counted {
        let members = counted(members, "more member");
        let _ = writeln!(text, "  and {members} of Fleet/{fleet} (--all lists them)");
    }
}

/// What of fleets is listed, and what is only counted: of each member something else may be said.
#[derive(Default)]
struct LeftOut<'a> {
    listed: BTreeMap<&'a str, usize>,
    counted: BTreeMap<&'a str, usize>,
}

impl<'a> LeftOut<'a> {
    /// Whether there is room for one more entry of a fleet, which represents `members` members.
    fn has_room(&mut self, fleet: Option<&'a str>, members: usize) -> bool {
        let Some(fleet) = fleet else { return true };
        let listed = self.listed.entry(fleet).or_default();
        *listed += 1;
        if *listed <= MOST_OF_FLEET {
            return true;
        }
        *self.counted.entry(fleet).or_default() += members;
        false
    }
}

fn write_group(text: &mut String, group: &Group<'_>, options: HumanOptions) {
    let Some(common) = group.common() else { return };
    let style = style_of(&common, options);
    let symbol = format::symbol(&common);
    let _ = write!(text, "{style}{symbol} {}{style:#}", group.count());
    write_what(text, &common);
    let named = group.members.iter().take(NAMED);
    let named: Vec<String> = named
        .map(|one| format!("{}{}", one.address, format::title(one)))
        .collect();
    let rest = group.members.len().saturating_sub(NAMED);
    let flag = if group.waits() { "--verbose" } else { "--all" };
    let _ = writeln!(
        text,
        "    {} and {rest} more ({flag} lists them)",
        named.join(", ")
    );
}

fn write_resource(text: &mut String, resource: &PlannedResource, options: HumanOptions) {
    let style = style_of(resource, options);
    let symbol = format::symbol(resource);
    let _ = write!(
        text,
        "{style}{symbol} {}{style:#}{}",
        resource.address,
        format::title(resource)
    );
    write_what(text, resource);
}

/// What is done, or why nothing is, with the fields that differ.
fn write_what(text: &mut String, resource: &PlannedResource) {
    if resource.actions.is_empty() {
        let _ = writeln!(text, ": {}", state(resource));
    } else {
        let _ = writeln!(text, ": {}", format::actions(resource));
    }
    write_changes(text, resource);
    let stands = matches!(resource.health, Health::Pending | Health::Blocked);
    if (stands || resource.on_hold.is_some()) && !resource.actions.is_empty() {
        let _ = writeln!(text, "    {}", state(resource));
    }
    if let Some(hint) = &resource.hint {
        let _ = writeln!(text, "    hint: {}", line(hint));
    }
}

fn state(resource: &PlannedResource) -> String {
    let reason = resource.why();
    let reason = line(&reason);
    match resource.health {
        Health::Blocked => format!("blocked: {reason}"),
        Health::Pending => format!("pending: {reason}"),
        Health::Unknown => format!("unknown: {reason}"),
        Health::Healthy
        | Health::Progressing
        | Health::Degraded
        | Health::Suspended
        | Health::Missing => reason.into_owned(),
    }
}

fn style_of(resource: &PlannedResource, options: HumanOptions) -> Style {
    let color = match format::symbol(resource) {
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
    let widths = resource
        .changes
        .iter()
        .map(|change| change.path.as_str().width());
    let width = widths.filter(|width| *width <= WIDEST).max().unwrap_or(0);
    for change in &resource.changes {
        let pad = " ".repeat(width.saturating_sub(change.path.as_str().width()));
        let _ = writeln!(
            text,
            "    {}{pad}  {}",
            line(change.path.as_str()),
            format::values(change, ROOM)
        );
    }
}
