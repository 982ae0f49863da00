//! A plan, and the right to carry it out.

use std::time::Duration;

use tokio::sync::watch;

use super::Reconciler;
use crate::controller::error::PassError;
use crate::controller::exclusion::Turn;
use crate::controller::pass::{Loaded, raised};
use crate::controller::phases::{Asked, Prepared, ReadMode};
use crate::controller::report::End;
use crate::controller::status::PassCounts;
use crate::model::EnvironmentKey;
use crate::plan::Step;
use crate::store::Held;

/// How often a pass that waits for another writer gives a sign of life.
const HEARTBEAT: Duration = Duration::from_secs(10);

impl Reconciler {
    /// Plans, and waits for its turn where the plan writes. A plan made before another writer wrote is made
    /// again.
    pub(super) async fn turn(
        &mut self,
        loaded: &Loaded,
        asked: Asked<'_>,
        stop: &watch::Receiver<bool>,
    ) -> Result<(Prepared, Turn), End> {
        let seen = self.exclusion.look();
        let prepared = self.planned(loaded, asked, stop).await?;
        let key = prepared.key();
        if !self.writes(&prepared) {
            return Ok((prepared, Turn { key, held: None }));
        }
        let held = self.enter(loaded, &key, stop.clone()).await?;
        let moved = held.as_ref().is_some_and(|held| held.moved_since(&seen));
        self.doubt(held.as_ref());
        if !moved {
            return Ok((prepared, Turn { key, held }));
        }
        tracing::info!(
            event = "plan.again",
            "another writer was at work meanwhile; the plan is made again"
        );
        let again = Asked {
            mode: ReadMode::Full,
            ..asked
        };
        let prepared = self.planned(loaded, again, stop).await?;
        if prepared.key() != key {
            // The credentials lead elsewhere now, where others are to be excluded.
            return Err(self.stopped(&loaded.revision, PassCounts::default()));
        }
        Ok((prepared, Turn { key, held }))
    }

    /// A plan for a tenant that no other environment works on.
    async fn planned(
        &self,
        loaded: &Loaded,
        asked: Asked<'_>,
        stop: &watch::Receiver<bool>,
    ) -> Result<Prepared, End> {
        let prepared = match self.plan(loaded, asked, stop.clone()).await {
            Some(prepared) => prepared.map_err(End::Failed)?,
            None => return Err(self.stopped(&loaded.revision, PassCounts::default())),
        };
        let environment = self.status.borrow().environment.clone();
        let claimed = self.exclusion.tenants.claim(&prepared.key(), &environment);
        claimed.map_err(End::Failed)?;
        Ok(prepared)
    }

    /// Whether anything of a plan is carried out now.
    fn writes(&mut self, prepared: &Prepared) -> bool {
        let plan = &prepared.planned.plan;
        let holds = self.holds(&prepared.planned);
        let free = |step: &Step| !holds.contains_key(&step.address);
        plan.steps.iter().any(free)
    }

    async fn enter(
        &self,
        loaded: &Loaded,
        key: &EnvironmentKey,
        mut stop: watch::Receiver<bool>,
    ) -> Result<Option<Held>, End> {
        let mut entering = std::pin::pin!(self.exclusion.enter(key, self.clock.now()));
        loop {
            tokio::select! {
                biased;
                () = raised(&mut stop) => {
                    return Err(self.stopped(&loaded.revision, PassCounts::default()));
                }
                entered = &mut entering => return entered.map_err(|busy| End::Failed(PassError::Busy(Box::new(busy)))),
                () = tokio::time::sleep(HEARTBEAT) => self.progress(|_| {}),
            }
        }
    }

    /// Logs once why other writers may not be kept out.
    fn doubt(&mut self, held: Option<&Held>) {
        let doubt = held.and_then(Held::doubt);
        if let Some(doubt) = &doubt
            && self.state.doubt.as_ref() != Some(doubt)
        {
            tracing::warn!(
                event = "lock.missing",
                "other writers may not be excluded: {doubt}"
            );
        }
        self.state.doubt = doubt;
    }
}
