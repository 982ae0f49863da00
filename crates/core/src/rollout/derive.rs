//! From facts and evidence to the state of a rollout and the turns of its members.

use jiff::Timestamp;

use super::facts::later;
use super::passing::in_waves;
use super::{
    Derived, Evidence, Facts, Member, Phase, Standing, Target, Turn, back, base, format, turns,
};
use crate::model::rollout::{OnFailure, Overlap, Select};

/// Derives the state of a rollout and what each member may do now.
///
/// Where [`Derived::needs`] is not empty, the missing facts count as unknown: no member moves.
/// The caller reads them and derives again.
#[must_use]
pub fn derive(facts: &Facts<'_>, evidence: &Evidence) -> Derived {
    let facts = &*base::with_finished(facts);
    if let Some(older) = queued_behind(facts) {
        let mut first = facts.clone();
        first.target = Target::Existing(older);
        first.meaning = None;
        let mut derived = of(&first, evidence);
        derived.queued = true;
        queue(&first, &mut derived, older);
        return derived;
    }
    of(facts, evidence)
}

/// No member goes on to the newer version, and new members begin with the older one.
fn queue(facts: &Facts<'_>, derived: &mut Derived, older: i64) {
    let why = format!("version {older} is finished first");
    for member in facts.members.iter().filter(|it| it.governed()) {
        let turn = derived.turns.get(&member.name);
        let instead = match turn {
            Some(Turn::Done) => Turn::Waits { why: why.clone() },
            Some(Turn::Free) if member.current.is_none() => Turn::Begins {
                on: older,
                why: why.clone(),
            },
            _ => continue,
        };
        derived.turns.insert(member.name.clone(), instead);
    }
}

fn of(facts: &Facts<'_>, evidence: &Evidence) -> Derived {
    let mut derived = decided(facts, evidence);
    let stands = matches!(derived.phase, Phase::Standing | Phase::Paused);
    let unread = evidence.unread().filter(|_| stands);
    derived.unread = unread.map(|why| format!("executions: {why}"));
    let left_out = facts.members.iter();
    derived.left_out = left_out
        .filter_map(|it| Some((it.name.clone(), it.left_out()?)))
        .collect();
    derived.next = format::next(&derived);
    let past = |it: &&Member| {
        let stamp = derived.target.and_then(|target| it.stamp_for(target));
        stamp.is_some_and(|stamp| stamp.bypass)
    };
    derived.bypassed = facts.members.iter().filter(past).count();
    derived.needs.until = facts.now;
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
    if let Some(derived) = aborted(facts) {
        return derived;
    }
    if let Some(withdrawn) = withdrawn(facts) {
        return of_withdrawn(facts, withdrawn);
    }
    if is_settled(facts, now) {
        return Derived {
            finished: facts.target.number(),
            ..settled(facts, "all members run it")
        };
    }
    if let Some(derived) = returning(facts, now) {
        return derived;
    }
    in_waves(facts, evidence, now)
}

/// Who moved to an aborted version goes back. One that is aborted before it is published moves no member at all.
fn aborted(facts: &Facts<'_>) -> Option<Derived> {
    let aborted = facts.aborted?;
    match facts.target {
        Target::Existing(target) if target == aborted => {
            let why = format!("the rollout of version {target} was aborted");
            Some(goes_back(facts, target, &why))
        }
        Target::Published if facts.versions.iter().all(|it| it.number < aborted) => {
            let why =
                format!("the rollout of version {aborted} was aborted before it is published");
            Some(standing(facts, &why))
        }
        Target::Existing(_) | Target::Published => None,
    }
}

/// An unfinished older version that a newer one waits for.
fn queued_behind(facts: &Facts<'_>) -> Option<i64> {
    if facts.spec.overlap != Overlap::Queue || facts.unknown.is_some() {
        return None;
    }
    let target = facts.target.number();
    let began = |to: i64| facts.members.iter().any(|it| it.stamp_for(to).is_some());
    if target.is_some_and(began) {
        // Members moved on only after the older one was finished.
        return None;
    }
    let stamps = facts.members.iter().filter(|it| it.governed());
    let stamps = stamps.filter_map(|it| it.stamp.filter(|stamp| it.current == Some(stamp.to)));
    let older = stamps.map(|stamp| stamp.to);
    let older = older.filter(|number| target.is_none_or(|target| *number < target));
    let older = older.filter(|number| facts.version(*number).is_some_and(|it| it.available));
    let newest = older.max()?;
    (facts.aborted != Some(newest) && !facts.finished.contains(&newest)).then_some(newest)
}

/// No member runs any version yet: then there is none to protect.
fn first_of_all(facts: &Facts<'_>) -> Option<&'static str> {
    let mut governed = facts.members.iter().filter(|it| it.governed());
    let new = governed.all(|it| it.standing == Standing::New);
    (new && facts.unknown.is_none()).then_some("no member runs it yet")
}

/// All members run the target, and none came to it recently.
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
pub(super) fn later_than_all(facts: &Facts<'_>, target: i64) -> Option<Timestamp> {
    let there = facts.members.iter();
    let there = there.filter(|it| it.counts() && it.current == Some(target));
    let newest = there.map(|it| it.moved_at(target));
    let newest = newest.collect::<Option<Vec<_>>>()?.into_iter().max()?;
    let moving = facts.spec.waves.iter().rev();
    let soak = moving
        .filter(|it| it.select != Select::OthersHold)
        .map(|it| it.soak)
        .next()?;
    Some(later(later(newest, soak), facts.spec.gate.evidence_timeout))
}

pub(super) fn new(facts: &Facts<'_>, phase: Phase, reason: impl Into<String>) -> Derived {
    let target = facts.target.number();
    Derived::new(target, base::of_rollout(facts, target), phase, reason)
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
    // Where no member runs it, all are where they should be and git says something else, it does not matter.
    let said = newest.meaning.is_some() && newest.meaning == facts.declared;
    let mut governed = facts.members.iter().filter(|it| it.governed());
    let concerned = governed.any(|it| it.current.is_some_and(|it| own || it != target));
    ((own || newer) && (concerned || (newer && said))).then_some(withdrawn)
}

/// No member moves until git says something new. Those that moved to it stay or go back.
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
    derived.base = base::of_rollout(facts, Some(version));
    derived.withdraw = None;
    derived
}

/// The way back, unless a person stopped everything or it would lose values.
pub(super) fn goes_back(facts: &Facts<'_>, version: i64, why: &str) -> Derived {
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

/// Git says again what a finished version said: all members go there without waves, and the gate judges none of them.
fn returning(facts: &Facts<'_>, now: Timestamp) -> Option<Derived> {
    let target = facts.target.number();
    let known = returns_to(facts)?;
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
    let there = |it: &Member| target.is_some_and(|target| it.moved(target));
    let left = members.iter().any(|it| it.counts() && !there(it));
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
        let turn = member.current.map_or(Turn::Free, |_| Turn::Returns);
        derived.turns.insert(member.name.clone(), turn);
    }
    if left {
        derived.until = Some(now);
    } else {
        derived.phase = Phase::Finished;
        derived.finished = target;
        derived.reason = format!("all members are back at what version {known} is made of");
    }
    Some(derived)
}

/// The finished version that the target is another edition of, or is itself.
fn returns_to(facts: &Facts<'_>) -> Option<i64> {
    let meaning = facts.meaning.as_ref()?;
    let target = facts.target.number();
    let means = |number: &i64| {
        let version = facts.version(*number);
        version.is_some_and(|it| it.meaning.as_ref() == Some(meaning))
    };
    if let Some(known) = base::proven(facts, target).into_iter().find(means) {
        return Some(known);
    }
    // Once all are there, only what they lack tells that they did not come in waves: none bears a stamp of it.
    let target = target?;
    let came = |it: &Member| it.moved(target) && it.stamp_for(target).is_none();
    let mut counted = facts.members.iter().filter(|it| it.counts()).peekable();
    let back = counted.peek().is_some() && counted.all(came);
    let earlier = facts.versions.iter().map(|it| it.number);
    let earlier = earlier.filter(|it| *it < target).filter(means).max();
    earlier.filter(|_| back && facts.spec.rollback_window > 0)
}
