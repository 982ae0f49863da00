//! How the runs of each wave ended, for a person who looks: what the gate does not need is counted too.
//!
//! It costs a request for each 25 members that moved: failures are listed for the gate anyway, and the rest is what was
//! counted without them.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::part::Part;
use super::{Derived, Evidence, Facts, Member, Needs, Outcome, Runs};
use crate::model::InstanceId;

/// The members of a wave that moved, and since when they run the target.
fn moved<'a>(
    facts: &Facts<'_>,
    part: &'a Part<'_>,
) -> impl Iterator<Item = (&'a InstanceId, Timestamp)> {
    let target = facts.target.number();
    let moved = move |it: &'a Member| {
        let target = target.filter(|target| it.testifies() && it.moved(*target))?;
        Some((it.instance.as_ref()?, it.moved_at(target)?))
    };
    part.members.iter().copied().filter_map(moved)
}

/// Asks for the counts that are lacking.
pub(super) fn ask(facts: &Facts<'_>, parts: &[Part<'_>], evidence: &Evidence, needs: &mut Needs) {
    let all = parts.iter().flat_map(|part| moved(facts, part));
    let lacking = all.filter(|(id, _)| !evidence.counts.contains_key(*id));
    needs
        .counts
        .extend(lacking.map(|(id, since)| (id.clone(), since)));
}

/// Says of each wave how the runs of its members ended, where all of that was read.
pub(super) fn tell(
    facts: &Facts<'_>,
    parts: &[Part<'_>],
    evidence: &Evidence,
    derived: &mut Derived,
) {
    for (place, part) in parts.iter().enumerate() {
        let failing = derived.failures.iter().filter(|it| it.wave == Some(place));
        let failing: BTreeSet<_> = failing.map(|it| &it.member).collect();
        let newly_failed = failing.len() as u64;
        let runs = ended(facts, part, evidence).map(|runs| Runs {
            newly_failed,
            ..runs
        });
        if let Some(wave) = derived.waves.get_mut(place) {
            wave.runs = runs;
        }
    }
}

/// `None` where no member moved, or a part of it is not known.
fn ended(facts: &Facts<'_>, part: &Part<'_>, evidence: &Evidence) -> Option<Runs> {
    let listed = evidence.failures.known()?;
    let mut runs = None;
    for (id, since) in moved(facts, part) {
        let counted = *evidence.counts.get(id)?.known()?;
        let own = listed.runs.iter();
        let own = own.filter(|it| it.instance == *id && it.started_at >= since);
        let failed = own.clone().filter(|it| it.outcome == Outcome::Failed);
        let runs: &mut Runs = runs.get_or_insert_default();
        // What is listed ended with an error, be it made good later or not; it was counted with the others.
        runs.good += counted.saturating_sub(own.count() as u64);
        runs.failed += failed.count() as u64;
    }
    runs.filter(|_| listed.incomplete.is_none())
}
