//! One thread that writes, and a queue in front of it that never blocks its callers.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::TransactionBehavior;

use super::database::Database;
use super::retain::{Retention, tidy};
use super::write::Open;
use super::{HistoryError, HistorySink};
use crate::model::history::{HistoryEvent, HistoryHealth};
use crate::redact;

/// At most this many events wait for the disk.
const ROOM: usize = 8192;
/// At most this many are written at once.
const BATCH: usize = 512;

enum Message {
    Event(HistoryEvent),
    /// Answers once all that came before it was tried.
    Flush(SyncSender<()>),
}

/// Writes a history in a thread of its own, which ends when this is dropped.
#[derive(Debug, Clone)]
pub struct Writer {
    queue: SyncSender<Message>,
    health: Arc<Mutex<HistoryHealth>>,
}

impl Writer {
    /// Begins to keep a history in a file. The file is opened by the first event.
    #[must_use]
    pub fn start(file: PathBuf, retention: Retention) -> Arc<Self> {
        Self::with_room(file, retention, ROOM)
    }

    pub(super) fn with_room(file: PathBuf, retention: Retention, room: usize) -> Arc<Self> {
        let (queue, events) = sync_channel(room);
        let health = Arc::new(Mutex::new(HistoryHealth {
            enabled: true,
            ..HistoryHealth::default()
        }));
        let mut recorder = Recorder {
            file,
            retention,
            health: Arc::clone(&health),
            database: None,
            open: Open::default(),
        };
        let thread = std::thread::Builder::new().name("history".to_owned());
        let health_of = Arc::clone(&health);
        if let Err(error) = thread.spawn(move || recorder.run(&events)) {
            // Without the thread every event finds the queue closed.
            lock(&health_of).problem = Some(format!("no thread for it: {error}"));
        }
        Arc::new(Self { queue, health })
    }

    /// Waits until everything recorded so far was tried, at most for `patience`. Blocks.
    pub fn flush(&self, patience: Duration) {
        let (done, answer) = sync_channel(1);
        let mut message = Message::Flush(done);
        // A full queue empties, unless the disk hangs.
        for _ in 0..patience.as_millis().max(1) {
            match self.queue.try_send(message) {
                Ok(()) => {
                    let _ = answer.recv_timeout(patience);
                    return;
                }
                Err(TrySendError::Full(back)) => message = back,
                Err(TrySendError::Disconnected(_)) => return,
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

impl HistorySink for Writer {
    fn note(&self, mut event: HistoryEvent) {
        event.clean(redact::known());
        if self.queue.try_send(Message::Event(event)).is_err() {
            lock(&self.health).lost += 1;
        }
    }

    fn health(&self) -> HistoryHealth {
        lock(&self.health).clone()
    }

    fn settle(&self, patience: Duration) {
        self.flush(patience);
    }
}

fn lock(health: &Mutex<HistoryHealth>) -> MutexGuard<'_, HistoryHealth> {
    health.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the thread owns.
struct Recorder {
    file: PathBuf,
    retention: Retention,
    health: Arc<Mutex<HistoryHealth>>,
    database: Option<Database>,
    open: Open,
}

impl Recorder {
    fn run(&mut self, queue: &Receiver<Message>) {
        while let Ok(first) = queue.recv() {
            let mut batch = Vec::new();
            let mut waiting = Vec::new();
            let rest = std::iter::from_fn(|| queue.try_recv().ok()).take(BATCH);
            for message in std::iter::once(first).chain(rest) {
                match message {
                    Message::Event(event) => batch.push(event),
                    Message::Flush(done) => waiting.push(done),
                }
            }
            self.record(&batch);
            for done in waiting {
                let _ = done.send(());
            }
        }
    }

    /// Writes a batch as a whole, or counts it as lost.
    fn record(&mut self, batch: &[HistoryEvent]) {
        if batch.is_empty() {
            return;
        }
        for event in batch {
            self.open.learn(event);
        }
        match self.write(batch) {
            Ok(()) => self.recovered(),
            Err(error) => {
                self.database = None;
                self.open.roll_back();
                self.lost(batch.len(), &error);
            }
        }
        for event in batch {
            self.open.close(event);
        }
    }

    fn write(&mut self, batch: &[HistoryEvent]) -> Result<(), HistoryError> {
        if self.database.as_ref().is_none_or(|open| !open.is_there()) {
            self.database = None;
            let database = Database::open(&self.file)?;
            let verified = self.open.verify(&database.connection);
            verified.map_err(|error| HistoryError::of(&self.file, error))?;
            self.database = Some(database);
        }
        let Some(database) = &mut self.database else {
            return Ok(());
        };
        let written = transact(&mut self.open, database, batch, self.retention);
        written.map_err(|error| HistoryError::of(&self.file, error))
    }

    /// Logs an outage once, at its beginning.
    fn lost(&self, events: usize, error: &HistoryError) {
        let mut health = lock(&self.health);
        health.lost += u64::try_from(events).unwrap_or(u64::MAX);
        let cause = std::error::Error::source(error).map(|cause| format!(": {cause}"));
        let told = format!("{error}{}", cause.unwrap_or_default());
        if health.problem.is_none() {
            warn(&told, error.hint());
        }
        health.problem = Some(told);
    }

    fn recovered(&self) {
        let mut health = lock(&self.health);
        if health.problem.take().is_some() {
            tracing::info!(
                event = "history.kept",
                lost = health.lost,
                "the history is kept again"
            );
        }
    }
}

fn warn(told: &str, hint: &str) {
    tracing::warn!(
        event = "history.lost",
        "the history is not kept for now, and everything else goes on: {told}; {hint}"
    );
}

pub(super) fn transact(
    open: &mut Open,
    database: &mut Database,
    batch: &[HistoryEvent],
    retention: Retention,
) -> rusqlite::Result<()> {
    let connection = &mut database.connection;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for event in batch {
        open.apply(&transaction, event)?;
    }
    transaction.commit()?;
    open.commit();
    let mut ends = batch.iter().filter_map(|event| match event {
        HistoryEvent::PassEnded(_, end) | HistoryEvent::Quiet(_, end) => Some(end.ended_at),
        _ => None,
    });
    if let Some(now) = ends.next_back()
        && let Err(error) = tidy(connection, retention, now)
    {
        // What was to be written is written; the next pass tidies up again.
        tracing::debug!(event = "history.untidy", %error, "old records are still there");
    }
    Ok(())
}
