//! Writes that must not be done twice: looked for, recorded, sent, looked for again.
//!
//! [`Writer`] is a [`Platform`](crate::prismatic::platform::Platform) in front of another. What is harmless to repeat passes through it. A create,
//! a publish or a deploy is noted in the journal before it is sent; if the reply is lost, its effect is
//! looked for until it shows or enough time has passed, and only then it is sent again. What is decided on
//! the way is decided in [`crate::journal`].
//!
//! # Guarantees
//!
//! - Before something is created, the exact object is looked for once more.
//! - Before something created is deployed or published, it is looked at once more: if another writer created
//!   the same, one of the two steps back.
//! - After [`Writer::finish`] everything that was created or published is visible to others, or is reported.

mod connection;
mod creation;
mod customer;
mod deploy;
mod honour;
mod instance;
mod integration;
mod known;
mod open;
mod publish;
mod repeat;
mod state;
mod writer;

pub use honour::{Reading, honour};
pub use known::Known;
pub use open::{Recovered, resume};
pub use writer::{Finished, Writer};

use std::sync::Arc;
use std::time::Duration;

use crate::journal::{Effect, Intent, Mark, Moment, Shown, Terms};
use crate::runtime::clock::Clock;
use crate::store::journal::{Entry, Journal, JournalError, PersistedIntents};

/// The journal of one tenant.
#[derive(Debug, Clone)]
pub struct WriteLog {
    journal: Arc<Journal>,
    tenant: String,
}

impl WriteLog {
    /// The journal of the tenant that an identity names.
    #[must_use]
    pub fn new(journal: Arc<Journal>, identity: &crate::model::Identity) -> Self {
        let tenant = identity.tenant_id.as_deref().unwrap_or_default();
        let tenant = format!("{} {tenant}", identity.organization_id);
        Self { journal, tenant }
    }

    async fn load(&self) -> PersistedIntents {
        self.journal.load(&self.tenant).await
    }

    fn terms(&self, kept: &PersistedIntents) -> Terms {
        Terms::of(kept.lag, self.journal.settle())
    }

    async fn commit(&self, entries: Vec<Entry>) -> Result<(), JournalError> {
        self.journal.commit(&self.tenant, entries).await
    }
}

fn moment(clock: &dyn Clock) -> Moment {
    Moment {
        boot: clock.boot(),
        at: clock.boottime(),
    }
}

fn intent(clock: &dyn Clock, effect: Effect) -> Intent {
    Intent {
        id: uuid::Uuid::new_v4(),
        effect,
        opened_at: clock.now(),
        watched: None,
    }
}

fn mark(clock: &dyn Clock, shown: Shown) -> Mark {
    Mark {
        written: moment(clock),
        written_at: clock.now(),
        shown,
    }
}

/// Sleeps until the clock shows this.
async fn sleep_until(clock: &dyn Clock, at: Duration) {
    let left = at.saturating_sub(clock.boottime());
    if !left.is_zero() {
        tokio::time::sleep(left).await;
    }
}

#[cfg(test)]
mod tests;
