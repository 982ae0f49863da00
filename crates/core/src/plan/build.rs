//! Differences to resources and steps.

use std::collections::{BTreeMap, BTreeSet};

use super::exclude::{actions, exclude_steps, retain_own};
use super::guards::Managed;
use super::review::Reviewed;
use super::{
    Action, Context, Cost, Guarded, Loss, Operation, Part, Plan, PlanMode, PlannedResource, Step,
    StepId, digest, guards, held, leave, orphan, part, rename, summary, unread,
};
use crate::diff::{ChangeSet, Found, Inputs, Refusal, Stop};
use crate::kinds::connection::steps::ValueSteps;
use crate::kinds::instance::steps::losses;
use crate::kinds::with_kind;
use crate::model::{Address, Diagnostic, Health, Kind, Location, ResourceName, SyncStatus};

/// What the plan asks of a kind.
pub(crate) trait Plannable {
    /// Adds its resources and their steps. What its steps need of kinds before it is in the builder.
    fn plan(builder: &mut Builder, inputs: &Inputs<'_>, changes: &ChangeSet, context: &Context);
}

/// Makes the plan that removes the differences, as far as possible.
///
/// Steps come in an order in which each follows its prerequisites.
/// The same inputs give the same plan, byte for byte.
#[must_use]
pub fn build(inputs: &Inputs<'_>, changes: &ChangeSet, context: &Context) -> Plan {
    let mut builder = Builder::default();
    for kind in Kind::ALL {
        with_kind!(kind, K => K::plan(&mut builder, inputs, changes, context));
    }
    builder.fleets = leave::limits(inputs, changes, context);
    orphan::plan(&mut builder, inputs, changes, context);
    rename::tell(&mut builder.resources, inputs, changes);
    builder.limit(&context.part, inputs, changes);
    let held = held::by_hand(inputs, changes, context.server_now);
    builder.leave_held(&held, &held::withdrawn(inputs));
    let still = builder.held();
    builder.losses = losses::count(&changes.instances, |it| {
        builder.has(it) && !still.contains(it)
    });
    builder.unread = unread::reasons(inputs, &builder.resources);
    builder.finish(&managed(changes), context)
}

/// Collects resources and steps.
#[derive(Default)]
pub(crate) struct Builder {
    mode: PlanMode,
    pub(crate) resources: Vec<PlannedResource>,
    pub(super) steps: Vec<Step>,
    /// The step that creates the customer of each manifest that has none yet.
    pub(crate) created: BTreeMap<ResourceName, StepId>,
    /// The step that creates the connection of each stable key that none has yet.
    pub(crate) connections: BTreeMap<String, StepId>,
    /// The steps that create values of connections.
    pub(crate) values: ValueSteps,
    /// The step that publishes a version of each managed integration.
    pub(crate) published: BTreeMap<ResourceName, StepId>,
    losses: Vec<Loss>,
    /// What is left out although something is to be done to it.
    later: Vec<Address>,
    /// The part of the project that the plan is limited to, and what that depends on.
    allowed: Option<BTreeSet<Address>>,
    /// What the fleets allow.
    fleets: Vec<leave::FleetLimits>,
    pub(crate) unread: Vec<String>,
    /// Diagnostics of resources, independent of their steps.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl Builder {
    pub(crate) fn new(mode: PlanMode) -> Self {
        Self {
            mode,
            ..Self::default()
        }
    }

    /// Adds a step and returns its place.
    pub(crate) fn step(
        &mut self,
        address: &Address,
        action: Action,
        operation: impl Into<Operation>,
        after: Vec<StepId>,
    ) -> StepId {
        let id = StepId(self.steps.len());
        self.steps.push(Step {
            id,
            address: address.clone(),
            action,
            operation: operation.into(),
            after,
        });
        id
    }

    /// Adds a resource; its actions are those of its steps.
    pub(crate) fn resource(&mut self, mut resource: PlannedResource) {
        let own = self
            .steps
            .iter()
            .rev()
            .take_while(|step| step.address == resource.address);
        let first = self.steps.len() - own.count();
        for step in self.steps.iter().skip(first) {
            if !resource.actions.contains(&step.action) {
                resource.actions.push(step.action);
            }
        }
        self.resources.push(resource);
    }

    /// Adds a resource without steps, because nothing can or need be done.
    pub(crate) fn stopped(&mut self, address: Address, location: &Location, stop: &Stop) {
        let (sync, health, reason, hint) = match stop {
            Stop::Unknown(why) => {
                let reason = format!("could not be read: {why}");
                (SyncStatus::Unknown, Health::Unknown, reason, None)
            }
            Stop::Refused(Refusal { reason, hint }) => {
                let (reason, hint) = (reason.clone(), hint.clone());
                (SyncStatus::OutOfSync, Health::Blocked, reason, hint)
            }
        };
        let display_name = address.name.to_string();
        self.resource(PlannedResource {
            sync,
            health,
            reason,
            hint,
            ..quiet(address, display_name, Some(location.clone()))
        });
    }

    /// Explains why nothing is written for fields that mean what is declared: once for each resource.
    pub(crate) fn note_respelled(
        &mut self,
        address: &Address,
        location: &Location,
        respelled: &[String],
    ) {
        if respelled.is_empty() {
            return;
        }
        let message = format!(
            "{address}: Prismatic holds what is declared in another spelling: {}",
            respelled.join(", ")
        );
        let finding = Diagnostic::warning("respelled", message)
            .hint("nothing is written for it; to be rid of this, declare it as Prismatic shows it")
            .at(location.clone());
        self.diagnostics.push(finding);
    }

    /// Whether the plan is not limited to a part, or this belongs to it.
    fn has(&self, address: &Address) -> bool {
        let allowed = self.allowed.as_ref();
        allowed.is_none_or(|allowed| allowed.contains(address))
    }

    /// Leaves a part of the plan, and what that depends on.
    fn limit(&mut self, part: &Part, inputs: &Inputs<'_>, changes: &ChangeSet) {
        if part.is_whole() {
            return;
        }
        let facts = part::Facts::of(inputs, changes);
        self.diagnostics
            .extend(part::Names::of(&facts, &self.resources).unmatched(part));
        let allowed = part::allowed(part, &facts, &self.resources, &self.steps);
        for address in self.exclude(|address| !allowed.contains(address)) {
            let mut resources = self.resources.iter_mut();
            if let Some(waiting) = resources.find(|it| it.address == address) {
                waiting.health = Health::Blocked;
            }
        }
        self.resources.retain(|it| allowed.contains(&it.address));
        self.allowed = Some(allowed);
    }

    /// Leaves out what the plan may not touch, and what depends on it.
    /// Returns what waits for it.
    fn exclude(&mut self, is_left: impl Fn(&Address) -> bool) -> Vec<Address> {
        let left = |resource: &&PlannedResource| {
            !resource.actions.is_empty() && is_left(&resource.address)
        };
        let left = self.resources.iter().filter(left);
        let left: BTreeSet<Address> = left.map(|resource| resource.address.clone()).collect();
        let excluded = exclude_steps(&mut self.steps, &left, |_| false);
        self.resources.retain(|it| !left.contains(&it.address));
        let waiting = self.resources.iter_mut();
        let waiting = waiting.filter_map(|it| Some((excluded.get(&it.address)?, it)));
        let own = actions(&self.steps);
        for (on, resource) in waiting {
            retain_own(resource, &own);
            resource.reason = format!("needs {on} first, which this plan leaves alone");
        }
        self.later.extend(left);
        excluded.into_keys().collect()
    }

    pub(super) fn finish(mut self, managed: &Managed, context: &Context) -> Plan {
        self.resources.sort_by(|a, b| a.address.cmp(&b.address));
        if let Some(only) = &context.only {
            self.exclude(|address| !only.contains(&address.to_string()));
        }
        self.drop_holds_over(context.server_now);
        digest::writes(&mut self.resources, &self.steps);
        let requests = self
            .steps
            .iter()
            .map(|step| step.operation.requests())
            .sum();
        let cost = Cost {
            reads: context.reads,
            writes: requests,
            seconds: seconds(requests, context),
        };
        let mut violations = guards::check(&self.resources, managed, &context.policy.guards);
        let minimum = context.policy.guards.minimum;
        violations.extend(leave::check(&self.resources, &self.fleets, minimum));
        violations.extend(guards::window(&self.resources, context.closed.as_deref()));
        let mut plan = Plan {
            mode: self.mode,
            project: context.project.clone(),
            environment: context.environment.clone(),
            organization: context.organization.clone(),
            policy: digest::of_policy(&context.policy),
            revision: context.revision.clone(),
            observed_at: context.observed_at,
            summary: summary::count(&self.resources),
            impact: summary::impact(&self.resources),
            steps: self.steps,
            cost,
            diagnostics: self.diagnostics,
            losses: self.losses,
            fleets: leave::summaries(&self.fleets, &self.resources),
            resources: self.resources,
            unread: self.unread,
            violations,
            later: self.later,
            rollouts: Vec::new(),
            simulations: Vec::new(),
            digest: String::new(),
        };
        plan.digest = digest::of(&Reviewed::from(&plan));
        plan
    }
}

/// How many live objects bear this project's markers.
pub(super) fn managed(changes: &ChangeSet) -> Managed {
    let mut managed = Managed::default();
    let owned = changes.overviews().filter_map(|compared| {
        let overview = compared.verdict.ok()?;
        let is_owned = matches!(overview.live, Found::Owned(_));
        is_owned.then_some((compared.address.kind, overview.customer_name))
    });
    let orphans = changes.orphans.iter();
    let orphans = orphans.map(|it| (it.address.kind, it.customer_name.as_deref()));
    for (kind, customer) in owned.chain(orphans) {
        managed.count(kind, customer);
    }
    managed
}

/// A resource that matches, for others to build on.
pub(crate) fn quiet(
    address: Address,
    display_name: String,
    source: Option<Location>,
) -> PlannedResource {
    PlannedResource {
        address,
        display_name,
        customer: None,
        source,
        sync: SyncStatus::Synced,
        health: Health::Healthy,
        actions: Vec::new(),
        reason: "matches".to_owned(),
        hint: None,
        changes: Vec::new(),
        orphan: false,
        pending_consents: None,
        preconditions: Vec::new(),
        writes: None,
        guarded: Guarded::default(),
        on_hold: None,
    }
}

/// Requests beyond the burst are sent at the sustained rate.
#[expect(
    clippy::cast_precision_loss,
    reason = "an estimate for people; counts stay small"
)]
fn seconds(requests: u64, context: &Context) -> f64 {
    let rate = &context.policy.rate;
    let queued = requests.saturating_sub(u64::from(rate.burst));
    queued as f64 / rate.requests_per_second.max(0.001)
}
