//! What changed in a tenant since it was last read, and how the two come together.
//!
//! Nothing is known of what moves a record's `updatedAt` (FACTS is silent), so an increment can
//! lack changes. It is good enough to see that there is nothing to do, and for nothing else: a
//! plan that would do something is made anew from a whole reading.
//!
//! # Invariants
//!
//! - What an increment lacks is unchanged or unknown, never deleted.
//! - Where counts do not add up, or a change is not fully described by the increment, the result is a reason
//!   to read everything instead of a merged tenant.
//! - Only the server's clock counts, as its own records show it.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use super::{Identity, Instance, Listing, Tenant};

/// A write that takes long can show up with the time at which it began, and a deploy may take
/// minutes. So for this long after a record was first seen to be the newest, an increment reaches back
/// as if it were new; later nothing older can come, and a fleet that was changed at once is not
/// read over and over.
const OVERLAP: Duration = Duration::from_secs(5 * 60);

/// When a record changed last, as the server says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// Which record.
    pub id: String,
    /// Its `updatedAt`.
    pub at: Timestamp,
}

/// How far a tenant is known, by the server's own clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    newest: Timestamp,
    seen: BTreeMap<String, Timestamp>,
}

impl Mark {
    /// The mark of the newest records; `None` where no record shows the server's time.
    #[must_use]
    pub fn of(stamps: impl IntoIterator<Item = Stamp>) -> Option<Self> {
        let seen: BTreeMap<_, _> = stamps.into_iter().map(|one| (one.id, one.at)).collect();
        let newest = seen.values().max().copied()?;
        Some(Self { newest, seen })
    }

    /// The server's time of the newest record.
    #[must_use]
    pub fn newest(&self) -> Timestamp {
        self.newest
    }

    /// The time from which an increment must report changes. `quiet` is how long ago this mark's newest
    /// record was first seen to be the newest.
    #[must_use]
    pub fn since(&self, quiet: Duration) -> Timestamp {
        let since = match OVERLAP.checked_sub(quiet) {
            Some(rest) if !rest.is_zero() => self.newest.checked_sub(rest),
            _ => self.newest.checked_add(Duration::from_micros(1)),
        };
        since.unwrap_or(self.newest)
    }

    fn knows(&self, stamp: &Stamp) -> bool {
        self.seen.get(&stamp.id) == Some(&stamp.at)
    }

    /// The mark after an increment. What the next one can reach back to stays known.
    fn moved(self, increment: &Increment) -> Self {
        let stamps = increment.integrations.iter().chain(&increment.stamps);
        let mut seen = self.seen;
        seen.extend(stamps.map(|one| (one.id.clone(), one.at)));
        let newest = seen.values().copied().fold(self.newest, Timestamp::max);
        let reach = Self {
            newest,
            seen: BTreeMap::new(),
        }
        .since(Duration::ZERO);
        seen.retain(|_, at| *at >= reach);
        Self { newest, seen }
    }
}

/// What changed since a mark, and how much there is in all.
#[derive(Debug, Clone, PartialEq)]
pub struct Increment {
    /// The identity that read it.
    pub identity: Identity,
    /// The integrations that changed. Their new state is not included.
    pub integrations: Vec<Stamp>,
    /// The instances that changed, as they are now.
    pub instances: Vec<Instance>,
    /// When each of these changed.
    pub stamps: Vec<Stamp>,
    /// How many integrations there are.
    pub all_integrations: usize,
    /// How many instances there are.
    pub all_instances: usize,
}

/// Why everything has to be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unmerged {
    /// The token belongs to another organization now.
    #[error("the token belongs to another organization than before")]
    Organization,
    /// The reading before had gaps.
    #[error("the last reading was not complete")]
    Incomplete,
    /// Its versions and definition are not in an increment.
    #[error("integration {0} changed")]
    Integration(String),
    /// Customers are looked up by what they were called.
    #[error("the customer of instance {0} changed")]
    Customer(String),
    /// Something is gone, or came without a trace.
    #[error("there are {says} {what}, and {known} are known")]
    Total {
        /// Of what.
        what: &'static str,
        /// How many there are.
        says: usize,
        /// How many are known.
        known: usize,
    },
}

/// The tenant as it is now, from what it was and what changed since, and the new mark.
///
/// # Errors
///
/// [`Unmerged`] where that is unknown.
pub fn merge(before: Tenant, mark: Mark, increment: Increment) -> Result<(Tenant, Mark), Unmerged> {
    if before.identity.organization_id != increment.identity.organization_id {
        return Err(Unmerged::Organization);
    }
    let customers = before.all_customers.as_ref();
    let customers = customers.is_some_and(|all| all.incomplete.is_some());
    let connections = before.connections.as_ref();
    let connections = connections.is_some_and(|all| all.incomplete.is_some());
    if before.integrations.incomplete.is_some()
        || before.instances.incomplete.is_some()
        || customers
        || connections
    {
        return Err(Unmerged::Incomplete);
    }
    if let Some(new) = increment.integrations.iter().find(|one| !mark.knows(one)) {
        return Err(Unmerged::Integration(new.id.clone()));
    }
    add_up(
        "integrations",
        increment.all_integrations,
        before.integrations.items.len(),
    )?;
    let all = increment.all_instances;
    let mark = mark.moved(&increment);
    let items = overlay(before.instances.items, increment.instances)?;
    add_up("instances", all, items.len())?;
    let tenant = Tenant {
        identity: increment.identity,
        instances: Listing::complete(items),
        ..before
    };
    Ok((tenant, mark))
}

/// Each instance as it changed last; new ones come at the end.
fn overlay(mut before: Vec<Instance>, changed: Vec<Instance>) -> Result<Vec<Instance>, Unmerged> {
    let places = before.iter().enumerate();
    let places = places.map(|(place, one)| (one.id.as_str().to_owned(), place));
    let mut places: BTreeMap<String, usize> = places.collect();
    for instance in changed {
        let id = instance.id.as_str().to_owned();
        let Some(place) = places.get(&id) else {
            places.insert(id, before.len());
            before.push(instance);
            continue;
        };
        let known = &mut before[*place];
        if known.customer != instance.customer {
            return Err(Unmerged::Customer(id));
        }
        *known = instance;
    }
    Ok(before)
}

fn add_up(what: &'static str, says: usize, known: usize) -> Result<(), Unmerged> {
    match says == known {
        true => Ok(()),
        false => Err(Unmerged::Total { what, says, known }),
    }
}

#[cfg(test)]
mod tests;
