//! What a pass knows of each resource, as the page shows it: one row each, made once at the end of a pass.
//!
//! Pure. The one word of a row comes from [`state`] alone, so that no two places can disagree about it.
//!
//! # Invariants
//!
//! - What a pass did not learn is absent, never a guess.
//! - No value that may be secret is in it: changes are kept as records keep them.

mod live;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::Timestamp;

use self::live::Live;
use super::resources::ResourceStatus;
use crate::api::page::{Connection, Drift, Failure, Hold as HoldAbout, Row, RowVersion, State};
use crate::model::{
    Address, CustomerRef, Desired, DesiredInstance, Disposition, Field, FieldChange, Health,
    IntegrationRef, Kind, Location, SyncStatus, Tenant,
};
use crate::plan::{Plan, PlannedResource, PlannedRollout};
use crate::rollout::Turn;

/// At most this many differences are kept of one resource.
const CHANGES: usize = 100;

/// A customer, as far as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerFacts {
    /// The name.
    pub name: String,
    /// The id that the vendor's own system gave it.
    pub external_id: Option<String>,
    /// Its labels besides ours.
    pub labels: Vec<String>,
}

/// What a list does not show of a resource.
#[derive(Debug, Clone, Default)]
pub struct Detail {
    /// Where it is declared.
    pub source: Option<Location>,
    /// Its id in Prismatic, where it exists.
    pub id: Option<String>,
    /// What differs, without values that may be secret.
    pub changes: Vec<FieldChange>,
    /// How many differences there are in all.
    pub differences: usize,
    /// Its connections.
    pub connections: Vec<Connection>,
}

/// What the last pass knew of the fleet.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// The resources, in the order of their addresses.
    pub rows: Vec<Row>,
    /// By address.
    pub details: BTreeMap<String, Detail>,
    /// Those whose instances are here, and those that were read besides, by their keys.
    pub customers: BTreeMap<String, CustomerFacts>,
}

/// What a page is made of.
pub struct Sources<'a> {
    /// The plan, without what was held back.
    pub plan: &'a Plan,
    /// What is declared, members of fleets among the instances.
    pub desired: &'a Desired,
    /// The tenant as it was read.
    pub tenant: &'a Tenant,
    /// How each resource is after the pass.
    pub statuses: &'a [ResourceStatus],
    /// What the pass before knew; `None` where there was none.
    pub before: Option<&'a Page>,
    /// When.
    pub now: Timestamp,
}

impl Page {
    /// The page after a pass.
    #[must_use]
    pub fn of(sources: &Sources<'_>) -> Self {
        let live = Live::of(sources.tenant, &sources.desired.project.name);
        let maker = Maker {
            sources,
            live: &live,
            declared: declared(sources.desired),
            names: names(sources.plan),
            rollouts: rollouts(sources.plan),
        };
        let planned = sources.plan.resources.iter();
        let planned: BTreeMap<&Address, &PlannedResource> =
            planned.map(|it| (&it.address, it)).collect();
        let mut page = Self {
            customers: live.customers(),
            ..Self::default()
        };
        for status in sources.statuses {
            let planned = planned.get(&status.address).copied();
            let row = maker.row(status, planned);
            let detail = maker.detail(status, planned);
            page.details.insert(row.address.0.clone(), detail);
            page.rows.push(row);
        }
        page.rows
            .sort_by(|one, other| one.address.cmp(&other.address));
        page
    }

    /// The row of an address.
    #[must_use]
    pub fn row(&self, address: &str) -> Option<&Row> {
        let place = self
            .rows
            .binary_search_by(|row| row.address.0.as_str().cmp(address));
        self.rows.get(place.ok()?)
    }
}

/// The one word of a resource: the first that applies.
#[must_use]
pub fn state(disposition: Disposition, sync: SyncStatus, health: Health) -> State {
    match (disposition, health) {
        (Disposition::Failed, _) => State::Error,
        (
            Disposition::Guarded
            | Disposition::Paused
            | Disposition::Approval
            | Disposition::Window
            | Disposition::Invalid
            | Disposition::Vanished,
            Health::Blocked,
        ) => State::Held,
        (_, Health::Degraded) => State::Failing,
        (_, Health::Blocked) => State::Blocked,
        (_, Health::Pending) => State::Pending,
        (Disposition::Reported, _) => State::Drifted,
        (_, Health::Unknown) => State::Unknown,
        (disposition, health) => by_sync(disposition, sync, health),
    }
}

/// Of what is neither in trouble nor unknown by its health.
fn by_sync(disposition: Disposition, sync: SyncStatus, health: Health) -> State {
    match (sync, is_held(disposition)) {
        (SyncStatus::Unknown, _) => State::Unknown,
        (SyncStatus::OutOfSync, true) => State::Held,
        (SyncStatus::OutOfSync, false) => State::Changing,
        (SyncStatus::Synced, _) => match health {
            Health::Progressing | Health::Missing => State::Changing,
            Health::Suspended => State::Off,
            Health::Healthy
            | Health::Degraded
            | Health::Unknown
            | Health::Blocked
            | Health::Pending
                if disposition == Disposition::OnHold =>
            {
                State::Held
            }
            Health::Healthy
            | Health::Degraded
            | Health::Unknown
            | Health::Blocked
            | Health::Pending => State::InStep,
        },
    }
}

/// Whether it is left alone for now, though something is to be done.
#[must_use]
pub fn is_held(disposition: Disposition) -> bool {
    match disposition {
        Disposition::Flapping
        | Disposition::Paused
        | Disposition::Guarded
        | Disposition::Approval
        | Disposition::OnHold
        | Disposition::Window
        | Disposition::Wave
        | Disposition::Vanished
        | Disposition::Behind
        | Disposition::Invalid => true,
        Disposition::None
        | Disposition::Proceeds
        | Disposition::Waits
        | Disposition::Reported
        | Disposition::Failed => false,
    }
}

fn declared(desired: &Desired) -> BTreeMap<Address, &DesiredInstance> {
    let instances = desired.instances.iter();
    instances
        .map(|it| (Address::instance(it.name.clone()), it))
        .collect()
}

/// The display names of the integrations of a plan, by their names in the files.
fn names(plan: &Plan) -> BTreeMap<&str, &str> {
    let integrations = plan.resources.iter();
    let integrations = integrations.filter(|it| it.address.kind == Kind::Integration);
    integrations
        .map(|it| (it.address.name.as_str(), it.display_name.as_str()))
        .collect()
}

fn rollouts(plan: &Plan) -> BTreeMap<&str, &PlannedRollout> {
    let rollouts = plan.rollouts.iter();
    rollouts.map(|it| (it.address.name.as_str(), it)).collect()
}

struct Maker<'a> {
    sources: &'a Sources<'a>,
    live: &'a Live<'a>,
    declared: BTreeMap<Address, &'a DesiredInstance>,
    names: BTreeMap<&'a str, &'a str>,
    rollouts: BTreeMap<&'a str, &'a PlannedRollout>,
}

impl Maker<'_> {
    fn row(&self, status: &ResourceStatus, planned: Option<&PlannedResource>) -> Row {
        let address = &status.address;
        let (integration, integration_name) = self.integration(address);
        let rollout = integration.as_deref().and_then(|it| self.rollouts.get(it));
        let turn = rollout.and_then(|it| it.derived.turns.get(&address.name));
        let turn = turn.filter(|_| address.kind == Kind::Instance);
        let on_hold = planned.and_then(|it| it.on_hold.as_ref());
        let disposition = status.disposition;
        let state = state(disposition, status.sync, status.health);
        let since = self.since(address, state);
        let customer = self.live.customer_of(address);
        let own = on_hold.filter(|it| it.because.is_none());
        Row {
            address: address.into(),
            display_name: status.display_name.clone(),
            customer: status.customer.clone(),
            customer_key: customer
                .as_ref()
                .map(|it| it.0.clone())
                .or_else(|| self.declared_key(address)),
            kind: address.kind,
            integration,
            integration_name,
            fleet: self.fleet(address),
            state,
            sync: status.sync,
            health: status.health,
            disposition,
            reason: status.reason.clone(),
            hint: status.hint.clone(),
            actions: status.actions.clone(),
            retry_at: status.retry_at,
            version: self.version(address, planned, rollout.copied(), turn),
            labels: customer.map(|it| it.1).unwrap_or_default(),
            since,
            changed_at: self.live.changed_at(address),
            hold: own.map(|it| HoldAbout {
                until: it.hold.ends(),
                reason: it.note.clone().unwrap_or_else(|| {
                    "why is not known here: the history of this machine does not have it".to_owned()
                }),
            }),
            drift: (disposition == Disposition::Reported).then(|| Drift {
                at: since,
                fields: fields(planned),
            }),
            last_failure: rollout.and_then(|it| failure(it, address)),
        }
    }

    /// When its state was seen to begin: not at the first pass, which finds everything as it is.
    fn since(&self, address: &Address, state: State) -> Option<Timestamp> {
        let before = self.sources.before?;
        match before.row(&address.to_string()) {
            Some(row) if row.state == state => row.since,
            Some(_) | None => Some(self.sources.now),
        }
    }

    fn integration(&self, address: &Address) -> (Option<String>, Option<String>) {
        if address.kind == Kind::Integration {
            let name = address.name.as_str();
            let shown = self.names.get(name).map(|it| (*it).to_owned());
            return (Some(name.to_owned()), shown);
        }
        let live = self.live.integration_of(address);
        let declared = self.declared.get(address).map(|it| &it.integration);
        match declared {
            Some(IntegrationRef::Managed(name)) => {
                let shown = self.names.get(name.as_str()).map(|it| (*it).to_owned());
                (Some(name.to_string()), shown.or(live))
            }
            Some(IntegrationRef::Name(name)) => (Some(name.clone()), Some(name.clone())),
            Some(IntegrationRef::Id(_)) | None => (live.clone(), live),
        }
    }

    /// The customer of one that is not live yet, where its manifest gives the external id.
    fn declared_key(&self, address: &Address) -> Option<String> {
        let customer = match &self.declared.get(address)?.customer {
            CustomerRef::Managed(name) => {
                let mut all = self.sources.desired.customers.iter();
                &all.find(|it| it.name == *name)?.external_id
            }
            CustomerRef::ExternalId(id) => id,
            CustomerRef::Name(_) | CustomerRef::Id(_) => return None,
        };
        Some(customer.clone())
    }

    fn fleet(&self, address: &Address) -> Option<String> {
        let member = self.declared.get(address)?.member.as_ref()?;
        Some(member.fleet.to_string())
    }

    fn version(
        &self,
        address: &Address,
        planned: Option<&PlannedResource>,
        rollout: Option<&PlannedRollout>,
        turn: Option<&Turn>,
    ) -> RowVersion {
        if address.kind != Kind::Instance {
            return RowVersion::default();
        }
        let running = self.live.version(address);
        let changes = planned.iter().flat_map(|it| &it.changes);
        let mut changes = changes.filter(|it| it.path.field() == Field::Version);
        let changed = changes.find_map(|it| it.after.clone());
        let waits = turn.filter(|it| matches!(it, Turn::Waits { .. }));
        let waited = waits.and(rollout).and_then(|it| it.derived.target);
        let waited = waited.map(|number| number.to_string());
        RowVersion {
            target: waited.or(changed).or_else(|| running.clone()),
            deployed: self.live.is_deployed(address),
            running,
        }
    }

    fn detail(&self, status: &ResourceStatus, planned: Option<&PlannedResource>) -> Detail {
        let address = &status.address;
        // What was written is as declared, until the next reading says otherwise.
        let differs = planned.filter(|_| status.sync != SyncStatus::Synced);
        let changes = differs.map(|it| it.changes.as_slice()).unwrap_or_default();
        Detail {
            source: planned.and_then(|it| it.source.clone()),
            id: self.live.id(address),
            changes: changes
                .iter()
                .take(CHANGES)
                .map(FieldChange::for_record)
                .collect(),
            differences: changes.len(),
            connections: self.live.connections(address),
        }
    }
}

fn fields(planned: Option<&PlannedResource>) -> Vec<String> {
    const SHOWN: usize = 5;
    let changes = planned.iter().flat_map(|it| &it.changes).take(SHOWN);
    changes.map(|it| it.path.to_string()).collect()
}

fn failure(rollout: &PlannedRollout, address: &Address) -> Option<Failure> {
    let mut failures = rollout.derived.failures.iter();
    let failed = failures.find(|it| it.member == address.name)?;
    Some(Failure {
        at: failed.since,
        flow: failed.flow.clone(),
        error: failed.error.clone(),
    })
}
