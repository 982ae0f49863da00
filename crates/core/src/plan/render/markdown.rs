//! The form for a pull request: short enough for a comment, worst news first.
//!
//! # Guarantees
//!
//! - Never longer than [`LIMIT`] for any plan; what is cut is counted.
//! - What comes from the files or the tenant never acts as markup, see [`markup`](super::markup).
//! - Something that is switched off, removed or cannot go on is never folded away before
//!   the rest is cut.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::format::{self, shorten};
use super::groups::{Group, groups};
use super::markup::{code, prose};
use crate::model::{Field, counted};
use crate::plan::{Plan, PlannedResource};

/// In bytes. GitHub takes 65,536 characters in a comment, other forges more; the script that posts it adds a
/// line of its own.
const LIMIT: usize = 64_000;

/// Where the table ends if the details need the room too.
const TABLE: usize = 40_000;

/// Kept free for what says how much was cut, and for the digest.
const FOOT: usize = 1_500;

/// At most this many resources of a group are named in the table.
const NAMED: usize = 3;

/// The same, where each resource matters.
const NAMED_GRAVE: usize = 20;

/// At most this many guards are listed in full.
const GUARDS: usize = 20;

/// At most this many fields of a group are listed.
const FIELDS: usize = 50;

/// At most this many lines are on rollouts, and on simulations.
const ROLLOUTS: usize = 60;

/// No single text is longer, in characters.
const LONGEST: usize = 300;

/// Markdown for a pull request.
#[must_use]
pub fn markdown(plan: &Plan) -> String {
    let mut text = head(plan);
    let news = plan.resources.iter();
    let mut news = groups(news.filter(|resource| format::symbol(resource) != ' '));
    news.sort_by_key(|group| group.first().map(rank));
    if !news.is_empty() {
        let told = table(&mut text, &news);
        details(&mut text, &news);
        cut(&mut text, &news[told..]);
    }
    let digest = &plan.digest;
    let _ = writeln!(text, "\n<sub>Plan `{digest}`</sub>");
    text
}

fn head(plan: &Plan) -> String {
    let mut text = String::new();
    let environment = brief(&plan.environment);
    let _ = writeln!(
        text,
        "### prism-gitops: {} → {environment}\n",
        brief(&plan.project)
    );
    let _ = writeln!(text, "**{}**\n", format::summary_line(plan));
    if plan.has_changes() {
        let _ = writeln!(text, "{}\n", format::impact_line(plan));
    }
    for fleet in plan.fleets.iter().take(GUARDS) {
        let _ = writeln!(text, "{}\n", brief(&format::fleet(fleet)));
    }
    as_code(&mut text, "Rollouts", &super::rollouts::lines(plan));
    as_code(
        &mut text,
        "Simulation",
        &super::simulations::lines(plan, false),
    );
    for line in format::unread(plan) {
        let _ = writeln!(text, "> **{}**\n", brief(&line));
    }
    for loss in plan.losses.iter().take(GUARDS) {
        let _ = writeln!(text, "> {}\n", brief(&format::loss(loss)));
    }
    let more = plan.losses.len().saturating_sub(GUARDS);
    if more > 0 {
        let _ = writeln!(text, "> **And {more} more that is lost.**\n");
    }
    for violation in plan.violations.iter().take(GUARDS) {
        let message = brief(&violation.message);
        let _ = writeln!(text, "> **Refused by a guard:** {message}\n");
    }
    let more = plan.violations.len().saturating_sub(GUARDS);
    if more > 0 {
        let _ = writeln!(text, "> **And by {more} more.**\n");
    }
    text
}

/// What is shown as in a terminal, each line as code.
fn as_code(text: &mut String, title: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(text, "#### {title}\n");
    for line in lines.iter().take(ROLLOUTS) {
        let _ = writeln!(text, "    {}", shorten(line, LONGEST));
    }
    let more = lines.len().saturating_sub(ROLLOUTS);
    if more > 0 {
        let _ = writeln!(text, "    and {more} more lines");
    }
    text.push('\n');
}

/// Foreign text of no great length, on one line: what a server says may have several.
fn brief(text: &str) -> String {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    prose(&shorten(&lines.collect::<Vec<_>>().join(" "), LONGEST))
}

/// Destructive first, then what cannot go on; what merely changes owner comes last.
fn rank(resource: &PlannedResource) -> u8 {
    match format::symbol(resource) {
        '-' => 0,
        '!' => 1,
        '~' => 2,
        '+' => 3,
        '=' => 4,
        _ => 5,
    }
}

/// One row for each group. Returns how many there was room for.
fn table(text: &mut String, news: &[Group<'_>]) -> usize {
    text.push_str("| | what | resource | why |\n| --- | --- | --- | --- |\n");
    for (index, group) in news.iter().enumerate() {
        let row = row(group);
        if text.len() + row.len() > TABLE {
            return index;
        }
        text.push_str(&row);
    }
    news.len()
}

fn row(group: &Group<'_>) -> String {
    let Some(first) = group.common() else {
        return String::new();
    };
    format!(
        "| `{}` | {} | {} | {} |\n",
        format::symbol(&first),
        what(&first),
        who(group),
        brief(&first.why())
    )
}

/// `upgrade, deploy: version 3 → 4`. Only the first field that differs is shown.
fn what(resource: &PlannedResource) -> String {
    if resource.actions.is_empty() {
        return format::standing(resource);
    }
    let actions = format::actions(resource);
    let version = |change: &&crate::model::FieldChange| change.path.field() == Field::Version;
    let telling = resource
        .changes
        .iter()
        .find(version)
        .or(resource.changes.first());
    let Some(change) = telling else {
        return actions;
    };
    let path = prose(&shorten(change.path.as_str(), 60));
    let values = prose(&format::values(change, 40));
    match resource.changes.len() - 1 {
        0 => format!("{actions}: {path} {values}"),
        more => format!("{actions}: {path} {values}, and {more} more"),
    }
}

/// `212 instances: a, b, c and 209 more`.
fn who(group: &Group<'_>) -> String {
    let most = if group.is_grave() { NAMED_GRAVE } else { NAMED };
    let named: Vec<String> = group
        .members
        .iter()
        .take(most)
        .map(|one| name(one))
        .collect();
    let named = named.join(", ");
    match group.members.len() {
        1 => named,
        all if all <= most => format!("{}: {named}", group.count()),
        all => format!("{}: {named} and {} more", group.count(), all - most),
    }
}

/// Names of resources hold neither backticks nor bars.
fn name(resource: &PlannedResource) -> String {
    let title = format::title(resource);
    match title.trim() {
        "" => format!("`{}`", resource.address),
        title => format!("`{}` {}", resource.address, prose(&shorten(title, 120))),
    }
}

/// Every field that differs, and every name that the table leaves out, as far as there is room.
fn details(text: &mut String, news: &[Group<'_>]) {
    const OPEN: &str = "\n<details><summary>All changes</summary>\n\n";
    const CLOSE: &str = "\n</details>\n";
    let room = LIMIT - FOOT - CLOSE.len();
    let mut inner = String::new();
    let mut cut = 0;
    for group in news {
        let item = item(group);
        if item.is_empty() {
            continue;
        }
        if cut == 0 && text.len() + OPEN.len() + inner.len() + item.len() <= room {
            inner.push_str(&item);
        } else {
            cut += group.members.len();
        }
    }
    if cut > 0 {
        let of = counted(cut, "resource");
        let _ = writeln!(
            inner,
            "\n… and the changes of {of} more, for which there is no room."
        );
    }
    if !inner.is_empty() {
        text.push_str(OPEN);
        text.push_str(&inner);
        text.push_str(CLOSE);
    }
}

/// A group with its fields, and its members where they are many. Empty where the row said it all.
fn item(group: &Group<'_>) -> String {
    let Some(first) = group.common() else {
        return String::new();
    };
    let many = group.members.len() > 1;
    let mut text = String::new();
    if first.changes.is_empty() && first.hint.is_none() && !many {
        return text;
    }
    let subject = if many { group.count() } else { name(&first) };
    let _ = writeln!(text, "- {subject}");
    for change in first.changes.iter().take(FIELDS) {
        let (path, values) = (
            prose(&shorten(change.path.as_str(), 160)),
            format::values(change, 80),
        );
        let _ = writeln!(text, "  - {path}: {}", code(&values));
    }
    let more = first.changes.len().saturating_sub(FIELDS);
    if more > 0 {
        let _ = writeln!(text, "  - … and {more} more fields");
    }
    if let Some(hint) = &first.hint {
        let _ = writeln!(text, "  - hint: {}", brief(hint));
    }
    if many {
        text.push_str("  - ");
        text.push_str(&names(group));
        text.push('\n');
    }
    text
}

/// All names of a group, unless they alone would fill the comment.
fn names(group: &Group<'_>) -> String {
    const ROOM: usize = 12_000;
    // Who they are, the manifest of the fleet says.
    const ROOM_OF_FLEET: usize = 1_000;
    let room = group.fleet().map_or(ROOM, |_| ROOM_OF_FLEET);
    let mut text = String::new();
    for (index, one) in group.members.iter().enumerate() {
        let name = format!("`{}`", one.address);
        if text.len() + name.len() > room {
            let rest = group.members.len() - index;
            let _ = write!(text, " and {rest} more");
            break;
        }
        if index > 0 {
            text.push_str(", ");
        }
        text.push_str(&name);
    }
    text
}

/// Says what the table had no room for: `1,200 × delete, 18 × upgrade, deploy`.
fn cut(text: &mut String, left: &[Group<'_>]) {
    let mut kinds: BTreeMap<(u8, String), usize> = BTreeMap::new();
    for group in left {
        if let Some(first) = group.first() {
            let what = match first.actions.is_empty() {
                true => format::standing(first),
                false => format::actions(first),
            };
            *kinds.entry((rank(first), what)).or_default() += group.members.len();
        }
    }
    if kinds.is_empty() {
        return;
    }
    let all: usize = kinds.values().sum();
    let kinds = kinds.iter().take(12);
    let kinds: Vec<String> = kinds
        .map(|((_, what), count)| format!("{count} × {what}"))
        .collect();
    let _ = writeln!(
        text,
        "\n**Cut:** the table has no room for {}: {}. `prism-gitops plan` shows all.",
        counted(all, "more resource"),
        kinds.join("; ")
    );
}
