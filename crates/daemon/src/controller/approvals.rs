//! The last approval of new files, in memory and on the disk.
//!
//! # Invariants
//!
//! - An approval is bound to files and to the digest of what waited. A pass that finds another digest lets nothing
//!   go.
//! - A lost or unreadable approval is none: a person is asked again.

use std::sync::{Mutex, PoisonError};

use crate::api::wish::Approval;
use crate::store::{ApprovalFile, KeptApproval};

/// Why nothing was approved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAwaited {
    /// Nothing waits.
    #[error("nothing waits for approval")]
    Nothing,
    /// Something else waits.
    #[error("what waits for approval now is {0}: look at it first")]
    Other(String),
}

/// Where the last approval is.
#[derive(Debug, Default)]
pub(super) struct Approvals {
    file: Option<ApprovalFile>,
    last: Mutex<Option<Last>>,
}

#[derive(Debug, Clone)]
struct Last {
    kept: KeptApproval,
    /// The disk has it as it is.
    on_disk: bool,
}

impl Approvals {
    /// Takes up what was kept. Reads the disk.
    pub(super) fn open(file: Option<ApprovalFile>) -> Self {
        let kept = file.as_ref().and_then(ApprovalFile::read);
        let last = kept.map(|kept| Last {
            kept,
            on_disk: true,
        });
        Self {
            file,
            last: Mutex::new(last),
        }
    }

    fn last(&self) -> std::sync::MutexGuard<'_, Option<Last>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes an approval in place of an earlier one. Returns whether it is on the disk.
    pub(super) async fn give(&self, approval: Approval) -> bool {
        let kept = KeptApproval {
            approval,
            let_go: false,
        };
        *self.last() = Some(Last {
            kept,
            on_disk: false,
        });
        self.keep().await
    }

    pub(super) fn has_let_go(&self, files: &str) -> bool {
        let last = self.last();
        last.as_ref()
            .is_some_and(|it| it.kept.let_go && it.kept.approval.revision == files)
    }

    pub(super) fn let_go(&self, files: &str, digest: &str) -> bool {
        let mut last = self.last();
        let Some(last) = last.as_mut() else {
            return false;
        };
        let approval = &last.kept.approval;
        if approval.revision != files || approval.digest != digest {
            return false;
        }
        last.on_disk &= last.kept.let_go;
        last.kept.let_go = true;
        true
    }

    /// Whether the last approval is on the disk now.
    pub(super) async fn keep(&self) -> bool {
        let last = self.last().clone();
        let (Some(last), Some(file)) = (last, self.file.clone()) else {
            return false;
        };
        if last.on_disk {
            return true;
        }
        let kept = tokio::task::spawn_blocking(move || file.keep(&last.kept)).await;
        let kept = kept.is_ok_and(|kept| kept.is_ok());
        if let Some(last) = self.last().as_mut() {
            last.on_disk = kept;
        }
        if !kept {
            tracing::warn!(event = "approval.unkept", "a restart will ask again");
        }
        kept
    }
}
