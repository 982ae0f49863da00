//! What a reply said, which later readings have to honour.
//!
//! A reading that shows an older state than a reply did comes from a replica that lags: nothing is concluded
//! from it. One check is not enough, since the next reading may come from another replica.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::intent::Moment;
use super::pace::Terms;
use crate::model::{
    ConnectionId, ConnectionValueId, CustomerId, CustomerRecord, Instance, InstanceId,
    IntegrationId, Tenant, VersionId,
};

/// What the reply to a write said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Mark {
    /// When the reply came.
    pub written: Moment,
    /// The same by wall time, for other starts of the machine and for people.
    pub written_at: Timestamp,
    /// What it showed.
    pub shown: Shown,
}

/// The state of an object after a write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Shown {
    /// A customer. What the reply did not say is `None`.
    Customer {
        /// Its id.
        id: CustomerId,
        /// When it changed last, by the server.
        updated_at: Option<Timestamp>,
    },
    /// A shared connection that was created.
    Connection {
        /// Its id.
        id: ConnectionId,
    },
    /// A value of a shared connection that was created.
    ConnectionValue {
        /// Of this connection.
        connection: ConnectionId,
        /// Its id.
        id: ConnectionValueId,
    },
    /// An instance. What the reply did not say is `None`.
    Instance {
        /// Its id.
        id: InstanceId,
        /// When it changed last, by the server.
        updated_at: Option<Timestamp>,
        /// Its version.
        version: Option<VersionId>,
        /// Whether it is on.
        enabled: Option<bool>,
        /// When it was deployed last.
        last_deployed_at: Option<Timestamp>,
    },
    /// An instance that is gone.
    InstanceGone {
        /// Its id.
        id: InstanceId,
    },
    /// An integration that was created.
    Integration {
        /// Its id.
        id: IntegrationId,
    },
    /// An integration that was given its marker back.
    Marked {
        /// Its id.
        id: IntegrationId,
        /// The label.
        marker: String,
    },
    /// A version that was published.
    Version {
        /// Of this integration.
        integration: IntegrationId,
        /// Its number.
        number: i64,
    },
}

/// Whether a reading shows what a mark says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Honoured {
    /// It does, or shows something newer.
    Yes,
    /// It is older.
    No,
    /// The list was not read to its end, and what it shows does not say.
    Unread,
}

impl Mark {
    /// Which object it is about; a newer mark of the same takes its place.
    #[must_use]
    pub fn key(&self) -> String {
        match &self.shown {
            Shown::Instance { id, .. } | Shown::InstanceGone { id } => format!("instance {id}"),
            Shown::Customer { id, .. } => format!("customer {id}"),
            Shown::Connection { id } => format!("connection {id}"),
            Shown::ConnectionValue { id, .. } => format!("connection value {id}"),
            Shown::Integration { id } => format!("integration {id}"),
            Shown::Marked { id, .. } => format!("marker of {id}"),
            Shown::Version { integration, .. } => format!("version of {integration}"),
        }
    }

    /// How long ago the reply came. Another start of the machine counts by wall time.
    #[must_use]
    pub fn age(&self, now: &Moment, wall: Timestamp) -> Duration {
        self.written.age(now).unwrap_or_else(|| {
            let since = wall.duration_since(self.written_at);
            since.max(jiff::SignedDuration::ZERO).unsigned_abs()
        })
    }

    /// Whether no replica can still be behind: readings that honour the mark need not do so again, and a
    /// different value is a later change by another writer.
    #[must_use]
    pub fn is_spent(&self, terms: Terms, now: &Moment, wall: Timestamp) -> bool {
        self.age(now, wall) > terms.settle * 2
    }

    /// Whether a reading of the tenant honours it.
    #[must_use]
    pub fn honoured_by(&self, tenant: &Tenant) -> Honoured {
        let or_unread = |shows: bool, incomplete: bool| match (shows, incomplete) {
            (true, _) => Honoured::Yes,
            (false, true) => Honoured::Unread,
            (false, false) => Honoured::No,
        };
        match &self.shown {
            Shown::Customer { id, updated_at } => {
                // Customers that were not requested prove nothing.
                let Some(all) = &tenant.all_customers else {
                    return Honoured::Unread;
                };
                let live = all.items.iter().find(|live| live.customer.id == *id);
                match live {
                    Some(live) => or_unread(is_no_older(live, *updated_at), false),
                    None => or_unread(false, all.incomplete.is_some()),
                }
            }
            Shown::Connection { id } => {
                // Connections that were not requested prove nothing.
                let Some(all) = &tenant.connections else {
                    return Honoured::Unread;
                };
                let live = all.items.iter().any(|live| live.id == *id);
                or_unread(live, all.incomplete.is_some())
            }
            Shown::ConnectionValue { connection, id } => {
                let Some(all) = &tenant.connections else {
                    return Honoured::Unread;
                };
                let Some(live) = all.items.iter().find(|live| live.id == *connection) else {
                    return or_unread(false, all.incomplete.is_some());
                };
                let shown = live.values.items.iter().any(|value| value.id == *id);
                or_unread(shown, live.values.incomplete.is_some())
            }
            Shown::Instance { id, .. } => {
                let live = tenant.instances.items.iter().find(|live| live.id == *id);
                match live {
                    Some(live) => or_unread(self.shows(live), false),
                    None => or_unread(false, tenant.instances.incomplete.is_some()),
                }
            }
            Shown::InstanceGone { id } => {
                let live = tenant.instances.items.iter().any(|live| live.id == *id);
                or_unread(!live, false)
            }
            Shown::Integration { id } => {
                let live = tenant.integrations.items.iter().any(|live| live.id == *id);
                or_unread(live, tenant.integrations.incomplete.is_some())
            }
            Shown::Marked { id, marker } => {
                let mut all = tenant.integrations.items.iter();
                match all.find(|live| live.id == *id) {
                    Some(live) => or_unread(live.labels.contains(marker), false),
                    // Its absence is another matter.
                    None => Honoured::Yes,
                }
            }
            Shown::Version {
                integration,
                number,
            } => {
                let mut all = tenant.integrations.items.iter();
                let Some(live) = all.find(|live| live.id == *integration) else {
                    return or_unread(false, tenant.integrations.incomplete.is_some());
                };
                let shown = live.versions.items.iter().any(|one| one.number >= *number);
                or_unread(shown, live.versions.incomplete.is_some())
            }
        }
    }

    /// Whether an instance matches the reply, or was changed by another writer later.
    #[must_use]
    pub fn shows(&self, live: &Instance) -> bool {
        let Shown::Instance {
            id: _,
            updated_at,
            version,
            enabled,
            last_deployed_at,
        } = &self.shown
        else {
            return false;
        };
        let deployed = last_deployed_at.is_none_or(|then| {
            // A server that shows no time of deploys cannot be held to one.
            live.last_deployed_at.is_none_or(|now| now >= then)
        });
        match (live.updated_at, *updated_at) {
            (Some(now), Some(then)) if now > then => deployed,
            (Some(now), Some(then)) if now < then => false,
            // Not every write moves the time.
            _ => {
                deployed
                    && (version.as_ref()).is_none_or(|version| live.version.id == *version)
                    && enabled.is_none_or(|enabled| live.enabled == enabled)
            }
        }
    }
}

/// Whether a customer matches a reply, or was changed by another writer later.
fn is_no_older(live: &CustomerRecord, then: Option<Timestamp>) -> bool {
    match (live.updated_at, then) {
        (Some(now), Some(then)) => now >= then,
        (None, _) | (_, None) => true,
    }
}

#[cfg(test)]
mod tests;
