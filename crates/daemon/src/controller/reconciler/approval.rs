//! Whether what new files ask for may be done, where the project has a person decide that.

use super::Reconciler;
use crate::controller::log;
use crate::controller::pass::Planned;
use crate::controller::status::AwaitedApproval;
use crate::disposition::{Holds, awaited};
use crate::model::ApplyMode;
use crate::plan::Plan;

impl Reconciler {
    /// The digest of the files that the pass applies.
    fn files(&self) -> Option<&str> {
        let last = self.state.last_good.as_ref()?;
        Some(last.revision.id.as_str())
    }

    /// Whether no approval is needed, or these files were approved before.
    pub(super) fn is_approved(&self, planned: &Planned) -> bool {
        match planned.desired.project.apply {
            ApplyMode::Auto => true,
            ApplyMode::Manual => {
                let files = self.files();
                files.is_some_and(|files| self.control.has_let_go(files))
            }
        }
    }

    /// Whether exactly what waits is what a person approved. From then on the files are let go: retries, and the
    /// later waves of a rollout, are not asked about again.
    pub(super) fn is_let_go(&self, plan: &Plan, holds: &Holds) -> bool {
        let (Some(files), Some(awaited)) = (self.files(), awaited(plan, holds)) else {
            return false;
        };
        self.control.let_go(files, &awaited.digest)
    }

    /// Where new files wait for a person, keeps what is known to match: after a restart, what a person let go before is not
    /// taken for something new.
    pub(super) async fn keep_matched(&mut self, planned: &Planned) {
        let matched = self.state.memory.matched();
        let asks = planned.desired.project.apply == ApplyMode::Manual;
        if !asks || *matched == self.state.matched {
            return;
        }
        let matched = matched.clone();
        if self.control.keep_matched(matched.clone()).await {
            self.state.matched = matched;
        }
    }

    /// Shows what waits for approval, and logs it once.
    pub(super) async fn report_awaited(&mut self, plan: &Plan, holds: &Holds) {
        self.control.keep_approval().await;
        let revision = self.status.borrow().revision.clone();
        let now = awaited(plan, holds).zip(revision);
        let now = now.map(|(awaited, revision)| AwaitedApproval {
            revision: revision.id,
            commit: revision.commit,
            digest: awaited.digest,
            resources: awaited.resources.len() as u64,
        });
        if let Some(now) = &now
            && self.status.borrow().approval.as_ref() != Some(now)
        {
            log::awaited(now);
        }
        self.progress(|status| status.approval = now);
    }
}
