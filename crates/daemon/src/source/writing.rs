//! Files that programs have written to and not closed, where the system reports that.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode, ModifyKind};
use notify::{Event, EventKind};
use tokio::time::Instant;

/// This long after its last change a file that stays open counts as written: programs that keep a file open
/// without writing must not block everything for ever.
const FORGOTTEN: Duration = Duration::from_secs(30);

/// What a watch knows, shared with who reads the files.
#[derive(Debug, Clone, Default)]
pub struct Writing {
    open: Arc<Mutex<HashMap<PathBuf, Instant>>>,
}

impl Writing {
    /// Records an event of the system.
    pub(super) fn note(&self, event: &Event, now: Instant) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        for path in &event.paths {
            match event.kind {
                // The beginning of a write is recorded only on systems that also report its end.
                EventKind::Modify(ModifyKind::Data(_)) if cfg!(target_os = "linux") => {
                    open.insert(path.clone(), now);
                }
                EventKind::Access(AccessKind::Close(AccessMode::Write))
                | EventKind::Modify(ModifyKind::Name(_))
                | EventKind::Remove(_) => {
                    open.remove(path);
                }
                _ => {}
            }
        }
        open.retain(|_, since| now.duration_since(*since) < FORGOTTEN);
    }

    /// The first of these files that is open, relative to a folder.
    pub(super) fn among<'a>(
        &self,
        root: &Path,
        mut paths: impl Iterator<Item = &'a str>,
        now: Instant,
    ) -> Option<PathBuf> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.is_empty() {
            return None;
        }
        let root = std::path::absolute(root).unwrap_or_else(|_| root.to_owned());
        let is_open = |path: &&str| {
            let since = open.get(&root.join(path));
            since.is_some_and(|since| now.duration_since(*since) < FORGOTTEN)
        };
        paths.find(is_open).map(PathBuf::from)
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use notify::event::{DataChange, RemoveKind};

    #[tokio::test(start_paused = true)]
    async fn a_file_is_open_from_its_first_change_until_it_is_closed_or_forgotten() {
        let writing = Writing::default();
        let now = Instant::now();
        let note = |kind, at| writing.note(&Event::new(kind).add_path("/p/a.yaml".into()), at);
        let open = |at| {
            let found = writing.among(Path::new("/p"), ["b.yaml", "a.yaml"].into_iter(), at);
            found.is_some_and(|path| path == Path::new("a.yaml"))
        };
        let changed = EventKind::Modify(ModifyKind::Data(DataChange::Any));
        assert!(!open(now));
        for end in [
            EventKind::Access(AccessKind::Close(AccessMode::Write)),
            EventKind::Remove(RemoveKind::File),
        ] {
            note(changed, now);
            assert!(open(now));
            note(end, now);
            assert!(!open(now), "{end:?}");
        }
        note(changed, now);
        assert!(open(now + FORGOTTEN - Duration::from_secs(1)));
        assert!(!open(now + FORGOTTEN));
    }
}
