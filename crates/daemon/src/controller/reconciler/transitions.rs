//! What passes say of resources: in the status, and in the log of those that they leave alone, each once.

use std::collections::{BTreeMap, BTreeSet};

use super::Reconciler;
use crate::controller::log;
use crate::controller::phases::Prepared;
use crate::controller::resources::{self, After};
use crate::controller::status;
use crate::disposition::{Hold, Holds};
use crate::execute::Outcome;
use crate::model::{Address, DriftMode, Health};
use crate::plan::{Excluded, Plan};

impl Reconciler {
    /// Shows what the pass made of each resource.
    pub(super) fn show(
        &self,
        prepared: &Prepared,
        holds: &Holds,
        excluded: &Excluded,
        outcome: &Outcome,
    ) {
        let resources = resources::after(&After {
            plan: &prepared.planned.plan,
            holds,
            excluded,
            outcome,
            memory: &self.state.memory,
            now: (self.clock.now(), self.moment()),
        });
        let identity = &prepared.planned.tenant.identity;
        let tenant = status::tenant(&prepared.connection.url, identity);
        self.progress(|status| {
            status.resources = resources.into();
            status.tenant = Some(tenant);
        });
    }

    /// How many requests were sent by now.
    pub(super) fn count_requests(&self, prepared: &Prepared) {
        let requests = prepared.connection.requests.as_ref();
        let requests = requests.map(|counter| counter.requests());
        self.progress(|status| status.totals.api_requests = requests);
    }

    pub(super) fn report_drift(&mut self, mode: DriftMode, prepared: &Prepared, holds: &Holds) {
        let drifted = |address: &Address| holds.get(address) == Some(&Hold::Drift);
        let resources = prepared.planned.plan.resources.iter();
        let mut now = BTreeSet::new();
        for resource in resources.filter(|r| drifted(&r.address)) {
            if !self.state.drifted.contains(&resource.address) {
                log::drift(
                    &resource.address,
                    mode == DriftMode::Alert,
                    &resource.reason,
                );
            }
            now.insert(resource.address.clone());
        }
        let shown = now.iter().cloned().collect();
        self.progress(|status| status.drifted = shown);
        self.state.drifted = now;
    }

    /// Once, until it is refused for another reason. A pause leaves it alone, as it does the rest.
    pub(super) fn report_refused(&mut self, plan: &Plan) {
        if self.control.paused().is_some() {
            return;
        }
        let now: Vec<String> = plan
            .violations
            .iter()
            .map(|it| it.message.clone())
            .collect();
        if self.state.refused != now {
            log::refused(plan);
        }
        self.state.refused = now;
    }

    /// Each once, for as long as it stays one.
    pub(super) fn report_orphans(&mut self, plan: &Plan) {
        let orphans = plan.resources.iter().filter(|resource| resource.orphan);
        let mut now = BTreeSet::new();
        for resource in orphans {
            if !self.state.orphaned.contains(&resource.address) {
                log::orphan(&resource.address, &resource.reason);
            }
            now.insert(resource.address.clone());
        }
        self.state.orphaned = now;
    }

    /// Each once, until it goes on or stops for another reason.
    pub(super) fn report_waiting(&mut self, plan: &Plan) {
        let waits = |health| matches!(health, Health::Blocked | Health::Pending);
        let mut now = BTreeMap::new();
        for resource in plan.resources.iter().filter(|r| waits(r.health)) {
            if self.state.waiting.get(&resource.address) != Some(&resource.reason) {
                log::waiting(resource);
            }
            now.insert(resource.address.clone(), resource.reason.clone());
        }
        self.state.waiting = now;
    }
}
