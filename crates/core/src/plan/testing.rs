//! Fixtures: small plans.

use std::collections::BTreeMap;

use jiff::Timestamp;

pub use crate::diff::testing::name;

use super::{
    Action, Guarded, InstanceOperation, IntegrationOperation, Operation, Output, Plan, PlanMode,
    PlannedResource, PlannedRollout, Step, StepId,
};
use crate::model::{Address, Health, InstanceId, IntegrationId, SyncStatus, VersionRecord};
use crate::rollout::{Derived, Phase, WavePhase, WaveState};

pub fn instance(text: &str) -> Address {
    Address::instance(name(text))
}

pub fn integration(text: &str) -> Address {
    Address::integration(name(text))
}

fn step(
    id: usize,
    address: Address,
    action: Action,
    operation: impl Into<Operation>,
    after: &[usize],
) -> Step {
    Step {
        id: StepId(id),
        address,
        action,
        operation: operation.into(),
        after: after.iter().map(|id| StepId(*id)).collect(),
    }
}

pub fn deploy(id: usize, text: &str, after: &[usize]) -> Step {
    let operation = InstanceOperation::Deploy {
        instance: Output::Known(InstanceId::new(text)),
        force: false,
    };
    step(id, instance(text), Action::Deploy, operation, after)
}

pub fn publish(id: usize, text: &str) -> Step {
    let operation = IntegrationOperation::Publish {
        integration: Output::Known(IntegrationId::new(text)),
        record: VersionRecord::default(),
    };
    step(id, integration(text), Action::Publish, operation, &[])
}

pub fn upgrade(id: usize, text: &str, publish: usize) -> Step {
    let operation = InstanceOperation::Upgrade {
        instance: Output::Known(InstanceId::new(text)),
        version: Output::Of(StepId(publish)),
        labels: None,
    };
    step(id, instance(text), Action::Upgrade, operation, &[publish])
}

/// A plan with these steps, and a resource for each of their addresses.
pub fn plan_of(steps: Vec<Step>) -> Plan {
    let mut actions: BTreeMap<Address, Vec<Action>> = BTreeMap::new();
    for step in &steps {
        actions
            .entry(step.address.clone())
            .or_default()
            .push(step.action);
    }
    let resources = actions
        .into_iter()
        .map(|(address, actions)| PlannedResource {
            display_name: address.name.to_string(),
            reason: format!("needs a {}", actions[0].as_str()),
            address,
            customer: None,
            source: None,
            sync: SyncStatus::OutOfSync,
            health: Health::Healthy,
            actions,
            hint: None,
            changes: Vec::new(),
            orphan: false,
            pending_consents: None,
            preconditions: Vec::new(),
            writes: None,
            guarded: Guarded::default(),
            on_hold: None,
        });
    Plan {
        mode: PlanMode::Changes,
        project: "default".to_owned(),
        environment: "test".to_owned(),
        organization: "org".to_owned(),
        policy: "sha256:policy".to_owned(),
        revision: None,
        observed_at: Timestamp::UNIX_EPOCH,
        resources: resources.collect(),
        steps,
        summary: Default::default(),
        impact: Default::default(),
        cost: Default::default(),
        diagnostics: Vec::new(),
        losses: Vec::new(),
        unread: Vec::new(),
        fleets: Vec::new(),
        violations: Vec::new(),
        later: Vec::new(),
        rollouts: Vec::new(),
        simulations: Vec::new(),
        digest: String::new(),
    }
}

/// A rollout of version 14 with one wave.
pub fn rollout(text: &str, phase: Phase, wave: (&str, WavePhase)) -> PlannedRollout {
    let wave = WaveState {
        name: wave.0.to_owned(),
        phase: wave.1,
        counted: 2,
        moved: 1,
        now: 0,
        hindered: 0,
        executions: None,
        runs: None,
        overlap: 0,
    };
    PlannedRollout {
        address: integration(text),
        display_name: text.to_owned(),
        sequence: None,
        derived: Derived {
            waves: vec![wave],
            ..Derived::new(Some(14), Some(12), phase, "as it is")
        },
        ran: Vec::new(),
    }
}
