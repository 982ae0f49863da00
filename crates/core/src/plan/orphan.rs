//! Owned objects that nothing declares: reported, or pruned where the policy says so.
//!
//! # Guarantees
//!
//! Nothing is pruned unless all instances were read, the files declare at least one resource, and the object
//! is not protected. Integrations are never pruned, since their instances may belong to others; nor are
//! customers, since other systems make and use them too. A connection is deleted only where nothing is bound to it.

use super::build::{Builder, quiet};
use super::{Action, Context, InstanceOperation, Output, PlannedResource, Precondition, leave};
use crate::diff::{ChangeSet, Inputs, Orphan};
use crate::kinds::connection::steps as connection;
use crate::model::{Health, InstanceId, Kind, PrunePolicy, SyncStatus};

/// Plans the orphans.
pub(super) fn plan(
    builder: &mut Builder,
    inputs: &Inputs<'_>,
    changes: &ChangeSet,
    context: &Context,
) {
    let fleets = leave::Fleets::of(inputs);
    for orphan in &changes.orphans {
        let (reason, hint) = match fleets.of_orphan(orphan) {
            Some(fleet) => leave::plan(builder, (inputs, &fleets), (orphan, fleet), context),
            None => one(builder, inputs, orphan, context),
        };
        let quiet = quiet(orphan.address.clone(), orphan.display_name.clone(), None);
        builder.resource(PlannedResource {
            customer: orphan.customer_name.clone(),
            sync: SyncStatus::OutOfSync,
            health: if orphan.enabled {
                Health::Healthy
            } else {
                Health::Suspended
            },
            reason,
            hint,
            orphan: true,
            preconditions: preconditions(orphan),
            ..quiet
        });
    }
}

/// The facts that the reviewer saw when approving the plan.
fn preconditions(orphan: &Orphan) -> Vec<Precondition> {
    let state = if orphan.enabled {
        "enabled"
    } else {
        "disabled"
    };
    vec![
        Precondition::new("object", orphan.id.as_str()),
        Precondition::new("displayName", orphan.display_name.as_str()),
        Precondition::new("state", state),
    ]
}

/// Adds the step that prunes an orphan, if it may be pruned; says why, or why not.
fn one(
    builder: &mut Builder,
    inputs: &Inputs<'_>,
    orphan: &Orphan,
    context: &Context,
) -> (String, Option<String>) {
    let kept = |why: &str, hint: &str| {
        let reason = format!("no manifest declares it any more; kept: {why}");
        (reason, (!hint.is_empty()).then(|| hint.to_owned()))
    };
    let declare = "declare it again, or take its marker off with `prism-gitops release`";
    match orphan.address.kind {
        Kind::Customer => return kept("customers are never removed", declare),
        Kind::Integration => return kept("integrations are never pruned", declare),
        Kind::Connection | Kind::Instance => {}
    }
    let prune = context.policy.prune;
    let desired = inputs.desired;
    if prune == PrunePolicy::Orphan {
        return kept("the policy is `prune: orphan`", declare);
    }
    if orphan.protected {
        return kept("it is protected by its label", "");
    }
    if inputs.tenant.instances.incomplete.is_some() {
        return kept("not all instances could be read", "");
    }
    if desired.is_empty() {
        return kept(
            "the files declare nothing at all",
            "an empty project never prunes",
        );
    }
    if prune == PrunePolicy::Delete && !context.allow_delete {
        return kept("deleting needs --allow-delete", "");
    }
    if orphan.address.kind == Kind::Connection {
        if let Err(why) = connection::prune(builder, inputs, orphan, prune) {
            return kept(why, declare);
        }
        return ("no manifest declares it any more".to_owned(), None);
    }
    add(builder, orphan, prune);
    ("no manifest declares it any more".to_owned(), None)
}

fn add(builder: &mut Builder, orphan: &Orphan, prune: PrunePolicy) {
    let address = &orphan.address;
    let instance = InstanceId::new(orphan.id.as_str());
    match prune {
        PrunePolicy::Orphan => {}
        PrunePolicy::Disable if !orphan.enabled => {}
        PrunePolicy::Disable => {
            let operation = InstanceOperation::Switch {
                instance: Output::Known(instance),
                enabled: false,
                unless_shown: None,
            };
            builder.step(address, Action::Disable, operation, Vec::new());
        }
        PrunePolicy::Delete => {
            let operation = InstanceOperation::Delete { instance };
            builder.step(address, Action::Delete, operation, Vec::new());
        }
    }
}
