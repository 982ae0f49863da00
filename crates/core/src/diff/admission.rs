//! What rollouts decided, for the comparison: who may move, who keeps what it has, who goes back.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::model::{
    Asked, DesiredInstance, Instance, LiveConfigVariable, MoveStamp, RanStamp, RequiredVariable,
    ResourceName,
};
use crate::rollout::{Derived, Turn};

/// The decisions of all rollouts of a project.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Admissions {
    turns: BTreeMap<ResourceName, Turn>,
    /// Where those go who do not move to the version that their manifests ask for.
    targets: BTreeMap<ResourceName, i64>,
    withdrawn: BTreeMap<ResourceName, i64>,
}

impl Admissions {
    /// Takes in what was decided about the instances of an integration.
    pub fn take_in(&mut self, integration: &ResourceName, derived: &Derived) {
        let turns = derived.turns.iter();
        let decided = turns.filter(|(_, turn)| !matches!(turn, Turn::Free | Turn::Done));
        self.turns
            .extend(decided.map(|(name, turn)| (name.clone(), turn.clone())));
        for (name, turn) in &derived.turns {
            let to = match turn {
                Turn::Begins { on: to, .. } | Turn::Back { to, .. } => Some(*to),
                Turn::Moves { .. }
                | Turn::Bypasses { .. }
                | Turn::Finishes { .. }
                | Turn::Returns => derived.target.filter(|_| derived.queued),
                Turn::Free | Turn::Done | Turn::Waits { .. } => None,
            };
            self.targets.extend(to.map(|to| (name.clone(), to)));
        }
        let withdrawn = derived
            .withdraw
            .map(|version| (integration.clone(), version));
        self.withdrawn.extend(withdrawn);
    }

    /// Whether nothing is decided, so that everything goes where its manifest says.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.turns.is_empty() && self.withdrawn.is_empty()
    }

    /// What an instance may do, where that is not simply what its manifest says.
    #[must_use]
    pub fn turn(&self, instance: &ResourceName) -> Option<&Turn> {
        self.turns.get(instance)
    }

    /// The number of the version that an instance comes to, where that is not what its manifest says.
    #[must_use]
    pub fn target(&self, instance: &ResourceName) -> Option<i64> {
        self.targets.get(instance).copied()
    }

    /// The version of an integration that is to be withdrawn.
    #[must_use]
    pub fn withdrawn(&self, integration: &ResourceName) -> Option<i64> {
        self.withdrawn.get(integration).copied()
    }
}

/// The labels that are sent with a move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoveLabels {
    /// The version that the stamp says it comes from; `None` for a way back, which takes the stamp off.
    pub from: Option<i64>,
    /// The number of the version it moves to; `None` where this plan publishes it.
    pub to: Option<i64>,
    /// A person sent it past its wave, which the stamp says too.
    pub bypass: bool,
    /// The version that it leaves before that had proven itself, and since when it ran that.
    pub left: Option<(i64, Timestamp)>,
    /// All other labels.
    pub others: Vec<String>,
}

/// Why an instance is not brought to the version that its manifest asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Why.
    pub why: String,
    /// Config variables that come with the version.
    pub keys: Vec<String>,
}

impl MoveLabels {
    /// The labels of a live instance as a move leaves them, besides the stamps themselves.
    pub(crate) fn of(
        turn: &Turn,
        live: &Instance,
        labels: Option<&Vec<String>>,
        to: Option<i64>,
    ) -> Option<Self> {
        let labels = labels.unwrap_or(&live.labels);
        let current = live.version.number;
        let (from, left) = match turn {
            Turn::Moves { from } | Turn::Bypasses { from, .. } => (Some(*from), *from != current),
            Turn::Finishes { from } => (Some(*from), false),
            Turn::Back { .. } => (None, true),
            Turn::Returns => (None, false),
            Turn::Free | Turn::Done | Turn::Waits { .. } | Turn::Begins { .. } => return None,
        };
        let stamp = MoveStamp::among(&live.labels).filter(|it| it.to == current);
        let since = stamp.map(|it| it.at).or(live.last_deployed_at);
        let keeps = matches!(turn, Turn::Finishes { .. });
        Some(Self {
            from,
            to,
            bypass: match turn {
                Turn::Bypasses { .. } => true,
                Turn::Finishes { .. } => stamp.is_some_and(|it| it.bypass),
                Turn::Moves { .. }
                | Turn::Back { .. }
                | Turn::Returns
                | Turn::Free
                | Turn::Done
                | Turn::Waits { .. }
                | Turn::Begins { .. } => false,
            },
            left: since.filter(|_| left).map(|since| (current, since)),
            others: match keeps {
                true => MoveStamp::taken_off(labels),
                false => RanStamp::taken_off(labels),
            },
        })
    }
}

/// A declared instance with the config that a version knows, and the keys that it does not.
pub(crate) fn projected(
    desired: &DesiredInstance,
    knows: impl Fn(&str) -> bool,
) -> (DesiredInstance, Vec<String>) {
    let mut known = desired.clone();
    std::sync::Arc::make_mut(&mut known.config).retain(|key, _| knows(key));
    let unknown = desired.config.keys().filter(|key| !knows(key));
    let unknown = unknown.cloned().collect();
    (known, unknown)
}

/// Leaves out flows that the present version of an instance does not have: they come with another one.
pub(crate) fn leave_flows(known: &mut DesiredInstance, live: &Instance) {
    if let Asked::Known(flows) = &live.flows {
        let has = |name: &str| flows.iter().any(|flow| flow.is_called(name));
        std::sync::Arc::make_mut(&mut known.flows).retain(|name, _| has(name));
    }
}

/// The variables of the version that an instance has now.
pub(crate) fn variables_of(values: &BTreeMap<String, LiveConfigVariable>) -> Vec<RequiredVariable> {
    values
        .values()
        .map(|value| (*value.declared).clone())
        .collect()
}
