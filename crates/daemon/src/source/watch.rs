//! Wake-ups when the files below a path change.
//!
//! Folders are watched, never files: a file that an editor or Kubernetes replaces loses its watch. Each
//! folder is watched on its own, because a recursive watch would include what is left out (`.git`). Watches
//! are renewed when a folder is new or replaced, and the root's parent is watched so that a removed root is
//! seen to come back.
//!
//! An event only requests a check; a wake-up is sent if the check finds a difference. So reading the files
//! causes no wake-up, and a slow poll makes the same check in case the system lost an event or has no watches
//! left.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::SourceError;
use super::dir::root_of;
use super::walk::{Stamp, Tree, walk};
use super::writing::Writing;

/// How changes are watched for.
#[derive(Debug, Clone, Copy)]
pub struct WatchOptions {
    /// How long events are collected before a look: one save is many events.
    pub debounce: Duration,
    /// How often to look without an event.
    pub poll: Duration,
}

impl Default for WatchOptions {
    fn default() -> Self {
        Self {
            debounce: Duration::from_millis(200),
            poll: Duration::from_secs(30),
        }
    }
}

/// A running watch. Dropping it ends the watch.
#[derive(Debug)]
pub struct Watch {
    wakes: mpsc::Receiver<()>,
    task: JoinHandle<()>,
}

impl Watch {
    /// Watches a folder, or the folder of a file, and notes which files are being written.
    /// Call inside a tokio runtime.
    ///
    /// Changes after this returns are seen.
    ///
    /// # Errors
    ///
    /// [`SourceError`] when the path cannot be read now.
    pub async fn start(
        path: &Path,
        options: WatchOptions,
        writing: Writing,
    ) -> Result<Self, SourceError> {
        let root = root_of(path);
        let (events, looks) = mpsc::channel(1);
        Self::by(Watcher::new(root, events, writing), looks, options).await
    }

    async fn by(
        mut watcher: Watcher,
        looks: mpsc::Receiver<()>,
        options: WatchOptions,
    ) -> Result<Self, SourceError> {
        let (sender, wakes) = mpsc::channel(1);
        let watcher = tokio::task::spawn_blocking(move || {
            watcher.tree = watcher.look()?.into();
            Ok(watcher)
        });
        let watcher = watcher
            .await
            .map_err(|error| SourceError::Interrupted(error.into()))??;
        let task = tokio::spawn(run(watcher, looks, sender, options));
        Ok(Self { wakes, task })
    }

    /// Waits until something changed since the last call. Several changes are one wake-up.
    ///
    /// `None` when the watch has ended, which it does on its own only when the runtime shuts down.
    ///
    /// Cancel safe: a wake-up that was not waited for is kept.
    pub async fn changed(&mut self) -> Option<()> {
        self.wakes.recv().await
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Looks soon after every event, and on every tick; wakes on every difference.
async fn run(
    mut watcher: Watcher,
    mut looks: mpsc::Receiver<()>,
    wakes: mpsc::Sender<()>,
    options: WatchOptions,
) {
    loop {
        tokio::select! {
            // Both are cancel safe: a channel keeps what is not received, a sleep starts anew.
            Some(()) = looks.recv() => {
                tokio::time::sleep(options.debounce.min(options.poll)).await;
                // What came meanwhile is seen by the same look, which is still to come.
                let _ = looks.try_recv();
            }
            () = tokio::time::sleep(options.poll) => {}
        }
        let look = tokio::task::spawn_blocking(move || {
            let changed = watcher.look_again();
            (watcher, changed)
        });
        let Ok((returned, changed)) = look.await else {
            return;
        };
        watcher = returned;
        if changed {
            // Full: a wake-up is waiting already, and one look covers both.
            let _ = wakes.try_send(());
        }
    }
}

/// What was seen last.
enum Seen {
    /// These files.
    Tree(Tree),
    /// The folder could not be read.
    Nothing,
}

impl From<Tree> for Seen {
    fn from(tree: Tree) -> Self {
        Self::Tree(tree)
    }
}

struct Watcher {
    root: PathBuf,
    tree: Seen,
    armed: BTreeMap<PathBuf, Stamp>,
    system: Option<RecommendedWatcher>,
}

impl Watcher {
    fn new(root: PathBuf, events: mpsc::Sender<()>, writing: Writing) -> Self {
        let handler = move |event: notify::Result<Event>| {
            if let Ok(event) = &event {
                writing.note(event, Instant::now());
            }
            // Errors are lost events: also a reason to look.
            if event.map_or(true, |event| is_change(&event)) {
                // Full: a look is asked for already.
                let _ = events.try_send(());
            }
        };
        let system = notify::recommended_watcher(handler);
        let mut watcher = Self {
            root: std::path::absolute(&root).unwrap_or(root),
            tree: Seen::Nothing,
            armed: BTreeMap::new(),
            system: system
                .map_err(|error| tracing::warn!(%error, "cannot watch files, polling instead"))
                .ok(),
        };
        if let Some(parent) = watcher.root.parent().map(Path::to_owned) {
            watcher.watch(&parent);
        }
        watcher
    }

    /// Looks, and says whether anything differs from the last look.
    fn look_again(&mut self) -> bool {
        let seen = self.look().map_or(Seen::Nothing, Seen::Tree);
        let same = match (&self.tree, &seen) {
            (Seen::Tree(before), Seen::Tree(now)) => before.files == now.files,
            (Seen::Nothing, Seen::Nothing) => true,
            _ => false,
        };
        self.tree = seen;
        !same
    }

    /// The current contents, with all folders being watched.
    fn look(&mut self) -> Result<Tree, SourceError> {
        /// A folder that is made while others are being watched asks for one more look.
        const ROUNDS: usize = 8;
        let mut tree = walk(&self.root);
        for _ in 0..ROUNDS {
            let folders = tree.as_ref().map(|tree| tree.folders.clone());
            if !self.arm(&folders.unwrap_or_default()) {
                break;
            }
            tree = walk(&self.root);
        }
        tree
    }

    /// Watches the folders that are new or replaced; whether there were any.
    fn arm(&mut self, folders: &BTreeMap<PathBuf, Stamp>) -> bool {
        let system = &mut self.system;
        self.armed.retain(|path, stamp| {
            let stays = folders.get(path).is_some_and(|now| now.same_object(stamp));
            if let Some(system) = system.as_mut().filter(|_| !stays) {
                // The system has usually dropped it already.
                let _ = system.unwatch(path);
            }
            stays
        });
        let mut more = false;
        for (path, stamp) in folders {
            if !self.armed.contains_key(path) {
                self.watch(path);
                self.armed.insert(path.clone(), stamp.clone());
                more = true;
            }
        }
        more
    }

    fn watch(&mut self, path: &Path) {
        let Some(system) = &mut self.system else {
            return;
        };
        if let Err(error) = system.watch(path, RecursiveMode::NonRecursive) {
            tracing::warn!(path = %path.display(), %error, "cannot watch folder, polling it instead");
        }
    }
}

/// Opening and reading are events too, and would make a watch wake itself.
fn is_change(event: &Event) -> bool {
    !matches!(event.kind, EventKind::Access(_))
}

#[cfg(test)]
mod tests;
