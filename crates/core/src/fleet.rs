//! Fleets to instances, once the customers were read.
//!
//! Pure, and the only place where it happens. What comes after sees ordinary instances, each of which says of
//! which fleet it is a member. The same files, customers and day give the same instances, in any order of
//! the customers.
//!
//! # Invariants
//!
//! - Unknown is not absent. Where the customers were not read to their end, every member of a fleet that
//!   selects by labels is stopped as unknown, and so is every object with its marker; no member is created, switched
//!   off, or given up.
//! - One customer has one member of one integration. A manifest of its own comes before a fleet, and of two
//!   fleets the first by name.
//! - What is wrong with one member stops that member.

mod claims;
mod customers;
mod fill;
mod members;
mod notes;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::HashSet;

use jiff::Timestamp;

pub use notes::expired;

use crate::model::{Desired, Diagnostic, ResourceName, Tenant};
use claims::Claims;
use customers::Customers;
use members::Fleet;

/// What the files declare for one tenant.
#[derive(Debug, Clone)]
pub struct Expansion<'a> {
    /// The declared resources, members of fleets among the instances.
    pub desired: Cow<'a, Desired>,
    /// What people should know about it.
    pub diagnostics: Vec<Diagnostic>,
}

/// Expands all fleets.
#[must_use]
pub fn expand<'a>(desired: &'a Desired, tenant: &Tenant, now: Timestamp) -> Expansion<'a> {
    if desired.fleets.is_empty() {
        return Expansion {
            desired: Cow::Borrowed(desired),
            diagnostics: Vec::new(),
        };
    }
    let mut expanded = desired.clone();
    let mut diagnostics = expired(desired, now);
    let customers = Customers::of(desired, tenant);
    let mut claims = Claims::of(desired, tenant, &customers);
    for (fleet, declared) in expanded.fleets.iter_mut().zip(&desired.fleets) {
        let made = Fleet::new(declared, desired, tenant, &customers).members(&mut claims);
        diagnostics.extend(notes::of(declared, &made, tenant));
        fleet.expanded = Some(made.facts);
        expanded.instances.extend(made.members);
    }
    let members: HashSet<ResourceName> = (expanded.instances.iter())
        .filter(|it| it.member.is_some())
        .map(|it| it.name.clone())
        .collect();
    let left = claims.left_behind(desired, tenant, &customers, &members);
    for instance in &mut expanded.instances {
        if instance.member.is_none() {
            let displaced = claims.displaced_by(&instance.name);
            instance.displaces = displaced.or_else(|| left.get(&instance.name)).cloned();
        }
    }
    expanded.instances.sort_by(|a, b| a.name.cmp(&b.name));
    Expansion {
        desired: Cow::Owned(expanded),
        diagnostics,
    }
}
