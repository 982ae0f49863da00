//! Whether those who moved are as well as they were before.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{Approval, Evidence, Facts, Member, Needs, Outcome, Run};
use crate::model::{Asked, InstanceId, ResourceName, Share};

/// A flow of a member that fails and did not fail before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewlyFailed {
    /// Whose.
    pub member: ResourceName,
    /// The place of the wave that it belongs to.
    pub wave: Option<usize>,
    /// Which flow.
    pub flow: String,
    /// How many of its runs failed since the move.
    pub failed: usize,
    /// When the first of them began.
    pub since: Timestamp,
    /// The last of them.
    pub run: String,
    /// What that one says.
    pub error: Option<String>,
    /// When the last good run before the move began; `None` where there was no run.
    pub good_before: Option<Timestamp>,
}

/// What the gate says of the failures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Within bounds.
    Holds,
    /// Out of bounds, and how.
    Broken(String),
    /// What could not be read, or is still to be read.
    Unknown(String),
}

/// The failures of all members that moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Judged {
    pub(super) verdict: Verdict,
    pub(super) newly: Vec<NewlyFailed>,
    pub(super) before: usize,
    /// Who accepted failures that would break it, and why.
    pub(super) approved: Option<String>,
    /// The first wave with a member whose failures were not accepted.
    pub(super) first: Option<usize>,
}

impl Judged {
    /// No member moved, or no failure counts against the version any more.
    pub(super) fn holds() -> Self {
        Self {
            verdict: Verdict::Holds,
            newly: Vec::new(),
            before: 0,
            approved: None,
            first: None,
        }
    }
}

/// What the members are judged for.
#[derive(Clone, Copy)]
pub(super) struct Trial<'a> {
    pub(super) target: i64,
    pub(super) base: Option<i64>,
    /// Runs that began later are not laid to the move.
    pub(super) until: Option<Timestamp>,
    /// The wave of each member, by its place in the facts.
    pub(super) waves: &'a [Option<usize>],
    pub(super) now: Timestamp,
}

/// The words while evidence is still to be read.
const UNREAD: &str = "executions are still to be read";

/// Judges all members that moved to a version by their runs. What is missing is added to `needs`.
pub(super) fn judge(
    facts: &Facts<'_>,
    evidence: &Evidence,
    trial: Trial<'_>,
    needs: &mut Needs,
) -> Judged {
    let moved = facts.members.iter();
    let moved = moved.filter(|it| it.testifies() && it.moved(trial.target));
    let moved: Vec<&Member> = moved.collect();
    match compare(facts, evidence, trial, &moved, needs) {
        Ok(found) => bounds(facts, trial, found, moved.len()),
        Err(why) => Judged {
            verdict: Verdict::Unknown(why),
            ..Judged::holds()
        },
    }
}

fn bounds(facts: &Facts<'_>, trial: Trial<'_>, found: Found, moved: usize) -> Judged {
    let Found {
        newly,
        before,
        short,
    } = found;
    let members = |accepted: bool| {
        let all = newly.iter();
        let all = all.filter(|it| !accepted || accepted_by(facts, trial, it).is_none());
        all.map(|it| &it.member).collect::<BTreeSet<_>>().len()
    };
    let limit = &facts.spec.gate.newly_failed;
    let (all, left) = (members(false), members(true));
    let holds = within(limit, left, moved);
    let approved = (holds && !within(limit, all, moved)).then(|| {
        let by = newly.iter().filter_map(|it| accepted_by(facts, trial, it));
        let by: BTreeSet<&str> = by.map(|it| it.by.as_str()).collect();
        by.into_iter().collect::<Vec<_>>().join("; ")
    });
    let verdict = match (holds, &short) {
        (true, None) => Verdict::Holds,
        (true, Some(why)) => Verdict::Unknown(format!("executions could not be read: {why}")),
        (false, None) => Verdict::Broken(beyond(limit, all, left, moved)),
        (false, Some(_)) => {
            Verdict::Broken(format!("at least {}", beyond(limit, all, left, moved)))
        }
    };
    let open = |it: &&NewlyFailed| accepted_by(facts, trial, it).is_none();
    let first = newly.iter().filter(open);
    let first = first.filter_map(|it| it.wave).min();
    Judged {
        verdict,
        newly,
        before,
        approved,
        first,
    }
}

fn beyond(limit: &Share, all: usize, left: usize, moved: usize) -> String {
    let s = if all == 1 { "" } else { "s" };
    let allowed = match limit {
        Share::Count(count) => count.to_string(),
        Share::Percent(percent) => format!("{percent}% of {moved}"),
    };
    let accepted = match all - left {
        0 => String::new(),
        accepted => format!(", {accepted} of them accepted before the others failed"),
    };
    format!("{all} member{s} newly failed, {allowed} allowed{accepted}")
}

/// The approval that covers a failure: one that lists it; or one in git, which covers what fails in its wave and before.
fn accepted_by<'a>(
    facts: &'a Facts<'_>,
    trial: Trial<'_>,
    failed: &NewlyFailed,
) -> Option<&'a Approval> {
    let own = failed.wave;
    let wave = |name: &str| facts.spec.waves.iter().position(|it| it.name == name);
    facts.approvals.iter().find(|it| {
        let covers = match &it.failures {
            Some(listed) => listed.contains(&(failed.member.clone(), failed.flow.clone())),
            None => own.is_some() && own <= wave(&it.wave),
        };
        it.version == trial.target && covers && it.until.is_none_or(|until| trial.now < until)
    })
}

/// The place of the wave that a member belongs to.
fn wave_of(facts: &Facts<'_>, trial: Trial<'_>, member: &ResourceName) -> Option<usize> {
    let place = facts.members.iter().position(|it| it.name == *member)?;
    trial.waves.get(place).copied().flatten()
}

/// Whether a number is within a share of a total: exact, without rounding.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of members stay far below 2^52"
)]
pub(super) fn within(share: &Share, number: usize, total: usize) -> bool {
    match share {
        Share::Count(limit) => number as u64 <= *limit,
        Share::Percent(percent) => number as f64 * 100.0 <= percent * total as f64,
    }
}

/// Whether a number reaches a share of a total.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of members stay far below 2^52"
)]
pub(super) fn reaches(share: &Share, number: usize, total: usize) -> bool {
    match share {
        Share::Count(least) => number as u64 >= *least,
        Share::Percent(percent) => number as f64 * 100.0 >= percent * total as f64,
    }
}

/// What the runs before and after the moves come to.
struct Found {
    newly: Vec<NewlyFailed>,
    /// How many flows failed before too.
    before: usize,
    /// Why there may be more failures than were read.
    short: Option<String>,
}

type Compared = Result<Found, String>;

fn compare(
    facts: &Facts<'_>,
    evidence: &Evidence,
    trial: Trial<'_>,
    moved: &[&Member],
    needs: &mut Needs,
) -> Compared {
    let Trial {
        target,
        base,
        until,
        ..
    } = trial;
    let mut since = BTreeMap::new();
    for member in moved {
        let (Some(id), Some(at)) = (&member.instance, member.moved_at(target)) else {
            return Err(format!("when {} moved is not known", member.name));
        };
        since.insert(id, (*member, at));
    }
    let Some(first) = since.values().map(|(_, at)| *at).min() else {
        return Ok(Found {
            newly: Vec::new(),
            before: 0,
            short: None,
        });
    };
    let failures = match &evidence.failures {
        Asked::Known(read) if read.since <= first => read,
        Asked::Unknown(why) => return Err(format!("executions could not be read: {why}")),
        Asked::Known(_) | Asked::NotAsked => {
            needs.failures_since = Some(first);
            return Err(UNREAD.to_owned());
        }
    };
    let flows = failing(&failures.runs, &since, until);
    let flows = in_a_row(facts, evidence, flows, &since, until, needs)?;
    let mut newly = Vec::new();
    let mut before = 0;
    let mut open = None;
    for ((id, flow), runs) in &flows {
        let Some((member, _)) = since.get(id) else {
            continue;
        };
        match good_before(facts, evidence, member, flow, (target, base), needs) {
            Ok(Some(false)) => before += 1,
            Ok(good) => {
                let failed = newly_failed(member, flow, runs, good.is_some(), evidence);
                newly.extend(failed.map(|it| NewlyFailed {
                    wave: wave_of(facts, trial, &it.member),
                    ..it
                }));
            }
            Err(why) => open = Some(why),
        }
    }
    newly.sort_by(|a, b| (&a.member, &a.flow).cmp(&(&b.member, &b.flow)));
    match open {
        Some(why) => Err(why),
        None => Ok(Found {
            newly,
            before,
            short: failures.incomplete.as_deref().map(str::to_owned),
        }),
    }
}

type Flows<'a> = BTreeMap<(&'a InstanceId, &'a str), Vec<&'a Run>>;
type Since<'a> = BTreeMap<&'a InstanceId, (&'a Member, Timestamp)>;

/// The failed runs of those who moved, each since its own move, flow by flow, oldest first.
fn failing<'a>(runs: &'a [Run], since: &Since<'a>, until: Option<Timestamp>) -> Flows<'a> {
    let mut flows: Flows<'_> = BTreeMap::new();
    for run in runs.iter().filter(|run| run.outcome == Outcome::Failed) {
        let Some((_, at)) = since.get(&run.instance) else {
            continue;
        };
        if run.started_at > *at && until.is_none_or(|until| run.started_at <= until) {
            let key = (&run.instance, run.flow.as_str());
            flows.entry(key).or_default().push(run);
        }
    }
    for runs in flows.values_mut() {
        runs.sort_by(|a, b| (a.started_at, &a.id).cmp(&(b.started_at, &b.id)));
        runs.dedup_by(|a, b| a.id == b.id);
    }
    flows
}

/// Leaves the flows of which enough runs failed without a good one between them.
fn in_a_row<'a>(
    facts: &Facts<'_>,
    evidence: &'a Evidence,
    flows: Flows<'a>,
    since: &Since<'a>,
    until: Option<Timestamp>,
    needs: &mut Needs,
) -> Result<Flows<'a>, String> {
    let after = usize::try_from(facts.spec.gate.after).unwrap_or(usize::MAX);
    if after <= 1 {
        return Ok(flows);
    }
    let mut left = Flows::new();
    let mut open = None;
    for ((id, flow), failed) in flows.into_iter().filter(|(_, it)| it.len() >= after) {
        let all = match evidence.runs.get(id) {
            Some(Asked::Known(all)) => all,
            Some(Asked::Unknown(why)) => {
                open = Some(format!("executions could not be read: {why}"));
                continue;
            }
            Some(Asked::NotAsked) | None => {
                let at = since.get(id).map(|(_, at)| *at);
                needs.runs.extend(at.map(|at| (id.clone(), at)));
                open = Some(UNREAD.to_owned());
                continue;
            }
        };
        let own = |run: &&Run| run.flow == flow && until.is_none_or(|it| run.started_at <= it);
        let good = all.iter().filter(own);
        let good = good.filter(|run| run.outcome == Outcome::Good);
        let good: Vec<Timestamp> = good.map(|run| run.started_at).collect();
        if longest(&failed, &good) >= after {
            left.insert((id, flow), failed);
        }
    }
    open.map_or(Ok(left), Err)
}

/// The greatest number of failed runs with no good one between them.
fn longest(failed: &[&Run], good: &[Timestamp]) -> usize {
    let mut streaks: BTreeMap<usize, usize> = BTreeMap::new();
    for run in failed {
        let earlier = good.iter().filter(|at| **at < run.started_at).count();
        *streaks.entry(earlier).or_default() += 1;
    }
    streaks.into_values().max().unwrap_or_default()
}

/// When a member left the version that the rollout comes from, as far as its runs before it are evidence. The last run
/// before the move says nothing where an earlier bad version lies between.
fn left_base(
    facts: &Facts<'_>,
    member: &Member,
    target: i64,
    base: Option<i64>,
) -> Option<Timestamp> {
    let earlier = facts.versions.iter().map(|it| it.number);
    let before = earlier.filter(|number| *number < target).max();
    match (member.stamp_for(target), base) {
        (Some(stamp), _) if before == Some(stamp.from) || stamp.from > target => Some(stamp.at),
        (Some(stamp), _) => facts.followed_at(stamp.from).map(|at| at.min(stamp.at)),
        (None, Some(base)) if base < target => facts.followed_at(base),
        (None, _) => facts.version(target)?.published_at,
    }
}

/// Whether the last run of a flow before the rollout was good; `None` where there was none.
fn good_before(
    facts: &Facts<'_>,
    evidence: &Evidence,
    member: &Member,
    flow: &str,
    (target, base): (i64, Option<i64>),
    needs: &mut Needs,
) -> Result<Option<bool>, String> {
    let Some(left) = left_base(facts, member, target, base) else {
        return Err(format!(
            "when {} left its version is not known",
            member.name
        ));
    };
    let Some(id) = &member.instance else {
        return Err(format!("{} has no live instance", member.name));
    };
    let past = match evidence.past.get(id) {
        Some(Asked::Known(past)) => past,
        Some(Asked::Unknown(why)) => {
            return Err(format!("earlier executions could not be read: {why}"));
        }
        Some(Asked::NotAsked) | None => {
            needs.past.insert(id.clone(), left);
            return Err(UNREAD.to_owned());
        }
    };
    let own = past
        .runs
        .iter()
        .filter(|run| run.flow == flow && run.started_at < left);
    let said = own.filter(|run| run.outcome != Outcome::Nothing);
    let last = said.max_by(|a, b| (a.started_at, &a.id).cmp(&(b.started_at, &b.id)));
    match (last, past.back_to) {
        (Some(run), _) => Ok(Some(run.outcome == Outcome::Good)),
        (None, None) => Ok(None),
        (None, Some(back_to)) => {
            needs.further.insert(id.clone(), back_to);
            Err(format!(
                "the last run of {flow:?} of {} is further back",
                member.name
            ))
        }
    }
}

fn newly_failed(
    member: &Member,
    flow: &str,
    runs: &[&Run],
    ran_before: bool,
    evidence: &Evidence,
) -> Option<NewlyFailed> {
    let (first, last) = (runs.first()?, runs.last()?);
    let past = member
        .instance
        .as_ref()
        .and_then(|id| evidence.past.get(id)?.known());
    let good = past.iter().flat_map(|past| &past.runs);
    let good = good.filter(|run| run.flow == flow && run.outcome == Outcome::Good);
    Some(NewlyFailed {
        member: member.name.clone(),
        wave: None,
        flow: flow.to_owned(),
        failed: runs.len(),
        since: first.started_at,
        run: last.id.clone(),
        error: last.error.clone(),
        good_before: good.map(|run| run.started_at).max().filter(|_| ran_before),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_exact() {
        let ten = Share::Percent(10.0);
        assert!(
            within(&ten, 0, 2) && !within(&ten, 1, 2),
            "10% of 2 is none"
        );
        assert!(within(&ten, 1, 10) && !within(&ten, 2, 19) && within(&ten, 2, 20));
        assert!(within(&Share::Count(1), 1, 1) && !within(&Share::Count(0), 1, 100));
        assert!(reaches(&ten, 1, 10) && !reaches(&ten, 1, 11) && reaches(&ten, 0, 0));
        assert!(reaches(&Share::Count(2), 2, 2) && !reaches(&Share::Count(3), 2, 2));
    }
}
