//! One writer at a time: the daemon among the commands beside it, and its environments among each other.
//!
//! # Invariants
//!
//! - A pass reads and plans without the lock, and writes with it. A plan made before another writer wrote is
//!   made again under the lock.
//! - Two environments of one daemon that turn out to be one tenant are both refused: neither can
//!   know which of them was meant.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use super::error::PassError;
use crate::model::EnvironmentKey;
use crate::store::{Busy, Held, Holder, Seen, WriteLock};

/// Which environments of one process work on which tenant.
#[derive(Debug, Clone, Default)]
pub struct Tenants(Arc<Mutex<BTreeMap<EnvironmentKey, BTreeSet<String>>>>);

impl Tenants {
    fn known(&self) -> MutexGuard<'_, BTreeMap<EnvironmentKey, BTreeSet<String>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes where an environment leads to now.
    ///
    /// # Errors
    ///
    /// [`PassError::SameTenant`] where another one leads there too.
    pub fn claim(&self, key: &EnvironmentKey, environment: &str) -> Result<(), PassError> {
        let mut known = self.known();
        for (other, names) in known.iter_mut() {
            if other != key {
                names.remove(environment);
            }
        }
        let names = known.entry(key.clone()).or_default();
        names.insert(environment.to_owned());
        if names.len() < 2 {
            return Ok(());
        }
        Err(PassError::SameTenant {
            environments: names.iter().cloned().collect(),
            tenant: key.to_string(),
        })
    }
}

/// The right to write to a tenant; without a lock where nothing is written, or no other writer is possible.
#[derive(Debug)]
pub struct Turn {
    /// The tenant.
    pub key: EnvironmentKey,
    /// The lock.
    pub held: Option<Held>,
}

/// What keeps other writers out.
#[derive(Debug, Clone, Default)]
pub struct Exclusion {
    /// `None` where no other process can write, as in tests.
    pub lock: Option<WriteLock>,
    /// How long to wait for others.
    pub patience: Duration,
    /// Identifies this run.
    pub run: String,
    /// Where the other environments lead to.
    pub tenants: Tenants,
}

impl Exclusion {
    /// What other writers have done so far: to be asked before the tenant is read.
    #[must_use]
    pub fn look(&self) -> Seen {
        self.lock.as_ref().map(WriteLock::look).unwrap_or_default()
    }

    /// Waits for the right to write; `None` where there is no other writer to exclude.
    ///
    /// # Errors
    ///
    /// [`Busy`] where another writer has it for too long.
    pub async fn enter(&self, key: &EnvironmentKey, now: Timestamp) -> Result<Option<Held>, Busy> {
        let Some(lock) = &self.lock else {
            return Ok(None);
        };
        let holder = Holder::here("daemon", &self.run, now);
        let told = |busy: &Busy| {
            tracing::info!(event = "lock.waiting", "waiting: {busy}");
        };
        let held = lock.acquire(key, &holder, self.patience, &told).await;
        held.map(Some)
    }

    /// Ends the right to write, and leaves it for a moment to those who wait for it.
    pub async fn leave(&self, turn: Turn) {
        let Turn { key, held } = turn;
        if held.is_none() {
            return;
        }
        drop(held);
        if let Some(lock) = &self.lock {
            lock.give_way(&key).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(organization: &str) -> EnvironmentKey {
        EnvironmentKey {
            host: "a".to_owned(),
            organization: organization.to_owned(),
            tenant: None,
        }
    }

    #[test]
    fn two_environments_of_one_tenant_are_both_refused_until_one_leads_elsewhere() {
        let tenants = Tenants::default();
        assert!(tenants.claim(&key("o"), "us").is_ok());
        assert!(tenants.claim(&key("o"), "us").is_ok(), "at each pass");
        let refused = tenants.claim(&key("o"), "eu").unwrap_err();
        insta::assert_snapshot!(refused, @r#"the environments "eu" and "us" are one tenant: organization o at a"#);
        assert!(refused.hint().is_some());
        assert!(tenants.claim(&key("o"), "us").is_err());
        assert!(tenants.claim(&key("p"), "eu").is_ok());
        assert!(tenants.claim(&key("o"), "us").is_ok());
    }
}
