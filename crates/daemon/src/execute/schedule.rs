//! Which step comes next.
//!
//! What a step costs here does not depend on how many others wait: every step
//! counts its prerequisites down once.

use std::collections::BTreeSet;

use crate::plan::{Step, StepId};

/// How many writes that can share a request are worth having in flight for each request: as many as a request
/// takes.
const SHARED: usize = 25;

/// The maximum number of shared requests in flight: a platform does not send more of one kind. Writes in
/// flight are finished on a stop, so the number is kept low.
const CROWDS: usize = 4;

/// How many steps are under way at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AtOnce {
    /// Of those that are a request of their own.
    pub alone: usize,
    /// Of those that the platform may send together in one request.
    pub shared: usize,
}

impl AtOnce {
    /// For this many concurrent requests.
    #[must_use]
    pub fn requests(concurrency: usize) -> Self {
        let alone = concurrency.max(1);
        Self {
            alone,
            shared: alone.min(CROWDS) * SHARED,
        }
    }
}

/// The steps that have not begun.
#[derive(Debug)]
pub(super) struct Schedule {
    /// For each step, how many of its prerequisites are not applied yet.
    missing: Vec<usize>,
    /// For each step, those that wait for it.
    dependents: Vec<Vec<StepId>>,
    alone: Class,
    shared: Class,
    can_share: Vec<bool>,
}

/// Steps of one kind that could begin.
#[derive(Debug, Default)]
struct Class {
    ready: BTreeSet<StepId>,
    running: usize,
}

impl Class {
    fn first(&self, most: usize) -> Option<StepId> {
        let first = self.ready.first().copied();
        first.filter(|_| self.running < most.max(1))
    }

    fn begin(&mut self, id: StepId) {
        self.ready.remove(&id);
        self.running += 1;
    }
}

impl Schedule {
    pub(super) fn of(steps: &[Step]) -> Self {
        let mut schedule = Self {
            missing: vec![0; steps.len()],
            dependents: vec![Vec::new(); steps.len()],
            alone: Class::default(),
            shared: Class::default(),
            can_share: steps
                .iter()
                .map(|step| step.operation.can_share())
                .collect(),
        };
        for step in steps {
            // A prerequisite that is not in the plan would wait for ever, as it should.
            if let Some(missing) = schedule.missing.get_mut(step.id.0) {
                *missing = step.after.len();
            }
            for prerequisite in &step.after {
                if let Some(list) = schedule.dependents.get_mut(prerequisite.0) {
                    list.push(step.id);
                }
            }
        }
        for step in steps.iter().filter(|step| step.after.is_empty()) {
            schedule.class(step.id).ready.insert(step.id);
        }
        schedule
    }

    /// The first step that can begin; it counts as begun.
    pub(super) fn next(&mut self, bounds: AtOnce) -> Option<StepId> {
        let alone = self.alone.first(bounds.alone);
        let shared = self.shared.first(bounds.shared);
        let id = match (alone, shared) {
            (Some(alone), Some(shared)) => alone.min(shared),
            (one, other) => one.or(other)?,
        };
        self.class(id).begin(id);
        Some(id)
    }

    /// A step that had begun is over, however it went.
    pub(super) fn ended(&mut self, step: &Step) {
        let class = self.class(step.id);
        class.running = class.running.saturating_sub(1);
    }

    /// A step is applied: others may begin.
    pub(super) fn applied(&mut self, id: StepId) {
        for dependent in std::mem::take(&mut self.dependents[id.0]) {
            let missing = &mut self.missing[dependent.0];
            // One that was dropped stays so.
            if *missing != DROPPED {
                *missing -= 1;
                if *missing == 0 {
                    self.class(dependent).ready.insert(dependent);
                }
            }
        }
    }

    /// A step did not succeed: gives those that waited for it, each once.
    pub(super) fn drop_after(&mut self, id: StepId) -> Vec<StepId> {
        let mut dropped = std::mem::take(&mut self.dependents[id.0]);
        dropped.retain(|dependent| {
            std::mem::replace(&mut self.missing[dependent.0], DROPPED) != DROPPED
        });
        dropped
    }

    fn class(&mut self, id: StepId) -> &mut Class {
        match self.can_share.get(id.0) {
            Some(true) => &mut self.shared,
            _ => &mut self.alone,
        }
    }
}

/// In place of a count: the step never begins.
const DROPPED: usize = usize::MAX;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Address, InstanceId, Kind, ResourceName};
    use crate::plan::{Action, InstanceOperation, Output};

    fn step(id: usize, after: &[usize]) -> Step {
        let instance = InstanceId::new(format!("n{id}"));
        Step {
            id: StepId(id),
            address: Address {
                kind: Kind::Instance,
                name: ResourceName::parse(&format!("n{id}")).unwrap(),
            },
            action: Action::Deploy,
            operation: match id % 2 {
                0 => InstanceOperation::Deploy {
                    instance: Output::Known(instance),
                    force: false,
                },
                _ => InstanceOperation::Delete { instance },
            }
            .into(),
            after: after.iter().copied().map(StepId).collect(),
        }
    }

    const WIDE: AtOnce = AtOnce {
        alone: 100,
        shared: 100,
    };

    fn begun(schedule: &mut Schedule, bounds: AtOnce) -> Vec<usize> {
        std::iter::from_fn(|| schedule.next(bounds))
            .map(|id| id.0)
            .collect()
    }

    #[test]
    fn a_step_begins_when_its_last_prerequisite_is_applied() {
        let steps = [step(0, &[]), step(1, &[0]), step(2, &[0, 1]), step(3, &[])];
        let mut schedule = Schedule::of(&steps);
        assert_eq!(begun(&mut schedule, WIDE), [0, 3]);
        schedule.applied(StepId(0));
        assert_eq!(begun(&mut schedule, WIDE), [1]);
        schedule.applied(StepId(1));
        assert_eq!(begun(&mut schedule, WIDE), [2]);
    }

    #[test]
    fn what_waits_for_a_failure_is_given_once_and_never_begins() {
        let steps = [step(0, &[]), step(1, &[]), step(2, &[0, 1])];
        let mut schedule = Schedule::of(&steps);
        assert_eq!(begun(&mut schedule, WIDE), [0, 1]);
        assert_eq!(schedule.drop_after(StepId(0)), [StepId(2)]);
        assert_eq!(schedule.drop_after(StepId(1)), []);
        schedule.applied(StepId(1));
        assert_eq!(begun(&mut schedule, WIDE), [0; 0]);
    }

    #[test]
    fn each_kind_has_its_own_bound() {
        let steps: Vec<_> = (0..8).map(|id| step(id, &[])).collect();
        let mut schedule = Schedule::of(&steps);
        let bounds = AtOnce {
            alone: 1,
            shared: 3,
        };
        assert_eq!(begun(&mut schedule, bounds), [0, 1, 2, 4]);
        schedule.ended(&steps[1]);
        assert_eq!(begun(&mut schedule, bounds), [3]);
    }
}
