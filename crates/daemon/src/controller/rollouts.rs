//! Asks what rollouts need to know, as often as they need more, and hands their decisions to the comparison.
//!
//! Decides nothing: what is to be read next and what it comes to is in `core::rollout`.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::diff::{Admissions, ChangeSet, Inputs, RolloutFacts, rollout_facts};
use crate::model::{Address, SequenceId, VersionId, chain};
use crate::plan::{Plan, PlannedRollout};
use crate::prismatic::platform::Platform;
use crate::rollout::{
    Derived, Evidence, Facts, Phase, RolloutNotes, Turn, bypass, derive, who_ran,
};
use crate::store::RolloutStore;
use crate::windows;

/// How often evidence is asked for in one pass. What is still open then holds the rollout until the next one.
const ROUNDS: usize = 8;

/// What the rollouts of a project come to.
#[derive(Debug, Default)]
pub(super) struct Decided {
    /// For the comparison.
    pub(super) admissions: Admissions,
    /// For people.
    pub(super) rollouts: Vec<PlannedRollout>,
    /// Versions that members go back to, of which it is not known what they require.
    pub(super) unread: BTreeSet<VersionId>,
}

/// What a person wants of the rollouts besides what they decide by themselves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RolloutRequest {
    /// Members that wait for their waves move all the same, for this reason.
    pub bypass: Option<String>,
    /// Say how the runs of each wave ended, also where the gate does not need it.
    pub count_runs: bool,
}

/// Derives the rollouts of all integrations that have any.
pub(super) async fn decide(
    platform: &dyn Platform,
    (notes, request): (&RolloutNotes, &RolloutRequest),
    inputs: &Inputs<'_>,
    changes: &ChangeSet,
) -> Decided {
    let now = platform.server_now();
    let at = now.unwrap_or(Timestamp::MIN);
    let closed = |all: &[_]| windows::holds(all, at);
    let mut decided = Decided::default();
    for mut one in rollout_facts(inputs, changes, now, notes, &closed) {
        one.facts.looked_at = request.count_runs;
        let sequence = one.live.and_then(|live| live.sequence.as_ref());
        let mut derived = derive_with_evidence(platform, sequence, &one.facts).await;
        if let Some(reason) = &request.bypass {
            derived = bypass(&one.facts, derived, reason);
        }
        decided.unread.extend(unread(&one, &derived));
        decided.admissions.take_in(one.integration, &derived);
        decided.rollouts.push(PlannedRollout {
            address: Address::integration(one.integration.clone()),
            display_name: one.display_name,
            sequence: sequence.cloned(),
            ran: who_ran(&one.facts),
            derived,
        });
    }
    decided
}

/// Derives, reads what is missing, and derives again.
async fn derive_with_evidence(
    platform: &dyn Platform,
    sequence: Option<&SequenceId>,
    facts: &Facts<'_>,
) -> Derived {
    let mut evidence = Evidence::default();
    let mut derived = derive(facts, &evidence);
    for _ in 0..ROUNDS {
        if derived.needs.is_empty() {
            break;
        }
        let read = match sequence {
            Some(sequence) => platform.executions(sequence, &derived.needs).await,
            None => Evidence::unknown(
                &derived.needs,
                "the API does not say which integration it is",
            ),
        };
        evidence.take_in(read);
        derived = derive(facts, &evidence);
    }
    derived
}

/// The versions that members go back to: what they require decides whether values would be lost.
fn unread(one: &RolloutFacts<'_>, derived: &Derived) -> BTreeSet<VersionId> {
    let to = derived.turns.values().filter_map(|turn| match turn {
        Turn::Back { to, .. } | Turn::Begins { on: to, .. } => Some(*to),
        Turn::Free
        | Turn::Done
        | Turn::Moves { .. }
        | Turn::Bypasses { .. }
        | Turn::Finishes { .. }
        | Turn::Returns
        | Turn::Waits { .. } => None,
    });
    let to: BTreeSet<i64> = to.collect();
    let versions = one.live.iter().flat_map(|live| &live.versions.items);
    let versions = versions.filter(|it| to.contains(&it.number) && it.required.known().is_none());
    versions.map(|it| it.id.clone()).collect()
}

/// What is noted of rollouts beside the tenant. Where it cannot be read, it is as if nothing were: failures are asked about
/// again, and no member moves that would not otherwise.
pub(super) fn noted(store: &RolloutStore, environment: &str) -> RolloutNotes {
    store.load(environment).unwrap_or_else(|error| {
        tracing::warn!(
            event = "rollouts.unread",
            "what is noted of rollouts is not used: {}",
            chain(&error)
        );
        RolloutNotes::default()
    })
}

/// Notes which versions all members run, and which were withdrawn since. A lost note costs waves only, so it is no
/// reason to fail.
pub(super) fn note_finished(store: &RolloutStore, plan: &Plan) {
    let turns = plan.rollouts.iter().filter_map(|it| {
        let derived = &it.derived;
        let withdrawn = matches!(derived.phase, Phase::Withdrawn | Phase::GoingBack);
        let withdrawn = derived.target.filter(|_| withdrawn);
        let turn = derived.finished.map(|it| (it, true));
        let (version, finished) = turn.or(withdrawn.map(|it| (it, false)))?;
        Some((it.sequence.as_ref()?.as_str(), version, finished))
    });
    let turns: Vec<(&str, i64, bool)> = turns.collect();
    let mut known = noted(store, &plan.environment);
    let mut is_new = |(sequence, version, finished): &(&str, i64, bool)| {
        known.finish(sequence, *version, *finished)
    };
    if turns.iter().filter(|it| is_new(it)).count() == 0 {
        return;
    }
    let note = |notes: &mut RolloutNotes| {
        for (sequence, version, finished) in &turns {
            notes.finish(sequence, *version, *finished);
        }
    };
    if let Err(error) = store.update(&plan.environment, note) {
        tracing::warn!(
            event = "rollouts.unkept",
            "which versions are finished could not be noted: {}",
            chain(&error)
        );
    }
}
