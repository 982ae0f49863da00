//! Rows become records again. The file is opened read-only.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, Row, ToSql, named_params};

use super::database::known;
use super::{HistoryError, HistoryQuery, HistoryReader};
use crate::model::history::HistoryKind;
use crate::model::history::{
    Actor, PassCounts, PassEnd, PassOutcome, PassRecord, PassStart, StepOutcome, StepRecord,
    WriteRecord, WriteStart,
};
use crate::model::{Address, FieldChange, FieldPath, Kind, Location, ResourceName, Withheld};

/// Readers do not wait for writers in this mode, except while a file is made.
const PATIENCE: Duration = Duration::from_secs(2);

/// Reads a history. Each question opens the file anew, so it may come and go.
#[derive(Debug, Clone)]
pub struct Reader {
    file: PathBuf,
}

impl Reader {
    /// A reader of a file, which need not be there yet.
    #[must_use]
    pub fn of(file: PathBuf) -> Self {
        Self { file }
    }

    pub(super) fn ask<T>(
        &self,
        question: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, HistoryError> {
        if !self.file.exists() {
            return Err(HistoryError::Missing(self.file.clone()));
        }
        let told = |error| HistoryError::of(&self.file, error);
        let connection = connect(&self.file).map_err(told)?;
        known(&connection, &self.file)?;
        question(&connection).map_err(told)
    }
}

/// On a disk that cannot be written there is no log to share with a writer, so
/// the file is taken as it is.
fn connect(file: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let usual = Connection::open_with_flags(file, flags).and_then(|connection| {
        connection.busy_timeout(PATIENCE)?;
        super::schema::version(&connection)?;
        Ok(connection)
    });
    let alone = |error: &rusqlite::Error| {
        let code = error.sqlite_error_code();
        matches!(code, Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly))
    };
    match usual {
        Err(error) if alone(&error) => {
            let flags = flags | OpenFlags::SQLITE_OPEN_URI;
            Connection::open_with_flags(immutable(file), flags)
        }
        usual => usual,
    }
}

fn immutable(file: &Path) -> String {
    let path = file.to_string_lossy();
    let quoted = path.replace('%', "%25").replace('?', "%3f");
    format!("file:{}?immutable=1", quoted.replace('#', "%23"))
}

impl HistoryReader for Reader {
    fn passes(&self, query: &HistoryQuery) -> Result<Vec<PassRecord>, HistoryError> {
        self.ask(|connection| passes(connection, query))
    }

    fn writes(&self, query: &HistoryQuery) -> Result<Vec<WriteRecord>, HistoryError> {
        self.ask(|connection| writes(connection, query))
    }
}

/// The commands are those of [`crate::model::history::OF_PLANS`].
const PASSES: &str = "
SELECT p.* FROM passes p
WHERE (:environment IS NULL OR p.environment = :environment)
  AND (:address IS NULL OR EXISTS (SELECT 1 FROM writes w WHERE w.pass = p.id AND w.address = :address))
  AND (:customer IS NULL OR EXISTS (SELECT 1 FROM writes w WHERE w.pass = p.id
       AND (w.customer = :customer OR w.address LIKE 'Customer/%' AND w.display_name = :customer)))
  AND (:kind IS NULL
       OR :kind = 'pass' AND NOT EXISTS (SELECT 1 FROM writes w WHERE w.pass = p.id)
       OR :kind = 'act' AND p.command NOT IN ('apply', 'daemon')
       OR :kind = 'write' AND p.command IN ('apply', 'daemon') AND EXISTS (SELECT 1 FROM writes w WHERE w.pass = p.id)
       OR :kind = 'outside' AND EXISTS (SELECT 1 FROM writes w WHERE w.pass = p.id AND w.drift))
  AND (:pass IS NULL OR p.id = :pass)
  AND (:since IS NULL OR ifnull(p.ended_at, p.started_at) >= :since)
  AND (:until IS NULL OR p.started_at < :until)
  AND (NOT :failed OR p.outcome IN ('incomplete', 'invalid', 'failed'))
  AND (:before IS NULL OR p.id < :before)
  AND (:after IS NULL OR p.id > :after)
  AND (:after_pass IS NULL OR p.id > :after_pass)
  AND (:revision IS NULL OR p.revision = :revision OR substr(p.commit_hash, 1, length(:revision)) = :revision)";

const WRITES: &str = "
SELECT w.*, p.environment, p.command, p.revision, p.commit_hash, p.user, p.login, p.job_url
FROM writes w JOIN passes p ON p.id = w.pass
WHERE (:environment IS NULL OR p.environment = :environment)
  AND (:address IS NULL OR w.address = :address)
  AND (:customer IS NULL OR w.customer = :customer OR w.address LIKE 'Customer/%' AND w.display_name = :customer)
  AND (:kind IS NULL
       OR :kind = 'act' AND p.command NOT IN ('apply', 'daemon')
       OR :kind = 'write' AND p.command IN ('apply', 'daemon')
       OR :kind = 'outside' AND w.drift)
  AND (:pass IS NULL OR w.pass = :pass)
  AND (:since IS NULL OR w.started_at >= :since)
  AND (:until IS NULL OR w.started_at < :until)
  AND (NOT :failed OR EXISTS (SELECT 1 FROM operations o WHERE o.write = w.id AND o.outcome = 'failed'))
  AND (:before IS NULL OR w.id < :before)
  AND (:after IS NULL OR w.id > :after)
  AND (:after_pass IS NULL OR w.pass > :after_pass)
  AND (:revision IS NULL OR p.revision = :revision OR substr(p.commit_hash, 1, length(:revision)) = :revision)";

fn select<T>(
    connection: &Connection,
    (sql, key): (&str, &str),
    query: &HistoryQuery,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    let millis = |at: Option<Timestamp>| at.map(Timestamp::as_millisecond);
    let address = query.address.as_ref().map(Address::to_string);
    let parameters: &[(&str, &dyn ToSql)] = named_params! {
        ":environment": query.environment,
        ":address": address,
        ":customer": query.customer,
        ":kind": query.kind.map(HistoryKind::as_str),
        ":pass": query.pass,
        ":since": millis(query.since),
        ":until": millis(query.until),
        ":failed": query.failed,
        ":before": query.before,
        ":after": query.after,
        ":after_pass": query.after_pass,
        ":revision": query.revision,
        ":limit": i64::try_from(query.limit).unwrap_or(i64::MAX),
    };
    let order = if query.oldest_first { "ASC" } else { "DESC" };
    let sql = format!("{sql} ORDER BY {key} {order} LIMIT :limit");
    let mut statement = connection.prepare(&sql)?;
    let rows = statement.query_map(parameters, read)?;
    rows.collect()
}

fn passes(connection: &Connection, query: &HistoryQuery) -> rusqlite::Result<Vec<PassRecord>> {
    select(connection, (PASSES, "p.id"), query, |row| {
        Ok(PassRecord {
            id: row.get("id")?,
            start: PassStart {
                environment: row.get("environment")?,
                organization: row.get("organization")?,
                project: row.get("project")?,
                command: row.get("command")?,
                trigger: row.get("wake")?,
                revision: row.get("revision")?,
                commit: row.get("commit_hash")?,
                plan: row.get("plan")?,
                actor: actor(row)?,
                version: row.get("version")?,
                started_at: at(row, "started_at")?,
            },
            end: end(row)?,
            times: row.get("times")?,
        })
    })
}

fn end(row: &Row<'_>) -> rusqlite::Result<Option<PassEnd>> {
    let Some(Moment(ended_at)) = row.get("ended_at")? else {
        return Ok(None);
    };
    Ok(Some(PassEnd {
        ended_at,
        duration_ms: row.get("duration_ms")?,
        outcome: row.get::<_, Word<_>>("outcome")?.0,
        counts: PassCounts {
            changes: row.get("changes")?,
            applied: row.get("applied")?,
            failed: row.get("failed")?,
            held: row.get("held")?,
            blocked: row.get("blocked")?,
            pending: row.get("pending")?,
        },
        error: row.get("error")?,
    }))
}

/// The writes of a page, then what belongs to each: three questions for a page of any length.
fn writes(connection: &Connection, query: &HistoryQuery) -> rusqlite::Result<Vec<WriteRecord>> {
    // One snapshot for all three, regardless of concurrent writes.
    let snapshot = connection.unchecked_transaction()?;
    let mut writes = select(&snapshot, (WRITES, "w.id"), query, write)?;
    let ids = || writes.iter().map(|write| write.id.to_string());
    let list = ids().collect::<Vec<_>>().join(",");
    let mut operations = of_writes(&snapshot, "operations", "step", &list, operation)?;
    let mut changes = of_writes(&snapshot, "changes", "place", &list, change)?;
    for write in &mut writes {
        write.operations = operations.remove(&write.id).unwrap_or_default();
        write.start.changes = changes.remove(&write.id).unwrap_or_default();
        let outcomes = write.operations.iter().map(|step| step.outcome);
        write.outcome = StepOutcome::worst(outcomes);
    }
    Ok(writes)
}

fn write(row: &Row<'_>) -> rusqlite::Result<WriteRecord> {
    let actions: String = row.get("actions")?;
    Ok(WriteRecord {
        id: row.get("id")?,
        pass: row.get("pass")?,
        environment: row.get("environment")?,
        command: row.get("command")?,
        revision: row.get("revision")?,
        commit: row.get("commit_hash")?,
        actor: actor(row)?,
        start: WriteStart {
            address: row.get::<_, Word<_>>("address")?.0,
            display_name: row.get("display_name")?,
            customer: row.get("customer")?,
            actions: actions.split_whitespace().map(str::to_owned).collect(),
            source: source(row)?,
            reason: row.get("reason")?,
            drift: row.get("drift")?,
            started_at: at(row, "started_at")?,
            changes: Vec::new(),
        },
        outcome: StepOutcome::Unfinished,
        operations: Vec::new(),
    })
}

fn of_writes<T>(
    connection: &Connection,
    table: &str,
    order: &str,
    ids: &str,
    read: fn(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<HashMap<i64, Vec<T>>> {
    // The ids are numbers that came out of this very file.
    let sql = format!("SELECT * FROM {table} WHERE write IN ({ids}) ORDER BY write, {order}");
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query([])?;
    let mut found: HashMap<i64, Vec<T>> = HashMap::new();
    while let Some(row) = rows.next()? {
        found.entry(row.get("write")?).or_default().push(read(row)?);
    }
    Ok(found)
}

fn operation(row: &Row<'_>) -> rusqlite::Result<StepRecord> {
    Ok(StepRecord {
        step: row.get("step")?,
        operation: row.get("operation")?,
        started_at: at(row, "started_at")?,
        ended_at: row.get::<_, Option<Moment>>("ended_at")?.map(|at| at.0),
        outcome: row.get::<_, Word<_>>("outcome")?.0,
        message: row.get("message")?,
    })
}

fn change(row: &Row<'_>) -> rusqlite::Result<FieldChange> {
    Ok(FieldChange {
        path: FieldPath::recorded(&row.get::<_, String>("path")?),
        before: row.get("before")?,
        after: row.get("after")?,
        sensitive: row.get("sensitive")?,
        note: row.get::<_, Option<String>>("note")?.map(Into::into),
        source: source(row)?,
        withheld: Withheld::default(),
    })
}

pub(super) fn actor(row: &Row<'_>) -> rusqlite::Result<Actor> {
    Ok(Actor {
        user: row.get("user")?,
        login: row.get("login")?,
        job_url: row.get("job_url")?,
    })
}

fn source(row: &Row<'_>) -> rusqlite::Result<Option<Location>> {
    let Some(file) = row.get::<_, Option<String>>("file")? else {
        return Ok(None);
    };
    Ok(Some(Location {
        line: row.get("line")?,
        column: row.get("column_")?,
        ..Location::file(&file)
    }))
}

fn at(row: &Row<'_>, column: &str) -> rusqlite::Result<Timestamp> {
    Ok(row.get::<_, Moment>(column)?.0)
}

struct Moment(Timestamp);

impl FromSql for Moment {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let moment = Timestamp::from_millisecond(value.as_i64()?);
        moment
            .map(Self)
            .map_err(|error| FromSqlError::Other(Box::new(error)))
    }
}

/// A word of the database for a variant.
struct Word<T>(T);

impl FromSql for Word<PassOutcome> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        PassOutcome::parse(value.as_str()?)
            .map(Self)
            .ok_or(FromSqlError::InvalidType)
    }
}

impl FromSql for Word<StepOutcome> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        StepOutcome::parse(value.as_str()?)
            .map(Self)
            .ok_or(FromSqlError::InvalidType)
    }
}

impl FromSql for Word<Address> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        parse_address(value.as_str()?)
            .map(Self)
            .ok_or(FromSqlError::InvalidType)
    }
}

pub(super) fn parse_address(text: &str) -> Option<Address> {
    let (kind, name) = text.split_once('/')?;
    let kind = Kind::named(kind)?;
    let name = ResourceName::parse_addressed(name).ok()?;
    Some(Address { kind, name })
}
