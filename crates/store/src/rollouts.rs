//! What is noted about rollouts: one small file for each environment.
//!
//! A file that cannot be read approves nothing. It is distinguished from a missing one: what was sent again
//! must not be sent a second time because a file is damaged.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use prism_gitops_core::rollout::RolloutNotes;

use super::file;
use super::folder::replace_private;
use super::lock::name_for;

const VERSION: u32 = 1;

#[derive(serde::Serialize, serde::Deserialize)]
struct Content {
    version: u32,
    #[serde(flatten)]
    notes: RolloutNotes,
}

/// Why what is noted is not known, or cannot be noted.
#[derive(Debug, thiserror::Error)]
pub enum RolloutNotesError {
    /// The file cannot be read or written.
    #[error("cannot keep {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It holds something else, or is of another version.
    #[error("{} is damaged or of another version", .0.display())]
    Damaged(PathBuf),
}

/// Keeps what is noted about rollouts, in a state folder or as long as this process lives.
#[derive(Debug, Default)]
pub struct RolloutStore {
    folder: Option<PathBuf>,
    memory: Mutex<BTreeMap<String, RolloutNotes>>,
}

impl RolloutStore {
    /// In a state folder, which is made when there is something to note.
    #[must_use]
    pub fn in_folder(folder: &Path) -> Arc<Self> {
        Arc::new(Self {
            folder: Some(folder.to_owned()),
            ..Self::default()
        })
    }

    /// As long as this process lives.
    #[must_use]
    pub fn in_memory() -> Arc<Self> {
        Arc::default()
    }

    fn file(&self, environment: &str) -> Option<PathBuf> {
        let folder = self.folder.as_ref()?;
        Some(folder.join(name_for("rollouts", environment, "json")))
    }

    /// What is noted about an environment.
    ///
    /// # Errors
    ///
    /// [`RolloutNotesError`] where there is a file that says nothing.
    pub fn load(&self, environment: &str) -> Result<RolloutNotes, RolloutNotesError> {
        let Some(path) = self.file(environment) else {
            let memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
            return Ok(memory.get(environment).cloned().unwrap_or_default());
        };
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(RolloutNotes::default());
            }
            Err(source) => return Err(RolloutNotesError::Io { path, source }),
        };
        match serde_json::from_slice::<Content>(&bytes) {
            Ok(content) if content.version == VERSION => Ok(content.notes),
            Ok(_) | Err(_) => Err(RolloutNotesError::Damaged(path)),
        }
    }

    /// Changes what is noted. Once this returns it is on the disk.
    ///
    /// # Errors
    ///
    /// [`RolloutNotesError`]; what was noted before stays.
    pub fn update<T>(
        &self,
        environment: &str,
        change: impl FnOnce(&mut RolloutNotes) -> T,
    ) -> Result<T, RolloutNotesError> {
        let Some(path) = self.file(environment) else {
            let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
            return Ok(change(memory.entry(environment.to_owned()).or_default()));
        };
        let failed = |source| RolloutNotesError::Io {
            path: path.clone(),
            source,
        };
        let _lock = file::lock(&path).map_err(failed)?;
        let mut notes = self.load(environment)?;
        let before = notes.clone();
        let done = change(&mut notes);
        if notes == before {
            return Ok(done);
        }
        let content = Content {
            version: VERSION,
            notes,
        };
        let written = replace_private(&path, |out| {
            serde_json::to_writer(&mut *out, &content)?;
            out.write_all(b"\n")
        });
        written.map_err(failed)?;
        Ok(done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_noted_for_one_environment_and_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let store = RolloutStore::in_folder(&folder.path().join("state"));
        assert_eq!(store.load("prod").unwrap(), RolloutNotes::default());
        assert!(
            !folder.path().join("state").exists(),
            "reading makes nothing"
        );
        assert!(
            store
                .update("prod", |it| it.finish("seq-1", 13, true))
                .unwrap()
        );
        assert!(
            !store
                .update("prod", |it| it.finish("seq-1", 13, true))
                .unwrap()
        );
        let again = RolloutStore::in_folder(&folder.path().join("state"));
        let notes = again.load("prod").unwrap();
        assert!(notes.of("seq-1").unwrap().finished.contains(&13));
        assert_eq!(again.load("dev").unwrap(), RolloutNotes::default());
    }

    #[test]
    fn a_damaged_file_is_not_the_same_as_none() {
        let folder = tempfile::tempdir().unwrap();
        let store = RolloutStore::in_folder(folder.path());
        store
            .update("prod", |it| it.finish("seq-1", 13, true))
            .unwrap();
        fs::write(store.file("prod").unwrap(), "{\"version\":9}").unwrap();
        assert!(matches!(
            store.load("prod"),
            Err(RolloutNotesError::Damaged(_))
        ));
        assert!(
            store
                .update("prod", |it| it.finish("seq-1", 14, true))
                .is_err()
        );
    }
}
