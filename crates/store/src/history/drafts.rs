//! Drafts left by another writer that a run of ours overwrote: the text as the server had it.
//!
//! Bounded by number and by size, since no other records are as long.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::{HistoryError, Reader};
use crate::model::Address;
use crate::model::history::DraftRecord;

/// At most this many are kept of each integration.
const EACH: u32 = 5;
/// A longer one is not kept, in bytes.
const LONGEST: usize = 4 * 1024 * 1024;
/// All of them together take no more, in bytes.
const ALL: u32 = 20 * 1024 * 1024;

/// Keeps a draft, unless it is the one that was kept last, and forgets what is too much.
pub(super) fn put(connection: &Connection, draft: &DraftRecord) -> rusqlite::Result<()> {
    if draft.text.len() > LONGEST {
        return Ok(());
    }
    let address = draft.address.to_string();
    let mut last = connection.prepare_cached(
        "SELECT text FROM drafts WHERE environment = ?1 AND address = ?2 ORDER BY id DESC LIMIT 1",
    )?;
    let last: Option<String> = last
        .query_row(params![draft.environment, address], |row| row.get(0))
        .optional()?;
    if last.as_deref() == Some(&*draft.text) {
        return Ok(());
    }
    connection
        .prepare_cached(
            "INSERT INTO drafts (environment, address, kept_at, text) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![
            draft.environment,
            address,
            draft.kept_at.as_millisecond(),
            &*draft.text
        ])?;
    connection
        .prepare_cached(
            "DELETE FROM drafts WHERE environment = ?1 AND address = ?2 AND id NOT IN (SELECT id
               FROM drafts WHERE environment = ?1 AND address = ?2 ORDER BY id DESC LIMIT ?3)",
        )?
        .execute(params![draft.environment, address, EACH])?;
    connection
        .prepare_cached(
            "DELETE FROM drafts WHERE id IN (SELECT id FROM (SELECT id, sum(length(CAST(text AS BLOB)))
               OVER (ORDER BY id DESC) AS taken FROM drafts) WHERE taken > ?1)",
        )?
        .execute(params![ALL])?;
    Ok(())
}

impl Reader {
    /// The drafts that were kept of an integration, the newest first.
    ///
    /// # Errors
    ///
    /// [`HistoryError`] when the file cannot be read.
    pub fn drafts(
        &self,
        address: &Address,
        environment: Option<&str>,
    ) -> Result<Vec<DraftRecord>, HistoryError> {
        self.ask(|connection| {
            // A file that an older version made has none, and reading does not change it.
            if super::schema::version(connection)? < super::schema::WITH_DRAFTS {
                return Ok(Vec::new());
            }
            let mut select = connection.prepare(
                "SELECT id, environment, kept_at, text FROM drafts
                 WHERE address = ?1 AND (?2 IS NULL OR environment = ?2) ORDER BY id DESC",
            )?;
            let read = |row: &Row<'_>| record(row, address);
            let rows = select.query_map(params![address.to_string(), environment], read)?;
            rows.collect()
        })
    }
}

fn record(row: &Row<'_>, address: &Address) -> rusqlite::Result<DraftRecord> {
    let text: String = row.get(3)?;
    Ok(DraftRecord {
        id: row.get(0)?,
        environment: row.get(1)?,
        address: address.clone(),
        kept_at: Timestamp::from_millisecond(row.get(2)?).unwrap_or_default(),
        text: text.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::schema::migrate;
    use super::*;
    use crate::model::ResourceName;

    fn draft(name: &str, text: &str) -> DraftRecord {
        DraftRecord {
            id: 0,
            environment: "prod".to_owned(),
            address: Address::integration(ResourceName::parse(name).unwrap()),
            kept_at: Timestamp::UNIX_EPOCH,
            text: text.into(),
        }
    }

    #[test]
    fn the_last_few_of_each_are_kept_once() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("history.sqlite");
        let mut connection = Connection::open(&file).unwrap();
        migrate(&mut connection).unwrap();
        for text in ["a", "a", "b", "c", "d", "e", "f", "f"] {
            put(&connection, &draft("erp", text)).unwrap();
        }
        put(&connection, &draft("crm", "x")).unwrap();
        put(&connection, &draft("crm", &"y".repeat(LONGEST + 1))).unwrap();
        let reader = Reader::of(file);
        let texts = |name: &str, environment| {
            let address = draft(name, "").address;
            let found = reader.drafts(&address, environment).unwrap();
            found
                .iter()
                .map(|it| it.text.to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(texts("erp", None), ["f", "e", "d", "c", "b"]);
        assert_eq!(texts("crm", Some("prod")), ["x"]);
        assert!(texts("crm", Some("dev")).is_empty());
    }

    #[test]
    fn all_together_stay_within_bounds() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection).unwrap();
        for number in 0..12 {
            let text = format!("{number}{}", "z".repeat(3 * 1024 * 1024));
            put(&connection, &draft(&format!("n{number}"), &text)).unwrap();
        }
        let count = "SELECT count(*) FROM drafts";
        let count: i64 = connection.query_row(count, [], |row| row.get(0)).unwrap();
        assert_eq!(count, 6);
    }
}
