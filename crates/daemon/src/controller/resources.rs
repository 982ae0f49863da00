//! How each resource is after a pass.
//!
//! Pure: what the plan found, corrected by what was left alone and by how the
//! steps ended. What was applied counts as in step until the next reading.

use jiff::{SignedDuration, Timestamp};

use crate::api;
use crate::disposition::{Doubt, Facts, Hold, HoldState, Holds, Moment, results, word};
use crate::execute::Outcome;
use crate::model::{Address, Disposition, Health, SyncStatus};
use crate::plan::{Action, Excluded, Plan, PlannedResource, StepResult};

/// How a resource is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceStatus {
    /// What git calls it.
    pub address: Address,
    /// The display name in Prismatic.
    pub display_name: String,
    /// Whose it is, for instances.
    pub customer: Option<String>,
    /// Whether it matches.
    pub sync: SyncStatus,
    /// How it is.
    pub health: Health,
    /// Why, in one line.
    pub reason: String,
    /// What the user has to do about it, if anything.
    pub hint: Option<String>,
    /// What is still to be done.
    pub actions: Vec<Action>,
    /// When it is tried again, if that is settled.
    pub retry_at: Option<Timestamp>,
    /// Whether it proceeds now, and if not, why.
    pub disposition: Disposition,
}

impl From<&ResourceStatus> for api::resource::ResourceStatus {
    fn from(resource: &ResourceStatus) -> Self {
        Self {
            address: (&resource.address).into(),
            display_name: resource.display_name.clone(),
            customer: resource.customer.clone(),
            sync: resource.sync.into(),
            health: resource.health.into(),
            reason: resource.reason.clone(),
            hint: resource.hint.clone(),
            actions: resource.actions.iter().copied().map(Into::into).collect(),
            retry_at: resource.retry_at,
            disposition: Some(resource.disposition.into()),
            environment: None,
        }
    }
}

/// What happened to a plan.
#[derive(Debug, Clone, Copy)]
pub struct After<'a> {
    /// The plan, without what was held back.
    pub plan: &'a Plan,
    /// What was left alone, and why.
    pub holds: &'a Holds,
    /// The resources that lost steps by that.
    pub excluded: &'a Excluded,
    /// How the rest ended.
    pub outcome: &'a Outcome,
    /// What was learned from that.
    pub memory: &'a HoldState,
    /// Two names of the present moment.
    pub now: (Timestamp, Moment),
}

/// The resources of a plan after it was carried out.
#[must_use]
pub fn after(what: &After<'_>) -> Vec<ResourceStatus> {
    let results = results(what.plan, &what.outcome.steps);
    let waiting = what.plan.waiting();
    let one = |resource: &PlannedResource| {
        let mut status = as_planned(resource);
        let address = &resource.address;
        if let Some(hold) = what.holds.get(address) {
            held(&mut status, hold, what.now);
        } else if let Some(cause) = what.excluded.get(address) {
            status.reason = format!("waits for {cause}");
        } else if let Some(results) = results.get(address) {
            carried_out(&mut status, results);
            let retry = what.memory.retry_of(address);
            status.retry_at = retry.and_then(|at| moment(at, what.now));
        }
        status.disposition = word(&Facts {
            hold: what.holds.get(address),
            behind: what.excluded.contains_key(address),
            on_hold: resource.on_hold.is_some(),
            retried: status.retry_at.is_some(),
            health: status.health,
            acts: !status.actions.is_empty(),
            waits: waiting.contains(address),
        });
        status
    };
    what.plan.resources.iter().map(one).collect()
}

fn as_planned(resource: &PlannedResource) -> ResourceStatus {
    ResourceStatus {
        address: resource.address.clone(),
        display_name: resource.display_name.clone(),
        customer: resource.customer.clone(),
        sync: resource.sync,
        health: resource.health,
        reason: resource.why().into_owned(),
        hint: resource.hint.clone(),
        actions: resource.actions.clone(),
        retry_at: None,
        disposition: Disposition::None,
    }
}

fn held(status: &mut ResourceStatus, hold: &Hold, now: (Timestamp, Moment)) {
    match hold {
        Hold::Backoff {
            failures,
            until,
            message,
        } => {
            status.health = Health::Degraded;
            status.reason = match failures {
                1 => format!("failed: {message}"),
                n => format!("failed {n} times in a row: {message}"),
            };
            status.retry_at = moment(*until, now);
        }
        Hold::Flapping { until } => {
            status.health = Health::Degraded;
            status.reason = "something else keeps changing it".to_owned();
            status.hint = Some(
                "find the other writer; it is left alone until the files change \
                 or it has been quiet for 10 minutes"
                    .to_owned(),
            );
            status.retry_at = moment(*until, now);
        }
        Hold::Drift => {
            status.reason = format!("drifted, and drift is only reported: {}", status.reason);
        }
        Hold::Guard { message } | Hold::Window { message } => {
            status.health = Health::Blocked;
            status.reason = format!("refused by a guard: {message}");
            status.hint =
                Some("approve this one plan with `apply --approve`, or mend the files".to_owned());
        }
        Hold::Paused { reason, until } => {
            status.reason = format!("paused ({reason}): {}", status.reason);
            status.retry_at = *until;
        }
        Hold::Vanished(Doubt::Once(until)) => {
            status.reason = format!(
                "{}; left alone until a second reading of the files agrees",
                status.reason
            );
            status.retry_at = moment(*until, now);
        }
        Hold::Vanished(Doubt::Midway(what)) => {
            status.reason = format!(
                "{}; left alone, because git is in the middle of {what} here",
                status.reason
            );
            status.hint = Some("end it with git: nothing is removed before".to_owned());
        }
        Hold::Approval => {
            status.reason = format!("waits for approval: {}", status.reason);
            status.hint =
                Some("`prism-gitops approve` shows what is approved, and lets it go".to_owned());
        }
        // The plan says why.
        Hold::ByHand(on_hold) => status.retry_at = on_hold.hold.ends(),
        Hold::InvalidFiles => {
            status.reason = format!(
                "nothing is written while files are wrong: {}",
                status.reason
            );
        }
    }
}

fn carried_out(status: &mut ResourceStatus, results: &[&StepResult]) {
    let failed = results.iter().find_map(|result| match result {
        StepResult::Failed { message, .. } => Some(message),
        _ => None,
    });
    if let Some(message) = failed {
        status.health = Health::Degraded;
        status.reason = format!("failed: {message}");
    } else if results.iter().all(|r| r.is_done()) {
        status.sync = SyncStatus::Synced;
        status.actions.clear();
        "applied".clone_into(&mut status.reason);
        if matches!(status.health, Health::Missing | Health::Degraded) {
            status.health = Health::Progressing;
        }
    } else if let Some(StepResult::Skipped { because }) = results
        .iter()
        .find(|r| matches!(r, StepResult::Skipped { .. }))
    {
        status.reason = format!("skipped: {because}");
    }
}

fn moment(at: Moment, (now, moment): (Timestamp, Moment)) -> Option<Timestamp> {
    let ahead = SignedDuration::try_from(at.saturating_sub(moment)).ok()?;
    now.checked_add(ahead).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::controller::testing::{deploy, failing, instance, plan_of, succeeding};

    fn shown(plan: &Plan, hold: Option<Hold>, outcome: &Outcome) -> String {
        let holds = hold.map(|hold| (instance("a"), hold)).into_iter().collect();
        let now = (Timestamp::UNIX_EPOCH, Moment::from_secs(1000));
        let after = after(&After {
            plan,
            holds: &holds,
            excluded: &Excluded::new(),
            outcome,
            memory: &HoldState::default(),
            now,
        });
        let ResourceStatus {
            sync,
            health,
            reason,
            retry_at,
            ..
        } = &after[0];
        let at = retry_at.map(|at| format!(" at {at}")).unwrap_or_default();
        format!("{sync} {health}: {reason}{at}")
    }

    #[test]
    fn holds_and_results_correct_what_was_planned() {
        let plan = plan_of(vec![deploy(0, "a", &[])]);
        let nothing = Outcome::default();
        let until = Moment::from_secs(1000) + std::time::Duration::from_secs(60);
        let backoff = Hold::Backoff {
            failures: 2,
            until,
            message: "no".to_owned(),
        };
        let paused = Hold::Paused {
            reason: "release".to_owned(),
            until: None,
        };
        let lines = [
            shown(&plan, None, &nothing),
            shown(&plan, None, &succeeding(&plan)),
            shown(&plan, None, &failing(&plan, "no")),
            shown(&plan, Some(Hold::Drift), &nothing),
            shown(&plan, Some(Hold::InvalidFiles), &nothing),
            shown(&plan, Some(paused), &nothing),
        ];
        insta::assert_snapshot!(lines.join("\n"), @"
        OutOfSync Healthy: needs a deploy
        Synced Healthy: applied
        OutOfSync Degraded: failed: no
        OutOfSync Healthy: drifted, and drift is only reported: needs a deploy
        OutOfSync Healthy: nothing is written while files are wrong: needs a deploy
        OutOfSync Healthy: paused (release): needs a deploy
        ");
        assert_eq!(
            shown(&plan, Some(backoff), &nothing),
            "OutOfSync Degraded: failed 2 times in a row: no at 1970-01-01T00:01:00Z"
        );
        let line = shown(&plan, Some(Hold::Flapping { until }), &nothing);
        assert!(
            line.starts_with("OutOfSync Degraded: something else keeps changing it at"),
            "{line}"
        );
    }
}
