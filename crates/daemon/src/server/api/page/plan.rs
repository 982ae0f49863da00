//! The last plan, equal changes together.

use std::collections::BTreeMap;

use super::View;
use super::about::{act, as_of, not_now, words};
use super::resource::value_change;
use crate::api::Disposition;
use crate::api::SyncStatus;
use crate::api::page::{
    Act, ActName, Guard, PagePlan, Part, PlanGroup, PlanImpact, PlanRevision, PlanStep, PlanSteps,
    Row, Sentence,
};
use crate::controller::page::is_held;
use crate::model::counted;
use crate::plan::Plan;
use crate::server::digest;

/// How many groups are shown.
const GROUPS: usize = 50;
/// How many resources of a group a page has.
const STEPS: usize = 100;

/// The plan of a digest, with or without the prefix before the colon: only the latest one is kept.
pub(super) fn kept<'a>(view: &View<'a>, digest: &str) -> Result<&'a Plan, &'static str> {
    let plan = view
        .status
        .plan
        .as_deref()
        .ok_or("no plan has been made yet")?;
    match digest == "latest" || digest == plan.digest || digest == short(plan) {
        true => Ok(plan),
        false => Err("only the latest plan is kept, and this is another one"),
    }
}

/// The digest as the page has it.
pub(super) fn short(plan: &Plan) -> &str {
    plan.digest.strip_prefix("sha256:").unwrap_or(&plan.digest)
}

/// The plan.
pub(super) fn answer(view: &View<'_>, plan: &Plan) -> PagePlan {
    let confirm = plan.impact.instances;
    PagePlan {
        as_of: as_of(view),
        digest: short(plan).to_owned(),
        made_at: plan.observed_at,
        revision: PlanRevision {
            commit: plan.revision.clone(),
        },
        refused: refused(view, plan),
        summary: words(summary(plan)),
        impact: PlanImpact {
            instances: plan.impact.instances,
            customers: plan.impact.customers,
            confirm,
        },
        cost: words(format!(
            "{}, about {:.0} s",
            counted(plan.cost.writes, "request"),
            plan.cost.seconds
        )),
        guards: guards(plan),
        groups: groups(view)
            .into_iter()
            .take(GROUPS)
            .map(|it| it.0)
            .collect(),
        says: says(view, plan),
        acts: acts(view),
    }
}

fn refused(view: &View<'_>, plan: &Plan) -> Option<Sentence> {
    let all: Vec<&str> = plan
        .violations
        .iter()
        .map(|it| it.message.as_str())
        .collect();
    if !all.is_empty() {
        return Some(words(all.join("; ")));
    }
    let awaited = view.status.approval.as_ref()?;
    let count = counted(awaited.resources, "resource");
    Some(words(format!(
        "It waits for approval: {count} would change"
    )))
}

fn summary(plan: &Plan) -> String {
    let counts = &plan.summary;
    let all = [
        ("creates", counts.create),
        ("changes", counts.update),
        ("publishes", counts.publish),
        ("deploys", counts.deploy),
        ("disables", counts.disable),
        ("deletes", counts.delete),
    ];
    let some = all.iter().filter(|(_, count)| *count > 0);
    let some: Vec<String> = some
        .map(|(verb, count)| format!("{verb} {count}"))
        .collect();
    match some.is_empty() {
        true => "Nothing to do".to_owned(),
        false => some.join(" · "),
    }
}

fn guards(plan: &Plan) -> Vec<Guard> {
    let all = plan.violations.iter().map(|it| Guard {
        name: it.guard.clone(),
        text: it.message.clone(),
        limit: String::new(),
        value: String::new(),
        holds: Some(false),
        approvable: false,
    });
    all.collect()
}

/// What a person reads before they approve it.
fn says(view: &View<'_>, plan: &Plan) -> Vec<Sentence> {
    let digest: String = short(plan).chars().take(8).collect();
    let touched = format!(
        "{} of {} are touched: {}.",
        counted(plan.impact.instances, "instance"),
        counted(plan.impact.customers, "customer"),
        summary(plan)
    );
    let exactly = format!(
        "You approve exactly plan {digest}. If the files or the tenant differ by then, nothing is done and you are asked again."
    );
    let mut all = vec![words(touched), words(exactly)];
    if let Some(at) = view.status.next_pass_at {
        all.push(vec![
            Part::text("It runs with a pass at once; the next one was due "),
            Part::At { at },
        ]);
    }
    all
}

fn acts(view: &View<'_>) -> Vec<Act> {
    let approve = match &view.status.approval {
        Some(_) => act(
            view,
            ActName::Approve,
            words("Lets exactly these changes go."),
        ),
        None => not_now(ActName::Approve, "nothing waits for approval"),
    };
    vec![approve]
}

/// Rows that something would be done to, alike ones together, the largest groups first.
fn groups<'a>(view: &'a View<'_>) -> Vec<(PlanGroup, Vec<&'a Row>)> {
    let mut alike: BTreeMap<String, Vec<&Row>> = BTreeMap::new();
    for row in &view.page().rows {
        if is_in_plan(row) {
            alike.entry(text(row)).or_default().push(row);
        }
    }
    let mut all: Vec<_> = alike
        .into_iter()
        .filter_map(|(text, rows)| Some((group(view, text, &rows)?, rows)))
        .collect();
    all.sort_by_key(|it| std::cmp::Reverse(it.0.count));
    all
}

fn is_in_plan(row: &Row) -> bool {
    let differs = row.sync == SyncStatus::OutOfSync;
    let left = is_held(row.disposition) || row.disposition == Disposition::Reported;
    !row.actions.is_empty() || (differs && left)
}

fn group(view: &View<'_>, text: String, rows: &[&Row]) -> Option<PlanGroup> {
    let first = rows.first()?;
    let id = digest::short(&text, 6);
    let detail = view.page().details.get(&first.address.0);
    let example = detail.and_then(|it| it.changes.first());
    Some(PlanGroup {
        id,
        text: words(text),
        count: rows.len() as u64,
        disposition: becomes(first.disposition).to_owned(),
        held: first.disposition != Disposition::Proceeds,
        example: example.map(value_change),
    })
}

fn becomes(disposition: Disposition) -> &'static str {
    match disposition {
        Disposition::None | Disposition::Proceeds => "done with the next pass",
        Disposition::Waits => "waits for an input or a person",
        Disposition::Behind => "waits for another resource",
        Disposition::Reported => "only reported",
        Disposition::Failed => "tried again later",
        Disposition::Flapping => "left alone: something else keeps changing it",
        Disposition::Paused => "held by the pause",
        Disposition::Guarded => "held by a guard",
        Disposition::Window => "held until the window opens",
        Disposition::Approval => "waits for approval",
        Disposition::OnHold => "on hold",
        Disposition::Wave => "waits for its wave",
        Disposition::Vanished => "left alone until the files are read again",
        Disposition::Invalid => "left alone while files are wrong",
    }
}

/// What is done to a row, in words that are the same for all that are alike.
fn text(row: &Row) -> String {
    let verbs: Vec<&str> = row.actions.iter().map(|it| it.as_str()).collect();
    let verbs = match verbs.is_empty() {
        true => "leave".to_owned(),
        false => verbs.join(", "),
    };
    let mut letters = verbs.chars();
    let verbs: String = letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .chain(letters)
        .collect();
    let what = match &row.integration_name {
        Some(name) => name.clone(),
        None => row.kind.to_string(),
    };
    let move_to = match (&row.version.running, &row.version.target) {
        (Some(from), Some(to)) if from != to => format!(" {from} → {to}"),
        _ => String::new(),
    };
    format!("{verbs} {what}{move_to} ({})", becomes(row.disposition))
}

/// The resources of a group.
pub(super) fn steps(view: &View<'_>, id: &str, after: Option<&str>) -> Option<PlanSteps> {
    let groups = groups(view);
    let (_, rows) = groups.iter().find(|(group, _)| group.id == id)?;
    let total = rows.len() as u64;
    let rest = rows
        .iter()
        .filter(|row| after.is_none_or(|after| row.address.0.as_str() > after));
    let rest: Vec<&&Row> = rest.collect();
    let shown = rest.get(..rest.len().min(STEPS)).unwrap_or_default();
    let more = rest.len() > shown.len();
    Some(PlanSteps {
        as_of: as_of(view),
        id: id.to_owned(),
        total,
        next: shown
            .last()
            .map(|row| row.address.0.clone())
            .filter(|_| more),
        rows: shown
            .iter()
            .map(|row| PlanStep {
                address: row.address.clone(),
                text: words(super::about::brief(&row.reason)),
            })
            .collect(),
    })
}
