//! How much is kept: by age and by size, a bounded piece of work at a time.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, params};

/// Passes forgotten at once, at most.
const BATCH: u64 = 200;
/// Pages given back to the disk at once, at most.
const PAGES: u32 = 1000;

/// How much is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Passes that ended longer ago are forgotten.
    pub age: Duration,
    /// Beyond this many bytes the oldest are forgotten.
    pub bytes: u64,
}

impl Default for Retention {
    /// 90 days and 100 MB.
    fn default() -> Self {
        Self {
            age: Duration::from_secs(90 * 24 * 3600),
            bytes: 100_000_000,
        }
    }
}

/// Forgets a piece of what is too old or too much, as of a moment. The last
/// pass always stays.
pub(super) fn tidy(
    connection: &Connection,
    retention: Retention,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let age = i64::try_from(retention.age.as_millis()).unwrap_or(i64::MAX);
    let horizon = now.as_millisecond().saturating_sub(age);
    let mut forgotten = connection.execute(
        "DELETE FROM passes WHERE id IN (SELECT id FROM passes
           WHERE max(started_at, ifnull(ended_at, 0)) < ?1
             AND id < (SELECT max(id) FROM passes) ORDER BY id LIMIT ?2)",
        params![horizon, BATCH],
    )?;
    if used(connection)? > retention.bytes {
        // A tenth at a time: what one pass takes varies too much to be exact.
        forgotten += connection.execute(
            "DELETE FROM passes WHERE id IN (SELECT id FROM passes
               WHERE id < (SELECT max(id) FROM passes) ORDER BY id
               LIMIT min(?1, 1 + (SELECT count(*) FROM passes) / 10))",
            params![BATCH],
        )?;
    }
    if forgotten > 0 {
        let mut vacuum = connection.prepare(&format!("PRAGMA incremental_vacuum({PAGES})"))?;
        let mut rows = vacuum.query([])?;
        while rows.next()?.is_some() {}
    }
    Ok(())
}

/// The bytes that are in use.
fn used(connection: &Connection) -> rusqlite::Result<u64> {
    let number = |name: &str| connection.query_row(name, [], |row| row.get::<_, u64>(0));
    let pages = number("PRAGMA page_count")?.saturating_sub(number("PRAGMA freelist_count")?);
    Ok(pages.saturating_mul(number("PRAGMA page_size")?))
}
