//! Steps of one instance: create → update → configure → upgrade → deploy → enable or disable.
//!
//! A paused instance is not deployed: a deploy runs the customer's deploy
//! hooks, and may switch it on. What is staged goes live when it is enabled.

pub(crate) mod losses;

use crate::diff::{ChangeSet, Inputs};
use crate::diff::{Comparison, Found, InstanceChanges, TargetCustomer, TargetVersion, Waiting};
use crate::kinds::instance::InstanceKind;
use crate::kinds::instance::operation::Binding;
use crate::model::{
    Address, AwaitedConsents, CustomerId, Field, Health, InstanceId, InstanceState, SyncStatus,
};
use crate::plan::build::{Builder, quiet};
use crate::plan::{
    Action, Guarded, InstanceOperation, Output, PlannedResource, Precondition, StepId,
    VersionSource,
};
use crate::plan::{Context, Plannable};

/// Plans one instance.
pub(crate) fn plan(builder: &mut Builder, diff: &Comparison<InstanceChanges>) {
    let address = diff.address.clone();
    let changes = match &diff.verdict {
        Ok(changes) => changes,
        Err(stop) => return builder.stopped(address, &diff.location, stop),
    };
    let blocked = blocked(changes);
    if blocked.is_none() && !changes.held {
        add_steps(builder, &address, changes);
    }
    builder.note_respelled(&address, &diff.location, &changes.respelled);
    let (reason, hint) = reason(changes, blocked.as_deref());
    let quiet = quiet(
        address,
        changes.display_name.clone(),
        Some(diff.location.clone()),
    );
    builder.resource(PlannedResource {
        customer: Some(changes.customer_name.clone()),
        sync: sync(changes, blocked.is_some()),
        health: health(changes, blocked.is_some()),
        reason,
        hint,
        changes: changes.fields.clone(),
        pending_consents: pending_consents(changes),
        preconditions: preconditions(changes),
        guarded: guarded(changes),
        ..quiet
    });
}

/// Which limit it counts towards. What is ours and was never deployed, a run of ours made and did not bring
/// to its end.
fn guarded(changes: &InstanceChanges) -> Guarded {
    let own = matches!(changes.live, Found::Owned(_));
    let switched = changes.enabled != Some(changes.state == InstanceState::Enabled);
    let only_moves = changes.upgrade
        && changes.rename.is_none()
        && changes.description.is_none()
        && changes.global_debug.is_none()
        && changes.config.is_empty()
        && changes.bound.is_empty()
        && !changes.flows.differs
        && !switched;
    if own && !changes.deployed {
        Guarded::Finishing
    } else if only_moves && changes.bypass.is_none() {
        Guarded::Move
    } else {
        Guarded::Update
    }
}

fn pending_consents(changes: &InstanceChanges) -> Option<AwaitedConsents> {
    let awaited = AwaitedConsents {
        instance: changes.live.id().cloned(),
        variables: changes.pending.clone(),
    };
    Some(awaited).filter(|awaited| !awaited.variables.is_empty())
}

/// Preconditions besides the fields that differ. A deploy includes any change that another writer has staged,
/// so it matters whether anything was.
fn preconditions(changes: &InstanceChanges) -> Vec<Precondition> {
    let Some(id) = changes.live.id() else {
        return vec![Precondition::new("object", "none")];
    };
    let mut all = vec![Precondition::new("object", id.as_str())];
    if let Some(labels) = &changes.labels {
        all.push(Precondition::new("labels to be", labels.join(", ")));
    }
    if let Some(moves) = &changes.moves {
        all.push(Precondition::new(
            "labels besides the move",
            moves.others.join(", "),
        ));
    }
    if deploys(changes) {
        let due = if changes.deploy_due { "yes" } else { "no" };
        all.push(Precondition::new("waits for a deploy", due));
    }
    all
}

/// Why nothing may be done: a deploy with a required variable empty is never started.
fn blocked(changes: &InstanceChanges) -> Option<String> {
    let stages = changes.live == Found::Missing || changes.upgrade || deploys(changes);
    if changes.missing.is_empty() || !stages || changes.held {
        return None;
    }
    let names: Vec<String> = changes
        .missing
        .iter()
        .map(|name| format!("{name:?}"))
        .collect();
    let s = if names.len() == 1 { "" } else { "s" };
    Some(format!(
        "no value for required config variable{s} {}",
        names.join(", ")
    ))
}

/// Whether a deploy is called for.
fn deploys(changes: &InstanceChanges) -> bool {
    let configured = !changes.config.is_empty()
        || !changes.config_after_upgrade.is_empty()
        || !changes.bound.is_empty()
        || changes.flows.differs;
    changes.deploys
        && changes.state == InstanceState::Enabled
        && changes.pending.is_empty()
        && (changes.deploy_due || changes.upgrade || configured)
}

fn sync(changes: &InstanceChanges, blocked: bool) -> SyncStatus {
    let differs = changes.live == Found::Missing || !changes.fields.is_empty();
    if differs || blocked || changes.waits.is_some() || deploys(changes) {
        SyncStatus::OutOfSync
    } else {
        SyncStatus::Synced
    }
}

fn health(changes: &InstanceChanges, blocked: bool) -> Health {
    if blocked {
        Health::Blocked
    } else if !changes.pending.is_empty() {
        Health::Pending
    } else if changes.live == Found::Missing {
        Health::Missing
    } else if changes.suspended || changes.state == InstanceState::Disabled {
        Health::Suspended
    } else if changes.failing {
        Health::Degraded
    } else {
        Health::Healthy
    }
}

fn reason(changes: &InstanceChanges, blocked: Option<&str>) -> (String, Option<String>) {
    if let Some(blocked) = blocked {
        let hint = "add it under `config:`, or give it a default in the definition";
        return (blocked.to_owned(), Some(hint.to_owned()));
    }
    if !changes.pending.is_empty() {
        let names: Vec<String> = changes
            .pending
            .iter()
            .map(|name| format!("{name:?}"))
            .collect();
        let hint = "a person connects it in Prismatic, or by its link (--authorize-report); the next run goes on";
        return (
            format!("waits for consent to {}", names.join(", ")),
            Some(hint.to_owned()),
        );
    }
    if let Some(waiting) = &changes.waits {
        return (waits(waiting), None);
    }
    if let Some(why) = changes.bypass.as_ref().filter(|_| changes.upgrade) {
        return (why.clone(), None);
    }
    let reason = match &changes.live {
        Found::Missing => "does not exist yet",
        Found::Adopted(_) | Found::Recovered(_) if changes.fields.is_empty() => {
            "exists and is taken over"
        }
        Found::Adopted(_) | Found::Recovered(_) => "exists, is taken over, and differs",
        Found::Owned(_) if changes.suspended => "suspended by Prismatic",
        Found::Owned(_) if !changes.fields.is_empty() => "differs",
        Found::Owned(_) if deploys(changes) => "what is configured is not deployed",
        Found::Owned(_) => "matches",
    };
    (reason.to_owned(), None)
}

/// Why it is not at the version that its manifest asks for, and what comes with that.
fn waits(waiting: &Waiting) -> String {
    if waiting.keys.is_empty() {
        return waiting.why.clone();
    }
    let keys: Vec<String> = waiting.keys.iter().map(|key| format!("{key:?}")).collect();
    format!("{}; with it {}", waiting.why, keys.join(", "))
}

fn add_steps(builder: &mut Builder, address: &Address, changes: &InstanceChanges) {
    let mut steps = Steps {
        builder,
        address,
        changes,
        last: None,
    };
    match changes.live.id() {
        None => steps.create(),
        Some(id) => steps.change(&Output::Known(id.clone())),
    }
}

fn steps_of(bound: &[Binding]) -> impl Iterator<Item = StepId> + '_ {
    bound.iter().filter_map(|(_, value)| match value {
        Output::Of(step) => Some(*step),
        Output::Known(_) => None,
    })
}

struct Steps<'a> {
    builder: &'a mut Builder,
    address: &'a Address,
    changes: &'a InstanceChanges,
    last: Option<StepId>,
}

impl Steps<'_> {
    fn push(
        &mut self,
        action: Action,
        operation: InstanceOperation,
        also: impl IntoIterator<Item = StepId>,
    ) -> StepId {
        let after = self.last.into_iter().chain(also).collect();
        let id = self.builder.step(self.address, action, operation, after);
        self.last = Some(id);
        id
    }

    /// The customer, and the step that creates it.
    fn customer(&self) -> Option<(Output<CustomerId>, Option<StepId>)> {
        match &self.changes.customer {
            TargetCustomer::Existing(id) => Some((Output::Known(id.clone()), None)),
            TargetCustomer::Created(customer) => {
                let step = *self.builder.created.get(customer)?;
                Some((Output::Of(step), Some(step)))
            }
        }
    }

    /// The version to run, and the step that makes it.
    fn version(&self) -> Option<(VersionSource, Option<StepId>)> {
        match &self.changes.target {
            TargetVersion::Existing { id, .. } => Some((Output::Known(id.clone()), None)),
            TargetVersion::Published(integration) => {
                let step = *self.builder.published.get(integration)?;
                Some((Output::Of(step), Some(step)))
            }
        }
    }

    fn create(&mut self) {
        let (Some((version, publish)), Some((customer, made))) = (self.version(), self.customer())
        else {
            return;
        };
        let Some(bound) = self.bound() else { return };
        let changes = self.changes;
        let id = self.push(
            Action::Create,
            InstanceOperation::Create {
                name: changes.display_name.clone(),
                customer,
                version,
                description: changes.description.clone(),
                labels: changes.labels.clone().unwrap_or_default(),
                config: changes.config.clone(),
                bound: bound.clone(),
            },
            (made.into_iter().chain(publish)).chain(steps_of(&bound)),
        );
        let instance = Output::Of(id);
        self.flows(&instance);
        self.debug(&instance);
        if !changes.pending.is_empty() {
            return;
        }
        let shows = match deploys(changes) {
            true => self.deploy(&instance),
            false => id,
        };
        // Whether a new instance is enabled, or becomes so once deployed, is not documented: the reply shows
        // it.
        self.switch(&instance, Some(shows));
    }

    fn change(&mut self, instance: &Output<InstanceId>) {
        let changes = self.changes;
        // The label goes last: without it, a later pass would not know that it must be enabled.
        let returns = changes.returns && changes.state == InstanceState::Enabled;
        if !returns {
            self.metadata(instance);
        }
        let Some(bound) = self.bound() else { return };
        self.configure(instance, &changes.config, Vec::new());
        if changes.upgrade || changes.moves.is_some() {
            self.upgrade(instance);
        }
        self.configure(instance, &changes.config_after_upgrade, bound);
        self.flows(instance);
        let deployed = deploys(changes).then(|| self.deploy(instance));
        let wanted = changes.state == InstanceState::Enabled;
        let runs_late = wanted && !changes.pending.is_empty() && !changes.deployed;
        if changes.enabled != Some(wanted) && !changes.suspended && !runs_late {
            self.switch(instance, deployed);
        }
        if returns && !changes.suspended && !runs_late {
            self.metadata(instance);
        }
    }

    fn metadata(&mut self, instance: &Output<InstanceId>) {
        let changes = self.changes;
        let (name, description) = (changes.rename.clone(), changes.description.clone());
        let labels = changes.labels.clone();
        let global_debug = changes.global_debug;
        if name.is_none() && description.is_none() && labels.is_none() && global_debug.is_none() {
            return;
        }
        let only_marker = name.is_none()
            && description.is_none()
            && global_debug.is_none()
            && !changes
                .fields
                .iter()
                .any(|field| field.path.field() == Field::Labels);
        let action = match &changes.live {
            Found::Adopted(_) if only_marker => Action::Adopt,
            Found::Adopted(_) | Found::Owned(_) | Found::Recovered(_) | Found::Missing => {
                Action::Update
            }
        };
        let instance = instance.clone();
        self.push(
            action,
            InstanceOperation::Update {
                instance,
                name,
                description,
                labels,
                global_debug,
            },
            None,
        );
    }

    /// What a create does not take.
    fn debug(&mut self, instance: &Output<InstanceId>) {
        if let Some(on) = self.changes.global_debug {
            let operation = InstanceOperation::Update {
                instance: instance.clone(),
                name: None,
                description: None,
                labels: None,
                global_debug: Some(on),
            };
            self.push(Action::Create, operation, None);
        }
    }

    fn configure(
        &mut self,
        instance: &Output<InstanceId>,
        config: &[crate::model::ConfigWrite],
        bound: Vec<Binding>,
    ) {
        if config.is_empty() && bound.is_empty() {
            return;
        }
        let steps: Vec<StepId> = steps_of(&bound).collect();
        let operation = InstanceOperation::Configure {
            instance: instance.clone(),
            config: config.to_vec(),
            bound,
        };
        self.push(Action::Configure, operation, steps);
    }

    /// The variables that are bound to values which this plan creates; `None` where it does not create one of
    /// them.
    fn bound(&self) -> Option<Vec<Binding>> {
        let all = self.changes.bound.iter();
        all.map(|bound| {
            let key = (bound.connection.clone(), bound.customer.clone());
            let step = *self.builder.values.get(&key)?;
            Some((bound.key.clone(), Output::Of(step)))
        })
        .collect()
    }

    /// After a move too, which may lose what the version before had.
    fn flows(&mut self, instance: &Output<InstanceId>) {
        let flows = &self.changes.flows;
        let moved = self.changes.upgrade && !flows.writes.is_empty();
        if flows.differs || moved {
            let operation =
                InstanceOperation::flows(instance.clone(), flows.writes.clone(), flows.differs);
            self.push(Action::Configure, operation, None);
        }
    }

    fn upgrade(&mut self, instance: &Output<InstanceId>) {
        let Some((version, publish)) = self.version() else {
            return;
        };
        let operation = InstanceOperation::Upgrade {
            instance: instance.clone(),
            version,
            labels: self.changes.moves.clone(),
        };
        self.push(Action::Upgrade, operation, publish);
    }

    fn deploy(&mut self, instance: &Output<InstanceId>) -> StepId {
        let operation = InstanceOperation::Deploy {
            instance: instance.clone(),
            force: self.changes.force,
        };
        self.push(Action::Deploy, operation, None)
    }

    fn switch(&mut self, instance: &Output<InstanceId>, unless_shown: Option<StepId>) {
        let enabled = self.changes.state == InstanceState::Enabled;
        let action = match (enabled, self.changes.live == Found::Missing) {
            (_, true) => Action::Create,
            (true, false) => Action::Enable,
            (false, false) => Action::Disable,
        };
        self.push(
            action,
            InstanceOperation::Switch {
                instance: instance.clone(),
                enabled,
                unless_shown,
            },
            None,
        );
    }
}

impl Plannable for InstanceKind {
    fn plan(builder: &mut Builder, _inputs: &Inputs<'_>, changes: &ChangeSet, _context: &Context) {
        for diff in &changes.instances {
            plan(builder, diff);
        }
    }
}
