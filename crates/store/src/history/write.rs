//! Events become rows.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension as _, params};

use super::drafts;
use crate::model::Address;
use crate::model::history::{
    HistoryEvent, PassEnd, PassKey, PassStart, Resolved, StepRecord, WriteStart,
};

/// The passes under way: their rows, and what is needed to begin them anew if the file is deleted meanwhile.
#[derive(Debug, Default)]
pub(super) struct Open {
    passes: HashMap<PassKey, OpenPass>,
    /// Rows made since the last commit.
    fresh: Vec<(PassKey, Option<Address>)>,
}

#[derive(Debug)]
struct OpenPass {
    start: Box<PassStart>,
    row: Option<i64>,
    writes: HashMap<Address, OpenWrite>,
}

#[derive(Debug)]
struct OpenWrite {
    start: Box<WriteStart>,
    row: Option<i64>,
}

impl Open {
    /// The rows made since the last commit are there to stay.
    pub(super) fn commit(&mut self) {
        self.fresh.clear();
    }

    /// The rows made since the last commit are not there.
    pub(super) fn roll_back(&mut self) {
        for (key, address) in std::mem::take(&mut self.fresh) {
            let Some(pass) = self.passes.get_mut(&key) else {
                continue;
            };
            match address {
                None => pass.row = None,
                Some(address) => {
                    if let Some(write) = pass.writes.get_mut(&address) {
                        write.row = None;
                    }
                }
            }
        }
    }

    /// Looks whether the rows are in this file: it may be another one than before.
    pub(super) fn verify(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let mut find = connection.prepare_cached(
            "SELECT 1 FROM passes WHERE id = ?1 AND environment = ?2 AND started_at = ?3",
        )?;
        for pass in self.passes.values_mut() {
            let began = pass.start.started_at.as_millisecond();
            if !find.exists(params![pass.row, pass.start.environment, began])? {
                pass.row = None;
                pass.writes.values_mut().for_each(|write| write.row = None);
            }
        }
        Ok(())
    }

    /// Takes an event in that is not kept, so that what follows it can be.
    pub(super) fn learn(&mut self, event: &HistoryEvent) {
        match event {
            HistoryEvent::PassBegan(key, start) => {
                let pass = OpenPass {
                    start: start.clone(),
                    row: None,
                    writes: HashMap::new(),
                };
                self.passes.insert(*key, pass);
            }
            HistoryEvent::WriteBegan(key, start) => {
                if let Some(pass) = self.passes.get_mut(key) {
                    let write = OpenWrite {
                        start: start.clone(),
                        row: None,
                    };
                    pass.writes.insert(start.address.clone(), write);
                }
            }
            HistoryEvent::Resolved(key, address, resolved) => {
                let pass = self.passes.get_mut(key);
                if let Some(write) = pass.and_then(|pass| pass.writes.get_mut(address)) {
                    resolve(&mut write.start, resolved);
                }
            }
            HistoryEvent::PassEnded(..)
            | HistoryEvent::Step(..)
            | HistoryEvent::Quiet(..)
            | HistoryEvent::Draft(_) => {}
        }
    }

    /// Forgets a pass that has ended.
    pub(super) fn close(&mut self, event: &HistoryEvent) {
        if let HistoryEvent::PassEnded(key, _) = event {
            self.passes.remove(key);
        }
    }

    /// Writes what an event says, within a transaction. [`Open::learn`] comes before it.
    pub(super) fn apply(
        &mut self,
        connection: &Connection,
        event: &HistoryEvent,
    ) -> rusqlite::Result<()> {
        match event {
            HistoryEvent::PassBegan(key, _) => self.pass(connection, *key).map(drop),
            HistoryEvent::WriteBegan(key, start) => {
                self.write(connection, *key, &start.address).map(drop)
            }
            HistoryEvent::Resolved(key, address, resolved) => {
                match self.write(connection, *key, address)? {
                    Some(write) => put_resolved(connection, write, resolved),
                    None => Ok(()),
                }
            }
            HistoryEvent::Step(key, address, step) => {
                match self.write(connection, *key, address)? {
                    Some(write) => put_step(connection, write, step),
                    None => Ok(()),
                }
            }
            HistoryEvent::PassEnded(key, end) => match self.pass(connection, *key)? {
                Some(row) => end_pass(connection, row, end),
                None => Ok(()),
            },
            HistoryEvent::Quiet(start, end) => quiet(connection, start, end),
            HistoryEvent::Draft(draft) => drafts::put(connection, draft),
        }
    }

    /// The row of a pass, which is made where there is none yet.
    fn pass(&mut self, connection: &Connection, key: PassKey) -> rusqlite::Result<Option<i64>> {
        let Some(pass) = self.passes.get_mut(&key) else {
            return Ok(None);
        };
        if pass.row.is_none() {
            pass.row = Some(begin_pass(connection, &pass.start)?);
            self.fresh.push((key, None));
        }
        Ok(pass.row)
    }

    fn write(
        &mut self,
        connection: &Connection,
        key: PassKey,
        address: &Address,
    ) -> rusqlite::Result<Option<i64>> {
        let Some(row) = self.pass(connection, key)? else {
            return Ok(None);
        };
        let pass = self.passes.get_mut(&key);
        let Some(write) = pass.and_then(|pass| pass.writes.get_mut(address)) else {
            return Ok(None);
        };
        if write.row.is_none() {
            write.row = Some(begin_write(connection, row, &write.start)?);
            self.fresh.push((key, Some(address.clone())));
        }
        Ok(write.row)
    }
}

fn begin_pass(connection: &Connection, start: &PassStart) -> rusqlite::Result<i64> {
    let mut insert = connection.prepare_cached(
        "INSERT INTO passes (environment, organization, project, command, wake, revision,
           commit_hash, plan, user, login, job_url, version, started_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    )?;
    insert.insert(params![
        start.environment,
        start.organization,
        start.project,
        start.command,
        start.trigger,
        start.revision,
        start.commit,
        start.plan,
        start.actor.user,
        start.actor.login,
        start.actor.job_url,
        start.version,
        start.started_at.as_millisecond(),
    ])
}

fn end_pass(connection: &Connection, row: i64, end: &PassEnd) -> rusqlite::Result<()> {
    let mut update = connection.prepare_cached(
        "UPDATE passes SET ended_at = ?2, duration_ms = ?3, outcome = ?4, changes = ?5, applied = ?6,
           failed = ?7, held = ?8, blocked = ?9, pending = ?10, error = ?11 WHERE id = ?1",
    )?;
    let counts = &end.counts;
    update.execute(params![
        row,
        end.ended_at.as_millisecond(),
        end.duration_ms,
        end.outcome.as_str(),
        counts.changes,
        counts.applied,
        counts.failed,
        counts.held,
        counts.blocked,
        counts.pending,
        end.error,
    ])?;
    Ok(())
}

/// A pass that wrote nothing joins the one before it, if that was just the same.
fn quiet(connection: &Connection, start: &PassStart, end: &PassEnd) -> rusqlite::Result<()> {
    let mut last = connection.prepare_cached(
        "SELECT id FROM passes WHERE id = (SELECT max(id) FROM passes WHERE environment = ?1)
           AND command = ?2 AND revision IS ?3 AND outcome = ?4 AND error IS ?5
           AND user IS ?6 AND login IS ?7 AND job_url IS ?8 AND version = ?9
           AND changes = ?10 AND held = ?11 AND blocked = ?12 AND pending = ?13
           AND NOT EXISTS (SELECT 1 FROM writes WHERE pass = passes.id)",
    )?;
    let same = params![
        start.environment,
        start.command,
        start.revision,
        end.outcome.as_str(),
        end.error,
        start.actor.user,
        start.actor.login,
        start.actor.job_url,
        start.version,
        end.counts.changes,
        end.counts.held,
        end.counts.blocked,
        end.counts.pending,
    ];
    let row = last
        .query_row(same, |row| row.get::<_, i64>(0))
        .optional()?;
    let Some(row) = row else {
        let row = begin_pass(connection, start)?;
        return end_pass(connection, row, end);
    };
    let mut update = connection.prepare_cached(
        "UPDATE passes SET ended_at = ?2, duration_ms = ?3, times = times + 1 WHERE id = ?1",
    )?;
    update.execute(params![row, end.ended_at.as_millisecond(), end.duration_ms])?;
    Ok(())
}

fn begin_write(connection: &Connection, pass: i64, start: &WriteStart) -> rusqlite::Result<i64> {
    let mut insert = connection.prepare_cached(
        "INSERT INTO writes (pass, address, display_name, customer, actions, file, line, column_,
           reason, drift, started_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?;
    let source = start.source.as_ref();
    let row = insert.insert(params![
        pass,
        start.address.to_string(),
        start.display_name,
        start.customer,
        start.actions.join(" "),
        source.map(|source| source.file.as_ref()),
        source.map(|source| source.line),
        source.map(|source| source.column),
        start.reason,
        start.drift,
        start.started_at.as_millisecond(),
    ])?;
    let mut insert = connection.prepare_cached(
        "INSERT INTO changes (write, place, path, before, after, sensitive, note, file, line, column_)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?;
    for (place, change) in (0_i64..).zip(&start.changes) {
        let source = change.source.as_ref();
        insert.execute(params![
            row,
            place,
            change.path.as_str(),
            change.before,
            change.after,
            change.sensitive,
            change.note.as_deref(),
            source.map(|source| source.file.as_ref()),
            source.map(|source| source.line),
            source.map(|source| source.column),
        ])?;
    }
    Ok(row)
}

fn resolve(start: &mut WriteStart, resolved: &Resolved) {
    let same = start
        .changes
        .iter_mut()
        .filter(|it| it.path == resolved.path);
    same.for_each(|change| change.after = Some(resolved.after.clone()));
}

fn put_resolved(connection: &Connection, write: i64, resolved: &Resolved) -> rusqlite::Result<()> {
    let mut update = connection
        .prepare_cached("UPDATE changes SET after = ?3 WHERE write = ?1 AND path = ?2")?;
    update.execute(params![write, resolved.path.as_str(), resolved.after])?;
    Ok(())
}

fn put_step(connection: &Connection, write: i64, step: &StepRecord) -> rusqlite::Result<()> {
    let mut put = connection.prepare_cached(
        "INSERT INTO operations (write, step, operation, started_at, ended_at, outcome, message)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (write, step) DO UPDATE SET ended_at = excluded.ended_at,
           outcome = excluded.outcome, message = excluded.message",
    )?;
    put.execute(params![
        write,
        step.step,
        step.operation,
        step.started_at.as_millisecond(),
        step.ended_at.map(jiff::Timestamp::as_millisecond),
        step.outcome.as_str(),
        step.message,
    ])?;
    Ok(())
}
