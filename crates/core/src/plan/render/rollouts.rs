//! Rollouts in a plan for people: a head, one line for each wave, and what is wrong.

use jiff::Timestamp;
use unicode_width::UnicodeWidthStr as _;

use crate::harmless::line;
use crate::model::{agreeing, counted};
use crate::plan::rollout::{state, word};
use crate::plan::{Plan, PlannedRollout};
use crate::rollout::{NewlyFailed, WavePhase, WaveState};

/// At most this many failing flows are listed.
const FAILURES: usize = 20;

/// What a plan says of rollouts, for people.
#[must_use]
pub fn rollouts(plan: &Plan) -> String {
    if plan.rollouts.is_empty() {
        return "No integration has a rollout.\n".to_owned();
    }
    let mut lines = lines(plan);
    let settled = plan.rollouts.iter().filter(|it| !is_under_way(it));
    lines
        .extend(settled.map(|it| format!("{}  settled: {}", it.address, line(&it.derived.reason))));
    lines.join("\n") + "\n"
}

fn is_under_way(rollout: &PlannedRollout) -> bool {
    !rollout.derived.waves.is_empty() || rollout.is_to_come()
}

/// The lines of all rollouts that are under way.
pub(super) fn lines(plan: &Plan) -> Vec<String> {
    let under_way = plan.rollouts.iter().filter(|it| is_under_way(it));
    under_way.flat_map(one).collect()
}

fn one(rollout: &PlannedRollout) -> Vec<String> {
    let mut lines = vec![head(rollout)];
    lines.extend(waves(&rollout.derived.waves));
    let left_out = rollout.left_out();
    if !left_out.is_empty() {
        let reasons = left_out
            .iter()
            .map(|(reason, count)| format!("{count} {}", line(reason)));
        lines.push(format!(
            "  left out: {}",
            reasons.collect::<Vec<_>>().join(", ")
        ));
    }
    lines.extend(past(rollout));
    let warnings = rollout.derived.warnings.iter();
    lines.extend(warnings.map(|it| format!("  warning: {}", line(it))));
    lines.extend(failures(rollout));
    if let Some(by) = &rollout.derived.approved {
        lines.push(format!("  accepted: {}", line(by)));
    }
    if !rollout.derived.next.is_empty() {
        lines.push(format!("  next: {}", rollout.derived.next.join(" | ")));
    }
    lines
}

/// Who moves or moved past the waves.
fn past(rollout: &PlannedRollout) -> Vec<String> {
    let derived = &rollout.derived;
    let mut lines = Vec::new();
    if let Some(bypass) = &derived.bypass {
        let reason = line(&bypass.reason);
        lines.extend(match (&bypass.refused, bypass.members.len()) {
            (Some(why), _) if rollout.is_to_come() => {
                Some(format!("  no member moves past it: {}", line(why)))
            }
            (_, 0) => None,
            (_, members) => {
                let (members, verb) = (counted(members, "member"), agreeing(members, "move"));
                Some(format!(
                    "  past it: {members} {verb} now all the same: {reason}"
                ))
            }
        });
    }
    if derived.bypassed > 0 {
        let members = counted(derived.bypassed, "member");
        lines.push(format!("  sent past it before: {members}"));
    }
    lines
}

/// The integration, the phase, and how many members do what.
fn head(rollout: &PlannedRollout) -> String {
    let derived = &rollout.derived;
    let version = |number: Option<i64>| number.map(|it| it.to_string());
    let target = version(derived.target).unwrap_or_else(|| "the new version".to_owned());
    let base = version(derived.base)
        .map(|it| format!(" <- {it}"))
        .unwrap_or_default();
    let mut counts = Vec::new();
    for (count, what) in [
        (rollout.now(), "now"),
        (rollout.back(), "back"),
        (rollout.later(), "later"),
    ] {
        if count > 0 {
            counts.push(format!("{count} {what}"));
        }
    }
    let counts = match counts.is_empty() {
        true => String::new(),
        false => format!(" ({})", counts.join(", ")),
    };
    let state = state(derived.phase).as_str();
    format!(
        "{}  {target}{base}  {state}: {}{counts}",
        rollout.address,
        line(&derived.reason)
    )
}

/// A table, as wide as its cells.
fn waves(waves: &[WaveState]) -> Vec<String> {
    let titles = ["wave", "state", "moved", "now"].map(str::to_owned);
    let runs = ["ok/failed", "newly failed"].map(str::to_owned);
    let rest = ["blocked", ""].map(str::to_owned);
    // How runs ended is only asked where a person looks.
    let asked = waves.iter().any(|it| it.runs.is_some());
    let join = |(first, runs, rest): ([String; 4], [String; 2], [String; 2])| {
        let runs = runs.into_iter().filter(|_| asked);
        let cells = first.into_iter().chain(runs).chain(rest);
        cells.collect::<Vec<_>>()
    };
    let rows = std::iter::once((titles, runs, rest)).chain(waves.iter().map(row));
    let rows: Vec<Vec<String>> = rows.map(join).collect();
    let width = |column: usize| {
        rows.iter()
            .map(|row| row[column].width())
            .max()
            .unwrap_or_default()
    };
    let columns = rows.first().map_or(0, Vec::len);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let cells = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths);
        let cells =
            cells.map(|(cell, width)| format!("{cell}{}", " ".repeat(width - cell.width())));
        format!("  {}", cells.collect::<Vec<_>>().join("  "))
            .trim_end()
            .to_owned()
    };
    match waves.is_empty() {
        true => Vec::new(),
        false => rows.iter().map(cells).collect(),
    }
}

/// The cells of a wave: what is always there, how its runs ended, and the rest.
fn row(wave: &WaveState) -> ([String; 4], [String; 2], [String; 2]) {
    let none = |count: usize| {
        if count == 0 {
            "-".to_owned()
        } else {
            count.to_string()
        }
    };
    let what = match &wave.phase {
        WavePhase::Soaking(until) => format!("soaks until {}", minute(*until)),
        WavePhase::Waiting(until) => format!("too few finished runs, until {}", minute(*until)),
        WavePhase::Standing(why) | WavePhase::Stopped(why) => line(why).into_owned(),
        WavePhase::Closed | WavePhase::Open | WavePhase::Passed | WavePhase::Held => String::new(),
    };
    let runs = match wave.runs {
        None => ["-", "-"].map(str::to_owned),
        Some(runs) => [
            format!("{}/{}", runs.good, runs.failed),
            runs.newly_failed.to_string(),
        ],
    };
    let first = [
        line(&wave.name).into_owned(),
        word(&wave.phase).as_str().to_owned(),
        format!("{}/{}", wave.moved, wave.counted),
        none(wave.now),
    ];
    (first, runs, [none(wave.hindered), what])
}

fn failures(rollout: &PlannedRollout) -> Vec<String> {
    let derived = &rollout.derived;
    let mut lines = Vec::new();
    if derived.failures.is_empty() {
        return lines;
    }
    let before = derived.failed_before as u64;
    lines.push(format!(
        "  newly failed; {} failed before and do not count",
        counted(before, "flow")
    ));
    lines.extend(derived.failures.iter().take(FAILURES).map(failure));
    let more = derived.failures.len().saturating_sub(FAILURES);
    if more > 0 {
        lines.push(format!("    and {more} more"));
    }
    lines
}

fn failure(failed: &NewlyFailed) -> String {
    let error = failed.error.as_deref().map(|it| format!("  {}", line(it)));
    let before = match failed.good_before {
        Some(at) => format!("  last good before: {}", minute(at)),
        None => "  never ran before".to_owned(),
    };
    format!(
        "    {}  {}  {} failed since {}{}{before}",
        failed.member,
        line(&failed.flow),
        failed.failed,
        minute(failed.since),
        error.unwrap_or_default()
    )
}

fn minute(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}
