//! Why a remote gave no files.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Why a git call or what follows from it came to nothing.
///
/// No text of it holds a credential: git is never given one where it could print it.
#[derive(Debug, Clone, thiserror::Error)]
pub enum GitError {
    /// The program is not there or cannot be run.
    #[error("cannot start the program git")]
    Start(#[source] Arc<std::io::Error>),
    /// The program lacks what is needed to leave hostile configuration out.
    #[error("git is too old: {found}; {needed} or newer is needed")]
    TooOld {
        /// What it says it is.
        found: String,
        /// The oldest that will do.
        needed: &'static str,
    },
    /// Git ended with an error.
    #[error("cannot {doing}: {message}")]
    Failed {
        /// What it was to do.
        doing: &'static str,
        /// What it said, on one line.
        message: String,
    },
    /// Git did not end in time and was killed.
    #[error("cannot {doing}: git gave no answer within {} s", limit.as_secs())]
    TimedOut {
        /// What it was to do.
        doing: &'static str,
        /// The time it had.
        limit: Duration,
    },
    /// The cache grew beyond the bound, and the fetch was killed.
    #[error("the repository needs more than the {limit} MiB allowed, fetched without its history")]
    TooLarge {
        /// The bound.
        limit: u64,
    },
    /// The remote has no such branch or tag.
    #[error("the remote has no {0}")]
    NoSuchRef(String),
    /// The remote has no commit at all.
    #[error("the repository has no commits yet")]
    Empty,
    /// The commit has no such folder.
    #[error("there is no folder {path} in commit {commit}")]
    NoSuchPath {
        /// The sub-path.
        path: String,
        /// The commit, shortened.
        commit: String,
    },
    /// The tag or commit is not what can be applied.
    #[error("{0} is not a commit")]
    NotACommit(String),
    /// It is not known which files are to be left out.
    #[error("cannot use .prismgitopsignore: {why}")]
    Ignored {
        /// Why, in lower case.
        why: String,
    },
    /// More files than any real project has.
    #[error("commit {commit} has more than {limit} files below the sub-path")]
    TooMany {
        /// The commit, shortened.
        commit: String,
        /// The bound.
        limit: usize,
    },
    /// The token, the key or the list of known hosts cannot be used.
    #[error("{0}")]
    Access(String),
    /// Another process works in the same cache.
    #[error("another process uses the cache {}", .0.display())]
    Busy(PathBuf),
    /// The cache cannot be written.
    #[error("cannot use the cache {}", path.display())]
    Cache {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        source: Arc<std::io::Error>,
    },
    /// What git answered makes no sense, so nothing is known.
    #[error("cannot {doing}: git answered with something that is not understood")]
    Strange {
        /// What it was to do.
        doing: &'static str,
    },
}

impl GitError {
    /// Whether waiting will not help: a person has to change settings or the repository.
    #[must_use]
    pub fn needs_person(&self) -> bool {
        !matches!(
            self,
            Self::Failed { .. }
                | Self::TimedOut { .. }
                | Self::Busy(_)
                | Self::Cache { .. }
                | Self::Strange { .. }
        )
    }

    /// What to do about it, where that is known.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::Start(_) | Self::TooOld { .. } => {
                "install git (and an ssh client for ssh remotes) next to this program, or give a folder instead of --git"
            }
            Self::Failed { .. } => {
                "check the URL, the network and the credentials (--git-token-file, --git-ssh-key, --git-known-hosts)"
            }
            Self::TimedOut { .. } => "give it more time with --git-timeout, or check the network",
            Self::TooLarge { .. } => {
                "keep the manifests in a repository of their own, or allow more with --git-max-size"
            }
            Self::NoSuchRef(_) => "check --branch, --tag or --commit, and whether it was deleted",
            Self::Empty => "push a commit",
            Self::NoSuchPath { .. } => "check --sub-path, and whether the folder was moved",
            Self::NotACommit(_) => "tag a commit, or name another",
            Self::TooMany { .. } => "name the folder with the manifests with --sub-path",
            Self::Cache { .. } => "name a folder that can be written with --state-dir",
            Self::Ignored { .. } => "it holds patterns as .gitignore does, one a line",
            Self::Busy(_) => "stop the other one, or give each its own --state-dir",
            Self::Access(_) | Self::Strange { .. } => return None,
        })
    }
}
