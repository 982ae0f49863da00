//! What passes remember of the secrets they wrote.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::hold_notes::HoldNotes;
use crate::execute::{Outcome, Written};
use crate::model::{
    ConfigWrite, ConnectionRecord, Identity, Listing, SecretRecords, SecretWrites, Tenant,
    ValueOwner,
};
use crate::plan::Plan;
use crate::store::journal::Journal;
use crate::store::{Place, RolloutStore, SecretStore};
use crate::writes::WriteLog;

/// Where records of written secrets are kept, and what to do without one.
#[derive(Debug, Clone)]
pub struct Persistence {
    /// Where they are kept.
    pub store: Arc<SecretStore>,
    /// What to do about a masked value without a record.
    pub unrecorded: SecretWrites,
    /// What is known of writes whose effect was not seen.
    pub journal: Arc<Journal>,
    /// Why resources are on hold.
    pub holds: HoldNotes,
    /// What is noted of rollouts.
    pub rollouts: Arc<RolloutStore>,
}

impl Persistence {
    /// As long as this process lives.
    #[must_use]
    pub fn in_memory() -> Self {
        Self {
            store: SecretStore::in_memory(),
            unrecorded: SecretWrites::Once,
            journal: Journal::in_memory(),
            holds: HoldNotes::default(),
            rollouts: RolloutStore::in_memory(),
        }
    }
}

/// Where a plan's writes are to be remembered.
#[derive(Debug, Clone)]
pub struct Recorder {
    /// Where records are kept.
    pub store: Arc<SecretStore>,
    /// What is known of writes whose effect was not seen.
    pub writes: WriteLog,
    /// What is noted of rollouts.
    pub rollouts: Arc<RolloutStore>,
    /// The tenant they are about.
    pub place: Place,
}

impl Recorder {
    /// Remembers nothing beyond this process: for plans that write no values.
    #[must_use]
    pub fn forgetful(environment: &str, identity: &Identity) -> Self {
        Self {
            store: SecretStore::in_memory(),
            writes: WriteLog::new(Journal::in_memory(), identity),
            rollouts: RolloutStore::in_memory(),
            place: Place {
                environment: environment.to_owned(),
                organization: identity.organization_id.clone(),
            },
        }
    }

    /// Stores which versions all members have come to, by a plan.
    pub fn note_finished(&self, plan: &Plan) {
        super::rollouts::note_finished(&self.rollouts, plan);
    }

    /// Remembers what a plan wrote. What is gone is forgotten on the way.
    pub(super) async fn note(&self, plan: &Plan, tenant: &Tenant, outcome: &Outcome) {
        let written = written(plan, outcome);
        if written.is_empty() {
            return;
        }
        let listed = Listed::of(tenant);
        let learn = move |records: &mut SecretRecords| {
            records.retain(|owner| listed.may_be_there(owner));
            for (config, Written { owner, echo }) in &written {
                records.learn(owner, config, echo);
            }
        };
        self.store.update(&self.place, learn).await;
    }
}

/// What was read of those that hold values, each where that is all of them.
struct Listed {
    instances: Option<BTreeSet<ValueOwner>>,
    connections: Option<BTreeSet<ValueOwner>>,
}

impl Listed {
    fn of(tenant: &Tenant) -> Self {
        let instances = &tenant.instances;
        let whole = |all: &&Listing<ConnectionRecord>| {
            let values = |it: &ConnectionRecord| it.values.incomplete.is_none();
            all.incomplete.is_none() && all.items.iter().all(values)
        };
        let connections = tenant.connections.as_ref().filter(whole);
        Self {
            instances: instances.incomplete.is_none().then(|| {
                let all = instances.items.iter();
                all.map(|live| ValueOwner::Instance(live.id.clone()))
                    .collect()
            }),
            connections: connections.map(|all| {
                let own = |it: &ConnectionRecord| ValueOwner::Connection(it.id.clone());
                let values = all.items.iter().flat_map(|it| &it.values.items);
                let values = values.map(|it| ValueOwner::ConnectionValue(it.id.clone()));
                all.items.iter().map(own).chain(values).collect()
            }),
        }
    }

    fn may_be_there(&self, owner: &ValueOwner) -> bool {
        let all = match owner {
            ValueOwner::Instance(_) => &self.instances,
            ValueOwner::Connection(_) | ValueOwner::ConnectionValue(_) => &self.connections,
        };
        all.as_ref().is_none_or(|all| all.contains(owner))
    }
}

/// The values that were written, in the order of the steps: a later one counts.
fn written(plan: &Plan, outcome: &Outcome) -> Vec<(Vec<ConfigWrite>, Written)> {
    let values = plan.steps.iter().filter_map(|step| {
        let config = step.operation.config();
        let written = outcome.written.get(&step.id)?;
        (!config.is_empty()).then(|| (config.to_vec(), written.clone()))
    });
    values.collect()
}
