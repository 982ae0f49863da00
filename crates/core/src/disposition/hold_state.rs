//! What is remembered from pass to pass, and what is left alone because of it.
//!
//! Time and delays come in as values. All of it can be lost at no cost
//! but time; a daemon that starts anew tries everything at once.
//!
//! A resource is *synced* on a revision once it was seen or made to match it.
//! A difference of a synced resource is drift: git did not cause it.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hasher as _};
use std::time::Duration;

use super::backoff::{Backoffs, Wanted};
use super::flapping::Flapping;
use super::{Hold, Moment, Results};
use crate::model::{Address, Desired, DriftMode, SyncStatus};
use crate::plan::{Excluded, Plan, PlannedResource, StepResult};

/// The state from earlier passes.
#[derive(Debug, Clone, Default)]
pub struct HoldState {
    revision: Option<String>,
    synced: BTreeSet<Address>,
    /// What was declared of each resource when it last matched, by digest. A new revision does not forget it.
    settled: BTreeMap<Address, u64>,
    backoffs: Backoffs,
    flapping: Flapping,
}

/// The result of one resource in a pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fared<'a> {
    /// It matches, and was not written to.
    Matched,
    /// It was made to match, as far as the plan went.
    Applied,
    /// It failed, with this message.
    Failed(&'a str),
    /// Unknown: held, skipped, stopped, blocked.
    Open,
}

impl HoldState {
    /// Begins a pass: a new revision forgets what was synced, and ends all flapping.
    pub fn begin(&mut self, revision: &str) {
        if self.revision.as_deref() != Some(revision) {
            self.revision = Some(revision.to_owned());
            self.synced.clear();
            self.flapping.clear();
        }
    }

    /// What to leave alone of a plan.
    pub fn holds(
        &mut self,
        desired: &Desired,
        plan: &Plan,
        now: Moment,
    ) -> BTreeMap<Address, Hold> {
        let resources = by_address(plan);
        let declared = Declared::of(desired);
        self.backoffs
            .reconsider(|address| declared.wanted(resources.get(address).copied()));
        for resource in &plan.resources {
            if self.flapping.holds(&resource.address).is_some() {
                let difference = difference(resource);
                self.flapping.see(&resource.address, difference, now);
            }
        }
        let differing = plan.resources.iter().filter(|r| !r.actions.is_empty());
        let hold = |r: &PlannedResource| {
            let mode = desired.drift_of(&r.address);
            Some((r.address.clone(), self.hold(&r.address, mode, now)?))
        };
        differing.filter_map(hold).collect()
    }

    fn hold(&self, address: &Address, mode: DriftMode, now: Moment) -> Option<Hold> {
        if mode != DriftMode::Correct && self.synced.contains(address) {
            return Some(Hold::Drift);
        }
        if let Some(until) = self.flapping.holds(address) {
            return Some(Hold::Flapping { until });
        }
        let failure = self.backoffs.holds(address, now)?;
        Some(Hold::Backoff {
            failures: failure.failures,
            until: failure.until,
            message: failure.message.clone(),
        })
    }

    /// Learns from a pass. Returns the resources that began to flap.
    pub fn learn(
        &mut self,
        desired: &Desired,
        plan: &Plan,
        excluded: &Excluded,
        outcome: &Results,
        now: Moment,
        delay: impl FnMut(u32) -> Duration,
    ) -> Vec<Address> {
        let results = results(plan, outcome);
        let declared = Declared::of(desired);
        let mut failures = Vec::new();
        let mut flapping = Vec::new();
        for resource in &plan.resources {
            let address = &resource.address;
            let steps = results.get(address).map_or(&[][..], Vec::as_slice);
            match fared(resource, steps, excluded.contains_key(address)) {
                Fared::Open => {}
                Fared::Failed(message) => failures.push((
                    address.clone(),
                    declared.wanted(Some(resource)),
                    message.to_owned(),
                )),
                Fared::Matched => {
                    self.mark_synced(address);
                    self.note_settled(desired, address);
                }
                Fared::Applied => {
                    let heal = self.synced.contains(address);
                    if heal && self.flapping.healed(address, now) {
                        flapping.push(address.clone());
                    }
                    self.mark_synced(address);
                    self.note_settled(desired, address);
                }
            }
        }
        self.backoffs.note(failures, now, delay);
        flapping
    }

    fn note_settled(&mut self, desired: &Desired, address: &Address) {
        match desired.text_of(address) {
            Some(text) => {
                self.settled.insert(address.clone(), digest(&text));
            }
            // What nothing declares never comes to match.
            None => {
                self.settled.remove(address);
            }
        }
    }

    /// What differs because the files ask for something new: what has not matched yet as it is declared now. A
    /// difference of anything else is drift.
    pub(super) fn news(&self, desired: &Desired, plan: &Plan) -> BTreeSet<Address> {
        let differing = plan.resources.iter().filter(|it| !it.actions.is_empty());
        let is_news = |address: &&Address| !self.has_matched(desired, address);
        let news = differing.map(|it| &it.address).filter(is_news);
        news.cloned().collect()
    }

    /// What was declared of each resource when it last matched, by digest.
    #[must_use]
    pub fn matched(&self) -> &BTreeMap<Address, u64> {
        &self.settled
    }

    /// Takes up what an earlier process knew of that.
    pub fn take_up(&mut self, matched: BTreeMap<Address, u64>) {
        self.settled = matched;
    }

    /// Whether a resource matched before as it is declared now, so that its difference is drift.
    #[must_use]
    pub fn has_matched(&self, desired: &Desired, address: &Address) -> bool {
        let declared = desired.text_of(address).map(|text| digest(&text));
        declared.is_some() && self.settled.get(address).copied() == declared
    }

    /// Whether a resource was seen or made to match this revision before.
    #[must_use]
    pub fn is_synced(&self, address: &Address) -> bool {
        self.synced.contains(address)
    }

    fn mark_synced(&mut self, address: &Address) {
        self.synced.insert(address.clone());
        self.backoffs.forget(address);
    }

    /// When this resource is to be tried again, if it failed.
    #[must_use]
    pub fn retry_of(&self, address: &Address) -> Option<Moment> {
        self.backoffs.retry_of(address)
    }

    /// When the first of the resources that failed is to be tried again.
    #[must_use]
    pub fn next_retry(&self) -> Option<Moment> {
        self.backoffs.next()
    }
}

fn fared<'a>(resource: &PlannedResource, steps: &[&'a StepResult], excluded: bool) -> Fared<'a> {
    let failed = steps.iter().find_map(|result| match result {
        StepResult::Failed { message, .. } => Some(message.as_str()),
        _ => None,
    });
    if let Some(message) = failed {
        return Fared::Failed(message);
    }
    let applied = steps.iter().all(|r| r.is_done());
    match (resource.actions.is_empty(), excluded) {
        (true, _) if resource.sync == SyncStatus::Synced => Fared::Matched,
        (false, false) if applied && !steps.is_empty() => Fared::Applied,
        _ => Fared::Open,
    }
}

/// The results of each resource's steps; a step without a result was not attempted.
pub fn results<'a>(
    plan: &'a Plan,
    outcome: &'a Results,
) -> BTreeMap<&'a Address, Vec<&'a StepResult>> {
    let mut results: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for step in &plan.steps {
        let result = outcome.get(&step.id);
        let result = result.unwrap_or(&StepResult::NotAttempted);
        results.entry(&step.address).or_default().push(result);
    }
    results
}

fn by_address(plan: &Plan) -> BTreeMap<&Address, &PlannedResource> {
    plan.resources.iter().map(|r| (&r.address, r)).collect()
}

/// Digests of what is declared, made where one is asked for.
struct Declared<'a>(&'a Desired);

impl<'a> Declared<'a> {
    fn of(desired: &'a Desired) -> Self {
        Self(desired)
    }

    /// A digest of what is wanted of a resource: its declaration, and the steps to get there.
    fn wanted(&self, resource: Option<&PlannedResource>) -> Wanted {
        let resource = resource?;
        let declared = self.0.text_of(&resource.address);
        Some(digest(&(declared, &resource.actions)))
    }
}

/// A digest of how a resource differs.
fn difference(resource: &PlannedResource) -> u64 {
    let changes = resource.changes.iter();
    let changes: Vec<_> = changes.map(|c| (&c.path, &c.before, &c.after)).collect();
    digest(&(&resource.actions, changes))
}

fn digest(value: &impl std::hash::Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disposition::testing::{desired_with, failing, start, succeeding};
    use crate::plan::testing::{deploy, instance, plan_of};

    const MINUTE: Duration = Duration::from_secs(60);

    struct Bench {
        memory: HoldState,
        desired: Desired,
        now: Moment,
    }

    impl Bench {
        fn new(mode: DriftMode) -> Self {
            let mut memory = HoldState::default();
            memory.begin("r1");
            Self {
                memory,
                desired: desired_with(mode),
                now: start(),
            }
        }

        fn holds(&mut self, plan: &Plan) -> Option<Hold> {
            let holds = self.memory.holds(&self.desired, plan, self.now);
            holds.get(&instance("a")).cloned()
        }

        fn learn(&mut self, plan: &Plan, outcome: &Results) -> Vec<Address> {
            let none = Excluded::new();
            self.memory
                .learn(&self.desired, plan, &none, outcome, self.now, |n| {
                    MINUTE * n
                })
        }
    }

    fn drifted() -> Plan {
        plan_of(vec![deploy(0, "a", &[])])
    }

    #[test]
    fn a_new_revision_is_applied_in_every_mode() {
        for mode in [DriftMode::Observe, DriftMode::Alert, DriftMode::Correct] {
            let mut bench = Bench::new(mode);
            assert_eq!(bench.holds(&drifted()), None, "{mode:?}");
        }
    }

    #[test]
    fn drift_is_reported_or_corrected() {
        for (mode, hold) in [
            (DriftMode::Observe, Some(Hold::Drift)),
            (DriftMode::Alert, Some(Hold::Drift)),
            (DriftMode::Correct, None),
        ] {
            let mut bench = Bench::new(mode);
            bench.learn(&drifted(), &succeeding(&drifted()));
            assert_eq!(bench.holds(&drifted()), hold, "{mode:?}");
            bench.memory.begin("r2");
            assert_eq!(bench.holds(&drifted()), None, "{mode:?}");
        }
    }

    #[test]
    fn what_failed_is_tried_again_in_observe_mode_too() {
        let mut bench = Bench::new(DriftMode::Observe);
        bench.learn(&drifted(), &failing(&drifted(), "no"));
        assert!(matches!(
            bench.holds(&drifted()),
            Some(Hold::Backoff { failures: 1, .. })
        ));
        assert_eq!(bench.memory.next_retry(), Some(bench.now + MINUTE));
        bench.now += MINUTE;
        assert_eq!(bench.holds(&drifted()), None);
    }

    #[test]
    fn other_steps_end_the_pause() {
        let mut bench = Bench::new(DriftMode::Correct);
        bench.learn(&drifted(), &failing(&drifted(), "no"));
        let mut other = drifted();
        other.resources[0].actions.push(crate::plan::Action::Enable);
        assert_eq!(bench.holds(&other), None);
    }

    #[test]
    fn flapping_ends_with_a_new_revision() {
        let mut bench = Bench::new(DriftMode::Correct);
        bench.learn(&drifted(), &succeeding(&drifted()));
        for heal in 1..=5 {
            assert_eq!(bench.holds(&drifted()), None);
            let flapping = bench.learn(&drifted(), &succeeding(&drifted()));
            assert_eq!(flapping.len(), usize::from(heal == 5));
        }
        assert!(matches!(
            bench.holds(&drifted()),
            Some(Hold::Flapping { .. })
        ));
        bench.memory.begin("r2");
        assert_eq!(bench.holds(&drifted()), None);
    }

    #[test]
    fn what_new_files_ask_for_waits_and_drift_does_not() {
        use crate::diff::testing::World;
        let mut world = World::new();
        world.declare_instance("a", "acme", "smith");
        world.declare_instance("b", "acme", "smith");
        let plan = plan_of(vec![
            deploy(0, "a", &[]),
            deploy(1, "b", &[]),
            deploy(2, "gone", &[]),
        ]);
        let mut memory = HoldState::default();
        let news = |memory: &HoldState, world: &World| {
            let news = memory.news(&world.desired, &plan);
            news.iter()
                .map(|it| it.name.to_string())
                .collect::<Vec<_>>()
                .join(" ")
        };
        // After a start nothing is known to have matched.
        assert_eq!(news(&memory, &world), "a b gone");
        let none = Excluded::new();
        let done = succeeding(&plan);
        memory.learn(&world.desired, &plan, &none, &done, start(), |n| MINUTE * n);
        assert_eq!(
            news(&memory, &world),
            "gone",
            "what nothing declares never settles"
        );
        // A new revision asks for something else of one of them.
        memory.begin("r2");
        world.desired.instances[0].description = Some("new".to_owned());
        assert_eq!(news(&memory, &world), "a gone");
    }

    #[test]
    fn a_manifest_may_have_a_mode_of_its_own() {
        use crate::diff::testing::World;
        let mut world = World::new();
        world.declare_instance("a", "acme", "smith").drift = Some(DriftMode::Alert);
        world.declare_instance("b", "acme", "smith");
        let plan = plan_of(vec![deploy(0, "a", &[]), deploy(1, "b", &[])]);
        let mut memory = HoldState::default();
        memory.begin("r1");
        let none = Excluded::new();
        memory.learn(
            &world.desired,
            &plan,
            &none,
            &succeeding(&plan),
            start(),
            |n| MINUTE * n,
        );
        let mut held = |world: &World| memory.holds(&world.desired, &plan, start());
        assert_eq!(held(&world), BTreeMap::from([(instance("a"), Hold::Drift)]));
        world.desired.project.policy.drift = DriftMode::Observe;
        world.desired.instances[0].drift = Some(DriftMode::Correct);
        assert_eq!(held(&world), BTreeMap::from([(instance("b"), Hold::Drift)]));
    }

    #[test]
    fn what_was_not_attempted_settles_nothing() {
        let mut bench = Bench::new(DriftMode::Observe);
        bench.learn(&drifted(), &Results::new());
        assert_eq!(bench.holds(&drifted()), None);
    }
}
