//! The tenant as data: what exists, and the rules of changing it.
//!
//! Everything here is synchronous and deterministic. Time comes in as a [`Moment`], ids come
//! from a counter, so that the same calls give the same world, ids included.
//!
//! Invariants: every instance points at a customer and at a record of a sequence that exist;
//! every sequence has exactly one working copy and one test instance; timestamps never repeat
//! and never go back.

pub(crate) mod account;
pub(crate) mod activity;
pub(crate) mod catalogue;
pub(crate) mod component;
pub(crate) mod config;
pub(crate) mod configure;
pub(crate) mod consent;
pub(crate) mod customer;
pub(crate) mod customers;
pub(crate) mod deploy;
pub(crate) mod execution;
pub(crate) mod id;
pub(crate) mod instance;
pub(crate) mod instances;
pub(crate) mod integration;
pub(crate) mod integrations;
pub(crate) mod kept;
pub(crate) mod lag;
pub(crate) mod publish;
pub(crate) mod run;
mod schedule;
pub(crate) mod shared;
pub(crate) mod table;
pub(crate) mod upgrade;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use self::account::{Organization, User};
use self::activity::Activity;
use self::component::Component;
use self::customer::Customer;
use self::execution::Execution;
use self::instance::Instance;
use self::integration::Integration;
use self::shared::{Scoped, SharedValue};
use self::table::{Key, Table};
use super::behaviour::Behaviour;

/// Everything in the tenant.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct World {
    pub(crate) organization: Organization,
    pub(crate) user: User,
    pub(crate) customers: Table<Customer>,
    pub(crate) components: Table<Component>,
    pub(crate) integrations: Table<Integration>,
    pub(crate) instances: Table<Instance>,
    pub(crate) executions: Table<Execution>,
    /// Connections that instances share.
    #[serde(default, skip_serializing_if = "Table::is_empty")]
    pub(crate) scoped: Table<Scoped>,
    /// Their values for customers.
    #[serde(default, skip_serializing_if = "Table::is_empty")]
    pub(crate) shared_values: Table<SharedValue>,
    /// Ids given out so far.
    ids: u64,
    /// The newest timestamp given out.
    newest: Timestamp,
    /// How far its clock is ahead of the machine's, in seconds: it was moved forward.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) ahead: i64,
    /// What was done since the sandbox was opened, each with its number.
    #[serde(skip)]
    pub(crate) activities: VecDeque<(u64, Arc<Activity>)>,
    /// Changes since the sandbox was opened.
    #[serde(skip)]
    generation: u64,
    /// The id of the next object, where a seed says it.
    #[serde(skip)]
    given: Option<Uuid>,
}

/// When something happens, and under which switches.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment<'a> {
    pub(crate) now: Timestamp,
    pub(crate) behaviour: &'a Behaviour,
}

/// Why a change was not made. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The object to change does not exist.
    NotFound,
    /// The input is not acceptable.
    Invalid(Vec<Problem>),
}

/// What is wrong with one field of an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) field: String,
    pub(crate) messages: Vec<String>,
}

/// The field of a problem that is not tied to one field.
pub(crate) const WHOLE: &str = "__all__";

impl Refusal {
    /// One problem of one field.
    pub(crate) fn field(field: &str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![Problem {
            field: field.to_owned(),
            messages: vec![message.into()],
        }])
    }
}

/// What a change gives.
pub(crate) type Change<T> = Result<T, Refusal>;

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_zero(number: &i64) -> bool {
    *number == 0
}

impl World {
    /// A tenant with only its user and Prismatic's own customer.
    pub(crate) fn new(organization: &str, now: Timestamp) -> Self {
        let base = id::part(Uuid::NAMESPACE_OID, "organization", organization);
        let mut world = Self {
            organization: Organization {
                id: base,
                tenant: id::part(base, "tenant", ""),
                name: organization.to_owned(),
                labels: Vec::new(),
            },
            user: User {
                id: id::part(base, "user", ""),
                name: "Sandbox User".to_owned(),
                email: "sandbox@example.com".to_owned(),
                created_at: now,
            },
            customers: Table::default(),
            components: Table::default(),
            integrations: Table::default(),
            instances: Table::default(),
            executions: Table::default(),
            scoped: Table::default(),
            shared_values: Table::default(),
            ids: 0,
            newest: now,
            ahead: 0,
            activities: VecDeque::new(),
            generation: 0,
            given: None,
        };
        world.add_system_customer(now);
        world
    }

    /// How often the world has changed since the sandbox was opened.
    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    /// An id that was never given out.
    pub(crate) fn new_id(&mut self) -> Uuid {
        if let Some(id) = self.given.take() {
            return id;
        }
        self.ids += 1;
        id::part(self.organization.id, "object", &self.ids.to_string())
    }

    /// The next object has this id, as the API writes it. One that is no id of a uuid is left out.
    pub(crate) fn give_id(&mut self, id: Option<&str>) {
        self.given = id.and_then(id::any);
    }

    /// The time of a change: later than that of every change before it.
    pub(crate) fn tick(&mut self, now: Timestamp) -> Timestamp {
        self.generation += 1;
        let step = Duration::from_micros(1);
        self.newest = now.max(self.newest.saturating_add(step).unwrap_or(self.newest));
        self.newest
    }

    /// The customer that test instances belong to.
    pub(crate) fn system_customer(&self) -> Uuid {
        let system = self.customers.first(&Key::Head);
        system.map_or(self.organization.id, |customer| customer.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_and_ids_never_repeat() {
        let now = Timestamp::UNIX_EPOCH;
        let mut world = World::new("Acme", now);
        let (first, second) = (world.tick(now), world.tick(now));
        assert!(second > first && first > now);
        assert_ne!(world.new_id(), world.new_id());
    }

    #[test]
    fn the_same_calls_give_the_same_ids() {
        let build = || World::new("Acme", Timestamp::UNIX_EPOCH).new_id();
        assert_eq!(build(), build());
    }
}
