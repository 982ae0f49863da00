//! A branch, a tag or a commit of a remote repository.
//!
//! The remote is queried by [`GitSource::refresh`], which the caller runs periodically; [`Source::snapshot`]
//! answers at once with the last valid files. So a remote that is down, a branch that is gone or a commit
//! that lacks the folder never look like an empty project: the last valid files stay, and [`SourceStatus`]
//! says so.
//!
//! Files are read from git's objects, within the bounds of a folder's. Nothing
//! is checked out. `docs/adr/0011-git-source.md` says why the `git` binary.

mod access;
pub(super) mod command;
mod error;
mod reference;
mod remote;
mod repository;
mod status;
mod tree;

use std::time::Duration;

use tokio::sync::{Mutex, watch};

pub use access::Access;
pub use error::GitError;
pub use reference::Reference;
pub(super) use reference::is_hash;
pub use remote::{Protocol, Remote};
pub use repository::Settings;
pub use status::{FetchState, Fetched, SourceStatus};

use super::{Commit, References, Revision, Snapshot, Source, SourceError};
use crate::model::chain;
use repository::{Head, Repository};

/// How long the files that were right are waited for, while the cache is in use.
const PATIENCE: Duration = Duration::from_secs(5);

/// A remote repository, and the files of it that were read last.
pub struct GitSource {
    repository: Mutex<Repository>,
    reference: Reference,
    timeout: Duration,
    references: References,
    state: watch::Sender<State>,
}

/// What is known.
#[derive(Debug, Clone, Default)]
struct State {
    asked: bool,
    snapshot: Option<Snapshot>,
    error: Option<GitError>,
    head: Option<Head>,
    /// The commit that the cache knows to be right.
    confirmed: Option<String>,
    status: SourceStatus,
}

/// What one look at the remote brought.
struct Look {
    head: Head,
    commit: String,
    /// The files, unless they are those that are known already.
    contents: Option<tree::Contents>,
    warnings: Vec<String>,
}

impl GitSource {
    /// For a remote. Nothing is asked yet.
    ///
    /// `references` lists the other files that the manifests need: `manifest::references`.
    #[must_use]
    pub fn new(settings: Settings, references: References) -> Self {
        let status = SourceStatus {
            remote: settings.remote.as_str().to_owned(),
            reference: settings.reference.to_string(),
            sub_path: settings.sub_path.clone(),
            message: "the remote has not been asked yet".to_owned(),
            ..SourceStatus::default()
        };
        Self {
            reference: settings.reference.clone(),
            timeout: settings.timeout,
            repository: Mutex::new(Repository::new(settings)),
            references,
            state: watch::Sender::new(State {
                status,
                ..State::default()
            }),
        }
    }

    /// What is known of the remote.
    #[must_use]
    pub fn status(&self) -> SourceStatus {
        self.state.borrow().status.clone()
    }

    /// Whether the remote has been asked at least once.
    #[must_use]
    pub fn was_asked(&self) -> bool {
        self.state.borrow().asked
    }

    /// Asks the remote, and reads the files of a new commit.
    pub async fn refresh(&self) -> Fetched {
        let repository = self.repository.lock().await;
        self.refresh_with(&repository).await
    }

    /// The same, unless it was asked before.
    async fn first(&self) {
        let repository = self.repository.lock().await;
        if !self.was_asked() {
            self.refresh_with(&repository).await;
        }
    }

    async fn refresh_with(&self, repository: &Repository) -> Fetched {
        let looked = self.look(repository).await;
        match looked {
            Ok(look) => self.note(look),
            Err((head, error)) => {
                if self.state.borrow().snapshot.is_none() {
                    self.serve_last_good(repository).await;
                }
                self.note_failure(head, error);
                Fetched::Failed
            }
        }
    }

    async fn look(&self, repository: &Repository) -> Result<Look, (Option<Head>, GitError)> {
        repository.open().await.map_err(|error| (None, error))?;
        let head = repository.ask().await.map_err(|error| (None, error))?;
        let look = self.see(repository, head.clone()).await;
        look.map_err(|error| (Some(head), error))
    }

    /// Fetches and reads what the remote has, where that is not known yet.
    async fn see(&self, repository: &Repository, head: Head) -> Result<Look, GitError> {
        let before = self.known();
        if before.as_ref() == Some(&head.commit) {
            return Ok(Look {
                commit: head.commit.clone(),
                head,
                contents: None,
                warnings: Vec::new(),
            });
        }
        let cached = repository.current().await;
        let (commit, contents) = if cached.as_ref() == Some(&head.commit) {
            self.read_cached(repository, &head).await?
        } else {
            let commit = repository.fetch(&head).await?;
            let contents = tree::read(repository, &commit, self.references).await?;
            (commit, contents)
        };
        let warnings = self
            .moved(repository, before.or(cached), &commit, &head)
            .await;
        repository.keep(&commit).await?;
        Ok(Look {
            head,
            commit,
            contents: Some(contents),
            warnings,
        })
    }

    /// A cache that lost something is fetched anew.
    async fn read_cached(
        &self,
        repository: &Repository,
        head: &Head,
    ) -> Result<(String, tree::Contents), GitError> {
        match tree::read(repository, &head.commit, self.references).await {
            Ok(contents) => Ok((head.commit.clone(), contents)),
            Err(error) if error.needs_person() => Err(error),
            Err(_) => {
                let commit = repository.fetch_anew(head).await?;
                let contents = tree::read(repository, &commit, self.references).await?;
                Ok((commit, contents))
            }
        }
    }

    /// The commit whose files are known.
    fn known(&self) -> Option<String> {
        let state = self.state.borrow();
        let commit = state.snapshot.as_ref()?.revision.commit.as_ref()?;
        Some(commit.hash.clone())
    }

    /// What is worth saying about the way from one commit to another.
    async fn moved(
        &self,
        repository: &Repository,
        before: Option<String>,
        now: &str,
        head: &Head,
    ) -> Vec<String> {
        let mut warnings = Vec::new();
        let last = self.state.borrow().head.clone();
        let branch = last.and_then(|last| last.branch);
        if let (Some(old), Some(new)) = (&branch, &head.branch)
            && old != new
        {
            warnings.push(format!("the default branch is now {new}; it was {old}"));
            return warnings;
        }
        let Some(before) = before.filter(|before| before != now) else {
            return warnings;
        };
        let (old, new) = (short(&before), short(now));
        match &self.reference {
            Reference::Tag(name) => {
                warnings.push(format!("the tag {name} was moved from {old} to {new}"));
            }
            Reference::Branch(_) | Reference::Default => {
                if repository.went_on(&before, now, head).await == Some(false) {
                    warnings.push(format!(
                        "the branch was rewritten: {old} is not among the last 100 commits before {new}"
                    ));
                }
            }
            Reference::Commit(_) => {}
        }
        warnings
    }

    /// After a start without the remote: the files that were served last.
    async fn serve_last_good(&self, repository: &Repository) {
        if repository.open().await.is_err() {
            return;
        }
        let Some(commit) = repository.current().await else {
            return;
        };
        let Ok(contents) = tree::read(repository, &commit, self.references).await else {
            return;
        };
        let snapshot = self.snapshot_of(&commit, None, contents.files);
        self.state.send_modify(|state| {
            state.status.commit = Some(commit);
            state.status.warnings = contents.notes;
            state.snapshot = Some(snapshot);
        });
    }

    fn snapshot_of(
        &self,
        commit: &str,
        branch: Option<&str>,
        files: Vec<crate::model::SourceFile>,
    ) -> Snapshot {
        let remote = self.state.borrow().status.remote.clone();
        let commit = Commit {
            hash: commit.to_owned(),
            branch: branch.map(str::to_owned),
            remote: Some(remote),
            dirty: false,
        };
        Snapshot::new(files, Some(commit))
    }

    fn note(&self, look: Look) -> Fetched {
        let Look {
            head,
            commit,
            contents,
            mut warnings,
        } = look;
        let changed = contents.is_some();
        let read = contents.map(|contents| {
            warnings.extend(contents.notes);
            self.snapshot_of(&commit, head.branch.as_deref(), contents.files)
        });
        self.state.send_modify(|state| {
            state.asked = true;
            state.error = None;
            let status = &mut state.status;
            status.state = FetchState::Current.into();
            status.message = format!("at commit {} of {}", short(&commit), self.what(&head));
            status.hint = None;
            status.branch.clone_from(&head.branch);
            status.head = Some(commit.clone());
            status.commit = Some(commit);
            if let Some(snapshot) = read {
                status.warnings = warnings;
                state.snapshot = Some(snapshot);
            }
            state.head = Some(head);
        });
        if changed {
            Fetched::Changed
        } else {
            Fetched::Unchanged
        }
    }

    fn note_failure(&self, head: Option<Head>, error: GitError) {
        self.state.send_modify(|state| {
            state.asked = true;
            let status = &mut state.status;
            let why = chain(&error);
            let seen = head.as_ref().map(|head| short(&head.commit));
            if let Some(head) = head {
                status.head = Some(head.commit);
            }
            status.hint = error.hint().map(str::to_owned);
            let (stands, message) = match (&status.commit, seen) {
                (None, _) => (FetchState::Failed, why),
                (Some(kept), Some(new)) if *new != *short(kept) => (
                    FetchState::Stale,
                    format!("commit {} stays; {new} is refused: {why}", short(kept)),
                ),
                (Some(kept), _) => (
                    FetchState::Stale,
                    format!("commit {} stays: {why}", short(kept)),
                ),
            };
            status.state = stands.into();
            status.message = message;
            state.error = Some(error);
        });
    }

    fn what(&self, head: &Head) -> String {
        match (&self.reference, &head.branch) {
            (Reference::Default, Some(branch)) => format!("the default branch {branch}"),
            (Reference::Default, None) => "the default branch".to_owned(),
            (Reference::Commit(_), _) => "the pinned commit".to_owned(),
            (reference, _) => reference.to_string(),
        }
    }
}

fn short(hash: &str) -> String {
    hash.chars().take(7).collect()
}

#[async_trait::async_trait]
impl Source for GitSource {
    async fn snapshot(&self) -> Result<Snapshot, SourceError> {
        if !self.was_asked() {
            self.first().await;
        }
        let state = self.state.borrow();
        match (&state.snapshot, &state.error) {
            (Some(snapshot), _) => Ok(snapshot.clone()),
            (None, Some(error)) => Err(SourceError::Git(error.clone())),
            // Asked means one or the other.
            (None, None) => Err(SourceError::Git(GitError::Strange {
                doing: "read the remote",
            })),
        }
    }

    /// If the cache is busy, the commit is confirmed the next time: no pass waits for the network.
    async fn confirm(&self, revision: &Revision) {
        let Some(commit) = revision.commit.as_ref().map(|commit| &commit.hash) else {
            return;
        };
        if self.state.borrow().confirmed.as_ref() == Some(commit) {
            return;
        }
        if let Ok(repository) = self.repository.try_lock()
            && repository.keep_good(commit).await.is_ok()
        {
            let commit = Some(commit.clone());
            self.state.send_modify(|state| state.confirmed = commit);
        }
    }

    async fn good(&self) -> Option<Snapshot> {
        let repository = self.repository.lock();
        let repository = tokio::time::timeout(PATIENCE, repository).await.ok()?;
        let commit = repository.good().await?;
        let read = tree::read(&repository, &commit, self.references).await;
        Some(self.snapshot_of(&commit, None, read.ok()?.files))
    }

    /// The first time everything is fetched, and perhaps anew.
    fn patience(&self) -> Duration {
        self.timeout.saturating_mul(5)
    }
}

#[cfg(test)]
mod tests;
