//! Incremental readings: resume from an earlier reading of a tenant, between two full readings.
//!
//! ```text
//! whole reading ─► plan ─nothing to do─► recalled ─resync─► what changed ─merged─► plan ─nothing to do─► recalled
//!       ▲                                                        │                   │
//!       └──── schedule, new files, failure, a person, an event ──┴── does not add up ┴── something to do
//! ```
//!
//! # Invariants
//!
//! - Every write is based on a full reading in the same pass. A merged reading serves the status, and shows
//!   that there is nothing to do.
//! - It resumes from the last plan alone, and only if that had nothing to do: a pass that fails, or writes,
//!   leaves no cache.
//! - The organization is checked before anything is read.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::time::Instant;

use super::error::PassError;
use super::pass::{self, Loaded, PassContext, Planned};
use crate::manifest::parse_schedule;
use crate::model::increment::{Mark, merge};
use crate::model::{Address, Sweep, Tenant};
use crate::plan::Plan;
use crate::prismatic::platform::Platform;

/// A reading that had nothing to do.
pub(super) struct Recalled {
    tenant: Arc<Tenant>,
    mark: Mark,
    /// When the newest record of the mark was first seen to be that.
    marked_at: Instant,
    revision: String,
    orphans: BTreeSet<Address>,
    /// The platform that read it; another one may be another tenant.
    platform: Option<Arc<dyn Platform>>,
    /// When everything was read last.
    pub(super) swept_at: Timestamp,
}

/// What a comparison comes to, and what may be gone on from.
type Read = (Planned, Option<Recalled>, Timestamp);

/// The newest record of a tenant, and when it was first seen to be that.
pub(super) type Marked = (Timestamp, Instant);

/// Reads everything. With `keep` later incremental readings can continue from it; `before` is the earlier mark.
pub(super) async fn sweep(
    loaded: &Loaded,
    context: &PassContext<'_>,
    keep: bool,
    before: Option<Marked>,
) -> Result<Read, PassError> {
    // Before the reading: what changes while it goes on is newer.
    let mark = match keep {
        true => {
            pass::guard(context.platform, context.organization.as_deref()).await?;
            let mark = context.platform.mark().await.ok().flatten();
            let now = context.clock.instant();
            mark.map(|mark| {
                let same = before.filter(|(newest, _)| *newest == mark.newest());
                (mark, same.map_or(now, |(_, at)| at))
            })
        }
        false => None,
    };
    let planned = pass::plan(loaded, context).await?;
    let swept_at = planned.plan.observed_at;
    let recalled = mark.filter(|_| planned.plan.steps.is_empty());
    let recalled = recalled.map(|mark| Recalled::of(loaded, &planned, mark, swept_at));
    Ok((planned, recalled, swept_at))
}

impl Recalled {
    fn of(
        loaded: &Loaded,
        planned: &Planned,
        (mark, marked_at): (Mark, Instant),
        swept_at: Timestamp,
    ) -> Self {
        Self {
            tenant: Arc::clone(&planned.tenant),
            mark,
            marked_at,
            revision: loaded.revision.id.clone(),
            orphans: orphans(&planned.plan),
            platform: None,
            swept_at,
        }
    }

    /// The mark of this reading.
    pub(super) fn marked(&self) -> Marked {
        (self.mark.newest(), self.marked_at)
    }

    /// The same, with who read it.
    pub(super) fn by(self, platform: &Arc<dyn Platform>) -> Self {
        Self {
            platform: Some(Arc::clone(platform)),
            ..self
        }
    }

    /// Whether it is of these files and this tenant.
    pub(super) fn fits(&self, loaded: &Loaded, platform: &Arc<dyn Platform>) -> bool {
        let known = self.platform.as_ref();
        self.revision == loaded.revision.id && known.is_some_and(|one| Arc::ptr_eq(one, platform))
    }

    /// Reads what changed. `None` where everything has to be read: see the module.
    pub(super) async fn go_on(
        self,
        loaded: &Loaded,
        context: &PassContext<'_>,
        sweep: &Sweep,
    ) -> Result<Option<(Planned, Self)>, PassError> {
        let now = context.clock.now();
        if due(sweep, self.swept_at, now) {
            return Ok(None);
        }
        let before = pass::sent(context);
        pass::guard(context.platform, context.organization.as_deref()).await?;
        let instant = context.clock.instant();
        let quiet = instant.saturating_duration_since(self.marked_at);
        let newest = self.mark.newest();
        let increment = match context.platform.changes(self.mark.since(quiet)).await {
            Ok(Some(increment)) => increment,
            Ok(None) => return Ok(whole("more changed than fits on a page")),
            Err(error) => return Ok(whole(&error.to_string())),
        };
        let tenant = Arc::unwrap_or_clone(self.tenant);
        let (tenant, mark) = match merge(tenant, self.mark, increment) {
            Ok(merged) => merged,
            Err(why) => return Ok(whole(&why.to_string())),
        };
        let planned = pass::plan_known(loaded, context, tenant, (now, before)).await?;
        let new = orphans(&planned.plan);
        if !planned.plan.steps.is_empty() || !new.is_subset(&self.orphans) {
            return Ok(whole("there may be something to do"));
        }
        let marked_at = match mark.newest() == newest {
            true => self.marked_at,
            false => instant,
        };
        let recalled = Self::of(loaded, &planned, (mark, marked_at), self.swept_at);
        Ok(Some((planned, recalled)))
    }
}

fn whole<T>(why: &str) -> Option<T> {
    tracing::debug!(event = "sweep.early", why, "everything is read");
    None
}

fn orphans(plan: &Plan) -> BTreeSet<Address> {
    let orphans = plan.resources.iter().filter(|resource| resource.orphan);
    orphans.map(|resource| resource.address.clone()).collect()
}

/// Whether a full reading is due. It is also due if the clock was set back, or the schedule cannot be
/// evaluated.
fn due(sweep: &Sweep, last: Timestamp, now: Timestamp) -> bool {
    now < last || next(sweep, last).is_none_or(|next| next <= now)
}

/// The first time of a schedule after a moment.
fn next(sweep: &Sweep, after: Timestamp) -> Option<Timestamp> {
    let zone = sweep.time_zone.as_deref().unwrap_or("UTC");
    let zone = TimeZone::get(zone).ok()?;
    let cron = parse_schedule(&sweep.schedule).ok()?;
    let next = cron.find_next_occurrence(&after.to_zoned(zone), false);
    next.ok().map(|at| at.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sweep_is_due_once_its_time_has_passed_since_the_last() {
        let sweep = |schedule: &str, zone: Option<&str>| Sweep {
            schedule: schedule.to_owned(),
            time_zone: zone.map(str::to_owned),
        };
        let chicago = Some("America/Chicago");
        for (schedule, zone, last, now, expected) in [
            ("0 3 * * *", None, "03:00", "12:00", false),
            ("0 3 * * *", None, "02:59", "03:00", true),
            ("0 3 * * *", None, "02:59", "02:59", false),
            ("0 3 * * *", chicago, "02:59", "08:00", false),
            ("0 3 * * *", chicago, "02:59", "09:00", true),
            ("*/15 * * * *", None, "12:01", "12:14", false),
            ("*/15 * * * *", None, "12:01", "12:15", true),
            ("0 3 * * *", None, "12:00", "11:00", true),
            ("nonsense", None, "12:00", "12:00", true),
            ("0 3 * * *", Some("Mars/Base"), "12:00", "12:00", true),
        ] {
            let at = |time: &str| format!("2026-01-02T{time}:00Z").parse().unwrap();
            let due = due(&sweep(schedule, zone), at(last), at(now));
            assert_eq!(due, expected, "{schedule} {zone:?} {last} {now}");
        }
    }
}
