//! Repeats readings until they show our own writes: a replica may lag behind.

use std::collections::BTreeSet;

use super::{WriteLog, moment};
use crate::journal::{Honoured, Mark, Settled, Settling, Shown, Terms};
use crate::model::{InstanceId, Observed, Scope, Tenant};
use crate::prismatic::platform::{Platform, PlatformResult};
use crate::runtime::clock::Clock;
use crate::store::journal::Entry;

/// What a reading has to show.
#[derive(Debug)]
pub struct Reading<'a> {
    /// What was asked for.
    pub scope: &'a Scope,
    /// Besides what the journal knows.
    pub marks: Vec<Mark>,
}

/// Reads the tenant until it shows the replies to our own writes, or the writes are older than any replica:
/// then another writer changed them.
///
/// # Errors
///
/// As [`Platform::observe`].
pub async fn honour(
    platform: &dyn Platform,
    clock: &dyn Clock,
    log: &WriteLog,
    reading: Reading<'_>,
    mut tenant: Tenant,
) -> PlatformResult<Tenant> {
    let kept = log.load().await;
    let terms = log.terms(&kept);
    let mut marks = kept.marks;
    marks.extend(reading.marks.into_iter().map(|mark| (mark.key(), mark)));
    if marks.is_empty() {
        return Ok(tenant);
    }
    let marks: Vec<Mark> = marks.into_values().collect();
    let mut settling = Settling::since(terms, clock.boottime());
    loop {
        let began = clock.boottime();
        let mut missing = behind(&marks, &tenant, terms, clock);
        if !missing.is_empty() {
            patch(platform, &missing, &mut tenant).await;
            missing = behind(&missing, &tenant, terms, clock);
        }
        let Some(first) = missing.first() else { break };
        let Settled::Look(at) = settling.unread(began) else {
            break;
        };
        tracing::debug!(
            event = "read.behind",
            "the API does not show our write to {} yet",
            first.key()
        );
        super::sleep_until(clock, at).await;
        tenant = platform.observe(reading.scope).await?;
    }
    retire(log, &marks, terms, clock).await;
    Ok(tenant)
}

/// The marks that a reading is older than, of those that can still be waiting for a replica.
fn behind(marks: &[Mark], tenant: &Tenant, terms: Terms, clock: &dyn Clock) -> Vec<Mark> {
    let (now, wall) = (moment(clock), clock.now());
    let is_behind = |mark: &&Mark| {
        mark.honoured_by(tenant) == Honoured::No && !mark.is_spent(terms, &now, wall)
    };
    marks.iter().filter(is_behind).cloned().collect()
}

/// Lists may lag where single objects do not.
async fn patch(platform: &dyn Platform, missing: &[Mark], tenant: &mut Tenant) {
    let ids: BTreeSet<InstanceId> = missing
        .iter()
        .filter_map(|mark| match &mark.shown {
            Shown::Instance { id, .. } | Shown::InstanceGone { id } => Some(id.clone()),
            Shown::Customer { .. }
            | Shown::Connection { .. }
            | Shown::ConnectionValue { .. }
            | Shown::Integration { .. }
            | Shown::Marked { .. }
            | Shown::Version { .. } => None,
        })
        .collect();
    if ids.is_empty() {
        return;
    }
    let found = platform.instances_by_id(&ids).await;
    let items = &mut tenant.instances.items;
    for mark in missing {
        match &mark.shown {
            Shown::Instance { id, .. } => {
                // One that shows the old state too says nothing new.
                if let Some(Observed::Known(live)) = found.get(id)
                    && mark.shows(live)
                {
                    items.retain(|known| known.id != *id);
                    items.push(live.clone());
                }
            }
            Shown::InstanceGone { id } => {
                if matches!(found.get(id), Some(Observed::Absent)) {
                    items.retain(|known| known.id != *id);
                }
            }
            Shown::Customer { .. }
            | Shown::Connection { .. }
            | Shown::ConnectionValue { .. }
            | Shown::Integration { .. }
            | Shown::Marked { .. }
            | Shown::Version { .. } => {}
        }
    }
}

/// Marks that were honoured go once no other replica can be so far behind.
async fn retire(log: &WriteLog, marks: &[Mark], terms: Terms, clock: &dyn Clock) {
    let (now, wall) = (moment(clock), clock.now());
    let spent = marks.iter().filter(|mark| mark.is_spent(terms, &now, wall));
    let entries: Vec<_> = spent.map(|mark| Entry::Retire(mark.key())).collect();
    // Those that stay are honoured by the next reading too.
    let _ = log.commit(entries).await;
}
