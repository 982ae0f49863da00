//! Steps of one shared connection: created or set, then its values for customers; and deleted where it is pruned.

use crate::diff::{
    ChangeSet, Comparison, ConnectionChanges, ConnectionValueChanges, Found, Inputs, Orphan,
    TargetCustomer,
};
use crate::kinds::connection::ConnectionKind;
use crate::kinds::connection::compare::index::Bindings;
use crate::model::{
    Address, ConnectionId, CustomerId, Health, PrunePolicy, ResourceName, SyncStatus,
};
use crate::plan::build::{Builder, quiet};
use crate::plan::{Action, ConnectionOperation, Output, PlannedResource, Precondition, StepId};
use crate::plan::{Context, Plannable};

/// Plans one connection. What is bound to it stands behind the steps that make its values.
fn plan(builder: &mut Builder, diff: &Comparison<ConnectionChanges>) {
    let address = diff.address.clone();
    let changes = match &diff.verdict {
        Ok(changes) => changes,
        Err(stop) => return builder.stopped(address, &diff.location, stop),
    };
    let own = match changes.live.id() {
        None => Some(create(builder, &address, changes)),
        Some(id) => update(builder, &address, changes, id),
    };
    let connection = match (changes.live.id(), own) {
        (Some(id), _) => Some(Output::Known(id.clone())),
        (None, created) => created.map(Output::Of),
    };
    if let Some(connection) = connection {
        for value in &changes.values {
            write(builder, &address, changes, (&connection, value, own));
        }
    }
    builder.note_respelled(&address, &diff.location, &changes.respelled);
    let missing = changes.live == Found::Missing;
    let differs = missing || !changes.fields.is_empty();
    let quiet = quiet(address, changes.called.clone(), Some(diff.location.clone()));
    builder.resource(PlannedResource {
        sync: match differs {
            true => SyncStatus::OutOfSync,
            false => SyncStatus::Synced,
        },
        health: health(changes),
        reason: reason(changes),
        hint: hint(changes),
        changes: changes.fields.clone(),
        preconditions: preconditions(changes),
        ..quiet
    });
}

fn create(builder: &mut Builder, address: &Address, changes: &ConnectionChanges) -> StepId {
    let operation = ConnectionOperation::Create {
        name: changes.display_name.clone(),
        stable_key: changes.stable_key.clone(),
        kind: changes.kind.clone().unwrap_or_default(),
        scope: changes.scope,
        managed_by: changes.managed_by,
        description: changes.description.clone().unwrap_or_default(),
        inputs: changes.inputs.clone(),
    };
    let step = builder.step(address, Action::Create, operation, Vec::new());
    builder.connections.insert(changes.stable_key.clone(), step);
    step
}

fn update(
    builder: &mut Builder,
    address: &Address,
    changes: &ConnectionChanges,
    id: &ConnectionId,
) -> Option<StepId> {
    let details = changes.rename.is_some() || changes.description.is_some();
    if !details && changes.inputs.is_none() {
        return None;
    }
    let operation = ConnectionOperation::Update {
        connection: id.clone(),
        name: changes.rename.clone(),
        description: changes.description.clone(),
        inputs: changes.inputs.clone(),
        redeploy: changes.redeploy && changes.inputs.is_some(),
    };
    let action = match (&changes.live, &changes.inputs) {
        (_, Some(_)) => Action::Configure,
        // Nothing but our marker.
        (Found::Adopted(_) | Found::Recovered(_), None) if changes.fields.is_empty() => {
            Action::Adopt
        }
        (Found::Missing | Found::Owned(_) | Found::Adopted(_) | Found::Recovered(_), None) => {
            Action::Update
        }
    };
    Some(builder.step(address, action, operation, Vec::new()))
}

/// Writes the value for a customer, if it differs.
fn write(
    builder: &mut Builder,
    address: &Address,
    changes: &ConnectionChanges,
    (connection, value, own): (
        &Output<ConnectionId>,
        &ConnectionValueChanges,
        Option<StepId>,
    ),
) {
    let Some(customer) = &value.customer else {
        return;
    };
    let mut after: Vec<StepId> = own.into_iter().collect();
    match (&value.live, &value.inputs) {
        (Some(_), None) => {}
        (Some(id), Some(inputs)) => {
            let operation = ConnectionOperation::UpdateValue {
                value: id.clone(),
                inputs: inputs.clone(),
                redeploy: changes.redeploy,
            };
            builder.step(address, Action::Configure, operation, after);
        }
        (None, inputs) => {
            let Some((source, made)) = source(builder, customer) else {
                return;
            };
            after.extend(made);
            let operation = ConnectionOperation::CreateValue {
                connection: connection.clone(),
                customer: source,
                inputs: inputs.clone(),
            };
            let action = match own {
                Some(_) if changes.live == Found::Missing => Action::Create,
                Some(_) | None => Action::Configure,
            };
            let step = builder.step(address, action, operation, after);
            let key = (address.name.clone(), customer.clone());
            builder.values.insert(key, step);
        }
    }
}

/// The customer, and the step that creates it.
fn source(
    builder: &Builder,
    customer: &TargetCustomer,
) -> Option<(Output<CustomerId>, Option<StepId>)> {
    match customer {
        TargetCustomer::Existing(id) => Some((Output::Known(id.clone()), None)),
        TargetCustomer::Created(name) => {
            let step = *builder.created.get(name)?;
            Some((Output::Of(step), Some(step)))
        }
    }
}

fn health(changes: &ConnectionChanges) -> Health {
    if changes.live == Found::Missing {
        Health::Missing
    } else if !changes.pending.is_empty() {
        Health::Pending
    } else if changes.failing {
        Health::Degraded
    } else {
        Health::Healthy
    }
}

fn reason(changes: &ConnectionChanges) -> String {
    if !changes.pending.is_empty() && changes.live != Found::Missing {
        let all: Vec<_> = changes.pending.iter().map(|it| format!("{it:?}")).collect();
        return format!("waits for consent to {}", all.join(", "));
    }
    match (&changes.live, changes.fields.is_empty()) {
        (Found::Missing, _) => "does not exist yet",
        (Found::Adopted(_) | Found::Recovered(_), true) => "exists and is taken over",
        (Found::Adopted(_) | Found::Recovered(_), false) => "exists, is taken over, and differs",
        (Found::Owned(_), false) => "differs",
        (Found::Owned(_), true) if changes.failing => "does not work, as Prismatic says",
        (Found::Owned(_), true) => "matches",
    }
    .to_owned()
}

fn hint(changes: &ConnectionChanges) -> Option<String> {
    let waits = !changes.pending.is_empty() && changes.live != Found::Missing;
    let consent = "a person connects it in Prismatic; the next run goes on";
    waits.then(|| consent.to_owned()).or_else(|| reach(changes))
}

/// Whom the writes reach, where there is anybody.
fn reach(changes: &ConnectionChanges) -> Option<String> {
    let (count, more) = (changes.reach.deployed, changes.reach.more);
    let written = changes.inputs.is_some() || changes.values.iter().any(|it| it.inputs.is_some());
    if !written || (count == 0 && !more) {
        return None;
    }
    let least = if more { "at least " } else { "" };
    let (s, them) = if count == 1 {
        ("", "uses")
    } else {
        ("s", "use")
    };
    let deployed = match changes.redeploy {
        true => "deployed again with it, by `redeploy: true`",
        false => "not deployed for it; `redeploy: true` would do so",
    };
    Some(format!(
        "{least}{count} deployed instance{s} {them} what changes: {deployed}"
    ))
}

/// The whole description is written, so all of it counts.
fn preconditions(changes: &ConnectionChanges) -> Vec<Precondition> {
    let Some(id) = changes.live.id() else {
        return vec![Precondition::new("object", "none")];
    };
    let mut all = vec![Precondition::new("object", id.as_str())];
    if let Some(description) = &changes.description {
        all.push(Precondition::new("description to be", description.as_str()));
    }
    all
}

/// Adds the step that deletes a connection that nothing declares; else says why it is kept. What may be bound to
/// it is not nothing.
pub(crate) fn prune(
    builder: &mut Builder,
    inputs: &Inputs<'_>,
    orphan: &Orphan,
    policy: PrunePolicy,
) -> Result<(), &'static str> {
    if policy != PrunePolicy::Delete {
        return Err("a connection cannot be switched off, and the policy is not `prune: delete`");
    }
    let all = inputs.tenant.connections.iter().flat_map(|all| &all.items);
    let Some(live) = all.clone().find(|it| it.id.as_str() == orphan.id) else {
        return Err("it could not be read");
    };
    let bound = Bindings::of(inputs, |_| true);
    if bound.more || live.values.incomplete.is_some() {
        return Err("what is bound to it could not be read to its end");
    }
    if !bound.to(live).is_empty() {
        return Err("instances are bound to it");
    }
    let mut definitions = inputs.definitions.values();
    if definitions.any(|it| it.scoped_connections().contains(&live.stable_key)) {
        return Err("a definition of this project uses it");
    }
    if live.in_use {
        return Err("Prismatic says that it is in use");
    }
    let operation = ConnectionOperation::Delete {
        connection: live.id.clone(),
    };
    builder.step(&orphan.address, Action::Delete, operation, Vec::new());
    Ok(())
}

impl Plannable for ConnectionKind {
    fn plan(builder: &mut Builder, _inputs: &Inputs<'_>, changes: &ChangeSet, _context: &Context) {
        for diff in &changes.connections {
            plan(builder, diff);
        }
    }
}

/// Where the steps stand that create values: by connection and customer.
pub(crate) type ValueSteps = std::collections::BTreeMap<(ResourceName, TargetCustomer), StepId>;
