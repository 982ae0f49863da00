//! What a person asked to be done to one live object, between two passes.

use super::Reconciler;
use crate::controller::acts::{self, Answer, Ask, Queued};
use crate::controller::exclusion::Turn;
use crate::controller::{history, pass};
use crate::model::chain;
use crate::model::history::StepOutcome;

impl Reconciler {
    /// Does it, records it, and answers the caller.
    pub(in crate::controller) async fn act(&self, queued: Queued) {
        let Queued { ask, answer } = queued;
        let began = (self.clock.now(), self.clock.instant());
        let done = self.acted(&ask).await;
        let took = self.clock.instant().saturating_duration_since(began.1);
        let command = ask.deed.command();
        match &done {
            Ok(()) => tracing::warn!(
                event = "act.done",
                command,
                address = %ask.address,
                reason = ask.reason,
                "it was requested from the page"
            ),
            Err(error) => tracing::warn!(
                event = "act.failed",
                command,
                address = %ask.address,
                error,
                "what was requested from the page was not done"
            ),
        }
        let outcome = match &done {
            Ok(()) => (StepOutcome::Applied, None),
            Err(error) => (StepOutcome::Failed, Some(error.clone())),
        };
        let noted = self.state.noted.environment.clone();
        let environment = noted.unwrap_or_else(|| self.status.borrow().environment.clone());
        self.history.commanded(command).single(&history::Deed {
            environment: &environment,
            verb: command,
            subject: &ask.display_name,
            customer: ask.customer.as_deref(),
            address: Some(ask.address.clone()),
            reason: ask.reason.as_deref(),
            changes: &ask.deed.changes(ask.reason.as_deref()),
            began: began.0,
            ended: (
                self.clock.now(),
                u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            ),
            outcome,
        });
        // The next pass says why something is on hold.
        self.history.settled().await;
        // Who asked may have gone.
        let _ = answer.send(done);
    }

    async fn acted(&self, ask: &Ask) -> Answer {
        let loaded = self.state.last_good.as_ref();
        let loaded =
            loaded.ok_or("no valid files have been read yet, which say where the tenant is")?;
        let way = self.phases.way(loaded).await;
        let (connection, key) = way.map_err(|error| chain(&error))?;
        let platform = connection.platform.as_ref();
        let guarded = pass::guard(platform, connection.organization.as_deref()).await;
        guarded.map_err(|error| chain(&error))?;
        let held = self.exclusion.enter(&key, self.clock.now()).await;
        let held = held.map_err(|busy| busy.to_string())?;
        let done = acts::carry_out(platform, ask).await;
        self.exclusion.leave(Turn { key, held }).await;
        done
    }
}
