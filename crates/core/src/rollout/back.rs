//! Where members go from a version that did not hold, and how.

use std::collections::BTreeMap;

use super::turns::stays;
use super::{Facts, Member, Standing, Turn};
use crate::model::ResourceName;

/// The version that one goes back to: the one that its stamp names; else the newest available one before it that is in use
/// or was finished. `None` where there is none.
pub(super) fn destination(facts: &Facts<'_>, member: &Member, from: i64) -> Option<i64> {
    let available = |number: i64| facts.version(number).is_some_and(|it| it.available);
    if let Some(stamp) = member.stamp_for(from)
        && available(stamp.from)
    {
        return Some(stamp.from);
    }
    let used = |number: i64| {
        let mut counted = facts.members.iter().filter(|it| it.counts());
        facts.finished.contains(&number) || counted.any(|it| it.current == Some(number))
    };
    let earlier = facts
        .versions
        .iter()
        .filter(|it| it.number < from && it.available);
    let earlier = earlier.map(|it| it.number).filter(|number| used(*number));
    earlier.max()
}

/// Those who run a version and would go back from it.
pub(super) fn affected<'a>(facts: &'a Facts<'_>, from: i64) -> Vec<&'a Member> {
    let affected = facts.members.iter();
    let affected = affected.filter(|it| it.governed() && it.current == Some(from));
    let mut affected: Vec<&Member> = affected.collect();
    // Those that fail are helped first.
    affected.sort_by(|a, b| (!a.failing, &a.name).cmp(&(!b.failing, &b.name)));
    affected
}

/// How many values would be missing after the way back, because they live only in the tenant.
pub(super) fn lost(facts: &Facts<'_>, from: i64) -> u64 {
    affected(facts, from)
        .iter()
        .map(|it| it.irrecoverable)
        .sum()
}

/// The turns while members go back from a version: without waves, at most as many at once as the widest wave.
pub(super) fn turns(facts: &Facts<'_>, from: i64, why: &str) -> BTreeMap<ResourceName, Turn> {
    let mut turns = super::turns::hold(facts, why);
    let widest = facts.spec.widest();
    let mut room = widest.map_or(usize::MAX, |it| usize::try_from(it).unwrap_or(usize::MAX));
    for member in affected(facts, from) {
        let turn = match (&member.standing, destination(facts, member, from)) {
            (Standing::Held(held), _) => wait(format!("held: {held}")),
            (Standing::Blocked(_), _) => stays(facts, member, why),
            (_, None) => wait(format!("{why}; there is no version to go back to")),
            _ if facts.spec.rollback_in_windows && member.closed.is_some() => {
                wait(member.closed.clone().unwrap_or_default())
            }
            (_, Some(_)) if room == 0 => wait(format!("{why}; others go back first")),
            (_, Some(to)) => {
                room -= 1;
                Turn::Back {
                    to,
                    why: why.to_owned(),
                }
            }
        };
        turns.insert(member.name.clone(), turn);
    }
    turns
}

fn wait(why: String) -> Turn {
    Turn::Waits { why }
}
