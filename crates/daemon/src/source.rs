//! Where the files of a project come from, and when they change.
//!
//! A [`Source`] answers with a whole [`Snapshot`] or with an error: a folder
//! that cannot be read must never look like an empty one. A single file that
//! cannot be read is part of the snapshot, with the reason.
//!
//! Knows `model` only. Which files manifests refer to is determined by a function that is passed in
//! ([`References`]).

pub mod dir;
pub mod git;
pub mod git_info;
pub mod memory;
pub mod secrets;
pub mod watch;
pub mod writing;

mod ignored;
mod midway;
mod read;
mod rest;
mod walk;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest as _, Sha256};

pub use crate::disposition::Absence;
use crate::model::SourceFile;

/// Lists the other files that these manifests refer to: `manifest::references`.
pub type References = fn(&[SourceFile]) -> BTreeSet<Arc<str>>;

/// Somewhere that files come from.
#[async_trait::async_trait]
pub trait Source: Send + Sync {
    /// All files as they are now, in the order of their paths.
    ///
    /// # Errors
    ///
    /// [`SourceError`] when it is not known which files there are.
    async fn snapshot(&self) -> Result<Snapshot, SourceError>;

    /// Records that a snapshot turned out to be valid, for [`Self::good`].
    async fn confirm(&self, _revision: &Revision) {}

    /// The last valid snapshot from before this process began, if it is still kept.
    async fn good(&self) -> Option<Snapshot> {
        None
    }

    /// How long a snapshot may take before it is given up.
    ///
    /// A network drive that hangs must not hold up everything for ever.
    fn patience(&self) -> Duration {
        Duration::from_secs(120)
    }
}

/// All files as they are now, unless that takes too long.
///
/// # Errors
///
/// [`SourceError`], of which [`SourceError::TimedOut`] comes from here.
pub async fn snapshot_in_time(source: &dyn Source) -> Result<Snapshot, SourceError> {
    let patience = source.patience();
    match tokio::time::timeout(patience, source.snapshot()).await {
        Ok(outcome) => outcome,
        Err(_) => Err(SourceError::TimedOut(patience)),
    }
}

/// The files of a project at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// What names this state of the files.
    pub revision: Revision,
    /// The files, in the order of their paths.
    pub files: Vec<SourceFile>,
    /// What it means that something is not among them.
    pub absence: Absence,
}

/// What names a state of the files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// A digest of paths and contents: equal where the files are.
    pub id: String,
    /// The commit, where the files are in a git work tree.
    pub commit: Option<Commit>,
    /// For people: the short commit, with `-dirty` where files differ from it, or the digest.
    pub label: String,
}

/// A commit as git knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// The full hash.
    pub hash: String,
    /// The branch, unless the head is detached.
    pub branch: Option<String>,
    /// The remote's URL, without credentials.
    pub remote: Option<String>,
    /// The files that were read differ from those of the commit.
    pub dirty: bool,
}

/// Why there is no snapshot.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SourceError {
    /// The path is not there.
    #[error("there is no file or folder {}", .0.display())]
    Missing(PathBuf),
    /// The path names a file that is not read as a manifest.
    #[error("{} is not a manifest: the name must end in .yaml or .yml and not begin with a dot", .0.display())]
    NotAManifest(PathBuf),
    /// A folder cannot be read, so what is in it is not known.
    #[error("cannot read the folder {}", path.display())]
    Unreadable {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        source: Arc<std::io::Error>,
    },
    /// A link to a folder above itself.
    #[error("the symbolic link {} leads to a folder it is in", .0.display())]
    Loop(PathBuf),
    /// A link to a folder outside.
    #[error("the symbolic link {} leads to a folder outside the project", .0.display())]
    Outside(PathBuf),
    /// More than any real project has.
    #[error("more than {limit} files and folders below {}", path.display())]
    TooMany {
        /// The folder.
        path: PathBuf,
        /// The bound.
        limit: usize,
    },
    /// A file was written to for as long as it was waited for.
    #[error("{} was still being written after {} s", path.display(), waited.as_secs())]
    Unrest {
        /// The file, relative to the folder.
        path: PathBuf,
        /// How long it was waited for.
        waited: Duration,
    },
    /// The lock of a running git was in the folder for the whole wait.
    #[error("git is at work in this folder: {} was still there after {} s", path.display(), waited.as_secs())]
    Locked {
        /// Its lock.
        path: PathBuf,
        /// How long it was waited for.
        waited: Duration,
    },
    /// It is not known which files are to be left out.
    #[error("cannot use {}: {why}", ignored_file())]
    Ignored {
        /// Why, in lower case.
        why: String,
    },
    /// It took too long, and the contents are unknown.
    #[error("the files could not be read within {} s", .0.as_secs())]
    TimedOut(Duration),
    /// The remote repository gave no files.
    #[error("the git remote gives no files")]
    Git(#[source] git::GitError),
    /// The reading was cut off.
    #[error("reading the files was interrupted")]
    Interrupted(#[source] Arc<tokio::task::JoinError>),
}

impl SourceError {
    /// Whether waiting will not help: a person has to change settings or the repository.
    #[must_use]
    pub fn needs_person(&self) -> bool {
        match self {
            Self::Git(error) => error.needs_person(),
            Self::Ignored { .. } => true,
            _ => false,
        }
    }

    /// What to do about it, where that is known.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Git(error) => error.hint(),
            Self::Locked { .. } => {
                Some("where no git is running, one that crashed left the lock behind: remove it")
            }
            Self::Unrest { .. } => Some("end the program that writes to it, and try again"),
            Self::Ignored { .. } => Some("it holds patterns as .gitignore does, one a line"),
            _ => None,
        }
    }
}

fn ignored_file() -> &'static str {
    ignored::NAME
}

impl Snapshot {
    /// Names the state of these files, which it puts in order.
    #[must_use]
    pub fn new(mut files: Vec<SourceFile>, commit: Option<Commit>) -> Self {
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let id = digest(&files);
        let label = match &commit {
            Some(commit) => label(commit),
            None => id.chars().take(12).collect(),
        };
        Self {
            revision: Revision { id, commit, label },
            files,
            absence: Absence::Proven,
        }
    }

    /// The same, read from where absence is less than proven.
    #[must_use]
    pub fn with_absence(self, absence: Absence) -> Self {
        Self { absence, ..self }
    }
}

fn label(commit: &Commit) -> String {
    let short: String = commit.hash.chars().take(7).collect();
    if commit.dirty {
        format!("{short}-dirty")
    } else {
        short
    }
}

/// Hexadecimal SHA-256 over paths and contents, each with its length before it.
fn digest(files: &[SourceFile]) -> String {
    let mut hasher = Sha256::new();
    let mut add = |tag: u8, bytes: &[u8]| {
        hasher.update([tag]);
        hasher.update(bytes.len().to_le_bytes());
        hasher.update(bytes);
    };
    for file in files {
        add(b'p', file.path.as_bytes());
        match &file.content {
            Ok(bytes) => add(b'c', bytes),
            Err(why) => add(b'e', why.as_bytes()),
        }
    }
    crate::model::hex(&hasher.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_depends_on_paths_contents_and_nothing_else() {
        let file = |path: &str, text: &str| SourceFile::new(path, text.as_bytes());
        let id = |files: Vec<SourceFile>| Snapshot::new(files, None).revision.id;
        let one = id(vec![file("a", "1"), file("b", "2")]);
        assert_eq!(one, id(vec![file("b", "2"), file("a", "1")]));
        for other in [
            vec![file("a", "1")],
            vec![file("a", "2"), file("b", "1")],
            vec![file("a", "1b"), file("", "2")],
            vec![file("a", "1"), SourceFile::unreadable("b", "2")],
        ] {
            assert_ne!(one, id(other));
        }
    }

    #[test]
    fn labels_are_for_people() {
        let commit = |dirty| Commit {
            hash: "0123456789abcdef".to_owned(),
            branch: None,
            remote: None,
            dirty,
        };
        let label = |commit| Snapshot::new(Vec::new(), commit).revision.label;
        assert_eq!(label(Some(commit(false))), "0123456");
        assert_eq!(label(Some(commit(true))), "0123456-dirty");
        assert_eq!(label(None), "e3b0c44298fc");
    }
}
