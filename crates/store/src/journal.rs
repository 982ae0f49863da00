//! The intents and marks of our own writes, in a file or in memory.
//!
//! They may be deleted; the only cost is a wait: what they recorded is looked for again before anything is
//! created.
//!
//! # Invariants
//!
//! - What is committed survives the process and a power cut before a request is sent for it.
//! - A file that cannot be written is warned of once; what it should hold is kept in memory, so that this run
//!   at least settles its own lost replies.

mod database;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use uuid::Uuid;

use self::database::Database;
use prism_gitops_core::journal::{Intent, Mark, SETTLE};

/// The file in the state folder.
const FILE: &str = "journal.sqlite";

/// What is known of the writes to one tenant.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PersistedIntents {
    /// Writes whose effect is not known, the oldest first.
    pub intents: BTreeMap<Uuid, Intent>,
    /// What replies showed, by object.
    pub marks: BTreeMap<String, Mark>,
    /// How far reads were seen to lag behind writes.
    pub lag: Duration,
}

/// One change of what is kept.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// A write begins, or the search for one began.
    Open(Intent),
    /// Its effect was seen, refused or looked for in vain.
    Close(Uuid),
    /// What a reply showed.
    Mark(Mark),
    /// Readings honour it by now.
    Retire(String),
    /// How far reads were seen to lag.
    Lag(Duration),
}

impl PersistedIntents {
    fn apply(&mut self, entry: &Entry) {
        match entry {
            Entry::Open(intent) => drop(self.intents.insert(intent.id, intent.clone())),
            Entry::Close(id) => drop(self.intents.remove(id)),
            Entry::Mark(mark) => drop(self.marks.insert(mark.key(), mark.clone())),
            Entry::Retire(key) => drop(self.marks.remove(key)),
            Entry::Lag(lag) => self.lag = *lag,
        }
    }
}

/// Why something could not be written down.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The folder or the file cannot be made.
    #[error("cannot make {}: {source}", file.display())]
    Make {
        /// The file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file cannot be read or written.
    #[error("cannot keep {}: {source}", file.display())]
    Database {
        /// The file.
        file: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
    /// A later version of this program made it.
    #[error("{} was made by a later version of prism-gitops", file.display())]
    Newer {
        /// The file.
        file: PathBuf,
    },
    /// The runtime is ending.
    #[error("the program is ending")]
    Ending,
}

/// Keeps what is known of our own writes.
#[derive(Debug)]
pub struct Journal {
    file: Option<PathBuf>,
    database: Mutex<Option<Database>>,
    /// What could not be written to the file, or all of it where there is none.
    memory: Mutex<BTreeMap<String, PersistedIntents>>,
    required: bool,
    settle: Duration,
    warned: std::sync::atomic::AtomicBool,
}

impl Journal {
    /// Keeps it in a file of a state folder, which is made when there is something to keep. With `required`,
    /// what cannot be written down is an error, and nothing is sent. Absence is believed after `settle`.
    #[must_use]
    pub fn in_folder(folder: &Path, required: bool, settle: Duration) -> Arc<Self> {
        Self::with(Some(folder.join(FILE)), required, settle)
    }

    /// Keeps it as long as this process lives.
    #[must_use]
    pub fn in_memory() -> Arc<Self> {
        Self::in_memory_after(SETTLE)
    }

    /// The same. Absence is believed after `settle`.
    #[must_use]
    pub fn in_memory_after(settle: Duration) -> Arc<Self> {
        Self::with(None, false, settle)
    }

    fn with(file: Option<PathBuf>, required: bool, settle: Duration) -> Arc<Self> {
        Arc::new(Self {
            file,
            database: Mutex::new(None),
            memory: Mutex::default(),
            required,
            settle,
            warned: std::sync::atomic::AtomicBool::new(false),
        })
    }

    /// After how long absence is believed, at least.
    #[must_use]
    pub fn settle(&self) -> Duration {
        self.settle
    }

    /// What is kept of a tenant. What cannot be read is as good as nothing, and said once.
    pub async fn load(self: &Arc<Self>, tenant: &str) -> PersistedIntents {
        if self.file.is_none() {
            return lock(&self.memory).get(tenant).cloned().unwrap_or_default();
        }
        let (journal, tenant) = (Arc::clone(self), tenant.to_owned());
        let read = move || journal.read(&tenant);
        tokio::task::spawn_blocking(read).await.unwrap_or_default()
    }

    fn read(&self, tenant: &str) -> PersistedIntents {
        let mut kept = match self.on_disk(false, |database| database.load(tenant)) {
            Ok(kept) => kept.unwrap_or_default(),
            Err(error) => {
                self.warn(&error);
                PersistedIntents::default()
            }
        };
        // What did not get to the disk is newer.
        if let Some(memory) = lock(&self.memory).get(tenant) {
            kept.intents.extend(memory.intents.clone());
            kept.marks.extend(memory.marks.clone());
            kept.lag = kept.lag.max(memory.lag);
        }
        kept
    }

    /// Writes entries down. Once this returns they are on the disk.
    ///
    /// # Errors
    ///
    /// [`JournalError`] where the journal is required and cannot be kept.
    pub async fn commit(
        self: &Arc<Self>,
        tenant: &str,
        entries: Vec<Entry>,
    ) -> Result<(), JournalError> {
        if entries.is_empty() {
            return Ok(());
        }
        if self.file.is_none() {
            self.remember(tenant, &entries);
            return Ok(());
        }
        let (journal, tenant) = (Arc::clone(self), tenant.to_owned());
        let write = move || journal.write(&tenant, &entries);
        let written = tokio::task::spawn_blocking(write).await;
        written.unwrap_or(Err(JournalError::Ending))
    }

    fn write(&self, tenant: &str, entries: &[Entry]) -> Result<(), JournalError> {
        let written = self.on_disk(true, |database| database.append(tenant, entries));
        let Err(error) = written else {
            return Ok(());
        };
        *lock(&self.database) = None;
        self.remember(tenant, entries);
        if self.required {
            return Err(error);
        }
        self.warn(&error);
        Ok(())
    }

    /// `None` where there is no file and none is to be made.
    fn on_disk<T>(
        &self,
        make: bool,
        work: impl FnOnce(&mut Database) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, JournalError> {
        let Some(file) = &self.file else {
            return Ok(None);
        };
        let mut open = lock(&self.database);
        if open.as_ref().is_none_or(|open| !open.is_there(file)) {
            *open = None;
            if !make && !file.exists() {
                return Ok(None);
            }
            *open = Some(Database::open(file)?);
        }
        let Some(database) = open.as_mut() else {
            return Ok(None);
        };
        let done = work(database).map(Some);
        done.map_err(|source| JournalError::Database {
            file: file.clone(),
            source,
        })
    }

    fn remember(&self, tenant: &str, entries: &[Entry]) {
        let mut memory = lock(&self.memory);
        let kept = memory.entry(tenant.to_owned()).or_default();
        for entry in entries {
            kept.apply(entry);
        }
    }

    fn warn(&self, error: &JournalError) {
        if !self.warned.swap(true, std::sync::atomic::Ordering::Relaxed) {
            tracing::warn!(
                event = "journal.lost",
                kept = false,
                "what is written cannot be noted: {error}; a run that is killed may have to be looked after by hand"
            );
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
