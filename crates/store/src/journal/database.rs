//! The file of the journal.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, Row, TransactionBehavior, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Entry, JournalError, PersistedIntents};
use crate::folder::make_private_file;

/// How long to wait for another process.
const PATIENCE: Duration = Duration::from_secs(5);

/// The format that this program writes, in `user_version`.
const VERSION: i64 = 1;

/// Bodies are JSON: nothing is searched for but the tenant and the key.
const TABLES: &str = "
CREATE TABLE intents (tenant TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (tenant, id)) WITHOUT ROWID;
CREATE TABLE marks (tenant TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (tenant, key)) WITHOUT ROWID;
CREATE TABLE lags (tenant TEXT PRIMARY KEY, milliseconds INTEGER NOT NULL) WITHOUT ROWID;
PRAGMA user_version = 1;
";

/// The open file.
#[derive(Debug)]
pub(super) struct Database {
    connection: Connection,
    identity: Option<(u64, u64)>,
}

impl Database {
    pub(super) fn open(file: &Path) -> Result<Self, JournalError> {
        make_private_file(file).map_err(|source| JournalError::Make {
            file: file.to_owned(),
            source,
        })?;
        let failed = |source| JournalError::Database {
            file: file.to_owned(),
            source,
        };
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(file, flags).map_err(failed)?;
        let found = version(&connection).map_err(failed)?;
        if found > VERSION {
            let file = file.to_owned();
            return Err(JournalError::Newer { file });
        }
        prepare(&connection, found).map_err(failed)?;
        Ok(Self {
            connection,
            identity: identity(file),
        })
    }

    /// Whether it is still the file that was opened.
    pub(super) fn is_there(&self, file: &Path) -> bool {
        self.identity.is_some() && identity(file) == self.identity
    }

    pub(super) fn load(&mut self, tenant: &str) -> rusqlite::Result<PersistedIntents> {
        let mut kept = PersistedIntents::default();
        let intents = self.bodies("SELECT body FROM intents WHERE tenant = ?1", tenant)?;
        for entry in intents.into_iter().map(Entry::Open) {
            kept.apply(&entry);
        }
        let marks = self.bodies("SELECT body FROM marks WHERE tenant = ?1", tenant)?;
        for entry in marks.into_iter().map(Entry::Mark) {
            kept.apply(&entry);
        }
        let select = "SELECT milliseconds FROM lags WHERE tenant = ?1";
        let milliseconds = |row: &Row<'_>| row.get::<_, u64>(0);
        let mut select = self.connection.prepare_cached(select)?;
        let lag = select.query_map([tenant], milliseconds)?.next();
        kept.lag = Duration::from_millis(lag.transpose()?.unwrap_or_default());
        Ok(kept)
    }

    /// An unreadable body was written by another version: it counts as missing.
    fn bodies<T: DeserializeOwned>(&self, select: &str, tenant: &str) -> rusqlite::Result<Vec<T>> {
        let mut select = self.connection.prepare_cached(select)?;
        let texts = select.query_map([tenant], |row| row.get::<_, String>(0))?;
        let mut bodies = Vec::new();
        for text in texts {
            bodies.extend(serde_json::from_str(&text?));
        }
        Ok(bodies)
    }

    pub(super) fn append(&mut self, tenant: &str, entries: &[Entry]) -> rusqlite::Result<()> {
        let connection = &mut self.connection;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for entry in entries {
            write(&transaction, tenant, entry)?;
        }
        transaction.commit()
    }
}

fn write(to: &Connection, tenant: &str, entry: &Entry) -> rusqlite::Result<()> {
    let run = |statement: &str, values: &[&dyn rusqlite::ToSql]| {
        to.prepare_cached(statement)?.execute(values).map(drop)
    };
    match entry {
        Entry::Open(intent) => run(
            "INSERT OR REPLACE INTO intents VALUES (?1, ?2, ?3)",
            params![tenant, intent.id.to_string(), body(intent)?],
        ),
        Entry::Close(id) => run(
            "DELETE FROM intents WHERE tenant = ?1 AND id = ?2",
            params![tenant, id.to_string()],
        ),
        Entry::Mark(mark) => run(
            "INSERT OR REPLACE INTO marks VALUES (?1, ?2, ?3)",
            params![tenant, mark.key(), body(mark)?],
        ),
        Entry::Retire(key) => run(
            "DELETE FROM marks WHERE tenant = ?1 AND key = ?2",
            params![tenant, key],
        ),
        Entry::Lag(lag) => run(
            "INSERT OR REPLACE INTO lags VALUES (?1, ?2)",
            params![tenant, u64::try_from(lag.as_millis()).unwrap_or(u64::MAX)],
        ),
    }
}

fn body(value: &impl Serialize) -> rusqlite::Result<String> {
    let text = serde_json::to_string(value);
    text.map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

fn prepare(connection: &Connection, found: i64) -> rusqlite::Result<()> {
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    // What is sent next rests on it, so a power cut must not take it back.
    connection.pragma_update(None, "synchronous", "FULL")?;
    if found == 0 {
        connection.execute_batch(&format!("BEGIN IMMEDIATE;{TABLES}COMMIT;"))?;
    }
    Ok(())
}

fn identity(file: &Path) -> Option<(u64, u64)> {
    let found = fs::metadata(file).ok()?;
    Some((found.dev(), found.ino()))
}
