//! How an apply went.

use std::collections::{BTreeMap, BTreeSet};

use crate::cli::args::Output;
use crate::cli::consents::Consents;
use crate::cli::error::CliError;
use crate::cli::ui::Ui;
use crate::disposition;
use crate::execute::Outcome;
use crate::model::Address;
use crate::model::counted;
use crate::plan::render::{self, Results};
use crate::plan::{Action, Plan, PlanMode, Step, StepResult};

/// Writes the result in the form that was asked for.
pub(super) fn write(
    ui: &Ui,
    plan: &Plan,
    outcome: &Outcome,
    links: Option<&Consents>,
    all: bool,
) -> Result<(), CliError> {
    match ui.output() {
        Output::Json => {
            let results = Results {
                resources: outcome.by_resource(plan),
                closed: outcome.closed.clone(),
            };
            let links = links.map(Consents::links);
            let dispositions = disposition::of_plan(plan);
            let document = render::document(plan, Some(&results))
                .with_dispositions(&dispositions)
                .with_links(links.as_ref());
            ui.document(&if all { document } else { document.in_groups() })
        }
        // The plan has said that there is nothing to do.
        Output::Human if plan.is_empty() => Ok(()),
        _ => ui.result(&format!("\n{}\n", text(plan, outcome))),
    }
}

/// At most this many failures are reported in full.
const FAILURES: usize = 20;

/// The summary line, and what failed with the words of the API.
fn text(plan: &Plan, outcome: &Outcome) -> String {
    let mut lines = vec![summary(plan, outcome)];
    let failed = plan.steps.iter().filter_map(|step| {
        let StepResult::Failed { message, transient } = outcome.steps.get(&step.id)? else {
            return None;
        };
        Some((step, message, *transient))
    });
    let failed: Vec<_> = failed.collect();
    let few = failed.iter().take(FAILURES);
    lines.extend(few.map(|(step, message, transient)| failure(step, message, *transient)));
    let more = failed.len().saturating_sub(FAILURES);
    if more > 0 {
        lines.push(format!("! and {} failed", counted(more, "more step")));
    }
    lines.extend(left(plan, outcome));
    lines.join("\n")
}

/// What was not begun, and how to go on.
fn left(plan: &Plan, outcome: &Outcome) -> Option<String> {
    const NAMED: usize = 5;
    let waits = |step: &&Step| outcome.steps.get(&step.id) == Some(&StepResult::NotAttempted);
    let mut left: BTreeMap<&Address, Vec<&str>> = BTreeMap::new();
    for step in plan.steps.iter().filter(waits) {
        left.entry(&step.address)
            .or_default()
            .push(step.operation.describe());
    }
    if left.is_empty() {
        return None;
    }
    let named = left.iter().take(NAMED);
    let named: Vec<String> = named
        .map(|(address, steps)| format!("{address} ({})", steps.join(", ")))
        .collect();
    let rest = match left.len().saturating_sub(NAMED) {
        0 => String::new(),
        rest => format!(" and {rest} more"),
    };
    Some(format!(
        "Left: {}{rest}. What is done stays done; run apply again, and it goes on from there.",
        named.join(", ")
    ))
}

fn failure(step: &Step, message: &str, transient: bool) -> String {
    let hint = if transient {
        "run apply again; what is done stays done"
    } else {
        "correct it and run apply again; what is done stays done"
    };
    let (address, what) = (&step.address, step.operation.describe());
    format!("! {address}: {what} failed: {message}\n  Hint: {hint}")
}

/// `Apply complete: 2 created, 1 updated.`
fn summary(plan: &Plan, outcome: &Outcome) -> String {
    let mut parts = done(plan, outcome);
    let count = |wanted: fn(&StepResult) -> bool| {
        let results = outcome.steps.values().filter(|result| wanted(result));
        results.count()
    };
    let undone = [
        (count(|r| matches!(r, StepResult::Failed { .. })), "failed"),
        (
            count(|r| matches!(r, StepResult::Skipped { .. })),
            "skipped",
        ),
        (
            count(|r| matches!(r, StepResult::NotAttempted)),
            "not attempted",
        ),
    ];
    let complete = undone.iter().all(|(count, _)| *count == 0);
    for (steps, how) in undone.into_iter().filter(|(count, _)| *count > 0) {
        parts.push(format!("{} {how}", counted(steps, "step")));
    }
    let left = [
        (plan.summary.blocked, "blocked"),
        (plan.summary.pending, "pending"),
    ];
    parts.extend(
        left.iter()
            .filter(|(n, _)| *n > 0)
            .map(|(n, how)| format!("{n} {how}")),
    );
    let noun = match plan.mode {
        PlanMode::Changes => "Apply",
        PlanMode::Adoption => "Adoption",
        PlanMode::Release => "Release",
        PlanMode::Migration => "Migration",
    };
    let how = match (outcome.interrupted, complete && !plan.is_unread()) {
        (true, _) => "interrupted",
        (false, true) => "complete",
        (false, false) => "incomplete",
    };
    let head = format!("{noun} {how}");
    let unread = match plan.is_unread() {
        true => " The tenant was not read to its end.",
        false => "",
    };
    match parts.is_empty() {
        true => format!("{head}: nothing to do.{unread}"),
        false => format!("{head}: {}.{unread}", parts.join(", ")),
    }
}

/// How many resources had which kind of change made to them.
fn done(plan: &Plan, outcome: &Outcome) -> Vec<String> {
    let applied = |step: &&Step| outcome.steps.get(&step.id) == Some(&StepResult::Applied);
    let changed: BTreeSet<(usize, &Address)> = plan
        .steps
        .iter()
        .filter(applied)
        .map(|step| (word(step.action), &step.address))
        .collect();
    (0..WORDS.len())
        .filter_map(|index| {
            let count = changed.iter().filter(|(word, _)| *word == index).count();
            let word = match (plan.mode, WORDS[index]) {
                (PlanMode::Migration, "adopted") => "marked anew",
                (_, word) => word,
            };
            (count > 0).then(|| format!("{count} {word}"))
        })
        .collect()
}

const WORDS: [&str; 8] = [
    "adopted",
    "created",
    "updated",
    "published",
    "deployed",
    "disabled",
    "deleted",
    "released",
];

fn word(action: Action) -> usize {
    match action {
        Action::Adopt => 0,
        Action::Create => 1,
        Action::Import
        | Action::Update
        | Action::Marketplace
        | Action::Configure
        | Action::Upgrade
        | Action::Enable => 2,
        Action::Publish => 3,
        Action::Deploy => 4,
        Action::Disable => 5,
        Action::Delete => 6,
        Action::Release => 7,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::commands::testing::plan_with;
    use crate::model::ResourceName;
    use crate::plan::StepId;

    fn instance(name: &str) -> Address {
        Address::instance(ResourceName::parse(name).unwrap())
    }

    fn outcome(results: &[StepResult]) -> Outcome {
        let steps = results.iter().cloned().enumerate();
        Outcome {
            steps: steps.map(|(id, result)| (StepId(id), result)).collect(),
            interrupted: false,
            ..Outcome::default()
        }
    }

    #[test]
    fn resources_count_once_under_each_kind_of_change() {
        let plan = plan_with(&[
            (
                instance("smith"),
                &[Action::Update, Action::Configure, Action::Deploy],
            ),
            (instance("wong"), &[Action::Create, Action::Deploy]),
        ]);
        let all = outcome(&vec![StepResult::Applied; 5]);
        insta::assert_snapshot!(text(&plan, &all), @"Apply complete: 1 created, 1 updated, 2 deployed.");
    }

    #[test]
    fn adopting_and_releasing_are_called_so() {
        let done = outcome(&[StepResult::Applied]);
        let mut plan = plan_with(&[(instance("smith"), &[Action::Adopt])]);
        plan.mode = PlanMode::Adoption;
        insta::assert_snapshot!(text(&plan, &done), @"Adoption complete: 1 adopted.");
        let mut plan = plan_with(&[(instance("smith"), &[Action::Release])]);
        plan.mode = PlanMode::Release;
        insta::assert_snapshot!(text(&plan, &done), @"Release complete: 1 released.");
    }

    #[test]
    fn a_failure_keeps_the_words_of_the_api() {
        let plan = plan_with(&[
            (instance("smith"), &[Action::Configure, Action::Deploy]),
            (instance("wong"), &[Action::Enable]),
        ]);
        let failed = StepResult::Failed {
            message: "deployInstance: refused: name: too long".to_owned(),
            transient: false,
        };
        let skipped = StepResult::Skipped {
            because: "configure failed".to_owned(),
        };
        let results = outcome(&[failed, skipped, StepResult::Applied]);
        insta::assert_snapshot!(text(&plan, &results), @"
        Apply incomplete: 1 updated, 1 step failed, 1 step skipped.
        ! Instance/smith: deploy failed: deployInstance: refused: name: too long
          Hint: correct it and run apply again; what is done stays done
        ");
        let stopped = Outcome {
            interrupted: true,
            ..outcome(&[
                StepResult::Applied,
                StepResult::NotAttempted,
                StepResult::NotAttempted,
            ])
        };
        insta::assert_snapshot!(text(&plan, &stopped), @"
        Apply interrupted: 1 updated, 2 steps not attempted.
        Left: Instance/smith (deploy), Instance/wong (deploy). What is done stays done; run apply again, and it goes on from there.
        ");
    }
}
