//! Steps of one customer: created, or its details set. Nothing else is ever done to one.

use crate::diff::{ChangeSet, Inputs};
use crate::diff::{Comparison, CustomerChanges, Found};
use crate::kinds::customer::CustomerKind;
use crate::model::{Health, SyncStatus};
use crate::plan::build::{Builder, quiet};
use crate::plan::{Action, CustomerOperation, PlannedResource, Precondition};
use crate::plan::{Context, Plannable};

/// Plans one customer. What needs it follows the step that creates it.
pub(crate) fn plan(builder: &mut Builder, diff: &Comparison<CustomerChanges>) {
    let address = diff.address.clone();
    let changes = match &diff.verdict {
        Ok(changes) => changes,
        Err(stop) => return builder.stopped(address, &diff.location, stop),
    };
    match changes.live.id() {
        None => {
            let step = builder.step(&address, Action::Create, create(changes), Vec::new());
            builder.created.insert(diff.address.name.clone(), step);
        }
        Some(id) => {
            let operation = CustomerOperation::Update {
                customer: id.clone(),
                name: changes.rename.clone(),
                external_id: changes.new_external_id.clone(),
                description: changes.description.clone(),
                labels: changes.labels.clone(),
                limit: changes.limit,
            };
            if !changes.fields.is_empty() {
                builder.step(&address, Action::Update, operation, Vec::new());
            } else if changes.labels.is_some() {
                // Nothing but our marker.
                let action = match changes.live {
                    Found::Adopted(_) | Found::Recovered(_) => Action::Adopt,
                    Found::Owned(_) | Found::Missing => Action::Update,
                };
                builder.step(&address, action, operation, Vec::new());
            }
        }
    }
    builder.note_respelled(&address, &diff.location, &changes.respelled);
    let missing = changes.live == Found::Missing;
    let differs = missing || !changes.fields.is_empty();
    let quiet = quiet(
        address,
        changes.display_name.clone(),
        Some(diff.location.clone()),
    );
    builder.resource(PlannedResource {
        sync: match differs {
            true => SyncStatus::OutOfSync,
            false => SyncStatus::Synced,
        },
        health: match missing {
            true => Health::Missing,
            false => Health::Healthy,
        },
        reason: reason(changes).to_owned(),
        changes: changes.fields.clone(),
        preconditions: preconditions(changes),
        ..quiet
    });
}

fn create(changes: &CustomerChanges) -> CustomerOperation {
    CustomerOperation::Create {
        name: changes.display_name.clone(),
        external_id: changes.external_id.clone(),
        description: changes.description.clone(),
        labels: changes.labels.clone().unwrap_or_default(),
        limit: changes.limit,
    }
}

fn reason(changes: &CustomerChanges) -> &'static str {
    match (&changes.live, changes.fields.is_empty()) {
        (Found::Missing, _) => "does not exist yet",
        (Found::Adopted(_) | Found::Recovered(_), true) => "exists and is taken over",
        (Found::Adopted(_) | Found::Recovered(_), false) => "exists, is taken over, and differs",
        (Found::Owned(_), false) => "differs",
        (Found::Owned(_), true) => "matches",
    }
}

/// All labels are written, so all of them count.
fn preconditions(changes: &CustomerChanges) -> Vec<Precondition> {
    let Some(id) = changes.live.id() else {
        return vec![Precondition::new("object", "none")];
    };
    let mut all = vec![Precondition::new("object", id.as_str())];
    if let Some(labels) = &changes.labels {
        all.push(Precondition::new("labels to be", labels.join(", ")));
    }
    all
}

impl Plannable for CustomerKind {
    fn plan(builder: &mut Builder, _inputs: &Inputs<'_>, changes: &ChangeSet, _context: &Context) {
        for diff in &changes.customers {
            plan(builder, diff);
        }
    }
}
