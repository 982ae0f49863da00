//! The right to write to a tenant, for commands.

use std::path::{Path, PathBuf};

use super::args::{FolderArgs, LockArgs, run_id};
use super::error::CliError;
use super::tenant::Chosen;
use super::ui::Ui;
use crate::controller::pass::Planned;
use crate::model::{EnvironmentKey, Identity};
use crate::prismatic::platform::Platform as _;
use crate::runtime::clock::{Clock as _, SystemClock};
use crate::store::{Busy, Held, Holder, Seen, WriteLock};

/// The process that wants to write, and the folder of the locks.
#[derive(Debug, Clone)]
pub(crate) struct Writing {
    lock: WriteLock,
    args: LockArgs,
    command: &'static str,
}

impl Writing {
    /// Nothing is taken yet.
    pub(crate) fn new(folder: PathBuf, args: LockArgs, command: &'static str) -> Self {
        Self {
            lock: WriteLock::in_folder(folder),
            args,
            command,
        }
    }

    /// What other writers have done so far: to be asked before the tenant is read.
    pub(crate) fn look(&self) -> Seen {
        self.lock.look()
    }

    /// Waits for the right to write what was planned.
    pub(crate) async fn planned(
        &self,
        ui: &Ui,
        tenant: &Chosen,
        planned: &Planned,
    ) -> Result<Held, CliError> {
        self.enter(ui, &key(tenant, &planned.tenant.identity)).await
    }

    /// Waits for the right to write to a tenant.
    pub(crate) async fn tenant(
        &self,
        ui: &Ui,
        tenant: &Chosen,
        identity: &Identity,
    ) -> Result<Held, CliError> {
        self.enter(ui, &key(tenant, identity)).await
    }

    async fn enter(&self, ui: &Ui, key: &EnvironmentKey) -> Result<Held, CliError> {
        let holder = Holder::here(self.command, &run_id(), SystemClock.now());
        let timeout = self.args.lock_timeout;
        let told = |busy: &Busy| {
            ui.say(&format!(
                "Waiting up to {} (--lock-timeout): {busy}.",
                duration_text(timeout)
            ));
        };
        let held = self.lock.acquire(key, &holder, timeout, &told).await;
        let held = held.map_err(|busy| refused(&busy, timeout))?;
        if let Some(doubt) = held.doubt() {
            ui.say(&format!("Not excluded: other writers. {doubt}"));
        }
        Ok(held)
    }
}

/// The right to write for a single action: where there is a state folder that others may share.
pub(crate) async fn single(
    ui: &Ui,
    (root, folder, args): (&Path, &FolderArgs, LockArgs),
    command: &'static str,
    tenant: &Chosen,
) -> Result<Option<Held>, CliError> {
    let place = folder.of(root);
    if folder.state_dir.is_none() && !place.is_dir() {
        return Ok(None);
    }
    let identity = tenant.client.identity().await?;
    let writing = Writing::new(place, args, command);
    writing.enter(ui, &key(tenant, &identity)).await.map(Some)
}

/// Reports that another process writes while a plan is made, which may be outdated before it is read.
pub(crate) fn report_writer(ui: &Ui, folder: PathBuf, tenant: &Chosen, planned: &Planned) {
    let key = key(tenant, &planned.tenant.identity);
    if let Some(holder) = WriteLock::in_folder(folder).writer(&key) {
        ui.say(&format!(
            "{holder} writes to this tenant now: what is shown here may have changed already."
        ));
    }
}

fn key(tenant: &Chosen, identity: &Identity) -> EnvironmentKey {
    let connection = &tenant.connection;
    EnvironmentKey::new(
        connection.url.as_str(),
        identity,
        connection.tenant_id.as_deref(),
    )
}

fn duration_text(time: std::time::Duration) -> String {
    let seconds = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    format!("{:#}", jiff::SignedDuration::from_secs(seconds))
}

fn refused(busy: &Busy, timeout: std::time::Duration) -> CliError {
    let message = match timeout.is_zero() {
        true => busy.to_string(),
        false => format!("waited {} in vain: {busy}", duration_text(timeout)),
    };
    CliError::world(message).hint(format!(
        "run it again when that is done, or wait for longer with --lock-timeout; the lock is {} and ends with its process; nothing was written",
        busy.file.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::exit::Exit;

    #[test]
    fn a_refusal_says_who_has_it_and_what_to_do() {
        let busy = Busy {
            holder: None,
            stopped: false,
            file: PathBuf::from("s/write-1.lock"),
        };
        let error = refused(&busy, std::time::Duration::from_secs(300));
        assert_eq!(error.exit(), Exit::Error);
        insta::assert_snapshot!(error.message(), @"waited 5m in vain: another process writes to this tenant");
        let error = refused(&busy, std::time::Duration::ZERO);
        insta::assert_snapshot!(error.message(), @"another process writes to this tenant");
        assert!(error.hint_text().unwrap().contains("s/write-1.lock"));
    }
}
