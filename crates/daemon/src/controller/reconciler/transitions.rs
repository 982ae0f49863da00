//! What passes say of resources: in the status, and in the log of those that they leave alone, each once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::SignedDuration;

use super::Reconciler;
use crate::controller::log;
use crate::controller::page::{Page, Sources};
use crate::controller::pass::Planned;
use crate::controller::phases::Prepared;
use crate::controller::resources::{self, After};
use crate::controller::status;
use crate::disposition::{Hold, Holds, results};
use crate::execute::Outcome;
use crate::model::{
    Activity, Address, ApplyMode, DriftMode, FieldChange, Health, Listing, one_line,
};
use crate::plan::{Excluded, Plan, PlannedResource};

impl Reconciler {
    /// Keeps the part of the plan that may be shown: not how it would be carried out, which can be secret.
    pub(super) fn keep_plan(&self, mut plan: Plan) {
        plan.steps.clear();
        for resource in &mut plan.resources {
            resource.writes = None;
        }
        self.progress(|status| status.plan = Some(Arc::new(plan)));
    }

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
        let before = self.status.borrow().page.clone();
        let page = Page::of(&Sources {
            plan: &prepared.planned.plan,
            desired: &prepared.planned.desired,
            tenant: &prepared.planned.tenant,
            statuses: &resources,
            before: before.as_deref(),
            now: self.clock.now(),
        });
        self.progress(|status| {
            status.page = Some(Arc::new(page));
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

    pub(super) fn report_drift(&mut self, prepared: &Prepared, holds: &Holds) {
        let drifted = |address: &Address| holds.get(address) == Some(&Hold::Drift);
        let resources = prepared.planned.plan.resources.iter();
        let mut now = BTreeSet::new();
        for resource in resources.filter(|r| drifted(&r.address)) {
            if !self.state.drifted.contains(&resource.address) {
                log::drift(
                    &resource.address,
                    prepared.planned.desired.drift_of(&resource.address) == DriftMode::Alert,
                    &resource.reason,
                );
            }
            now.insert(resource.address.clone());
        }
        let shown = now.iter().cloned().collect();
        self.progress(|status| status.drifted = shown);
        self.state.drifted = now;
    }

    /// Before what was changed elsewhere is put right: what it was, what it will be and, where the tenant says so, who did it.
    /// That is in the reason from then on, and so in the history.
    pub(super) async fn report_healing(&self, prepared: &mut Prepared) -> Vec<(Address, String)> {
        let healing = self.healing(&prepared.planned);
        if healing.is_empty() {
            return Vec::new();
        }
        let activities = self.activities(prepared).await;
        let resources = prepared.planned.plan.resources.iter_mut();
        let mut healed = Vec::new();
        for resource in resources.filter(|it| healing.contains(&it.address)) {
            let changes = summary(resource);
            let by = Activity::naming(&activities, &resource.display_name);
            let by = by.map(|it| one_line(&it.describe(), 200));
            log::healing(resource, &changes, by.as_deref());
            let by = by
                .map(|by| format!("; perhaps by {by}"))
                .unwrap_or_default();
            resource.reason.push_str(&by);
            healed.push((resource.address.clone(), format!("{changes}{by}")));
        }
        healed
    }

    /// What was done in the tenant since no drift was left. One request, and none where it is not known since when.
    async fn activities(&self, prepared: &Prepared) -> Vec<Activity> {
        let platform = prepared.connection.platform.as_ref();
        let Some((since, until)) = self.state.calm.zip(platform.server_now()) else {
            return Vec::new();
        };
        let Listing { items, incomplete } = platform.activities(since, until).await;
        if let Some(why) = incomplete {
            tracing::debug!(
                event = "activities.incomplete",
                "who changed what may not be known: {why}"
            );
        }
        items
    }

    /// Notes whether drift is left, and since when none is. The server's time has whole seconds, and our own writes of this
    /// one are no news.
    pub(super) fn note_calm(&mut self, prepared: &Prepared) {
        let plan = &prepared.planned.plan;
        let drifts = |it: &&PlannedResource| {
            !it.actions.is_empty() && self.state.memory.is_synced(&it.address)
        };
        let healed = self.status.borrow().healed.len();
        let left = plan
            .resources
            .iter()
            .filter(drifts)
            .count()
            .saturating_sub(healed);
        let now = prepared.connection.platform.server_now();
        let now = now.and_then(|it| it.checked_add(SignedDuration::from_secs(1)).ok());
        if left == 0 && self.state.drifted.is_empty() {
            self.state.calm = now.or(self.state.calm);
        }
    }

    /// What was changed elsewhere and is put right by this plan.
    fn healing(&self, planned: &Planned) -> BTreeSet<Address> {
        let (plan, desired) = (&planned.plan, &planned.desired);
        let memory = &self.state.memory;
        let kept = desired.project.apply == ApplyMode::Manual;
        let writes: BTreeSet<&Address> = plan.steps.iter().map(|step| &step.address).collect();
        let heals = plan.resources.iter().map(|it| (&it.address, it));
        let heals = heals.filter(|(address, _)| writes.contains(address));
        // What an earlier process saw match counts where that is kept.
        let heals = heals.filter(|(address, _)| {
            memory.is_synced(address) || (kept && memory.has_matched(desired, address))
        });
        heals.map(|(address, _)| address.clone()).collect()
    }

    /// What of that was put right.
    pub(super) fn note_healed(
        &self,
        healed: Vec<(Address, String)>,
        plan: &Plan,
        outcome: &Outcome,
    ) {
        let results = results(plan, &outcome.steps);
        let done = |address: &Address| {
            let results = results.get(address);
            results.is_some_and(|all| all.iter().all(|it| it.is_done()))
        };
        let healed = healed.into_iter().filter(|(address, _)| done(address));
        let healed: Vec<String> = healed
            .map(|(address, changes)| format!("{address} ({changes})"))
            .collect();
        self.progress(|status| status.healed = healed.into());
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
                log::orphan(&resource.address, &resource.why());
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
            let why = resource.why();
            if self
                .state
                .waiting
                .get(&resource.address)
                .map(String::as_str)
                != Some(&*why)
            {
                log::waiting(resource);
            }
            now.insert(resource.address.clone(), why.into_owned());
        }
        self.state.waiting = now;
    }
}

/// What a person changed and what it becomes again, in one line: `state: disabled → enabled`.
fn summary(resource: &PlannedResource) -> String {
    const SHOWN: usize = 10;
    let text = |value: &Option<String>| {
        value
            .as_deref()
            .map_or_else(|| "nothing".to_owned(), |it| one_line(it, 80))
    };
    let one = |change: &FieldChange| match change.sensitive {
        true => format!("{}: (sensitive)", change.path),
        false => format!(
            "{}: {} → {}",
            change.path,
            text(&change.before),
            text(&change.after)
        ),
    };
    let mut all: Vec<String> = resource.changes.iter().take(SHOWN).map(one).collect();
    let more = resource.changes.len().saturating_sub(SHOWN);
    all.extend((more > 0).then(|| format!("and {more} more")));
    match all.is_empty() {
        true => resource.reason.clone(),
        false => all.join("; "),
    }
}
