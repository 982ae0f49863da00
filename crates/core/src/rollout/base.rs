//! The version that a rollout comes from, and the versions that are known to be good.

use std::collections::{BTreeMap, BTreeSet};

use super::{Facts, Member};

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
/// did not finish, the version that that one came from.
pub(super) fn of_move(facts: &Facts<'_>, member: &Member, target: Option<i64>) -> Option<i64> {
    let current = member.current?;
    if let Some(stamp) = target.and_then(|target| member.stamp_for(target)) {
        return Some(stamp.from);
    }
    match member.stamp_for(current) {
        Some(stamp) if !finished(facts, current, target) => Some(stamp.from),
        Some(_) | None => Some(current),
    }
}

/// Whether every counted member runs a version, or went on from it.
pub(super) fn finished(facts: &Facts<'_>, version: i64, target: Option<i64>) -> bool {
    if facts.finished.contains(&version) {
        return true;
    }
    let mut counted = facts.members.iter().filter(|it| it.counts()).peekable();
    let came_from = |member: &Member| {
        let stamp = target.and_then(|target| member.stamp_for(target));
        stamp.is_some_and(|stamp| stamp.from == version)
    };
    counted.peek().is_some() && counted.all(|it| it.moved(version) || came_from(it))
}

/// The finished versions that instances may return to without waves, newest first.
pub(super) fn proven(facts: &Facts<'_>, target: Option<i64>) -> Vec<i64> {
    let window = usize::try_from(facts.spec.rollback_window).unwrap_or(usize::MAX);
    let current = facts.members.iter().filter_map(|it| it.current);
    let stamped = facts
        .members
        .iter()
        .filter_map(|it| it.stamp.map(|it| it.from));
    let mut all: BTreeSet<i64> = current.chain(stamped).collect();
    all.retain(|version| Some(*version) != target && finished_before(facts, *version, target));
    all.extend(
        facts
            .finished
            .iter()
            .copied()
            .filter(|it| Some(*it) != target),
    );
    all.into_iter().rev().take(window).collect()
}

/// Whether a version was everywhere once: every counted member that is not on the target yet runs it, or came from it
/// by its last move.
fn finished_before(facts: &Facts<'_>, version: i64, target: Option<i64>) -> bool {
    let there = |member: &&Member| target.is_none_or(|target| !member.moved(target));
    let counted = facts.members.iter().filter(|it| it.counts());
    let mut left = counted.filter(there).peekable();
    let came_from = |member: &Member| {
        let stamp = member.stamp.filter(|it| member.current == Some(it.to));
        stamp.is_some_and(|stamp| stamp.from == version)
    };
    left.peek().is_some() && left.all(|it| it.moved(version) || came_from(it))
}
