//! `rollout:` of an Integration. What is not written keeps its default.

use std::collections::BTreeSet;

use super::fields::{Fields, filled, found, list};
use super::findings::Problem;
use super::keys;
use super::suggest::did_you_mean;
use crate::model::rollout::{
    Gate, GitApproval, OnFailure, OnInconclusive, Overlap, Pace, Rollout, RolloutWindow, Select,
    WHOLE, Wave,
};
use crate::model::{Window, WindowKind};
use crate::yaml::Node;

/// How many finished versions one may return to without waves, where nothing is said.
const ROLLBACK_WINDOW: u32 = 3;

/// Reads `rollout:`; `None` where it is not there or has no wave that can be read.
pub(crate) fn read(spec: &Fields<'_>) -> Option<Rollout> {
    let fields = spec.object("rollout", &keys::ROLLOUT)?;
    let failure = [
        ("pause", OnFailure::Pause),
        ("rollback", OnFailure::Rollback),
    ];
    let overlap = [("restart", Overlap::Restart), ("queue", Overlap::Queue)];
    let gate = fields.object("gate", &keys::GATE);
    let waves = waves(&fields);
    config_is_not_staged(&fields);
    let window = fields.whole("rollbackWindow", 0);
    let rollout = Rollout {
        gate: gate.as_ref().map(read_gate).unwrap_or_default(),
        on_failure: fields.choice("onFailure", &failure).unwrap_or_default(),
        allow_loss: fields.boolean("allowLoss").unwrap_or_default(),
        overlap: fields.choice("overlap", &overlap).unwrap_or_default(),
        rollback_window: window.map_or(ROLLBACK_WINDOW, |it| u32::try_from(it).unwrap_or(u32::MAX)),
        rollback_in_windows: fields
            .choice("rollback", &[("now", false), ("inWindows", true)])
            .unwrap_or_default(),
        paused: fields.boolean("paused").unwrap_or_default(),
        windows: windows(&fields),
        seed: fields.filled("seed"),
        approve: approvals(&fields, &waves),
        waves,
    };
    (!rollout.waves.is_empty()).then_some(rollout)
}

/// Changes of config alone cannot be staged in waves as long as nothing on a live instance shows when, and to what, its
/// config was changed: a change that seems staged and is not would be worse than none (ADR 0027).
fn config_is_not_staged(fields: &Fields<'_>) {
    if fields.boolean("config") != Some(true) {
        return;
    }
    let Some(node) = fields.get("config") else {
        return;
    };
    let what = "changes of config cannot be staged in waves yet: an instance does not show when its config was changed, so \
                neither soak nor gate could be judged";
    let hint = "remove `config`: what the present version knows is applied to all at once, what is new comes with the \
                version and its waves; to try a value on a few, set it in `overrides` of the fleet, or in their manifests";
    fields
        .report
        .add(node.span, Problem::new("not-supported", what).hint(hint));
}

/// A version that is withdrawn by a rollout must not be put on offer again by the next run.
pub(crate) fn may_withdraw(spec: &Fields<'_>, rollout: &Rollout) {
    if rollout.on_failure == OnFailure::Rollback {
        let span = spec.get("available").map_or(spec.span, |node| node.span);
        let what = "`available: true` and `onFailure: rollback` contradict each other";
        let hint = "remove `available`: a version is available when it is published, and a rollback withdraws it";
        spec.report
            .add(span, Problem::new("contradiction", what).hint(hint));
    }
}

fn waves(fields: &Fields<'_>) -> Vec<Wave> {
    let Some(node) = fields.get("waves") else {
        return Vec::new();
    };
    let items = list(fields.report, node, "\"waves\"").unwrap_or_default();
    let mut read = Vec::new();
    let mut names = BTreeSet::new();
    let mut whole = true;
    for item in items {
        let wave = Fields::open(fields.report, item, &keys::WAVE).and_then(|it| wave(&it));
        let Some(wave) = wave else {
            whole = false;
            continue;
        };
        if !names.insert(wave.name.clone()) {
            let what = format!("there are two waves called {:?}", wave.name);
            let problem = Problem::new("duplicate-name", what).hint("give one another name");
            fields.report.add(item.span, problem);
        }
        if let Some(problem) = out_of_order(&read, &wave) {
            fields.report.add(item.span, problem);
        }
        read.push(wave);
    }
    if whole {
        covers_all(fields, node, items.last(), read.last());
    }
    read
}

/// A wave that could never have a member because of one before it.
fn out_of_order(before: &[Wave], wave: &Wave) -> Option<Problem> {
    let all = |it: &&Wave| matches!(it.select, Select::Percent(WHOLE) | Select::OthersHold);
    if let Some(all) = before.iter().find(all) {
        let what = format!(
            "{:?} comes after {:?}, which has all members",
            wave.name, all.name
        );
        return Some(Problem::new("invalid-value", what).hint("put it before, or remove it"));
    }
    let Select::Percent(share) = wave.select else {
        return None;
    };
    let greatest = before.iter().filter_map(|it| match it.select {
        Select::Percent(share) => Some(share),
        Select::Labels(_) | Select::OthersHold => None,
    });
    let greatest = greatest.max()?;
    (share <= greatest).then(|| {
        let what = format!(
            "{:?} has no member: percentages count the waves before it",
            wave.name
        );
        let hint = format!("write more than {}", f64::from(greatest) / 100.0);
        Problem::new("invalid-value", what).hint(hint)
    })
}

/// Every member belongs to some wave, or it is declared that the others are held.
fn covers_all(fields: &Fields<'_>, node: &Node, item: Option<&Node>, last: Option<&Wave>) {
    let all = |it: &Wave| matches!(it.select, Select::Percent(WHOLE) | Select::OthersHold);
    if last.is_some_and(all) {
        return;
    }
    let what = match last {
        None => "\"waves\" must not be empty".to_owned(),
        Some(last) => format!("the last wave, {:?}, leaves some in no wave", last.name),
    };
    let hint = "end with a wave of `percent: 100`, or with `others: hold` for who is never moved";
    let place = item.map_or(node.span, |item| item.span);
    fields
        .report
        .add(place, Problem::new("invalid-value", what).hint(hint));
}

fn wave(fields: &Fields<'_>) -> Option<Wave> {
    let name = fields.filled("name");
    let select = select(fields);
    let soak = fields.get("soak").map(|_| fields.duration("soak"));
    let optional = fields.boolean("optional").unwrap_or_default();
    let most = fields
        .get("maxConcurrent")
        .and_then(|_| fields.whole_u32("maxConcurrent"));
    let pace = fields.object("pace", &keys::PACE);
    let pace = pace.map(|it| (it.whole_u32("members"), it.duration("every")));
    Some(Wave {
        name: name?,
        select: select?,
        soak: soak.unwrap_or(Some(std::time::Duration::ZERO))?,
        optional,
        max_concurrent: most,
        pace: match pace {
            None => None,
            Some((members, every)) => Some(Pace {
                members: members?,
                every: every?,
            }),
        },
    })
}

/// Exactly one of the three ways to select.
fn select(fields: &Fields<'_>) -> Option<Select> {
    const WAYS: [&str; 3] = ["select", "percent", "others"];
    let mut ways = WAYS.iter().filter(|way| fields.get(way).is_some());
    let (Some(way), None) = (ways.next(), ways.next()) else {
        let what = "a wave selects in exactly one way";
        let hint = "give it one of select, percent, others";
        fields
            .report
            .add(fields.span, Problem::new("one-of", what).hint(hint));
        return None;
    };
    match *way {
        "select" => {
            let selection = fields.object("select", &keys::SELECT)?;
            labels(&selection).map(Select::Labels)
        }
        "percent" => fields.percent("percent").map(Select::Percent),
        _ => {
            let chosen = fields.choice("others", &[("hold", ())]);
            chosen.map(|()| Select::OthersHold)
        }
    }
}

fn labels(fields: &Fields<'_>) -> Option<Vec<String>> {
    let node = fields.get("labels")?;
    let items = list(fields.report, node, "\"labels\"")?;
    if items.is_empty() {
        let problem = Problem::new("invalid-value", "\"labels\" must not be empty");
        let hint = "it would select all members; write `percent: 100` for that";
        fields.report.add(node.span, problem.hint(hint));
        return None;
    }
    let label = |item| filled(fields.report, item, "a label");
    let read: Vec<String> = items.iter().filter_map(label).collect();
    let reserved = items
        .iter()
        .zip(&read)
        .find(|(_, it)| crate::model::Marker::is_reserved(it));
    if let Some((item, label)) = reserved {
        let what = format!("the label {label:?} is one of ours, and says nothing about a customer");
        let problem = Problem::new("reserved-label", what).hint("select by a label of your own");
        fields.report.add(item.span, problem);
    }
    (read.len() == items.len()).then_some(read)
}

fn read_gate(fields: &Fields<'_>) -> Gate {
    let default = Gate::default();
    let inconclusive = [
        ("wait", OnInconclusive::Wait),
        ("pass", OnInconclusive::Pass),
        ("pause", OnInconclusive::Pause),
    ];
    let after = fields.get("after").and_then(|_| fields.whole_u32("after"));
    let least = fields
        .get("minExecutions")
        .and_then(|_| fields.whole("minExecutions", 0));
    let timeout = fields
        .get("evidenceTimeout")
        .and_then(|_| fields.duration("evidenceTimeout"));
    Gate {
        newly_failed: fields.share("newlyFailed").unwrap_or(default.newly_failed),
        blocked: fields.share("blocked").unwrap_or(default.blocked),
        min_executions: least.unwrap_or(default.min_executions),
        after: after.unwrap_or(default.after),
        min_members: fields.share("minMembers").unwrap_or(default.min_members),
        evidence_timeout: timeout.unwrap_or(default.evidence_timeout),
        on_inconclusive: fields
            .choice("onInconclusive", &inconclusive)
            .unwrap_or_default(),
    }
}

fn windows(fields: &Fields<'_>) -> Vec<RolloutWindow> {
    let Some(node) = fields.get("windows") else {
        return Vec::new();
    };
    let items = list(fields.report, node, "\"windows\"").unwrap_or_default();
    let open = |item| Fields::open(fields.report, item, &keys::ROLLOUT_WINDOW);
    let read = items.iter().filter_map(open);
    read.filter_map(|fields| window(&fields)).collect()
}

fn window(fields: &Fields<'_>) -> Option<RolloutWindow> {
    let kinds = [("allow", WindowKind::Allow), ("deny", WindowKind::Deny)];
    let kind = fields.choice("kind", &kinds);
    let schedule = fields.cron("schedule");
    let duration = fields.duration("duration");
    let zone = fields.get("timeZone").and_then(Node::as_scalar);
    let customer_zone = zone.is_some_and(|zone| zone.text == "customer");
    let time_zone = match customer_zone {
        true => None,
        false => fields.own_zone("timeZone"),
    };
    Some(RolloutWindow {
        window: Window {
            kind: kind?,
            schedule: schedule?,
            duration: duration?,
            time_zone,
            sync_overrun: false,
        },
        customer_zone,
    })
}

fn approvals(fields: &Fields<'_>, waves: &[Wave]) -> Vec<GitApproval> {
    let Some(node) = fields.get("approve") else {
        return Vec::new();
    };
    let items = list(fields.report, node, "\"approve\"").unwrap_or_default();
    let open = |item| Fields::open(fields.report, item, &keys::APPROVAL);
    let read = items.iter().filter_map(open);
    read.filter_map(|fields| approval(&fields, waves)).collect()
}

fn approval(fields: &Fields<'_>, waves: &[Wave]) -> Option<GitApproval> {
    let version = fields.whole("version", 1);
    let wave = fields.filled("wave");
    let reason = fields.filled("reason");
    let node = fields.get("wave")?;
    let names = || waves.iter().map(|it| it.name.as_str());
    if wave
        .as_ref()
        .is_some_and(|wave| !waves.is_empty() && !names().any(|it| it == wave))
    {
        let what = format!("the rollout has no wave {}", found(node));
        let meant = did_you_mean(wave.as_deref().unwrap_or_default(), names());
        let problem = Problem::new("dangling-reference", what).maybe_hint(meant);
        fields.report.add(node.span, problem);
        return None;
    }
    Some(GitApproval {
        version: i64::try_from(version?).ok()?,
        wave: wave?,
        reason: reason?,
    })
}
