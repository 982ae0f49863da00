//! Rollouts as the last plan derived them.

use super::View;
use super::about::{act, as_of, brief as short, not_now, words};
use crate::api;
use crate::api::page::{
    Act, ActName, Gate, Headline, IntegrationRollout, Link, Newly, Part, RolloutPage,
    RolloutSummary, RolloutWave, Rollouts, Sentence, Soak, State,
};
use crate::api::rollout::{Rollout, RolloutState, Wave, WaveState};
use crate::plan::PlannedRollout;

/// How many members that newly fail are shown.
const FAILED: usize = 50;

fn planned<'a>(view: &View<'a>) -> impl Iterator<Item = &'a PlannedRollout> {
    view.status.plan.iter().flat_map(|plan| &plan.rollouts)
}

fn is_open(rollout: &PlannedRollout) -> bool {
    rollout.is_to_come()
}

/// How many are under way.
pub(super) fn open(view: &View<'_>) -> u64 {
    planned(view).filter(|it| is_open(it)).count() as u64
}

/// The target and the rollout of an integration, where one is under way.
pub(super) fn brief(view: &View<'_>, name: &str) -> (Option<String>, Option<IntegrationRollout>) {
    let Some(found) = planned(view).find(|it| it.address.name.as_str() == name) else {
        return (None, None);
    };
    let described = Rollout::from(found);
    let target = described.target.map(|it| it.to_string());
    let rollout = is_open(found).then(|| IntegrationRollout {
        state: described.state,
        text: words(short(&described.reason)),
    });
    (target, rollout)
}

/// What of rollouts is to be looked at.
pub(super) fn headlines(view: &View<'_>) -> Vec<Headline> {
    let open = planned(view).filter(|it| is_open(it));
    open.filter_map(|it| headline(it, &Rollout::from(it)))
        .collect()
}

fn headline(planned: &PlannedRollout, described: &Rollout) -> Option<Headline> {
    let (state, person) = match described.state {
        RolloutState::Stopped => (State::Failing, true),
        RolloutState::Standing | RolloutState::Withdrawn | RolloutState::Paused => {
            (State::Blocked, true)
        }
        RolloutState::GoingBack | RolloutState::Moving => (State::Changing, false),
        RolloutState::Soaking | RolloutState::Waiting => (State::Held, false),
        RolloutState::Settled | RolloutState::Finished => return None,
    };
    let name = planned.address.name.to_string();
    let to = Link::Rollout {
        integration: name.clone(),
    };
    let version = described
        .target
        .map(|it| format!(" {it}"))
        .unwrap_or_default();
    Some(Headline {
        id: format!("rollout-{name}"),
        state,
        person,
        count: (described.failures.len() as u64).max(1),
        text: vec![
            Part::link(format!("{}{version}", planned.display_name), to.clone()),
            Part::text(format!(
                " {}: {}",
                described.state,
                short(&described.reason)
            )),
        ],
        since: None,
        next: next(described),
        link: to,
    })
}

fn next(described: &Rollout) -> Sentence {
    if let Some(first) = described.next.first() {
        return words(short(first));
    }
    match described.until {
        Some(at) => vec![Part::text("Goes on "), Part::At { at }],
        None => words("The next pass goes on with it"),
    }
}

/// All of them, those under way first.
pub(super) fn all(view: &View<'_>) -> Rollouts {
    let (open, rest): (Vec<_>, Vec<_>) = planned(view).partition(|it| is_open(it));
    let rows = open.into_iter().chain(rest);
    Rollouts {
        as_of: as_of(view),
        rows: rows.map(|it| summary(it, &Rollout::from(it))).collect(),
    }
}

fn summary(planned: &PlannedRollout, described: &Rollout) -> RolloutSummary {
    RolloutSummary {
        integration: planned.address.name.to_string(),
        display_name: planned.display_name.clone(),
        from: described.base.map(|it| it.to_string()),
        to: described.target.map(|it| it.to_string()),
        state: described.state,
        says: short(&described.reason),
        moved: described.waves.iter().map(|it| it.moved).sum(),
        total: described.waves.iter().map(|it| it.counted).sum(),
        next: next(described),
    }
}

/// One of them.
pub(super) fn one(view: &View<'_>, name: &str) -> Option<RolloutPage> {
    let planned = planned(view).find(|it| it.address.name.as_str() == name)?;
    let described = Rollout::from(planned);
    let failed = described
        .failures
        .iter()
        .take(FAILED)
        .map(|it| newly(view, it));
    Some(RolloutPage {
        as_of: as_of(view),
        summary: summary(planned, &described),
        waves: described
            .waves
            .iter()
            .map(|it| wave(it, &described))
            .collect(),
        newly_failed: failed.collect(),
        acts: acts(view, &described),
    })
}

fn newly(view: &View<'_>, failed: &api::rollout::FailedFlow) -> Newly {
    let row = view.page().row(&failed.instance.0);
    let customer = row.and_then(|it| it.customer.clone());
    let error = failed.error.as_deref().map(short).unwrap_or_default();
    Newly {
        address: failed.instance.clone(),
        customer: customer.unwrap_or_else(|| failed.instance.0.clone()),
        good_at: failed.good_before,
        failed: failed.failed,
        error: format!("{}: {error}", failed.flow),
        at: failed.since,
    }
}

fn wave(wave: &Wave, described: &Rollout) -> RolloutWave {
    let soak = matches!(wave.state, WaveState::Soaking | WaveState::Waiting);
    RolloutWave {
        name: wave.name.clone(),
        who: crate::model::counted(wave.counted, "member"),
        state: wave.state,
        says: match &wave.reason {
            Some(reason) => format!("{}: {}", wave.state, short(reason)),
            None => wave.state.to_string(),
        },
        members: wave.counted,
        moved: wave.moved,
        soak: soak.then(|| Soak {
            needs: "until".to_owned(),
            ends_at: wave.until,
        }),
        gate: gate(wave, described),
    }
}

/// What was found of a wave that has begun.
fn gate(wave: &Wave, described: &Rollout) -> Vec<Gate> {
    if wave.moved == 0 {
        return Vec::new();
    }
    let found = |name: &str, text: String, value: String, holds: Option<bool>| Gate {
        name: name.to_owned(),
        text,
        limit: String::new(),
        value,
        holds,
        why: wave.reason.clone().filter(|_| holds != Some(true)),
    };
    let stopped = wave.state == WaveState::Stopped;
    let failed = described.failures.len().to_string();
    let holds = match wave.state {
        WaveState::Standing => None,
        WaveState::Stopped => Some(false),
        WaveState::Closed
        | WaveState::Open
        | WaveState::Soaking
        | WaveState::Waiting
        | WaveState::Passed
        | WaveState::Held => Some(true),
    };
    let mut all = vec![found(
        "newlyFailed",
        "Flows that newly fail, in all waves".to_owned(),
        failed,
        if stopped {
            Some(described.failures.is_empty())
        } else {
            holds
        },
    )];
    all.push(found(
        "blocked",
        "Blocked or pending".to_owned(),
        wave.blocked.to_string(),
        holds.or(Some(true)).filter(|_| !stopped),
    ));
    if let Some(executions) = wave.executions {
        all.push(found(
            "executions",
            "Runs finished since the moves".to_owned(),
            executions.to_string(),
            Some(wave.state != WaveState::Waiting),
        ));
    }
    all
}

/// What a person may ask for: labels on the live integration, as the commands of the same names set them.
fn acts(view: &View<'_>, described: &Rollout) -> Vec<Act> {
    let done = matches!(
        described.state,
        RolloutState::Settled | RolloutState::Finished
    );
    let paused = described.state == RolloutState::Paused;
    let pause = match (done, paused) {
        (true, _) => not_now(ActName::Pause, "no rollout is under way"),
        (false, true) => act(
            view,
            ActName::Resume,
            words("What may happen since is derived anew."),
        ),
        (false, false) => act(
            view,
            ActName::Pause,
            words("No instance moves to another version until it is resumed."),
        ),
    };
    let abort = match (done, described.target) {
        (true, _) => not_now(ActName::Abort, "no rollout is under way"),
        (false, None) => not_now(ActName::Abort, "the number of its version is not known yet"),
        (false, Some(target)) => {
            let says = "who moved to it goes back with the next pass.";
            act(
                view,
                ActName::Abort,
                words(format!("Withdraws version {target}: {says}")),
            )
        }
    };
    vec![pause, abort]
}
