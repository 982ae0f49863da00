//! What each member may do in this pass.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::part::Part;
use super::{Facts, Member, Standing, Turn, base};
use crate::model::ResourceName;

/// The turns of all members while no further member may move.
pub(super) fn hold(facts: &Facts<'_>, why: &str) -> BTreeMap<ResourceName, Turn> {
    let turn = |member: &Member| (member.name.clone(), stays(facts, member, why));
    facts.members.iter().map(turn).collect()
}

/// The turn of one that may not begin to move now. What has begun is brought to its end.
pub(super) fn stays(facts: &Facts<'_>, member: &Member, why: &str) -> Turn {
    let target = facts.target.number();
    if !member.governed() {
        return Turn::Free;
    }
    if let Some(target) = target.filter(|target| member.current == Some(*target)) {
        return arrived(facts, member, target);
    }
    if member.current.is_none() {
        return match begins_on(facts) {
            Some(on) => Turn::Begins {
                on,
                why: why.to_owned(),
            },
            None => Turn::Waits {
                why: why.to_owned(),
            },
        };
    }
    Turn::Waits {
        why: why.to_owned(),
    }
}

/// The turn of one that has the target's version set.
fn arrived(facts: &Facts<'_>, member: &Member, target: i64) -> Turn {
    let on = !matches!(member.standing, Standing::Disabled | Standing::Held(_));
    match base::of_move(facts, member, Some(target)) {
        // A move whose deploy is outstanding since an earlier run begins to count with its deploy.
        Some(from) if on && member.under_way(target) && member.stamp_for(target).is_some() => {
            Turn::Finishes { from }
        }
        Some(_) | None => Turn::Done,
    }
}

/// What a new instance begins with while its wave is closed: the version that most members come from, as their next
/// stamps would say it. So a version that did not finish is no beginning. Where no member moved, as while a
/// newer version is withdrawn, it is what those who count have.
fn begins_on(facts: &Facts<'_>) -> Option<i64> {
    let target = facts.target.number();
    let mut votes: BTreeMap<i64, usize> = BTreeMap::new();
    for member in facts.members.iter().filter(|it| it.governed()) {
        let from = base::of_move(facts, member, target).filter(|it| Some(*it) != target);
        if let Some(from) = from {
            *votes.entry(from).or_default() += usize::from(member.counts()) + 1;
        }
    }
    let most = votes
        .into_iter()
        .max_by_key(|(number, votes)| (*votes, *number));
    let used = |number: &i64| {
        let mut counted = facts.members.iter().filter(|it| it.counts());
        counted.any(|it| it.current == Some(*number))
    };
    let base = most.map(|it| it.0).or_else(|| target.filter(used))?;
    facts
        .version(base)
        .filter(|it| it.available)
        .map(|it| it.number)
}

/// The turns of the members of a wave that is open or passed: as many as its limits admit.
pub(super) fn admit(
    facts: &Facts<'_>,
    part: &Part<'_>,
    now: Timestamp,
    turns: &mut BTreeMap<ResourceName, Turn>,
) -> (usize, Option<Timestamp>) {
    let target = facts.target.number();
    let (mut room, why, until) = room(part, target, now);
    let mut admitted = 0;
    let mut waiting: Vec<&Member> = part.members.clone();
    waiting.sort_by(|a, b| a.name.cmp(&b.name));
    for member in waiting {
        if target.is_some() && member.current == target {
            turns.insert(member.name.clone(), stays(facts, member, ""));
            continue;
        }
        let turn = match (&member.standing, &member.closed) {
            (Standing::Held(why), _) => stays(facts, member, why),
            (_, Some(closed)) => stays(facts, member, closed),
            _ if room == 0 && member.counts() => stays(facts, member, &why),
            (Standing::Counted, None) => {
                room -= 1;
                admitted += 1;
                moves(facts, member)
            }
            // They take no part in the count, so they take no room either.
            _ => moves(facts, member),
        };
        turns.insert(member.name.clone(), turn);
    }
    (admitted, until)
}

fn moves(facts: &Facts<'_>, member: &Member) -> Turn {
    match base::of_move(facts, member, facts.target.number()) {
        Some(from) => Turn::Moves { from },
        None => Turn::Free,
    }
}

/// How many more may move now, why not more, and when that changes by itself.
fn room(
    part: &Part<'_>,
    target: Option<i64>,
    now: Timestamp,
) -> (usize, String, Option<Timestamp>) {
    let name = &part.wave.name;
    let under_way = |it: &&&Member| target.is_some_and(|target| it.under_way(target));
    let busy = part.members.iter().filter(under_way).count();
    let mut room = usize::MAX;
    let mut why = String::new();
    let mut until = None;
    if let Some(most) = part.wave.max_concurrent {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        room = most.saturating_sub(busy);
        why = format!("{name} moves {most} at a time");
    }
    if let Some(pace) = part.wave.pace {
        let every = SignedDuration::try_from(pace.every).unwrap_or(SignedDuration::MAX);
        let since = now.checked_sub(every).unwrap_or(Timestamp::MIN);
        let stamps = part.members.iter().filter_map(|it| it.stamp_for(target?));
        let mut recent: Vec<Timestamp> = stamps.map(|it| it.at).filter(|at| *at > since).collect();
        recent.sort();
        let most = usize::try_from(pace.members).unwrap_or(usize::MAX);
        let left = most.saturating_sub(recent.len());
        if left < room {
            room = left;
            why = format!("{name} moves {most} in {}", super::format::span(pace.every));
            until = recent
                .first()
                .map(|at| super::facts::later(*at, pace.every));
        }
    }
    (room, why, until)
}
