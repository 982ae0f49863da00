//! What is done, in which order, and what is not.

mod actions;
mod connection;
mod customer;
mod forms;
mod held;
mod markdown;
mod members;
mod ownership;
mod properties;
mod schema;
mod simulated;
mod steps;
mod work;

use std::collections::BTreeSet;

use insta::assert_snapshot;
use jiff::Timestamp;

use super::render::{HumanOptions, human, json, markdown, summary_line};
use super::{Action, Context, Operation, Plan, Step, StepResult, build};
use crate::diff::testing::{Configured as _, Valued as _, World, adopt_name, definition, scalar};
use crate::model::{
    ConfigValue, InstanceState, Marketplace, Policy, PrunePolicy, PublishWhen, Secret, SecretRef,
    VersionRecord, Visibility,
};

type Arrange = fn(&mut World);

pub(crate) fn context() -> Context {
    Context {
        project: "p".to_owned(),
        environment: "prod".to_owned(),
        organization: "o1".to_owned(),
        revision: Some("r1".to_owned()),
        observed_at: Timestamp::UNIX_EPOCH,
        server_now: Some(Timestamp::UNIX_EPOCH),
        provenance: VersionRecord::default(),
        reads: 4,
        policy: Policy::default(),
        allow_delete: false,
        closed: None,
        only: None,
        part: Default::default(),
    }
}

pub(crate) fn plan(world: &World) -> Plan {
    world.with(|inputs, changes| build(inputs, changes, &context()))
}

pub(crate) fn acme() -> String {
    definition("Acme ERP", "https://a.example")
}

/// The name of what a step does to an object of its kind.
pub(super) fn operation(step: &Step) -> String {
    let shown = format!("{:?}", step.operation);
    let (_, shown) = shown.split_once('(').unwrap();
    shown.split([' ', '{']).next().unwrap().to_owned()
}

/// `3 Instance/shop Deploy after 2`, one line a step.
pub(crate) fn steps(plan: &Plan) -> String {
    let mut lines = Vec::new();
    for step in &plan.steps {
        let operation = operation(step);
        let after: Vec<String> = step.after.iter().map(|id| id.0.to_string()).collect();
        let after = if after.is_empty() {
            String::new()
        } else {
            format!(" after {}", after.join(", "))
        };
        lines.push(format!("{} {} {operation}{after}", step.id.0, step.address));
    }
    lines.join("\n")
}

/// Nothing exists yet.
pub(super) fn fresh() -> World {
    let mut world = World::new();
    world.declare("acme", &acme());
    world
        .declare_instance("shop", "acme", "smith")
        .set("Endpoint", scalar("https://e"));
    world
}

/// Everything exists and matches.
pub(crate) fn in_step() -> World {
    let mut world = fresh();
    world.live("i1", &acme()).labels = vec!["gitops:p/acme".to_owned()];
    let live = world.live_instance("n1", "i1", "smith");
    live.labels = vec!["gitops:p/shop".to_owned()];
    live.name = "shop".to_owned();
    live.holds("Endpoint", "https://e");
    world
}
