//! One writer at a time for each tenant, among all that share a state folder.
//!
//! ```text
//! look ─► read the tenant, plan, ask ─► acquire ─► moved_since(look)? plan again ─► write ─► drop
//! ```
//!
//! # Invariants
//!
//! - The kernel decides: a lock ends with the process that holds it, however that ends. The contents of the
//!   file are for people, and to detect that another writer wrote meanwhile.
//! - The file is never removed. A process that has locked it and finds another file in its place begins
//!   again.
//! - A waiting process announces itself by a second lock (`want-…`), so that a process that works in rounds
//!   can give way.
//! - Where there are no locks, writing is allowed; the guard says that it excludes no other process.

mod holder;
mod network;

use std::collections::BTreeMap;
use std::fs::{File, Metadata, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use tokio::time::{Instant, sleep};

pub use holder::Holder;

use super::folder::make_private;
use crate::model::EnvironmentKey;
use holder::Note;

/// The interval at which a waiting process tries again.
const POLL: Duration = Duration::from_millis(50);
/// A wait is not reported before this time: most writers are quick.
const QUIET: Duration = Duration::from_secs(1);
/// How long a process that works in rounds leaves the lock to waiting processes.
const WAY: Duration = Duration::from_secs(1);
/// No note is longer.
const LONGEST: u64 = 4096;

/// The locks of a state folder.
#[derive(Debug, Clone)]
pub struct WriteLock {
    folder: PathBuf,
}

/// The content of the notes of all writers at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen(BTreeMap<String, Vec<u8>>);

/// Another writer has the tenant's lock.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", holder::sentence(.holder.as_ref(), *.stopped))]
pub struct Busy {
    /// Who, as far as that can be read.
    pub holder: Option<Holder>,
    /// Its process is stopped, so that it does not go on by itself.
    pub stopped: bool,
    /// The lock's file.
    pub file: PathBuf,
}

/// The right to write to one tenant, until it is dropped.
#[derive(Debug)]
pub struct Held {
    /// `None` where nothing is locked.
    locked: Option<Locked>,
    /// Why no other process is excluded.
    without: Option<String>,
    /// Why some other processes may not be excluded.
    doubt: Option<String>,
}

#[derive(Debug)]
struct Locked {
    path: PathBuf,
    name: String,
    // Only one at a time writes the note; a guard is shared by reference.
    file: Mutex<File>,
    identity: (u64, u64),
    /// What the writer before left in the note.
    before: Vec<u8>,
    waited: bool,
    holder: Holder,
}

impl WriteLock {
    /// The locks of a folder, which is made when the first one is taken.
    #[must_use]
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The content of the notes now; read it before the tenant.
    #[must_use]
    pub fn look(&self) -> Seen {
        let Ok(entries) = std::fs::read_dir(&self.folder) else {
            return Seen::default();
        };
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let ours = names.filter(|name| name.starts_with("write-") && name.ends_with(".lock"));
        Seen(
            ours.map(|name| {
                let note = read(&self.folder.join(&name)).unwrap_or_default();
                (name, note)
            })
            .collect(),
        )
    }

    /// The current writer of a tenant, by its note. Takes no lock, so the question delays no process.
    #[must_use]
    pub fn writer(&self, key: &EnvironmentKey) -> Option<Holder> {
        let note = read(&self.path("write", key))?;
        let holder = Note::parse(&note)?.held()?;
        holder.may_live().then_some(holder)
    }

    /// Waits for the lock of a tenant, up to `patience`; `told` is called once, when that takes a while.
    ///
    /// # Errors
    ///
    /// [`Busy`] where another writer still has it then.
    pub async fn acquire(
        &self,
        key: &EnvironmentKey,
        holder: &Holder,
        patience: Duration,
        told: &(dyn Fn(&Busy) + Send + Sync),
    ) -> Result<Held, Busy> {
        let began = Instant::now();
        let mut want = None;
        let mut silent = true;
        loop {
            let waited = want.is_some();
            let busy = match self.attempt(key, holder, waited) {
                Attempt::Held(held) => return Ok(held),
                Attempt::Again => continue,
                Attempt::Busy(busy) => busy,
            };
            let elapsed = began.elapsed();
            if elapsed >= patience {
                return Err(busy);
            }
            if silent && elapsed >= QUIET {
                silent = false;
                told(&busy);
            }
            if want.is_none() {
                want = Some(self.want(key));
            }
            sleep(POLL.min(patience.saturating_sub(elapsed))).await;
        }
    }

    /// Leaves the lock to those who wait for it, if there are any.
    pub async fn give_way(&self, key: &EnvironmentKey) {
        let Ok(file) = open(&self.path("want", key), false) else {
            return;
        };
        // A waiting process holds it, shared with other waiting processes.
        if matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
            sleep(WAY).await;
        }
    }

    fn path(&self, what: &str, key: &EnvironmentKey) -> PathBuf {
        self.folder.join(format!("{what}-{}.lock", key.digest()))
    }

    /// Announces a waiting process, until it is dropped. Without it the wait is only longer.
    fn want(&self, key: &EnvironmentKey) -> Option<File> {
        let file = open(&self.path("want", key), true).ok()?;
        file.try_lock_shared().ok()?;
        Some(file)
    }

    fn attempt(&self, key: &EnvironmentKey, holder: &Holder, waited: bool) -> Attempt {
        let path = self.path("write", key);
        let mut file = match make_private(&self.folder).and_then(|()| open(&path, true)) {
            Ok(file) => file,
            Err(error) => return Attempt::Held(Held::without(&path, &error)),
        };
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Attempt::Busy(busy(&mut file, path));
            }
            Err(TryLockError::Error(error)) => return Attempt::Held(Held::without(&path, &error)),
        }
        let identity = file.metadata().ok().map(|it| identity(&it));
        let Some(identity) = identity.filter(|own| there(&path) == Some(*own)) else {
            // It was moved or removed between the opening and the locking.
            return Attempt::Again;
        };
        let before = content(&mut file);
        let note = Note::of(holder).line();
        // The lock is held even if the note cannot be written.
        let _ = replace(&mut file, &note);
        Attempt::Held(Held {
            locked: Some(Locked {
                name: name(&path),
                path,
                file: Mutex::new(file),
                identity,
                before,
                waited,
                holder: holder.clone(),
            }),
            without: None,
            doubt: network::doubt(&self.folder),
        })
    }
}

enum Attempt {
    Held(Held),
    Again,
    Busy(Busy),
}

impl Held {
    fn without(path: &Path, error: &io::Error) -> Self {
        Self {
            locked: None,
            without: Some(format!("cannot lock {}: {error}", path.display())),
            doubt: None,
        }
    }

    /// Why other writers are not excluded; `None` where they are.
    #[must_use]
    pub fn excludes_nobody(&self) -> Option<&str> {
        self.without.as_deref()
    }

    /// Why it is not certain that other writers are excluded; `None` where it is.
    #[must_use]
    pub fn doubt(&self) -> Option<String> {
        self.without.clone().or_else(|| self.doubt.clone())
    }

    /// Whether another writer may have written since a look: what was read then must not be the basis of a
    /// write.
    #[must_use]
    pub fn moved_since(&self, seen: &Seen) -> bool {
        let Some(locked) = &self.locked else {
            return false;
        };
        let then = seen.0.get(&locked.name).map_or(&[][..], Vec::as_slice);
        // A note that was not closed is of a writer that ended in the middle.
        let closed = locked.before.is_empty()
            || Note::parse(&locked.before).is_some_and(|note| note.held().is_none());
        locked.waited || !closed || then != locked.before.as_slice()
    }

    /// Whether the lock still is what it was: its file is where it was. Asked before something is sent.
    #[must_use]
    pub fn fence(&self) -> bool {
        let locked = self.locked.as_ref();
        locked.is_none_or(|locked| there(&locked.path) == Some(locked.identity))
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        let note = Note::of(&self.holder).closed().line();
        let file = self.file.get_mut();
        let file = file.unwrap_or_else(std::sync::PoisonError::into_inner);
        // The lock is released with the file, even if writing the note fails.
        let _ = replace(file, &note);
    }
}

fn busy(file: &mut File, path: PathBuf) -> Busy {
    let holder = Note::parse(&content(file)).and_then(Note::held);
    Busy {
        stopped: holder.as_ref().is_some_and(Holder::is_stopped),
        holder,
        file: path,
    }
}

/// Children do not inherit it: files are opened with `O_CLOEXEC`.
fn open(path: &Path, create: bool) -> io::Result<File> {
    let mut options = File::options();
    options
        .read(true)
        .write(true)
        .create(create)
        .truncate(false);
    options.mode(0o600).open(path)
}

fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

fn identity(metadata: &Metadata) -> (u64, u64) {
    (metadata.dev(), metadata.ino())
}

fn there(path: &Path) -> Option<(u64, u64)> {
    std::fs::symlink_metadata(path).ok().map(|it| identity(&it))
}

fn read(path: &Path) -> Option<Vec<u8>> {
    Some(content(&mut File::open(path).ok()?))
}

fn content(file: &mut File) -> Vec<u8> {
    let mut bytes = Vec::new();
    let read = file
        .rewind()
        .and_then(|()| file.take(LONGEST).read_to_end(&mut bytes));
    read.map_or_else(|_| Vec::new(), |_| bytes)
}

fn replace(file: &mut File, note: &str) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(note.as_bytes())
}

#[cfg(test)]
mod tests;
