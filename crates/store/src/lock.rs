//! One daemon for each environment of a state folder.

use std::fs::{File, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::folder::make_private;

/// Held for as long as a daemon lives. The system releases it when the process ends, however it ends.
#[derive(Debug)]
pub struct DaemonLock {
    /// `None` where there are no locks.
    _file: Option<File>,
}

/// Why there is no lock.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another daemon holds it.
    #[error("another daemon{} keeps {environment} in step from {}", holder(.pid.as_deref()), folder.display())]
    Held {
        /// Its process id, if it could be read.
        pid: Option<String>,
        /// The environment.
        environment: String,
        /// The state folder.
        folder: PathBuf,
    },
}

fn holder(pid: Option<&str>) -> String {
    pid.map(|pid| format!(" (process {pid})"))
        .unwrap_or_default()
}

impl DaemonLock {
    /// Takes the lock of an environment.
    ///
    /// A folder that cannot be written to, or a file system without locks, is warned of and excludes no other
    /// process.
    ///
    /// # Errors
    ///
    /// [`LockError::Held`] where another daemon has it.
    pub fn take(folder: &Path, environment: &str) -> Result<Self, LockError> {
        let path = folder.join(file_name(environment));
        let mut file = match open(&path) {
            Ok(file) => file,
            Err(error) => return Ok(Self::without(&path, &error)),
        };
        match file.try_lock() {
            Ok(()) => {
                note_process(&mut file);
                Ok(Self { _file: Some(file) })
            }
            Err(TryLockError::WouldBlock) => Err(LockError::Held {
                pid: process(&mut file),
                environment: environment.to_owned(),
                folder: folder.to_owned(),
            }),
            Err(TryLockError::Error(error)) => Ok(Self::without(&path, &error)),
        }
    }

    fn without(path: &Path, error: &io::Error) -> Self {
        tracing::warn!(
            event = "lock.missing",
            "cannot lock {}: {error}; nothing keeps a second daemon from running here",
            path.display()
        );
        Self { _file: None }
    }
}

/// Names of environments may hold anything, so the file has a digest for a name.
fn file_name(environment: &str) -> String {
    name_for("daemon", environment, "lock")
}

pub(super) fn name_for(what: &str, environment: &str, extension: &str) -> String {
    let digest = Sha256::digest(environment.as_bytes());
    let digest = crate::model::hex(&digest[..8]);
    format!("{what}-{digest}.{extension}")
}

fn open(path: &Path) -> io::Result<File> {
    make_private(path.parent().unwrap_or(Path::new(".")))?;
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false);
    options.mode(0o600).open(path)
}

/// For the message that the second one gets. It locks without it too.
fn note_process(file: &mut File) {
    let _ = file.set_len(0);
    let _ = writeln!(file, "{}", std::process::id());
}

fn process(file: &mut File) -> Option<String> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.take(20).read_to_string(&mut text).ok()?;
    let pid = text.trim();
    let digits = !pid.is_empty() && pid.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| pid.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_daemon_of_an_environment_is_told_about_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let first = DaemonLock::take(folder.path(), "prod").unwrap();
        let LockError::Held { pid, .. } = DaemonLock::take(folder.path(), "prod").unwrap_err();
        assert_eq!(pid, Some(std::process::id().to_string()));
        let other = DaemonLock::take(folder.path(), "staging");
        assert!(other.is_ok(), "another environment is another daemon's");
        drop(first);
        assert!(DaemonLock::take(folder.path(), "prod").is_ok());
    }

    #[test]
    fn a_folder_that_cannot_be_made_locks_nobody_out() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        let lock = DaemonLock::take(&file, "prod").unwrap();
        assert!(lock._file.is_none());
    }
}
