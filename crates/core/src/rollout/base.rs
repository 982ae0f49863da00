//! The version that a rollout comes from, and the versions that are known to be good.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::{Facts, Member, assign};
use crate::model::rollout::Select;

/// The version that most counted members come from; the newest of several.
pub(super) fn of_rollout(facts: &Facts<'_>, target: Option<i64>) -> Option<i64> {
    let mut votes: BTreeMap<i64, usize> = BTreeMap::new();
    for member in facts.members.iter().filter(|it| it.governed()) {
        let stamp = target.and_then(|target| member.stamp_for(target));
        let from = match stamp {
            Some(stamp) => Some(stamp.from),
            None => member.current.filter(|current| Some(*current) != target),
        };
        if let Some(from) = from {
            *votes.entry(from).or_default() += usize::from(member.counts()) + 1;
        }
    }
    let best = votes
        .into_iter()
        .max_by_key(|(number, votes)| (*votes, *number));
    best.map(|(number, _)| number)
}

/// The base to write into the stamp of a member that moves now: where the rollout that brought its present version
/// did not finish, what it would go back to from that one.
pub(super) fn of_move(facts: &Facts<'_>, member: &Member, target: Option<i64>) -> Option<i64> {
    let current = member.current?;
    if let Some(stamp) = target.and_then(|target| member.stamp_for(target)) {
        return Some(stamp.from);
    }
    match member.stamp_for(current) {
        Some(stamp) if !facts.finished.contains(&current) => {
            let back = super::back::destination(facts, member, current);
            Some(back.unwrap_or(stamp.from))
        }
        Some(_) | None => Some(current),
    }
}

/// The facts with the versions that finished their rollouts as far as the members show that: every member that one could
/// move runs it, or went on from it.
///
/// The target is not among them: whether its rollout is over is what is to be found out.
pub(super) fn with_finished<'a, 'b>(facts: &'a Facts<'b>) -> Cow<'a, Facts<'b>> {
    let target = facts.target.number();
    let stamps = facts.members.iter();
    let stamps = stamps.filter_map(|it| it.current.filter(|runs| it.stamp_for(*runs).is_some()));
    let open = |it: &i64| Some(*it) != target && !facts.finished.contains(it);
    let open: BTreeSet<i64> = stamps.filter(open).collect();
    if open.is_empty() {
        return Cow::Borrowed(facts);
    }
    let waves = assign(facts);
    let came_from = |member: &Member, version| {
        let stamp = target.and_then(|target| member.stamp_for(target));
        stamp.is_some_and(|stamp| stamp.from == version)
    };
    let there = |member: &Member, version| member.moved(version) || came_from(member, version);
    let over = open.iter().copied();
    let over: Vec<i64> = over
        .filter(|it| everywhere(facts, &waves, *it, there))
        .collect();
    if over.is_empty() {
        return Cow::Borrowed(facts);
    }
    let mut facts = facts.clone();
    facts.finished.extend(over);
    Cow::Owned(facts)
}

/// Whether every member that the rollout of a version could move is there. A wave of which all are outside of it proves
/// nothing.
fn everywhere(
    facts: &Facts<'_>,
    waves: &[Option<usize>],
    version: i64,
    there: impl Fn(&Member, i64) -> bool,
) -> bool {
    let came = facts.members.iter().filter_map(|it| it.stamp_for(version));
    let base = came.map(|it| it.from).max();
    let counted = waves.iter().zip(&facts.members);
    let counted = counted.filter(|(wave, it)| it.counts() && !held(facts, **wave));
    let (mut all, mut proving) = (BTreeSet::new(), BTreeSet::new());
    for (wave, member) in counted {
        all.insert(wave);
        if outside(member, version, base) {
            continue;
        }
        if !there(member, version) {
            return false;
        }
        proving.insert(wave);
    }
    !all.is_empty() && all == proving
}

/// Whether a wave moves no member at all.
fn held(facts: &Facts<'_>, wave: Option<usize>) -> bool {
    let wave = wave.and_then(|it| facts.spec.waves.get(it));
    wave.is_some_and(|it| it.select == Select::OthersHold)
}

/// Whether a member took no part in the rollout of a version: it runs what is older than what that one came from. So it was
/// pinned, held or left out by then.
fn outside(member: &Member, version: i64, base: Option<i64>) -> bool {
    let older = member.current.zip(base).is_some_and(|(it, base)| it < base);
    older && member.stamp.is_none_or(|stamp| stamp.to < version)
}

/// The finished versions that instances may return to without waves, newest first.
pub(super) fn proven(facts: &Facts<'_>, target: Option<i64>) -> Vec<i64> {
    let window = usize::try_from(facts.spec.rollback_window).unwrap_or(usize::MAX);
    let current = facts.members.iter().filter_map(|it| it.current);
    let stamped = facts
        .members
        .iter()
        .filter_map(|it| it.stamp.map(|it| it.from));
    let all: BTreeSet<i64> = current.chain(stamped).collect();
    let waves = assign(facts);
    let before = |it: &i64| finished_before(facts, &waves, *it, target);
    let mut all: BTreeSet<i64> = all.into_iter().filter(before).collect();
    all.extend(&facts.finished);
    // The target itself counts where it is the older one: then it is what they go back to.
    let newer = |target: i64| facts.members.iter().any(|it| it.current > Some(target));
    let may = |it: &i64| Some(*it) != target || newer(*it);
    all.into_iter().rev().filter(may).take(window).collect()
}

/// Whether a version was everywhere once: every counted member that is not on the target yet runs it, or came from it
/// by its last move.
fn finished_before(
    facts: &Facts<'_>,
    waves: &[Option<usize>],
    version: i64,
    target: Option<i64>,
) -> bool {
    let left = |member: &Member| target.is_none_or(|target| !member.moved(target));
    let came_from = |member: &Member| {
        let stamp = member.stamp.filter(|it| member.current == Some(it.to));
        stamp.is_some_and(|stamp| stamp.from == version)
    };
    let counted = waves.iter().zip(&facts.members);
    let counted = counted.filter(|(wave, it)| it.counts() && !held(facts, **wave));
    let mut left = counted.map(|(_, it)| it).filter(|it| left(it)).peekable();
    left.peek().is_some() && left.all(|it| it.moved(version) || came_from(it))
}
