//! How long to wait for another writer.

use std::path::Path;
use std::time::Duration;

use super::parse;
use crate::controller::exclusion::{Exclusion, Tenants};
use crate::store::WriteLock;

/// How long to wait for others who write to the same tenant.
#[derive(Debug, Clone, Copy, clap::Args)]
#[command(next_help_heading = "State")]
pub(crate) struct LockArgs {
    /// How long to wait while another run with the same state folder writes to the same tenant;
    /// `0s` does not wait.
    #[arg(long, env = "PRISM_GITOPS_LOCK_TIMEOUT", value_name = "TIME", default_value = "5m", value_parser = parse::patience)]
    pub(crate) lock_timeout: Duration,
}

impl LockArgs {
    /// What keeps the passes of a daemon and other writers apart.
    pub(crate) fn exclusion(self, folder: &Path) -> Exclusion {
        Exclusion {
            lock: Some(WriteLock::in_folder(folder)),
            patience: self.lock_timeout,
            run: run(),
            tenants: Tenants::default(),
        }
    }
}

/// Distinguishes this run from others.
pub(crate) fn run() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}
