//! The history: passes and writes, kept in a `SQLite` file for queries by users.
//!
//! ```text
//! pass ─event─► queue (bounded, never waits) ─► one thread ─► history.sqlite ◄─read only─ history, why, diff, HTTP
//! ```
//!
//! # Invariants
//!
//! - Nothing waits for the disk: an event that finds the queue full is lost and counted.
//! - Nothing fails because of it: what goes wrong is warned of once, shown in
//!   the status, and tried again with the next events.
//! - A file that is damaged or newer than this program is left as it is.
//! - Order is by number, never by time: clocks are set back.

mod carried;
mod database;
mod drafts;
mod holds;
mod read;
mod retain;
mod schema;
mod since;
mod why;
mod write;
mod writer;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

pub use self::holds::HoldRecord;
pub use self::read::Reader;
pub use self::retain::Retention;
pub use self::since::{FieldSince, ResourceSince, since};
pub use self::why::{FieldStory, Outside, stories};
pub use self::writer::Writer;
use crate::model::Address;
use crate::model::history::{HistoryEvent, HistoryHealth, HistoryKind, PassRecord, WriteRecord};

/// The file in the state folder.
const FILE: &str = "history.sqlite";

/// The file of a state folder's history.
#[must_use]
pub fn file_in(folder: &Path) -> PathBuf {
    folder.join(FILE)
}

/// Records what is done. Never waits and never fails.
pub trait HistorySink: Send + Sync + std::fmt::Debug {
    /// Notes something, if there is room.
    fn note(&self, event: HistoryEvent);

    /// The state of the recording.
    fn health(&self) -> HistoryHealth;

    /// Waits until everything noted so far was tried, at most for `patience`. Blocks.
    fn settle(&self, _patience: Duration) {}
}

/// A sink for those who keep nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Forgetful;

impl HistorySink for Forgetful {
    fn note(&self, _: HistoryEvent) {}

    fn health(&self) -> HistoryHealth {
        HistoryHealth::default()
    }
}

impl Forgetful {
    /// As a sink that can be shared.
    #[must_use]
    pub fn shared() -> Arc<dyn HistorySink> {
        Arc::new(Self)
    }
}

/// Which records are asked for. Every part that is given narrows it down.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HistoryQuery {
    /// Of this environment.
    pub environment: Option<String>,
    /// Of this resource.
    pub address: Option<Address>,
    /// Of this pass.
    pub pass: Option<i64>,
    /// Not begun before this moment.
    pub since: Option<Timestamp>,
    /// Begun before this moment.
    pub until: Option<Timestamp>,
    /// Only what went wrong.
    pub failed: bool,
    /// Of this customer, by the name in Prismatic: its instances, and itself.
    pub customer: Option<String>,
    /// Of this sort.
    pub kind: Option<HistoryKind>,
    /// Older than the record with this number: where the page before ended.
    pub before: Option<i64>,
    /// Newer than the record with this number.
    pub after: Option<i64>,
    /// Of passes after this one.
    pub after_pass: Option<i64>,
    /// Of this revision: its label, or the beginning of its commit.
    pub revision: Option<String>,
    /// The oldest first.
    pub oldest_first: bool,
    /// The maximum number of results.
    pub limit: usize,
}

/// Answers questions about what was done. Blocks on the disk.
pub trait HistoryReader: Send + Sync {
    /// Passes, the newest first unless asked otherwise.
    ///
    /// # Errors
    ///
    /// [`HistoryError`] when the file cannot be read.
    fn passes(&self, query: &HistoryQuery) -> Result<Vec<PassRecord>, HistoryError>;

    /// Writes, the newest first unless asked otherwise, with their operations and changes.
    ///
    /// # Errors
    ///
    /// [`HistoryError`] when the file cannot be read.
    fn writes(&self, query: &HistoryQuery) -> Result<Vec<WriteRecord>, HistoryError>;
}

/// Why a history cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// There is none.
    #[error("there is no history in {}", .0.display())]
    Missing(PathBuf),
    /// A later version of this program made it.
    #[error("{} has the format {found}, and this program knows up to {}", file.display(), schema::VERSION)]
    Newer {
        /// The file.
        file: PathBuf,
        /// The number of its format.
        found: i64,
    },
    /// It is no history, or damaged.
    #[error("{} is damaged or no history", file.display())]
    Damaged {
        /// The file.
        file: PathBuf,
        /// What `SQLite` says.
        source: Box<rusqlite::Error>,
    },
    /// Another process has held it for too long.
    #[error("{} is locked by another process", .0.display())]
    Locked(PathBuf),
    /// The disk, or permissions.
    #[error("cannot use {}", file.display())]
    Disk {
        /// The file.
        file: PathBuf,
        /// What `SQLite` says.
        source: Box<rusqlite::Error>,
    },
    /// The file or its folder cannot be made.
    #[error("cannot make {}", file.display())]
    Make {
        /// The file.
        file: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
}

impl HistoryError {
    /// Puts what `SQLite` says in its class.
    fn of(file: &Path, error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        let file = file.to_owned();
        let source = Box::new(error);
        match source.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked(file),
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
                Self::Damaged { file, source }
            }
            // No table, no column, no such word: the file is not what it says it is.
            Some(ErrorCode::Unknown) | None => Self::Damaged { file, source },
            _ => Self::Disk { file, source },
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Missing(_) => {
                "apply and daemon write it; --state-dir says where, and PATH which project"
            }
            Self::Newer { .. } => "use the newer program, or another folder with --state-dir",
            Self::Damaged { .. } => {
                "move the file away to begin a new one; nothing but the history is lost"
            }
            Self::Locked(_) => "try again; the process that holds the lock is done soon",
            Self::Disk { .. } | Self::Make { .. } => {
                "look at the free space and the permissions, or choose another folder with --state-dir"
            }
        }
    }
}
