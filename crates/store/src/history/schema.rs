//! The tables, and how files of older versions become those of this one.

use rusqlite::Connection;

/// The format that this program writes, in `user_version`.
pub(super) const VERSION: i64 = WITH_DRAFTS;

/// The format that drafts are in.
pub(super) const WITH_DRAFTS: i64 = 2;

/// One step for each format, from the one before. Never changed once released.
const MIGRATIONS: [&str; VERSION as usize] = [FIRST, DRAFTS];

/// Times are milliseconds since 1970. Ids are never used again, so that a page
/// can say where it ended.
const FIRST: &str = "
CREATE TABLE passes (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  environment  TEXT NOT NULL,
  organization TEXT,
  project      TEXT,
  command      TEXT NOT NULL,
  wake         TEXT,
  revision     TEXT,
  commit_hash  TEXT,
  plan         TEXT,
  user         TEXT,
  login        TEXT,
  job_url      TEXT,
  version      TEXT NOT NULL,
  started_at   INTEGER NOT NULL,
  ended_at     INTEGER,
  duration_ms  INTEGER,
  outcome      TEXT,
  changes      INTEGER NOT NULL DEFAULT 0,
  applied      INTEGER NOT NULL DEFAULT 0,
  failed       INTEGER NOT NULL DEFAULT 0,
  held         INTEGER NOT NULL DEFAULT 0,
  blocked      INTEGER NOT NULL DEFAULT 0,
  pending      INTEGER NOT NULL DEFAULT 0,
  error        TEXT,
  times        INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX passes_by_environment ON passes (environment, id);
CREATE TABLE writes (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  pass         INTEGER NOT NULL REFERENCES passes (id) ON DELETE CASCADE,
  address      TEXT NOT NULL,
  display_name TEXT NOT NULL,
  customer     TEXT,
  actions      TEXT NOT NULL,
  file         TEXT,
  line         INTEGER,
  column_      INTEGER,
  reason       TEXT NOT NULL,
  drift        INTEGER NOT NULL,
  started_at   INTEGER NOT NULL
);
CREATE INDEX writes_by_pass ON writes (pass);
CREATE INDEX writes_by_address ON writes (address, id);
CREATE TABLE operations (
  write        INTEGER NOT NULL REFERENCES writes (id) ON DELETE CASCADE,
  step         INTEGER NOT NULL,
  operation    TEXT NOT NULL,
  started_at   INTEGER NOT NULL,
  ended_at     INTEGER,
  outcome      TEXT NOT NULL,
  message      TEXT,
  PRIMARY KEY (write, step)
) WITHOUT ROWID;
CREATE TABLE changes (
  write        INTEGER NOT NULL REFERENCES writes (id) ON DELETE CASCADE,
  place        INTEGER NOT NULL,
  path         TEXT NOT NULL,
  before       TEXT,
  after        TEXT,
  sensitive    INTEGER NOT NULL,
  note         TEXT,
  file         TEXT,
  line         INTEGER,
  column_      INTEGER,
  PRIMARY KEY (write, place)
) WITHOUT ROWID;
";

/// Drafts that were written over.
const DRAFTS: &str = "
CREATE TABLE drafts (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  environment  TEXT NOT NULL,
  address      TEXT NOT NULL,
  kept_at      INTEGER NOT NULL,
  text         TEXT NOT NULL
);
CREATE INDEX drafts_by_address ON drafts (address, environment, id);
";

/// The format of a file; 0 where it is empty.
pub(super) fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

/// Brings a file to this version. Two processes may try at once: the second finds it done.
pub(super) fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    if version(connection)? >= VERSION {
        return Ok(());
    }
    let transaction =
        connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let found = version(&transaction)?;
    for step in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or(0)) {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "user_version", found.max(VERSION))?;
    transaction.commit()
}
