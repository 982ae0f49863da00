//! Files that exist only in memory: for tests with simulated time.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::{Commit, Snapshot, Source, SourceError};
use crate::model::SourceFile;

/// Files that can be changed while they are being watched.
#[derive(Debug, Default)]
pub struct MemorySource {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    files: BTreeMap<String, String>,
    commit: Option<Commit>,
}

impl MemorySource {
    /// With these files.
    pub fn new<P: Into<String>, T: Into<String>>(files: impl IntoIterator<Item = (P, T)>) -> Self {
        let source = Self::default();
        for (path, text) in files {
            source.write(path, text);
        }
        source
    }

    /// Writes one file.
    pub fn write(&self, path: impl Into<String>, text: impl Into<String>) {
        self.with(|state| state.files.insert(path.into(), text.into()));
    }

    /// Removes one file.
    pub fn remove(&self, path: &str) {
        self.with(|state| state.files.remove(path));
    }

    /// Says which commit the files are at.
    pub fn commit(&self, commit: Option<Commit>) {
        self.with(|state| state.commit = commit);
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait::async_trait]
impl Source for MemorySource {
    async fn snapshot(&self) -> Result<Snapshot, SourceError> {
        Ok(self.with(|state| {
            let files = state.files.iter();
            let files = files.map(|(path, text)| SourceFile::new(path.as_str(), text.as_bytes()));
            Snapshot::new(files.collect(), state.commit.clone())
        }))
    }
}
