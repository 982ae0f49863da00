//! The file: created for its owner only, opened, and detected when it is deleted.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::{HistoryError, schema};
use crate::folder::make_private_file;

/// How long to wait for another process. Only the thread that writes waits.
const PATIENCE: Duration = Duration::from_secs(5);

/// A log of more than this is cut down once it was written back, in bytes.
const LONGEST_LOG: i64 = 4 * 1024 * 1024;

/// A history that can be written.
pub(super) struct Database {
    pub(super) connection: Connection,
    file: PathBuf,
    identity: Identity,
}

/// The identity of the files: they may be deleted or replaced.
#[derive(PartialEq, Eq)]
struct Identity {
    main: Option<(u64, u64)>,
    log: Option<(u64, u64)>,
}

impl Identity {
    fn of(file: &Path) -> Self {
        let inode = |path: &Path| {
            let found = fs::metadata(path).ok()?;
            Some((found.dev(), found.ino()))
        };
        let mut log = file.as_os_str().to_owned();
        log.push("-wal");
        Self {
            main: inode(file),
            log: inode(Path::new(&log)),
        }
    }
}

impl Database {
    /// Opens a history, or begins one where there is none.
    pub(super) fn open(file: &Path) -> Result<Self, HistoryError> {
        make_private_file(file).map_err(|source| HistoryError::Make {
            file: file.to_owned(),
            source,
        })?;
        let mut connection = connect(file).map_err(|error| HistoryError::of(file, error))?;
        known(&connection, file)?;
        prepare(&mut connection).map_err(|error| HistoryError::of(file, error))?;
        Ok(Self {
            connection,
            file: file.to_owned(),
            identity: Identity::of(file),
        })
    }

    /// Whether it is still the file that was opened.
    pub(super) fn is_there(&self) -> bool {
        Identity::of(&self.file) == self.identity
    }
}

fn connect(file: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    connection.busy_timeout(PATIENCE)?;
    Ok(connection)
}

/// Refuses what a later version made, before anything is changed in it.
pub(super) fn known(connection: &Connection, file: &Path) -> Result<(), HistoryError> {
    let found = schema::version(connection).map_err(|error| HistoryError::of(file, error))?;
    if found > schema::VERSION {
        let file = file.to_owned();
        return Err(HistoryError::Newer { file, found });
    }
    Ok(())
}

fn prepare(connection: &mut Connection) -> rusqlite::Result<()> {
    // Only before the first table does this one count.
    connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    // A power cut may cost the last records, never the file.
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update_and_check(None, "journal_size_limit", LONGEST_LOG, |_| Ok(()))?;
    schema::migrate(connection)
}
