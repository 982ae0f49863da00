//! A pause that outlives the process: one small file for each environment.
//!
//! The exception to the rule that a damaged file counts as missing: the user meant to pause, so an unreadable
//! file is distinguished from a missing one.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::folder::{make_private, replace_private};
use super::lock::name_for;
use crate::model::Pause;

const VERSION: u32 = 1;

#[derive(serde::Serialize, serde::Deserialize)]
struct Content {
    version: u32,
    #[serde(flatten)]
    pause: Pause,
}

/// Where the pause of an environment is kept.
#[derive(Debug, Clone)]
pub struct PauseFile {
    path: PathBuf,
}

/// Why it is unknown whether a user paused.
#[derive(Debug, thiserror::Error)]
pub enum PauseUnreadable {
    /// It cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It holds something else, or is of another version.
    #[error("{} is damaged or of another version", .0.display())]
    Damaged(PathBuf),
}

impl PauseFile {
    /// The file of an environment in a state folder. It need not be there.
    #[must_use]
    pub fn in_folder(folder: &Path, environment: &str) -> Self {
        Self {
            path: folder.join(name_for("pause", environment, "json")),
        }
    }

    /// The pause, if there is one.
    ///
    /// # Errors
    ///
    /// [`PauseUnreadable`] where there is a file that says nothing.
    pub fn read(&self) -> Result<Option<Pause>, PauseUnreadable> {
        let bytes = match fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => {
                let path = self.path.clone();
                return Err(PauseUnreadable::Read { path, source });
            }
        };
        match serde_json::from_slice::<Content>(&bytes) {
            Ok(content) if content.version == VERSION => Ok(Some(content.pause)),
            _ => Err(PauseUnreadable::Damaged(self.path.clone())),
        }
    }

    /// Keeps a pause: beside the file, then in its place; without one the file goes.
    ///
    /// # Errors
    ///
    /// When the disk does not take it.
    pub fn keep(&self, pause: Option<&Pause>) -> io::Result<()> {
        let Some(pause) = pause else {
            return match fs::remove_file(&self.path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            };
        };
        let folder = self.path.parent().unwrap_or(Path::new("."));
        make_private(folder)?;
        let content = Content {
            version: VERSION,
            pause: pause.clone(),
        };
        replace_private(&self.path, |out| {
            serde_json::to_writer_pretty(&mut *out, &content)?;
            out.write_all(b"\n")
        })
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn it_is_kept_privately_and_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let file = PauseFile::in_folder(folder.path(), "prod");
        assert_eq!(file.read().unwrap(), None);
        file.keep(None).unwrap();
        let pause = Pause {
            reason: "release".to_owned(),
            since: "2026-11-20T12:00:00Z".parse().unwrap(),
            until: None,
        };
        file.keep(Some(&pause)).unwrap();
        assert_eq!(file.read().unwrap(), Some(pause));
        let mode = fs::metadata(&file.path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let other = PauseFile::in_folder(folder.path(), "test");
        assert_eq!(other.read().unwrap(), None, "another environment goes on");
        file.keep(None).unwrap();
        assert_eq!(file.read().unwrap(), None);
    }

    #[test]
    fn a_damaged_file_is_not_the_same_as_none() {
        let folder = tempfile::tempdir().unwrap();
        let file = PauseFile::in_folder(folder.path(), "prod");
        for text in [
            "",
            "{}",
            r#"{"version":9,"reason":"x","since":"2026-11-20T12:00:00Z"}"#,
        ] {
            fs::write(&file.path, text).unwrap();
            assert!(
                matches!(file.read(), Err(PauseUnreadable::Damaged(_))),
                "{text}"
            );
        }
    }
}
