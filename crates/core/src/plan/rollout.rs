//! The rollouts of a plan: their state, beside the resources that they hold or move.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use prism_gitops_api as api;
use prism_gitops_api::rollout::{FailedFlow, LeftOut, RolloutState, WaveState as Word};

use super::{Action, Plan, PlannedResource};
use crate::model::{Address, ResourceName, SequenceId, counted};
use crate::rollout::{Bypass, Derived, NewlyFailed, Phase, RanOn, Turn, WavePhase, WaveState};

/// The rollout of one integration, as a plan was made.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedRollout {
    /// The integration.
    pub address: Address,
    /// Its display name.
    pub display_name: String,
    /// What identifies the integration for its whole life, where the API says it.
    pub sequence: Option<SequenceId>,
    /// How far it has come.
    pub derived: Derived,
    /// Who runs which version, and who left one before that had proven itself.
    pub ran: Vec<RanOn>,
}

impl PlannedRollout {
    /// Whether a member is still to move, or to go back.
    #[must_use]
    pub fn is_to_come(&self) -> bool {
        match self.derived.phase {
            Phase::Settled | Phase::Finished => false,
            Phase::Moving
            | Phase::Soaking
            | Phase::Waiting
            | Phase::Standing
            | Phase::Stopped
            | Phase::GoingBack
            | Phase::Withdrawn
            | Phase::Paused => true,
        }
    }

    /// The turn that it has taken; `None` while that is not known, and before the version is published.
    #[must_use]
    pub fn turn(&self) -> Option<RolloutTurn> {
        let derived = &self.derived;
        let target = derived.target.filter(|_| derived.unread.is_none())?;
        let open = derived
            .waves
            .iter()
            .find(|it| it.phase != WavePhase::Passed);
        let open = open.map(|it| it.name.as_str()).unwrap_or_default();
        let why = &derived.reason;
        let (turn, words) = match derived.phase {
            Phase::Settled | Phase::Finished => ("finished".to_owned(), why.clone()),
            Phase::Moving | Phase::Soaking if open.is_empty() => ("moving".to_owned(), why.clone()),
            Phase::Moving | Phase::Soaking => {
                (format!("wave {open}"), format!("wave {open} has opened"))
            }
            Phase::Waiting => (format!("waits {open}"), why.clone()),
            Phase::Standing => (format!("stands {why}"), format!("it stands: {why}")),
            Phase::Stopped => ("stopped".to_owned(), format!("the gate stopped it: {why}")),
            Phase::GoingBack => ("back".to_owned(), format!("members go back: {why}")),
            Phase::Withdrawn => ("withdrawn".to_owned(), why.clone()),
            Phase::Paused => ("paused".to_owned(), why.clone()),
        };
        let bypassed = self.is_to_come().then_some(derived.bypassed);
        let (past_key, past_words) = past(bypassed.unwrap_or_default());
        Some(RolloutTurn {
            key: format!("{target} {turn}{past_key}"),
            words: format!("version {target}: {words}{past_words}"),
            asks: match derived.phase {
                Phase::Waiting | Phase::Standing | Phase::Stopped => true,
                Phase::Settled
                | Phase::Finished
                | Phase::Moving
                | Phase::Soaking
                | Phase::GoingBack
                | Phase::Withdrawn
                | Phase::Paused => false,
            },
            over: !self.is_to_come(),
        })
    }

    /// What of its evidence could not be read.
    fn unread(&self) -> Option<String> {
        let why = self.derived.unread.as_ref()?;
        Some(format!("{}: {why}", self.address))
    }

    /// How many members do something now.
    pub(super) fn count(&self, which: impl Fn(&Turn) -> bool) -> u64 {
        self.derived
            .turns
            .values()
            .filter(|turn| which(turn))
            .count() as u64
    }

    /// How many members do what, for metrics.
    #[must_use]
    pub fn members(&self) -> [(&'static str, u64); 5] {
        let moved = self.derived.waves.iter().map(|it| it.moved as u64).sum();
        [
            ("moved", moved),
            ("now", self.now()),
            ("later", self.later()),
            ("back", self.back()),
            ("left-out", self.derived.left_out.len() as u64),
        ]
    }

    pub(super) fn now(&self) -> u64 {
        self.count(|turn| {
            matches!(
                turn,
                Turn::Moves { .. } | Turn::Bypasses { .. } | Turn::Finishes { .. } | Turn::Returns
            )
        })
    }

    pub(super) fn back(&self) -> u64 {
        self.count(|turn| matches!(turn, Turn::Back { .. }))
    }

    pub(super) fn later(&self) -> u64 {
        self.count(|turn| matches!(turn, Turn::Waits { .. } | Turn::Begins { .. }))
    }

    /// The reasons why members are left out, and how many for each.
    pub(super) fn left_out(&self) -> BTreeMap<&str, u64> {
        let mut reasons = BTreeMap::new();
        for reason in self.derived.left_out.values() {
            *reasons.entry(reason.as_str()).or_default() += 1;
        }
        reasons
    }
}

/// What the members that were sent past the waves add to key and words of a turn. Their stamps are the source, so that it is
/// reported wherever the command ran.
fn past(bypassed: usize) -> (String, String) {
    match bypassed {
        0 => (String::new(), String::new()),
        some => (
            format!(" past {some}"),
            format!("; {} sent past the waves", counted(some, "member")),
        ),
    }
}

/// A turn of a rollout that is worth reporting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RolloutTurn {
    /// The same as long as nothing worth reporting happens.
    pub key: String,
    /// What has happened, for people.
    pub words: String,
    /// It stays like this until a person does something: that is said again once a day.
    pub asks: bool,
    /// Nothing is to come any more.
    over: bool,
}

/// How often the same turn is reported where a person is waited for.
const DAILY: SignedDuration = SignedDuration::from_hours(24);

/// A turn that was reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportedTurn<'a> {
    /// Its key.
    pub key: &'a str,
    /// When, by the clock of the machine that did; `None` where that was not kept.
    pub at: Option<Timestamp>,
}

impl RolloutTurn {
    /// What is to be reported at a moment; `None` where that was done. Of one that is seen for the first time its end is no
    /// news.
    #[must_use]
    pub fn due(&self, before: Option<ReportedTurn<'_>>, now: Timestamp) -> Option<String> {
        let Some(before) = before else {
            return (!self.over).then(|| self.words.clone());
        };
        if before.key != self.key {
            return Some(self.words.clone());
        }
        let again = before.at.is_some_and(|at| now.duration_since(at) >= DAILY);
        (self.asks && again).then(|| format!("{} (still so)", self.words))
    }
}

impl Plan {
    /// The plan with the rollouts that it was made by. What of them could not be read, was not read of the tenant.
    #[must_use]
    pub fn with_rollouts(mut self, rollouts: Vec<PlannedRollout>) -> Self {
        self.unread
            .extend(rollouts.iter().filter_map(PlannedRollout::unread));
        self.rollouts = rollouts;
        self.leave_bypassed();
        self
    }

    /// The instances that wait for their waves.
    #[must_use]
    pub fn waiting(&self) -> BTreeSet<Address> {
        let turns = self.rollouts.iter().flat_map(|it| &it.derived.turns);
        let waiting = turns.filter(|(_, turn)| matches!(turn, Turn::Waits { .. }));
        waiting
            .map(|(name, _)| Address::instance(name.clone()))
            .collect()
    }

    /// Of those who may move past their rollout, the ones that this plan moves: the rest is of another part of the project,
    /// or on hold with something that it depends on, and goes on waiting.
    fn leave_bypassed(&mut self) {
        let moves = |it: &&PlannedResource| {
            let mut actions = it.actions.iter();
            actions.any(|it| matches!(it, Action::Upgrade | Action::Create))
        };
        let moving = self.resources.iter().filter(moves);
        let moving: BTreeSet<ResourceName> = moving.map(|it| it.address.name.clone()).collect();
        for rollout in &mut self.rollouts {
            let derived = &mut rollout.derived;
            if let Some(bypass) = &mut derived.bypass {
                bypass.members.retain(|it| moving.contains(it));
            }
            for (name, turn) in &mut derived.turns {
                if let Turn::Bypasses { .. } = turn
                    && !moving.contains(name)
                {
                    let why = "waits for its wave".to_owned();
                    *turn = Turn::Waits { why };
                }
            }
        }
    }
}

impl From<&PlannedRollout> for api::rollout::Rollout {
    fn from(planned: &PlannedRollout) -> Self {
        let derived = &planned.derived;
        let left_out = planned.left_out().into_iter();
        Self {
            integration: (&planned.address).into(),
            target: derived.target,
            base: derived.base,
            state: state(derived.phase),
            reason: derived.reason.clone(),
            waves: derived.waves.iter().map(wave).collect(),
            now: planned.now(),
            back: planned.back(),
            later: planned.later(),
            left_out: left_out
                .map(|(reason, members)| LeftOut {
                    reason: reason.to_owned(),
                    members,
                })
                .collect(),
            failures: derived.failures.iter().map(failure).collect(),
            failed_before: derived.failed_before as u64,
            approved: derived.approved.clone(),
            bypass: derived.bypass.as_ref().map(bypass),
            bypassed: Some(derived.bypassed as u64).filter(|it| *it > 0),
            warnings: derived.warnings.clone(),
            until: derived.until,
            next: derived.next.clone(),
        }
    }
}

pub(super) fn state(phase: Phase) -> RolloutState {
    match phase {
        Phase::Settled => RolloutState::Settled,
        Phase::Moving => RolloutState::Moving,
        Phase::Soaking => RolloutState::Soaking,
        Phase::Waiting => RolloutState::Waiting,
        Phase::Standing => RolloutState::Standing,
        Phase::Stopped => RolloutState::Stopped,
        Phase::GoingBack => RolloutState::GoingBack,
        Phase::Withdrawn => RolloutState::Withdrawn,
        Phase::Paused => RolloutState::Paused,
        Phase::Finished => RolloutState::Finished,
    }
}

impl WavePhase {
    /// Its word, without reason and time.
    #[must_use]
    pub fn word(&self) -> &'static str {
        word(self).as_str()
    }
}

pub(super) fn word(phase: &WavePhase) -> Word {
    match phase {
        WavePhase::Closed => Word::Closed,
        WavePhase::Open => Word::Open,
        WavePhase::Soaking(_) => Word::Soaking,
        WavePhase::Waiting(_) => Word::Waiting,
        WavePhase::Passed => Word::Passed,
        WavePhase::Standing(_) => Word::Standing,
        WavePhase::Stopped(_) => Word::Stopped,
        WavePhase::Held => Word::Held,
    }
}

fn wave(wave: &WaveState) -> api::rollout::Wave {
    let (reason, until) = match &wave.phase {
        WavePhase::Standing(why) | WavePhase::Stopped(why) => (Some(why.clone()), None),
        WavePhase::Soaking(until) | WavePhase::Waiting(until) => (None, Some(*until)),
        WavePhase::Closed | WavePhase::Open | WavePhase::Passed | WavePhase::Held => (None, None),
    };
    api::rollout::Wave {
        name: wave.name.clone(),
        state: word(&wave.phase),
        reason,
        counted: wave.counted as u64,
        moved: wave.moved as u64,
        now: wave.now as u64,
        blocked: wave.hindered as u64,
        until,
        executions: wave.executions,
        runs: wave.runs.map(|runs| api::rollout::Runs {
            good: runs.good,
            failed: runs.failed,
            newly_failed: runs.newly_failed,
        }),
    }
}

fn bypass(bypass: &Bypass) -> api::rollout::Bypass {
    api::rollout::Bypass {
        reason: bypass.reason.clone(),
        members: bypass.members.len() as u64,
        refused: bypass.refused.clone(),
    }
}

fn failure(failed: &NewlyFailed) -> FailedFlow {
    FailedFlow {
        instance: (&Address::instance(failed.member.clone())).into(),
        flow: failed.flow.clone(),
        failed: failed.failed as u64,
        since: failed.since,
        execution: failed.run.clone(),
        error: failed.error.clone(),
        good_before: failed.good_before,
    }
}
