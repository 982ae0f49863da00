//! From wave to wave: which have passed, which is open, and what the gate says to it.

use jiff::Timestamp;

use super::derive::{goes_back, later_than_all, new};
use super::facts::later;
use super::gate::{self, Judged, NewlyFailed, Trial};
use super::part::{Part, Progress, stays_passed};
use super::{
    Derived, Evidence, Facts, Phase, Verdict, WavePhase, WaveState, assign, format, runs, turns,
};
use crate::model::rollout::{OnFailure, Select};

pub(super) fn in_waves(facts: &Facts<'_>, evidence: &Evidence, now: Timestamp) -> Derived {
    let waves = assign(facts);
    let parts = Part::all(facts, &waves);
    let target = facts.target.number();
    let mut derived = new(facts, Phase::Moving, "");
    let moving = |it: &&Part<'_>| it.wave.select != Select::OthersHold;
    let all_moved = parts.iter().filter(moving).all(Part::all_moved);
    let until = target
        .filter(|_| all_moved)
        .and_then(|it| later_than_all(facts, it));
    let finished = target.is_some_and(|it| facts.finished.contains(&it))
        || until.is_some_and(|until| now >= until);
    derived.finished = target.filter(|_| finished);
    let judged = match target.filter(|_| !finished) {
        Some(target) => {
            let trial = Trial {
                target,
                base: derived.base,
                until,
                waves: &waves,
                now,
            };
            gate::judge(facts, evidence, trial, &mut derived.needs)
        }
        None => Judged::holds(),
    };
    let passed = match finished {
        true => parts.len(),
        false => stays_passed(&parts, target),
    };
    let mut frontier = None;
    let mut unknown = None;
    for (place, part) in parts.iter().enumerate() {
        let progress = match frontier {
            Some(_) => None,
            None if place < passed && part.wave.select != Select::OthersHold => {
                Some(Progress::Passed)
            }
            None => Some(part.progress(facts, evidence, now, &mut derived.needs)),
        };
        if let Some(Progress::Unknown(why)) = &progress {
            unknown = Some(why.clone());
        }
        if frontier.is_none() && progress != Some(Progress::Passed) {
            frontier = Some(place);
        }
        derived.waves.push(wave_state(part, evidence, progress));
    }
    derived.warnings = parts.iter().filter_map(Part::held_warning).collect();
    if facts.looked_at && !finished {
        runs::ask(facts, &parts, evidence, &mut derived.needs);
    }
    let judged = match (unknown, &judged.verdict) {
        (Some(why), Verdict::Holds) => Judged {
            verdict: Verdict::Unknown(why),
            ..judged
        },
        _ => judged,
    };
    conclude((facts, evidence), &parts, frontier, judged, now, derived)
}

fn wave_state(part: &Part<'_>, evidence: &Evidence, progress: Option<Progress>) -> WaveState {
    WaveState {
        name: part.wave.name.clone(),
        phase: match progress {
            None => WavePhase::Closed,
            Some(Progress::Open) => WavePhase::Open,
            Some(Progress::Soaking(until)) => WavePhase::Soaking(until),
            Some(Progress::Waiting(until)) => WavePhase::Waiting(until),
            Some(Progress::InVain(why)) => WavePhase::Stopped(why),
            Some(Progress::Passed) => WavePhase::Passed,
            Some(Progress::Standing(why) | Progress::Unknown(why)) => WavePhase::Standing(why),
            Some(Progress::Held) => WavePhase::Held,
        },
        counted: part.count(),
        moved: part.moved(),
        now: 0,
        hindered: part.hindered(),
        executions: part.executions(evidence),
        runs: None,
        overlap: part.overlap,
    }
}

/// Puts waves, gate and what a person said together.
fn conclude(
    (facts, evidence): (&Facts<'_>, &Evidence),
    parts: &[Part<'_>],
    frontier: Option<usize>,
    judged: Judged,
    now: Timestamp,
    mut derived: Derived,
) -> Derived {
    let last = parts.iter().rposition(|part| part.last).unwrap_or_default();
    // After the last wave that moves members there is nothing to stop.
    let frontier = frontier.unwrap_or(last).min(last);
    // What fails in a wave that has passed is shown there.
    let at = judged.first.map_or(frontier, |it| it.min(frontier));
    derived.failures = judged.newly;
    if facts.looked_at {
        runs::tell(facts, parts, evidence, &mut derived);
    }
    derived.failed_before = judged.before;
    derived.approved = judged.approved;
    match judged.verdict {
        Verdict::Unknown(why) => {
            return at_wave(facts, derived, frontier, WavePhase::Standing(why));
        }
        Verdict::Broken(why) => {
            close_behind(&mut derived, at);
            return broken(facts, derived, at, why);
        }
        Verdict::Holds => {}
    }
    let phase = derived.waves.get(frontier).map(|it| it.phase.clone());
    if let Some(phase @ WavePhase::Stopped(_)) = phase {
        return at_wave(facts, derived, frontier, phase);
    }
    if let Some(why) = &facts.paused {
        let why = format!("paused: {why}");
        derived.turns = turns::hold(facts, &why);
        derived.phase = Phase::Paused;
        derived.reason = why;
        return derived;
    }
    moving(facts, parts, now, derived)
}

/// The waves after one that is stopped move no member, even if they would by themselves.
fn close_behind(derived: &mut Derived, at: usize) {
    for wave in derived.waves.iter_mut().skip(at + 1) {
        match wave.phase {
            WavePhase::Passed | WavePhase::Held => {}
            WavePhase::Closed
            | WavePhase::Open
            | WavePhase::Soaking(_)
            | WavePhase::Waiting(_)
            | WavePhase::Standing(_)
            | WavePhase::Stopped(_) => wave.phase = WavePhase::Closed,
        }
    }
}

/// The gate does not hold.
fn broken(facts: &Facts<'_>, derived: Derived, at: usize, why: String) -> Derived {
    let target = derived.target.unwrap_or_default();
    let back = match facts.spec.on_failure {
        OnFailure::Pause => None,
        OnFailure::Rollback if !is_fresh(facts, &derived.failures, target) => None,
        OnFailure::Rollback => Some(goes_back(
            facts,
            target,
            &format!("of version {target}, {why}"),
        )),
    };
    let mut derived = at_wave(facts, derived, at, WavePhase::Stopped(why));
    if let Some(back) = back {
        derived.reason = back.reason;
        derived.turns = back.turns;
        derived.withdraw = back.withdraw;
        if back.withdraw.is_some() {
            derived.phase = Phase::GoingBack;
        }
    }
    derived
}

/// Whether any failure began while a move was recent. What fails for the first time long after all members moved is
/// no reason to take a version away from all: then no further member moves, and a person decides.
fn is_fresh(facts: &Facts<'_>, failures: &[NewlyFailed], target: i64) -> bool {
    let soak = facts
        .spec
        .waves
        .iter()
        .map(|it| it.soak)
        .max()
        .unwrap_or_default();
    let recent = |moved: Timestamp, failed: Timestamp| {
        moved <= failed && failed <= later(later(moved, soak), facts.spec.gate.evidence_timeout)
    };
    let moved = facts.members.iter().filter(|it| it.moved(target));
    let moved: Vec<Timestamp> = moved.filter_map(|it| it.moved_at(target)).collect();
    let mut failed = failures.iter().map(|it| it.since);
    failed.any(|failed| moved.iter().any(|moved| recent(*moved, failed)))
}

/// One wave stops all moves.
fn at_wave(facts: &Facts<'_>, mut derived: Derived, at: usize, phase: WavePhase) -> Derived {
    let name = derived.waves.get(at).map(|it| it.name.clone());
    let name = name.unwrap_or_default();
    let (word, why) = match &phase {
        WavePhase::Standing(why) => (Phase::Standing, why.clone()),
        WavePhase::Stopped(why) => (Phase::Stopped, why.clone()),
        WavePhase::Closed
        | WavePhase::Open
        | WavePhase::Soaking(_)
        | WavePhase::Waiting(_)
        | WavePhase::Passed
        | WavePhase::Held => (Phase::Standing, String::new()),
    };
    let stands = if word == Phase::Stopped {
        "stopped"
    } else {
        "stands"
    };
    derived.turns = turns::hold(facts, &format!("the rollout {stands} in {name}: {why}"));
    derived.phase = match (&facts.paused, word) {
        (Some(_), _) => Phase::Paused,
        (None, word) => word,
    };
    derived.reason = why;
    if let Some(wave) = derived.waves.get_mut(at) {
        wave.phase = phase;
    }
    derived
}

/// Admits the members of the waves that are open or passed.
fn moving(facts: &Facts<'_>, parts: &[Part<'_>], now: Timestamp, mut derived: Derived) -> Derived {
    derived.turns = turns::hold(facts, "no wave selects it");
    let mut before: Option<&str> = None;
    for (part, wave) in parts.iter().zip(&mut derived.waves) {
        let admits = match wave.phase {
            WavePhase::Open | WavePhase::Passed | WavePhase::Soaking(_) | WavePhase::Waiting(_) => {
                true
            }
            WavePhase::Closed
            | WavePhase::Standing(_)
            | WavePhase::Stopped(_)
            | WavePhase::Held => false,
        };
        if admits {
            let (now, until) = turns::admit(facts, part, now, &mut derived.turns);
            wave.now = now;
            derived.until = sooner(derived.until, until);
        } else {
            let why = match (&wave.phase, before) {
                (WavePhase::Standing(why), _) => format!("the rollout stands: {why}"),
                (WavePhase::Held, _) => format!("{} is held", wave.name),
                (_, Some(before)) => {
                    format!("waits for wave {}, which comes after {before}", wave.name)
                }
                (_, None) => format!("waits for wave {}", wave.name),
            };
            for member in &part.members {
                let turn = turns::stays(facts, member, &why);
                derived.turns.insert(member.name.clone(), turn);
            }
        }
        if let WavePhase::Soaking(until) | WavePhase::Waiting(until) = wave.phase {
            derived.until = sooner(derived.until, Some(until));
        }
        before = Some(&part.wave.name);
    }
    summary(&mut derived);
    derived
}

fn sooner(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    one.into_iter().chain(other).min()
}

/// The phase as a whole, by the first wave that has not passed.
fn summary(derived: &mut Derived) {
    let current = derived
        .waves
        .iter()
        .find(|it| it.phase != WavePhase::Passed);
    let (phase, reason) = match current.map(|it| (&it.phase, &it.name)) {
        None => (Phase::Finished, "every wave has passed".to_owned()),
        Some((WavePhase::Held, name)) => {
            (Phase::Finished, format!("every wave but {name} has passed"))
        }
        Some((WavePhase::Soaking(until), name)) => (
            Phase::Soaking,
            format!("{name} soaks until {}", format::minute(*until)),
        ),
        Some((WavePhase::Waiting(until), name)) => (
            Phase::Waiting,
            format!(
                "{name} has too few finished runs, waits until {}",
                format::minute(*until)
            ),
        ),
        Some((WavePhase::Standing(why), _)) => (Phase::Standing, why.clone()),
        Some((WavePhase::Stopped(why), _)) => (Phase::Stopped, why.clone()),
        Some((WavePhase::Open | WavePhase::Closed | WavePhase::Passed, name)) => {
            (Phase::Moving, format!("{name} is open"))
        }
    };
    derived.phase = phase;
    if derived.reason.is_empty() {
        derived.reason = reason;
    }
}
