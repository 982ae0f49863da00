//! Plans for tests.

use crate::model::{Address, Health, InstanceId, SyncStatus};
use crate::plan::{
    Action, Cost, Guarded, Impact, InstanceOperation, Output, Plan, PlanMode, PlannedResource,
    Step, StepId, Summary,
};

/// A plan with a step for each action; what the steps do is of no importance.
pub(crate) fn plan_with(resources: &[(Address, &[Action])]) -> Plan {
    let actions = resources
        .iter()
        .flat_map(|(address, actions)| actions.iter().map(move |action| (address, *action)));
    let steps = actions.enumerate().map(|(id, (address, action))| Step {
        id: StepId(id),
        address: address.clone(),
        action,
        operation: InstanceOperation::Deploy {
            instance: Output::Known(InstanceId::new("x")),
            force: false,
        }
        .into(),
        after: Vec::new(),
    });
    Plan {
        mode: PlanMode::Changes,
        project: "acme".to_owned(),
        environment: "sandbox".to_owned(),
        organization: "org".to_owned(),
        policy: "sha256:policy".to_owned(),
        revision: None,
        observed_at: jiff::Timestamp::UNIX_EPOCH,
        resources: resources
            .iter()
            .map(|(a, actions)| resource(a, actions))
            .collect(),
        steps: steps.collect(),
        summary: Summary::default(),
        impact: Impact::default(),
        cost: Cost::default(),
        diagnostics: Vec::new(),
        losses: Vec::new(),
        unread: Vec::new(),
        fleets: Vec::new(),
        violations: Vec::new(),
        later: Vec::new(),
        rollouts: Vec::new(),
        simulations: Vec::new(),
        digest: "sha256:0".to_owned(),
    }
}

fn resource(address: &Address, actions: &[Action]) -> PlannedResource {
    PlannedResource {
        address: address.clone(),
        display_name: address.name.to_string(),
        customer: None,
        source: None,
        sync: SyncStatus::OutOfSync,
        health: Health::Healthy,
        actions: actions.to_vec(),
        reason: String::new(),
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
