//! Who ran a version and when, and which of its executions failed: what is reported and sent again after it was taken back.

use jiff::{SignedDuration, Timestamp};

use super::{Facts, Member, Outcome, Run};
use crate::model::{InstanceId, ResourceName};

/// The time that a member ran a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RanOn {
    /// The member.
    pub member: ResourceName,
    /// Which live instance it is.
    pub instance: InstanceId,
    /// Its customer, as shares are drawn by.
    pub customer: String,
    /// The version's number.
    pub version: i64,
    /// Since when.
    pub since: Timestamp,
    /// Until when; `None` while it runs it.
    pub until: Option<Timestamp>,
}

/// A failed execution of a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedRun {
    /// Who.
    pub ran: RanOn,
    /// Its id, flow, time and error.
    pub run: Run,
}

/// Who ran a version, and when, as far as stamps and deploys say.
#[must_use]
pub fn who_ran(facts: &Facts<'_>) -> Vec<RanOn> {
    let mut all = Vec::new();
    for member in facts.members.iter().filter(|it| it.governed()) {
        let Some(instance) = &member.instance else {
            continue;
        };
        let ran = |version, since, until| RanOn {
            member: member.name.clone(),
            instance: instance.clone(),
            customer: member.customer.clone(),
            version,
            since,
            until,
        };
        if let Some(left) = member.ran {
            all.push(ran(left.version, left.since, ended(member, left.until)));
        }
        if let Some(current) = member.current
            && let Some(since) = member.moved_at(current)
        {
            all.push(ran(current, since, None));
        }
    }
    all
}

/// How long after another version was set its deploy may come to count as the one that replaced the version before. A later
/// one may have been for anything, and what ran before it is not known to have run that version.
const REPLACED: SignedDuration = SignedDuration::from_hours(1);

/// Until when a member ran a version that it left at a moment: setting another one changes nothing of what runs, the deploy
/// after it does. `None` while that is outstanding.
fn ended(member: &Member, left: Timestamp) -> Option<Timestamp> {
    let deployed = member.last_deployed_at.filter(|at| *at >= left)?;
    let replaced = deployed.duration_since(left) <= REPLACED;
    Some(if replaced { deployed } else { left })
}

/// The executions of a version that failed and were not made good, by customer, member and flow, oldest first.
#[must_use]
pub fn failed_on(ran: &[RanOn], version: i64, runs: &[Run]) -> Vec<FailedRun> {
    let mut found: Vec<FailedRun> = Vec::new();
    for ran in ran.iter().filter(|it| it.version == version) {
        let during = |run: &&Run| {
            run.instance == ran.instance
                && run.outcome == Outcome::Failed
                && run.started_at > ran.since
                && ran.until.is_none_or(|until| run.started_at <= until)
        };
        let own = runs.iter().filter(during).cloned();
        found.extend(own.map(|run| FailedRun {
            ran: ran.clone(),
            run,
        }));
    }
    let key = |it: &FailedRun| {
        (
            it.ran.customer.clone(),
            it.ran.member.clone(),
            it.run.flow.clone(),
            it.run.started_at,
            it.run.id.clone(),
        )
    };
    found.sort_by_cached_key(key);
    found.dedup_by(|a, b| a.run.id == b.run.id);
    found
}
