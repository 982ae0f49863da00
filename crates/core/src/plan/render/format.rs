//! Words and numbers that the forms share.

use crate::harmless::{line, owned};
use crate::model::{FieldChange, Health, counted};
use crate::plan::{Action, FleetSummary, Loss, LossKind, Plan, PlanMode, PlannedResource};

/// A fleet in one line: `Fleet/acme-prod: 300 members, 12 to create, 3 to change`.
pub(super) fn fleet(fleet: &FleetSummary) -> String {
    let mut line = format!("Fleet/{}: {}", fleet.name, counted(fleet.members, "member"));
    let parts = [
        (fleet.creates, "to create"),
        (fleet.changes, "to change"),
        (fleet.blocked, "blocked"),
        (fleet.pending, "pending"),
        (fleet.unknown, "unknown"),
        (fleet.held, "held"),
        (fleet.left, "not selected any more"),
        (fleet.displaced, "with a manifest of their own"),
        (fleet.absent, "without an instance"),
        (fleet.left_out, "left out"),
    ];
    for (number, what) in parts.into_iter().filter(|(number, _)| *number > 0) {
        line.push_str(&format!(", {number} {what}"));
    }
    if let Some(why) = &fleet.incomplete {
        line.push_str(&format!("; there may be more: {why}"));
    }
    line
}

/// The summary line, the same in every form.
#[must_use]
pub fn summary_line(plan: &Plan) -> String {
    match plan.is_unread() {
        true => format!("{} The tenant was not read to its end.", counts(plan)),
        false => counts(plan),
    }
}

/// What is unread is no match.
fn counts(plan: &Plan) -> String {
    let s = &plan.summary;
    let held = match s.held {
        0 => String::new(),
        held => format!(", {held} held"),
    };
    match plan.mode {
        PlanMode::Changes => {}
        PlanMode::Adoption => {
            return format!(
                "Plan: {} to adopt. {} left as they are, {} blocked{held}.",
                s.adopt, s.unchanged, s.blocked
            );
        }
        PlanMode::Migration => return format!("Plan: {} to mark anew{held}.", s.adopt),
        PlanMode::Release => return format!("Plan: {} to release{held}.", s.release),
    }
    let marks = s.adopt > 0 || s.release > 0;
    if !plan.has_changes() && !marks && !plan.has_leftovers() && !plan.is_unread() {
        return match plan.later.len() {
            0 => "No changes. The tenant matches the manifests.".to_owned(),
            left => format!(
                "No changes in this part of the project; {} that {} left out.",
                counted(left, "resource"),
                if left == 1 {
                    "differs is"
                } else {
                    "differ are"
                },
            ),
        };
    }
    let adopt = if s.adopt > 0 {
        format!("{} to adopt, ", s.adopt)
    } else {
        String::new()
    };
    let release = if s.release > 0 {
        format!("{} to release, ", s.release)
    } else {
        String::new()
    };
    format!(
        "Plan: {adopt}{release}{} to create, {} to update, {} to publish, {} to deploy, {} to disable, \
         {} to delete. {} unchanged, {} blocked, {} pending{held}.",
        s.create,
        s.update,
        s.publish,
        s.deploy,
        s.disable,
        s.delete,
        s.unchanged,
        s.blocked,
        s.pending
    )
}

/// At most this many reasons are listed.
const REASONS: usize = 5;

/// Why the tenant was not read to its end, in a few lines.
pub(super) fn unread(plan: &Plan) -> Vec<String> {
    let told = plan.unread.iter().take(REASONS);
    let mut lines: Vec<String> = told.map(|why| format!("Not read: {why}")).collect();
    let more = plan.unread.len().saturating_sub(REASONS);
    lines.extend((more > 0).then(|| format!("Not read: {more} more")));
    lines
}

/// What the upgrades of one integration take of one variable.
pub(super) fn loss(loss: &Loss) -> String {
    let who = counted(loss.instances, "instance");
    let Loss {
        integration,
        variable,
        kind,
        ..
    } = loss;
    match kind {
        LossKind::Value => format!(
            "Lost by the upgrade of {integration:?}: the value of config {variable:?} of {who}; \
             the target version has no such variable."
        ),
        LossKind::Consent => format!(
            "Lost by the upgrade of {integration:?}: the consent of {who}; \
             config {variable:?} asks for it again."
        ),
    }
}

/// Who is affected, and what it costs, in one line.
pub(super) fn impact_line(plan: &Plan) -> String {
    let who = match (plan.impact.instances, plan.impact.customers) {
        (0, 0) => "Touches no instance".to_owned(),
        (0, customers) => format!("Touches {}", counted(customers, "customer")),
        (instances, _) => format!(
            "Touches {} of {}",
            counted(instances, "instance"),
            counted(plan.impact.customers, "customer")
        ),
    };
    let seconds = plan.cost.seconds.ceil();
    let time = if seconds < 1.0 {
        "not slowed by the rate limit".to_owned()
    } else {
        format!("about {seconds} s at the rate limit")
    };
    format!("{who}; {}, {time}.", counted(plan.steps.len(), "step"))
}

/// The sign in front of a resource.
pub(super) fn symbol(resource: &PlannedResource) -> char {
    let has = |action| resource.actions.contains(&action);
    let waits = [Health::Blocked, Health::Unknown, Health::Pending].contains(&resource.health);
    match resource.actions.as_slice() {
        [] if waits || resource.on_hold.is_some() => '!',
        [] if resource.orphan => '?',
        [] => ' ',
        _ if has(Action::Delete) || has(Action::Disable) => '-',
        _ if has(Action::Create) => '+',
        actions if actions.iter().any(|it| it.is_noticed()) => '~',
        _ => '=',
    }
}

/// `Smith ERP for Smith Hardware`, left out where it says no more than the address.
pub(super) fn title(resource: &PlannedResource) -> String {
    let name = &resource.display_name;
    let shown = if name == resource.address.name.as_str() {
        String::new()
    } else {
        format!(" {}", line(&format!("{name:?}")))
    };
    match &resource.customer {
        Some(customer) => format!("{shown} for {}", line(customer)),
        None => shown,
    }
}

/// The state of a resource that the plan does not change, in one word.
pub(super) fn standing(resource: &PlannedResource) -> String {
    match resource.on_hold {
        Some(_) => "held".to_owned(),
        None => format!("{:?}", resource.health).to_lowercase(),
    }
}

/// `create, deploy`.
pub(super) fn actions(resource: &PlannedResource) -> String {
    resource
        .actions
        .iter()
        .map(|action| action.as_str())
        .collect::<Vec<_>>()
        .join(", ")
}

/// Both sides of a change in one line.
pub(super) fn values(change: &FieldChange, room: usize) -> String {
    if change.sensitive {
        return match &change.note {
            Some(note) => format!("(sensitive) {note}"),
            None => "(sensitive)".to_owned(),
        };
    }
    let note = change.note.as_ref().map(|note| format!(" ({note})"));
    format!("{}{}", sides(change, room), note.unwrap_or_default())
}

fn sides(change: &FieldChange, room: usize) -> String {
    let short = |value: &Option<String>| value.as_deref().map(|text| shorten(text, room));
    match (short(&change.before), short(&change.after)) {
        (Some(before), Some(after)) => format!("{before} → {after}"),
        (None, Some(after)) => format!("+ {after}"),
        (Some(before), None) => format!("- {before}"),
        (None, None) => "changed".to_owned(),
    }
}

/// A value in one line: quoted where its ends would not be seen.
pub(crate) fn shorten(text: &str, room: usize) -> String {
    let lines = text.lines().count();
    if lines > 1 {
        return format!("({lines} lines)");
    }
    if text.is_empty() || text.trim() != text {
        return format!("{text:?}");
    }
    let clean = owned(text);
    if clean.chars().count() <= room {
        return clean;
    }
    let kept: String = clean.chars().take(room.saturating_sub(1)).collect();
    format!("{kept}…")
}
