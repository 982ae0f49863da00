//! What people put on hold: logged once, and looked at again when the first hold ends.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Reconciler;
use crate::controller::log;
use crate::plan::{OnHold, Plan, PlannedResource};

/// The server's clock decides about the end, and may be behind ours: it is asked again no sooner.
const AGAIN: Duration = Duration::from_secs(15);

impl Reconciler {
    /// Each hold once, and its end once.
    pub(super) fn report_held(&mut self, plan: &Plan) {
        let own = |it: &&OnHold| it.because.is_none();
        let mut now = BTreeMap::new();
        for resource in &plan.resources {
            let Some(on_hold) = resource.on_hold.as_ref().filter(own) else {
                continue;
            };
            let words = on_hold.describe();
            if self.state.held.get(&resource.address) != Some(&words) {
                log::held(&resource.address, &words);
            }
            now.insert(resource.address.clone(), words);
        }
        for address in self.state.held.keys().filter(|it| !now.contains_key(*it)) {
            log::hold_over(address);
        }
        self.state.held = now;
        self.state.hold_ends = self.first_end(plan);
    }

    /// When the first hold ends that something waits for.
    fn first_end(&self, plan: &Plan) -> Option<tokio::time::Instant> {
        let end = |resource: &PlannedResource| {
            let on_hold = resource.on_hold.as_ref().filter(|it| it.pending)?;
            on_hold.hold.ends()
        };
        let first = plan.resources.iter().filter_map(end).min()?;
        let left = first.duration_since(self.clock.now());
        let left = Duration::try_from(left).unwrap_or_default();
        Some(self.clock.instant() + left.max(AGAIN))
    }
}
