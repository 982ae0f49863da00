//! From facts and evidence to the state of a rollout and the turns of its members.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::facts::later;
use super::gate::{self, Judged, NewlyFailed, Trial};
use super::part::{Part, Progress, stays_passed};
use super::{
    Derived, Evidence, Facts, Needs, Phase, Standing, Target, Turn, Verdict, WavePhase, WaveState,
    assign, back, base, turns, words,
};
use crate::model::rollout::{OnFailure, Overlap, Select};

/// Says where a rollout stands and what each member may do now.
///
/// Where [`Derived::needs`] is not empty, the answer is the one of a reader who does not know yet: nobody moves.
/// It is asked again with what was read.
#[must_use]
pub fn derive(facts: &Facts<'_>, evidence: &Evidence) -> Derived {
    if let Some(older) = queued_behind(facts) {
        let mut first = facts.clone();
        first.target = Target::Existing(older);
        first.meaning = None;
        let mut derived = of(&first, evidence);
        derived.queued = true;
        return derived;
    }
    of(facts, evidence)
}

fn of(facts: &Facts<'_>, evidence: &Evidence) -> Derived {
    let mut derived = decided(facts, evidence);
    let left_out = facts.members.iter();
    derived.left_out = left_out
        .filter_map(|it| Some((it.name.clone(), it.left_out()?)))
        .collect();
    derived.next = words::next(&derived);
    derived
}

fn decided(facts: &Facts<'_>, evidence: &Evidence) -> Derived {
    if let Some(why) = first_of_all(facts) {
        return settled(facts, why);
    }
    let Some(now) = facts.now.filter(|_| facts.unknown.is_none()) else {
        let why = facts.unknown.clone();
        let why = why.unwrap_or_else(|| "the time of the server is not known".to_owned());
        return standing(facts, &why);
    };
    if let Some(target) = facts
        .target
        .number()
        .filter(|it| facts.aborted == Some(*it))
    {
        return goes_back(
            facts,
            target,
            &format!("the rollout of version {target} was aborted"),
        );
    }
    if let Some(withdrawn) = withdrawn(facts) {
        return of_withdrawn(facts, withdrawn);
    }
    if is_settled(facts, now) {
        return settled(facts, "everybody runs it");
    }
    if let Some(derived) = returning(facts, now) {
        return derived;
    }
    in_waves(facts, evidence, now)
}

/// An unfinished older version that a newer one waits for.
fn queued_behind(facts: &Facts<'_>) -> Option<i64> {
    if facts.spec.overlap != Overlap::Queue || facts.unknown.is_some() {
        return None;
    }
    let target = facts.target.number();
    let stamps = facts.members.iter().filter(|it| it.governed());
    let stamps = stamps.filter_map(|it| it.stamp.filter(|stamp| it.current == Some(stamp.to)));
    let older = stamps.map(|stamp| stamp.to);
    let older = older.filter(|number| target.is_none_or(|target| *number < target));
    let older = older.filter(|number| facts.version(*number).is_some_and(|it| it.available));
    let newest = older.max()?;
    (facts.aborted != Some(newest) && !base::finished(facts, newest, Some(newest)))
        .then_some(newest)
}

/// Nobody runs anything yet: then there is nobody to protect.
fn first_of_all(facts: &Facts<'_>) -> Option<&'static str> {
    let mut governed = facts.members.iter().filter(|it| it.governed());
    let new = governed.all(|it| it.standing == Standing::New);
    (new && facts.unknown.is_none()).then_some("nobody runs it yet")
}

/// Everybody runs the target, and nobody came to it lately.
fn is_settled(facts: &Facts<'_>, now: Timestamp) -> bool {
    let Some(target) = facts.target.number() else {
        return false;
    };
    let mut governed = facts.members.iter().filter(|it| it.governed());
    let mut stamps = facts.members.iter().filter_map(|it| it.stamp_for(target));
    let over = later_than_all(facts, target).is_some_and(|end| now >= end);
    governed.all(|it| it.current == Some(target) && !it.under_way(target))
        && (stamps.next().is_none() || over)
}

/// When the last wave is over for good: failures that begin later are not laid to the move.
fn later_than_all(facts: &Facts<'_>, target: i64) -> Option<Timestamp> {
    let counted = facts.members.iter().filter(|it| it.counts());
    let newest = counted.map(|it| it.moved_at(target));
    let newest = newest.collect::<Option<Vec<_>>>()?.into_iter().max()?;
    let moving = facts.spec.waves.iter().rev();
    let soak = moving
        .filter(|it| it.select != Select::OthersHold)
        .map(|it| it.soak)
        .next()?;
    Some(later(later(newest, soak), facts.spec.gate.evidence_timeout))
}

fn new(facts: &Facts<'_>, phase: Phase, reason: impl Into<String>) -> Derived {
    let target = facts.target.number();
    Derived {
        target,
        base: base::of_rollout(facts, target),
        queued: false,
        phase,
        reason: reason.into(),
        waves: Vec::new(),
        turns: BTreeMap::new(),
        left_out: BTreeMap::new(),
        failures: Vec::new(),
        failed_before: 0,
        approved: None,
        withdraw: None,
        until: None,
        next: Vec::new(),
        needs: Needs::default(),
    }
}

/// There is no rollout: every member goes where its manifest says.
fn settled(facts: &Facts<'_>, why: &str) -> Derived {
    let free = facts.members.iter().map(|it| (it.name.clone(), Turn::Free));
    Derived {
        turns: free.collect(),
        ..new(facts, Phase::Settled, why)
    }
}

fn standing(facts: &Facts<'_>, why: &str) -> Derived {
    Derived {
        turns: turns::hold(facts, &format!("the rollout stands: {why}")),
        ..new(facts, Phase::Standing, why)
    }
}

/// The version that git means and that was withdrawn: the target itself, or one after it that is the newest.
fn withdrawn(facts: &Facts<'_>) -> Option<i64> {
    let target = facts.target.number()?;
    let own = facts.version(target).is_some_and(|it| !it.available);
    let newest = facts.versions.iter().max_by_key(|it| it.number)?;
    let newer = facts.follows_latest && newest.number > target && !newest.available;
    let withdrawn = if own { target } else { newest.number };
    // Where nobody runs it and all are where they shall be, it is of no concern.
    let mut governed = facts.members.iter().filter(|it| it.governed());
    let concerned = governed.any(|it| it.current.is_some_and(|it| own || it != target));
    ((own || newer) && concerned).then_some(withdrawn)
}

/// Nobody moves to anything until git says something new. Who moved to it stays or goes back.
fn of_withdrawn(facts: &Facts<'_>, version: i64) -> Derived {
    let why = format!("version {version} was withdrawn");
    let goes = facts.spec.on_failure == OnFailure::Rollback || facts.aborted == Some(version);
    let mut derived = if goes {
        goes_back(facts, version, &why)
    } else {
        let turns = turns::hold(facts, &why);
        Derived {
            turns,
            ..new(facts, Phase::Withdrawn, why)
        }
    };
    derived.target = Some(version);
    derived.withdraw = None;
    derived
}

/// The way back, unless a person stopped everything or it would lose values.
fn goes_back(facts: &Facts<'_>, version: i64, why: &str) -> Derived {
    let held = |why: String| Derived {
        turns: turns::hold(facts, &why),
        ..new(facts, Phase::Withdrawn, why)
    };
    if let Some(paused) = &facts.paused {
        return Derived {
            phase: Phase::Paused,
            ..held(format!("{why}; paused: {paused}"))
        };
    }
    if let Some(protected) = &facts.protected {
        return held(format!("{why}; it is not withdrawn: {protected}"));
    }
    let lost = back::lost(facts, version);
    if lost > 0 && !facts.spec.allow_loss {
        return held(format!(
            "{why}; going back would lose {lost} values for good, and `allowLoss` is not set"
        ));
    }
    let turns = back::turns(facts, version, why);
    let moving = turns.values().any(|turn| matches!(turn, Turn::Back { .. }));
    let phase = if moving {
        Phase::GoingBack
    } else {
        Phase::Withdrawn
    };
    Derived {
        turns,
        withdraw: Some(version),
        ..new(facts, phase, why)
    }
}

/// Git says again what a finished version said: everybody goes there without waves.
fn returning(facts: &Facts<'_>, now: Timestamp) -> Option<Derived> {
    let meaning = facts.meaning.as_ref()?;
    let target = facts.target.number();
    let means = |number: &i64| {
        let version = facts.version(*number);
        version.is_some_and(|it| it.meaning.as_ref() == Some(meaning))
    };
    let known = base::proven(facts, target).into_iter().find(means)?;
    let reason = format!("goes back to what version {known} is made of, without waves");
    let mut derived = new(facts, Phase::Moving, reason.clone());
    if let Some(why) = &facts.paused {
        derived.phase = Phase::Paused;
        derived.turns = turns::hold(facts, &format!("paused: {why}"));
        return Some(derived);
    }
    derived.turns = turns::hold(facts, &reason);
    let mut room = facts.spec.widest().map_or(usize::MAX, |it| it as usize);
    let mut members: Vec<_> = facts.members.iter().filter(|it| it.governed()).collect();
    members.sort_by(|a, b| (!a.failing, &a.name).cmp(&(!b.failing, &b.name)));
    for member in members {
        if target.is_some() && member.current == target {
            continue;
        }
        let held = matches!(member.standing, Standing::Held(_));
        let closed = facts.spec.rollback_in_windows && member.closed.is_some();
        if held || closed || room == 0 {
            continue;
        }
        room -= usize::from(member.counts());
        let turn =
            base::of_move(facts, member, target).map_or(Turn::Free, |from| Turn::Moves { from });
        derived.turns.insert(member.name.clone(), turn);
    }
    derived.until = Some(now);
    Some(derived)
}

fn in_waves(facts: &Facts<'_>, evidence: &Evidence, now: Timestamp) -> Derived {
    let waves = assign(facts);
    let parts = Part::all(facts, &waves);
    let target = facts.target.number();
    let mut derived = new(facts, Phase::Moving, "");
    let all_moved = parts.iter().all(Part::all_moved);
    let until = target
        .filter(|_| all_moved)
        .and_then(|it| later_than_all(facts, it));
    let finished = target.is_some_and(|it| facts.finished.contains(&it))
        || until.is_some_and(|until| now >= until);
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
    let judged = match (unknown, &judged.verdict) {
        (Some(why), Verdict::Holds) => Judged {
            verdict: Verdict::Unknown(why),
            ..judged
        },
        _ => judged,
    };
    conclude(facts, &parts, frontier, judged, now, derived)
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
        overlap: part.overlap,
    }
}

/// Puts waves, gate and what a person said together.
fn conclude(
    facts: &Facts<'_>,
    parts: &[Part<'_>],
    frontier: Option<usize>,
    judged: Judged,
    now: Timestamp,
    mut derived: Derived,
) -> Derived {
    let last = parts.iter().rposition(|part| part.last).unwrap_or_default();
    // Behind the last wave that moves anybody there is nothing to stop.
    let at = frontier.unwrap_or(last).min(last);
    derived.failures = judged.newly;
    derived.failed_before = judged.before;
    derived.approved = judged.approved;
    match judged.verdict {
        Verdict::Unknown(why) => return at_wave(facts, derived, at, WavePhase::Standing(why)),
        Verdict::Broken(why) => return broken(facts, derived, at, why),
        Verdict::Holds => {}
    }
    let phase = derived.waves.get(at).map(|it| it.phase.clone());
    if let Some(phase @ WavePhase::Stopped(_)) = phase {
        return at_wave(facts, derived, at, phase);
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

/// Whether any failure began while somebody's move was recent. What fails for the first time long after everybody moved is
/// no reason to take a version away from all: then nobody else moves, and a person decides.
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

/// Nobody moves because of one wave.
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

/// Where it stands as a whole, by the first wave that has not passed.
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
            format!("{name} soaks until {}", words::minute(*until)),
        ),
        Some((WavePhase::Waiting(until), name)) => (
            Phase::Waiting,
            format!(
                "{name} has too few finished runs, waits until {}",
                words::minute(*until)
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
