//! Simulations in a plan: the outcomes of instances, counted, and those with the same outcome together.

use std::collections::{BTreeMap, BTreeSet};

use prism_gitops_api as api;
use prism_gitops_api::simulation::{
    Fate, Outcome, SimulatedCounts, SimulatedGroup, SimulatedInstance, SimulatedSource,
};

use super::{Plan, PlannedRollout};
use crate::diff::{Obstacle, Simulated, SimulatedVersion, Simulation};
use crate::model::Address;
use crate::rollout::Phase;

/// At most this many groups are listed; the others are summed up.
const GROUPS: usize = 20;

/// At most this many instances of each group are named.
pub(super) const EXAMPLES: usize = 3;

impl PlannedRollout {
    /// Whether no member has moved to its version yet, and at least one is to.
    #[must_use]
    pub fn is_to_start(&self) -> bool {
        let moved: usize = self.derived.waves.iter().map(|it| it.moved).sum();
        let starts = match self.derived.phase {
            Phase::Moving | Phase::Standing | Phase::Paused => true,
            Phase::Settled
            | Phase::Soaking
            | Phase::Waiting
            | Phase::Stopped
            | Phase::GoingBack
            | Phase::Withdrawn
            | Phase::Finished => false,
        };
        starts && moved == 0 && self.now() + self.later() > 0
    }
}

impl Plan {
    /// The plan with what was simulated, as far as that is about resources of it.
    #[must_use]
    pub fn with_simulations(mut self, mut simulations: Vec<Simulation>) -> Self {
        if simulations.is_empty() {
            return self;
        }
        let own: BTreeSet<&Address> = self.resources.iter().map(|it| &it.address).collect();
        for simulation in &mut simulations {
            simulation.instances.retain(|it| own.contains(&it.address));
        }
        simulations.retain(|it| !it.instances.is_empty());
        self.simulations = simulations;
        self
    }
}

/// The outcome for an instance, in one word. An obstacle is certain, and outweighs what is not known.
pub(super) fn outcome(one: &Simulated) -> Outcome {
    if !one.blocked.is_empty() {
        Outcome::Blocked
    } else if !one.unknown.is_empty() {
        Outcome::Unknown
    } else if !one.consents.is_empty() {
        Outcome::NeedsConsent
    } else if one.from.is_none() {
        Outcome::Creates
    } else {
        Outcome::Upgrades
    }
}

pub(super) fn counts(simulation: &Simulation) -> SimulatedCounts {
    let mut counts = SimulatedCounts::default();
    for one in &simulation.instances {
        counts.instances += 1;
        counts.loses_values += u64::from(!one.losses.is_empty());
        *match outcome(one) {
            Outcome::Upgrades => &mut counts.upgrades,
            Outcome::Creates => &mut counts.creates,
            Outcome::Blocked => &mut counts.blocked,
            Outcome::NeedsConsent => &mut counts.needs_consent,
            Outcome::Unknown => &mut counts.unknown,
        } += 1;
    }
    counts
}

/// Instances of which a simulation says the same; never empty.
pub(super) struct Together<'a> {
    pub(super) outcome: Outcome,
    pub(super) instances: Vec<&'a Simulated>,
}

/// What instances are grouped by: at a config variable the reason may be about one customer, as with secrets.
type Common<'a> = (
    u8,
    Vec<(Option<&'a str>, Option<&'a str>)>,
    &'a [String],
    &'a [String],
    Vec<(Option<&'a str>, Option<&'a str>)>,
);

fn common(one: &Simulated) -> Common<'_> {
    fn keys(all: &[Obstacle]) -> Vec<(Option<&str>, Option<&str>)> {
        let apart = |it: &'_ Obstacle| it.variable.is_none();
        all.iter()
            .map(|it| {
                let reason = Some(it.reason.as_str()).filter(|_| apart(it));
                (it.variable.as_deref(), reason)
            })
            .collect()
    }
    (
        rank(&outcome(one)),
        keys(&one.blocked),
        &one.consents,
        &one.losses,
        keys(&one.unknown),
    )
}

/// What needs a person comes first.
fn rank(outcome: &Outcome) -> u8 {
    match outcome {
        Outcome::Blocked => 0,
        Outcome::Unknown => 1,
        Outcome::NeedsConsent => 2,
        Outcome::Upgrades => 3,
        Outcome::Creates => 4,
    }
}

/// All groups, what needs a person first, and the largest of the same kind.
pub(super) fn together(simulation: &Simulation) -> Vec<Together<'_>> {
    let mut groups: BTreeMap<Common<'_>, Together<'_>> = BTreeMap::new();
    for one in &simulation.instances {
        let group = groups.entry(common(one)).or_insert_with(|| Together {
            outcome: outcome(one),
            instances: Vec::new(),
        });
        group.instances.push(one);
    }
    let mut groups: Vec<_> = groups.into_values().collect();
    groups.sort_by_key(|it| (rank(&it.outcome), std::cmp::Reverse(it.instances.len())));
    groups
}

/// The groups that are listed, and how many instances of the others fare how.
pub(super) fn listed(simulation: &Simulation) -> (Vec<Together<'_>>, Vec<(Outcome, u64)>) {
    let mut groups = together(simulation);
    let rest = groups.split_off(groups.len().min(GROUPS));
    let mut sums: Vec<(Outcome, u64)> = Vec::new();
    for group in rest {
        let more = group.instances.len() as u64;
        match sums.iter_mut().find(|it| it.0 == group.outcome) {
            Some(sum) => sum.1 += more,
            None => sums.push((group.outcome, more)),
        }
    }
    (groups, sums)
}

impl Together<'_> {
    /// What is said of each of them; a reason that is not the same for all is left out.
    pub(super) fn fate(&self) -> Option<Fate> {
        let mut fate = fate(self.instances.first()?);
        let unlike = |all: fn(&Simulated) -> &[Obstacle], place: usize, reason: &str| {
            let mut others = self.instances.iter().filter_map(|it| all(it).get(place));
            others.any(|it| it.reason != reason)
        };
        const DIFFERS: &str = "(differs by customer)";
        for (place, obstacle) in fate.blocked.iter_mut().enumerate() {
            if unlike(|it| &it.blocked, place, &obstacle.reason) {
                obstacle.reason = DIFFERS.to_owned();
            }
        }
        for (place, obstacle) in fate.unknown.iter_mut().enumerate() {
            if unlike(|it| &it.unknown, place, &obstacle.reason) {
                obstacle.reason = DIFFERS.to_owned();
            }
        }
        Some(fate)
    }
}

pub(super) fn fate(one: &Simulated) -> Fate {
    let obstacle = |it: &Obstacle| api::simulation::Obstacle {
        variable: it.variable.clone(),
        reason: it.reason.clone(),
    };
    Fate {
        outcome: outcome(one),
        blocked: one.blocked.iter().map(obstacle).collect(),
        consents: one.consents.clone(),
        loses: one.losses.clone(),
        unknown: one.unknown.iter().map(obstacle).collect(),
    }
}

/// The document of a simulation; with each instance by itself where all are asked for.
pub(super) fn document(simulation: &Simulation, all: bool) -> api::simulation::Simulation {
    let (groups, sums) = listed(simulation);
    let group = |it: &Together<'_>| {
        let examples = it.instances.iter().take(EXAMPLES);
        Some(SimulatedGroup {
            fate: it.fate()?,
            instances: it.instances.len() as u64,
            examples: examples.map(|it| (&it.address).into()).collect(),
            others: false,
        })
    };
    let others = |(outcome, instances): (Outcome, u64)| SimulatedGroup {
        fate: Fate {
            outcome,
            blocked: Vec::new(),
            consents: Vec::new(),
            loses: Vec::new(),
            unknown: Vec::new(),
        },
        instances,
        examples: Vec::new(),
        others: true,
    };
    let groups = groups.iter().filter_map(group);
    let (source, target) = match simulation.version {
        SimulatedVersion::Published => (SimulatedSource::Published, None),
        SimulatedVersion::Unpublished => (SimulatedSource::Unpublished, None),
        SimulatedVersion::Existing(number) => (SimulatedSource::Existing, Some(number)),
        SimulatedVersion::Unresolved => (SimulatedSource::Unresolved, None),
    };
    let one = |it: &Simulated| SimulatedInstance {
        address: (&it.address).into(),
        from: it.from,
        fate: fate(it),
    };
    api::simulation::Simulation {
        integration: (&simulation.address).into(),
        source,
        target,
        counts: counts(simulation),
        groups: groups.chain(sums.into_iter().map(others)).collect(),
        instances: all.then(|| simulation.instances.iter().map(one).collect()),
    }
}
