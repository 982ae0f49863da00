//! Deploying once: a customer's deploy hooks run each time.

use jiff::Timestamp;

use super::writer::Writer;
use crate::journal::{Effect, Settled, Standing};
use crate::model::{InstanceId, InstanceSighting};
use crate::prismatic::error::{Effect as Fate, ErrorKind, PlatformError};
use crate::prismatic::platform::PlatformResult;

/// A deploy that certainly had no effect is sent at most this many times.
const SENDS: usize = 2;

/// Whether a look shows a deploy that came after `base`. Where the server shows no time, an instance that
/// calls for none has had it.
pub(super) fn is_done(seen: &InstanceSighting, base: Option<Timestamp>) -> bool {
    match seen.last_deployed_at {
        Some(at) => base.is_none_or(|base| at > base),
        None => seen.needs_deploy == Some(false) && seen.ever_deployed() != Some(false),
    }
}

impl Writer<'_> {
    pub(super) async fn deploy(
        &self,
        id: &InstanceId,
        force: bool,
    ) -> PlatformResult<InstanceSighting> {
        let (id, ours) = match self.confirm_instance(id).await? {
            None => (id.clone(), false),
            Some(Standing::Own { id, .. } | Standing::Theirs { id, used: false }) => {
                (InstanceId::new(id), true)
            }
            // Deployed by the writer that created it.
            Some(Standing::Theirs { id, used: true }) => {
                let id = InstanceId::new(id);
                let seen = self.platform.sight_instance(&id).await?;
                return Ok(seen.unwrap_or_else(|| InstanceSighting::of(id)));
            }
            Some(Standing::Undecided(_)) => (id.clone(), true),
        };
        let base = self.state().known.deployed.get(&id).copied();
        let effect = Effect::Deploy {
            instance: id.clone(),
            base,
        };
        let intent = self.open("deployInstance", effect).await?;
        let mut sends = 0;
        loop {
            sends += 1;
            let work = || self.platform.deploy_instance(&id, force);
            let error = match self.once_found(ours, work).await {
                Ok(sighting) => {
                    self.saw(Some(intent), &sighting).await;
                    return Ok(sighting);
                }
                Err(error) => error,
            };
            if error.effect == Fate::None && !matches!(error.kind, ErrorKind::RateLimited { .. }) {
                self.close(Some(intent), None).await;
                return Err(error);
            }
            match self.settle_deploy(&id, base, &error).await {
                Some(seen) if is_done(&seen, base) => {
                    self.saw(Some(intent), &seen).await;
                    return Ok(seen);
                }
                Some(_) if sends < SENDS => {}
                // Not seen for long enough: whether to deploy is decided anew.
                Some(_) => {
                    self.close(Some(intent), None).await;
                    return Err(error);
                }
                None => return Err(error),
            }
        }
    }

    /// Looks until the deploy is visible or is certain not to come; `None` where that stays unknown.
    async fn settle_deploy(
        &self,
        id: &InstanceId,
        base: Option<Timestamp>,
        error: &PlatformError,
    ) -> Option<InstanceSighting> {
        let mut settling = self.settling_after(error).await;
        loop {
            let began = self.clock.boottime();
            let next = match self.platform.sight_instance(id).await {
                Ok(Some(seen)) if is_done(&seen, base) => return Some(seen),
                Ok(Some(seen)) => match settling.absent(began) {
                    Settled::Absent => return Some(seen),
                    next => next,
                },
                Ok(None) | Err(_) => settling.unread(began),
            };
            match next {
                Settled::Look(at) => super::sleep_until(self.clock, at).await,
                Settled::Absent | Settled::Unread => return None,
            }
        }
    }
}
