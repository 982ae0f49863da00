//! One wave by its members: how far it has come, before the gate is asked.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::bucket;
use super::facts::later;
use super::gate::{reaches, within};
use super::{Evidence, Facts, Member, Needs, Standing};
use crate::model::Asked;
use crate::model::rollout::{OnInconclusive, Select, Wave};

/// A wave and its members.
pub(super) struct Part<'a> {
    pub(super) wave: &'a Wave,
    pub(super) members: Vec<&'a Member>,
    pub(super) overlap: usize,
    /// No wave after it moves any member.
    pub(super) last: bool,
    /// Its percentage selects no member, and one goes alone instead.
    stand_in: bool,
    target: Option<i64>,
}

/// How far a wave has come by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Progress {
    /// Members are left to move.
    Open,
    /// All moved; watched until then.
    Soaking(Timestamp),
    /// Too few runs, and until when it waits for them.
    Waiting(Timestamp),
    /// It waited in vain, and the rollout stops for it.
    InVain(String),
    /// The next one may open.
    Passed,
    /// Why it does not progress; members already let through go on.
    Standing(String),
    /// What of it is not known, so that no member moves.
    Unknown(String),
    /// None of its members ever moves.
    Held,
}

impl<'a> Part<'a> {
    /// The waves with their members, in order.
    pub(super) fn all(facts: &'a Facts<'_>, waves: &[Option<usize>]) -> Vec<Self> {
        let moving = facts.spec.waves.iter();
        let last = moving
            .clone()
            .rposition(|it| it.select != Select::OthersHold);
        let seed = facts.spec.seed.as_ref().unwrap_or(&facts.key);
        let part = |(place, wave): (usize, &'a Wave)| {
            let own = waves.iter().zip(&facts.members);
            let members = own.clone().filter(|(it, _)| **it == Some(place));
            let mut drawn = members
                .clone()
                .map(|(_, it)| bucket::bucket(seed, &it.customer));
            let stand_in = match &wave.select {
                Select::Percent(share) => !drawn.any(|drawn| bucket::within(drawn, *share)),
                Select::Labels(_) | Select::OthersHold => false,
            };
            let wanted = match &wave.select {
                Select::Labels(labels) => labels.as_slice(),
                Select::Percent(_) | Select::OthersHold => &[],
            };
            let taken = |(it, member): &(&Option<usize>, &Member)| {
                it.is_some_and(|it| it < place)
                    && !wanted.is_empty()
                    && wanted.iter().all(|label| member.labels.contains(label))
            };
            Part {
                wave,
                members: members.map(|(_, member)| member).collect(),
                overlap: own.filter(taken).count(),
                last: Some(place) == last,
                stand_in,
                target: facts.target.number(),
            }
        };
        moving.enumerate().map(part).collect()
    }

    fn counted(&self) -> impl Iterator<Item = &'a Member> + '_ {
        self.members.iter().copied().filter(|it| it.counts())
    }

    pub(super) fn count(&self) -> usize {
        self.counted().count()
    }

    pub(super) fn hindered(&self) -> usize {
        self.members.iter().filter(|it| it.hindered()).count()
    }

    /// Says that holds keep more than half of its members from moving: then little is left to judge the version by.
    pub(super) fn held_warning(&self) -> Option<String> {
        let governed = self.members.iter().filter(|it| it.governed());
        let held = governed
            .clone()
            .filter(|it| matches!(it.standing, Standing::Held(_)) && !self.has_moved(it));
        let (held, all) = (held.count(), governed.count());
        (held * 2 > all).then(|| {
            format!(
                "{held} of {all} members of {} are on hold: they do not move, and do not count",
                self.wave.name
            )
        })
    }

    fn has_moved(&self, member: &Member) -> bool {
        self.target.is_some_and(|target| member.moved(target))
    }

    pub(super) fn moved(&self) -> usize {
        self.counted().filter(|it| self.has_moved(it)).count()
    }

    pub(super) fn all_moved(&self) -> bool {
        self.counted().all(|it| self.has_moved(it))
    }

    /// When the last counted member moved; `None` where that of one is not known.
    pub(super) fn newest(&self) -> Option<Timestamp> {
        let target = self.target?;
        let times = self.counted().map(|it| it.moved_at(target));
        times.collect::<Option<Vec<_>>>()?.into_iter().max()
    }

    /// When the soak ends, once all have moved.
    pub(super) fn soaked_at(&self) -> Option<Timestamp> {
        Some(later(self.newest()?, self.wave.soak))
    }

    /// Whether a person lets it pass although it waits for runs.
    pub(super) fn is_accepted(&self, facts: &Facts<'_>, now: Timestamp) -> bool {
        let mut all = facts.approvals.iter();
        all.any(|it| {
            Some(it.version) == self.target
                && it.wave == self.wave.name
                // Who accepted failures said nothing about runs that are lacking.
                && it.failures.as_ref().is_none_or(BTreeSet::is_empty)
                && it.until.is_none_or(|until| now < until)
        })
    }

    /// How far it has come, if all waves before it have passed.
    pub(super) fn progress(
        &self,
        facts: &Facts<'_>,
        evidence: &Evidence,
        now: Timestamp,
        needs: &mut Needs,
    ) -> Progress {
        if let Some(progress) = self.nobody() {
            return progress;
        }
        if !within(
            &facts.spec.gate.blocked,
            self.hindered(),
            self.count() + self.hindered(),
        ) {
            let (hindered, all) = (self.hindered(), self.count() + self.hindered());
            return Progress::Standing(format!("{hindered} of {all} are blocked or pending"));
        }
        if !self.all_moved() {
            return Progress::Open;
        }
        let Some(soaked) = self.soaked_at() else {
            return Progress::Unknown("when its members moved is not known".to_owned());
        };
        if now < soaked {
            return Progress::Soaking(soaked);
        }
        if self.is_accepted(facts, now) {
            return Progress::Passed;
        }
        self.enough(facts, evidence, (now, soaked), needs)
    }

    /// A wave without a counted member proves nothing, so it does not pass by itself.
    fn nobody(&self) -> Option<Progress> {
        if self.wave.select == Select::OthersHold {
            return Some(Progress::Held);
        }
        if self.count() > 0 {
            return None;
        }
        let named = matches!(self.wave.select, Select::Labels(_));
        if self.wave.optional || (self.members.is_empty() && !named) {
            return Some(Progress::Passed);
        }
        let name = &self.wave.name;
        Some(Progress::Standing(if self.members.is_empty() {
            format!("{name} selects no member")
        } else {
            format!("no member of {name} counts: all are left out")
        }))
    }

    /// Whether enough runs have finished to judge it by.
    fn enough(
        &self,
        facts: &Facts<'_>,
        evidence: &Evidence,
        (now, soaked): (Timestamp, Timestamp),
        needs: &mut Needs,
    ) -> Progress {
        let gate = &facts.spec.gate;
        if gate.min_executions == 0 && reaches(&gate.min_members, 0, self.count()) {
            return Progress::Passed;
        }
        let deadline = later(soaked, gate.evidence_timeout);
        // No later wave waits for what the last one lacks.
        if now >= deadline && (self.last || gate.on_inconclusive == OnInconclusive::Pass) {
            return Progress::Passed;
        }
        let (runs, members) = match self.finished_runs(evidence, needs) {
            Ok(found) => found,
            Err(why) => return Progress::Unknown(why),
        };
        if runs >= gate.min_executions && reaches(&gate.min_members, members, self.count()) {
            return Progress::Passed;
        }
        if now >= deadline && gate.on_inconclusive == OnInconclusive::Pause {
            let least = gate.min_executions;
            return Progress::InVain(format!("{runs} of {least} runs finished in time"));
        }
        Progress::Waiting(deadline)
    }

    /// How many runs finished since the members moved, and of how many members.
    fn finished_runs(
        &self,
        evidence: &Evidence,
        needs: &mut Needs,
    ) -> Result<(u64, usize), String> {
        let target = self.target.unwrap_or_default();
        let (mut runs, mut members) = (0_u64, 0);
        let mut open = None;
        for member in self.counted() {
            let (Some(id), Some(at)) = (&member.instance, member.moved_at(target)) else {
                return Err(format!("when {} moved is not known", member.name));
            };
            match evidence.counts.get(id) {
                Some(Asked::Known(count)) => {
                    runs = runs.saturating_add(*count);
                    members += usize::from(*count > 0);
                }
                Some(Asked::Unknown(why)) => {
                    open = Some(format!("executions could not be counted: {why}"));
                }
                Some(Asked::NotAsked) | None => {
                    needs.counts.insert(id.clone(), at);
                    open = open.or_else(|| Some("executions are still to be counted".to_owned()));
                }
            }
        }
        open.map_or(Ok((runs, members)), Err)
    }

    /// How many of its runs finished, as far as that was asked.
    pub(super) fn executions(&self, evidence: &Evidence) -> Option<u64> {
        let ids = self.counted().map(|it| it.instance.as_ref());
        let counts = ids.map(|id| evidence.counts.get(id?)?.known().copied());
        let counts: Vec<u64> = counts.collect::<Option<_>>()?;
        (!counts.is_empty()).then(|| counts.iter().sum())
    }
}

/// Waves that stay passed, even if members join: a later one holds a member that our stamp says moved in its turn.
///
/// In its turn: no sooner than all soaks before it, counted from the first move of the rollout. A member of
/// the first wave that lost its label, and so is counted with a later one, opens nothing by that. Nor does one that stands in
/// for a wave without members: another would, if its stamp were lost. Nor does one that a person sent past the waves.
pub(super) fn stays_passed(parts: &[Part<'_>], target: Option<i64>) -> usize {
    let Some(target) = target else { return 0 };
    let stamp = |member: &&Member| {
        let stamp = member.stamp_for(target).filter(|it| !it.bypass);
        stamp.map(|stamp| stamp.at)
    };
    let all = parts.iter().flat_map(|part| &part.members);
    let Some(first) = all.filter_map(stamp).min() else {
        return 0;
    };
    let mut passed = 0;
    let mut due = first;
    // Where a soak lies before a wave, it opens at the moment that is due; else one at that moment may be of the wave before.
    let mut apart = false;
    for (place, part) in parts.iter().enumerate() {
        let mut came = part.members.iter().filter(|it| it.moved(target));
        let in_turn = |at: Timestamp| at > due || (apart && at == due);
        if place > 0 && !part.stand_in && came.any(|it| stamp(it).is_some_and(in_turn)) {
            passed = place;
        }
        if part.count() > 0 {
            due = later(due, part.wave.soak);
            apart = !part.wave.soak.is_zero();
        }
        if part.wave.soak.is_zero() {
            // Without a soak there is no time between two waves by which to distinguish them.
            due = part
                .members
                .iter()
                .filter_map(stamp)
                .fold(due, Timestamp::max);
        }
    }
    passed
}
