//! Notices that wait to be sent: one small file for each environment.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use sha2::{Digest as _, Sha256};

use super::folder::{make_private, replace_private};
use crate::model::hex;

/// The largest file that is read, in bytes; what is written is far smaller.
const LARGEST: u64 = 4 * 1024 * 1024;

/// A file that is replaced as a whole. It holds no secrets.
#[derive(Debug, Clone)]
pub struct OutboxFile(PathBuf);

impl OutboxFile {
    /// The file of an environment in the state folder. Nothing is read or written yet.
    #[must_use]
    pub fn of(folder: &Path, environment: &str) -> Self {
        // Names may hold anything, so the file has a digest for a name.
        let digest = hex(&Sha256::digest(environment.as_bytes()));
        let name: String = digest.chars().take(16).collect();
        Self(folder.join(format!("notices-{name}.json")))
    }

    /// What is kept. A file that is missing or damaged counts as empty.
    #[must_use]
    pub fn load<T: DeserializeOwned>(&self) -> Option<T> {
        let length = fs::metadata(&self.0).ok()?.len();
        if length > LARGEST {
            return None;
        }
        serde_json::from_slice(&fs::read(&self.0).ok()?).ok()
    }

    /// Keeps this in place of what was kept.
    ///
    /// # Errors
    ///
    /// When the disk does not take it; what was kept before stays.
    pub fn save<T: Serialize>(&self, content: &T) -> io::Result<()> {
        let folder = self.0.parent().unwrap_or(Path::new("."));
        make_private(folder)?;
        replace_private(&self.0, |out| {
            serde_json::to_writer(&mut *out, content)?;
            out.write_all(b"\n")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_comes_back_and_what_is_damaged_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let file = OutboxFile::of(folder.path(), "../prod us");
        assert_eq!(file.load::<Vec<u8>>(), None);
        file.save(&vec![1, 2]).unwrap();
        assert_eq!(file.load::<Vec<u8>>(), Some(vec![1, 2]));
        fs::write(&file.0, "[1,").unwrap();
        assert_eq!(file.load::<Vec<u8>>(), None);
    }
}
