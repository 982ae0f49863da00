//! Which wave a member belongs to.

use super::bucket::{bucket, within};
use super::{Facts, Member};
use crate::model::rollout::Select;

/// The wave of each governed member, by its place in the rollout; `None` for those that the rollout leaves alone.
///
/// The first wave that selects a member has it. A percentage counts all members, those of earlier waves
/// included, by a draw that others do not change.
#[must_use]
pub fn assign(facts: &Facts<'_>) -> Vec<Option<usize>> {
    let mut waves: Vec<Option<usize>> = vec![None; facts.members.len()];
    let seed = facts.spec.seed.as_ref().unwrap_or(&facts.key);
    for (place, wave) in facts.spec.waves.iter().enumerate() {
        let selects = |member: &Member| match &wave.select {
            Select::Labels(labels) => labels.iter().all(|label| member.labels.contains(label)),
            Select::Percent(share) => within(bucket(seed, &member.customer), *share),
            Select::OthersHold => true,
        };
        let mut found = false;
        for (own, member) in waves.iter_mut().zip(&facts.members) {
            if own.is_none() && member.governed() && selects(member) {
                *own = Some(place);
                found = true;
            }
        }
        if let (false, Select::Percent(1..)) = (found, &wave.select)
            && let Some(first) = stand_in(facts, seed, &waves)
            && let Some(own) = waves.get_mut(first)
        {
            *own = Some(place);
        }
    }
    waves
}

/// Which member goes alone where a percentage selects none: one that moved already, so that it stays the same one; else
/// the lowest draw that is left.
fn stand_in(facts: &Facts<'_>, seed: &str, waves: &[Option<usize>]) -> Option<usize> {
    let target = facts.target.number();
    let left = waves.iter().zip(&facts.members).enumerate();
    let left = left.filter(|(_, (wave, member))| wave.is_none() && member.counts());
    left.min_by_key(|(_, (_, member))| {
        let moved = target.filter(|target| member.moved(*target));
        let stamp = target.and_then(|target| member.stamp_for(target));
        let since = moved.and_then(|target| member.moved_at(target));
        let drawn = bucket(seed, &member.customer);
        (moved.is_none(), stamp.is_none(), since, drawn, &member.name)
    })
    .map(|(place, _)| place)
}
