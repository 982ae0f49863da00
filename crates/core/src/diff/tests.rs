//! What differs, case by case.

mod config;
mod connection;
mod customer;
mod flows;
mod identity;
mod instance;
mod integration;
mod losses;
mod respelled;
mod schedules;
mod secret_match;
mod simulated;

use super::testing::{
    Configured as _, Valued as _, World, adopt_id, adopt_name, definition, name, scalar, unread,
};
use super::{Found, InstanceChanges, IntegrationChanges, Stop, TargetVersion, Verdict};
use crate::model::{
    ConfigState, ConfigValue, InstanceState, IntegrationRef, Listing, LiveInput, Observed, Secret,
    SecretError, SecretRef, VariableStatus, VersionRecord, VersionRef,
};

pub(super) type Arrange = fn(&mut World);

pub(super) fn acme() -> String {
    definition("Acme ERP", "https://a.example")
}

/// `missing`, `owned ID`, `adopted ID`, `unknown: …` or `refused: …`.
pub(super) fn identity<T, Id: std::fmt::Display>(
    verdict: &Verdict<T>,
    live: impl Fn(&T) -> &Found<Id>,
) -> String {
    match verdict {
        Ok(changes) => match live(changes) {
            Found::Missing => "missing".to_owned(),
            Found::Owned(id) => format!("owned {id}"),
            Found::Adopted(id) => format!("adopted {id}"),
            Found::Recovered(id) => format!("resumed {id}"),
        },
        Err(Stop::Unknown(why)) => format!("unknown: {why}"),
        Err(Stop::Refused(refusal)) => format!("refused: {}", refusal.reason),
    }
}

pub(super) fn integration(world: &World) -> IntegrationChanges {
    match world.diff().integrations.remove(0).verdict {
        Ok(changes) => changes,
        other => panic!("{other:?}"),
    }
}

pub(super) fn instance(world: &World) -> InstanceChanges {
    match world.diff().instances.remove(0).verdict {
        Ok(changes) => changes,
        other => panic!("{other:?}"),
    }
}

pub(super) fn instance_verdict(world: &World) -> String {
    identity(&world.diff().instances[0].verdict, |changes| &changes.live)
}

pub(super) fn paths(fields: &[crate::model::FieldChange]) -> Vec<&str> {
    fields.iter().map(|field| field.path.as_str()).collect()
}

/// A managed, published, unchanged integration with one managed instance in step.
pub(super) fn in_step() -> World {
    let mut world = World::new();
    world.declare("acme", &acme());
    world
        .declare_instance("shop", "acme", "smith")
        .set("Endpoint", scalar("https://e"));
    world.live("i1", &acme()).labels = vec!["gitops:p/acme".to_owned()];
    let live = world.live_instance("n1", "i1", "smith");
    live.labels = vec!["gitops:p/shop".to_owned()];
    live.name = "shop".to_owned();
    live.holds("Endpoint", "https://e");
    world
}
