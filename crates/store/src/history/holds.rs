//! What is known of why live objects are on hold.

use jiff::Timestamp;
use rusqlite::{Connection, Row, named_params};

use super::HistoryError;
use super::read::{Reader, actor, parse_address};
use crate::model::Address;
use crate::model::history::Actor;

/// A hold that was put on by this program, with this history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldRecord {
    /// On what.
    pub address: Address,
    /// When it ends, as its label says.
    pub until: Timestamp,
    /// Why.
    pub reason: String,
    /// Who put it on.
    pub actor: Actor,
}

/// The newest of each address counts; holds that have ended since are recognised by the label.
const HOLDS: &str = "
SELECT w.address, c.after, c.note, p.user, p.login, p.job_url
FROM passes p JOIN writes w ON w.pass = p.id JOIN changes c ON c.write = w.id
WHERE p.environment = :environment AND p.command = 'hold' AND c.path = 'hold'
ORDER BY w.id DESC LIMIT 20000";

impl Reader {
    /// All holds that were put on in an environment, the newest first.
    ///
    /// # Errors
    ///
    /// [`HistoryError`] when the file cannot be read.
    pub fn holds(&self, environment: &str) -> Result<Vec<HoldRecord>, HistoryError> {
        self.ask(|connection| holds(connection, environment))
    }
}

fn holds(connection: &Connection, environment: &str) -> rusqlite::Result<Vec<HoldRecord>> {
    let mut statement = connection.prepare(HOLDS)?;
    let rows = statement.query_map(named_params! {":environment": environment}, record)?;
    let rows: Vec<Option<HoldRecord>> = rows.collect::<rusqlite::Result<_>>()?;
    Ok(rows.into_iter().flatten().collect())
}

/// `None` where a later version of this program wrote something else.
fn record(row: &Row<'_>) -> rusqlite::Result<Option<HoldRecord>> {
    let address: String = row.get("address")?;
    let until: Option<String> = row.get("after")?;
    let reason: Option<String> = row.get("note")?;
    let actor = actor(row)?;
    let until = until.and_then(|until| until.parse().ok());
    let known = parse_address(&address).zip(until).zip(reason);
    Ok(known.map(|((address, until), reason)| HoldRecord {
        address,
        until,
        reason,
        actor,
    }))
}
