//! The cache: a bare repository that holds one commit without its history.
//!
//! Nothing is ever checked out. If the cache is damaged in any way, it is deleted and fetched again: it holds
//! nothing that the remote does not have.

use std::fs::{DirBuilder, File, TryLockError};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use tokio::sync::OnceCell;

use super::access::Access;
use super::command::{Call, size};
use super::error::GitError;
use super::reference::{Reference, is_hash};
use super::remote::Remote;
use crate::model::SourceFile;

/// The oldest git that takes credentials from its environment.
const NEEDED: (u32, u32) = (2, 31);
/// What was fetched last, not yet looked at.
const CANDIDATE: &str = "refs/prism-gitops/candidate";
/// What was read last and is served.
const CURRENT: &str = "refs/prism-gitops/current";
/// The commit whose files were right last.
const GOOD: &str = "refs/prism-gitops/good";
/// An old commit is searched for within this depth, to distinguish a rewritten branch from one that moved on.
const HISTORY: &str = "100";
/// A cache with more files is fetched anew at the next change: packs are never cleaned up otherwise.
const MOST_FILES: usize = 500;

/// What a repository is, and how it is reached.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where it is.
    pub remote: Remote,
    /// What of it is followed.
    pub reference: Reference,
    /// The folder in it that holds the project; empty for all of it.
    pub sub_path: String,
    /// How to prove who we are.
    pub access: Access,
    /// The folder that paths of credentials are relative to.
    pub root: PathBuf,
    /// The folder for caches.
    pub cache: PathBuf,
    /// How long each call of git may take.
    pub timeout: Duration,
    /// The most the cache may hold, in MiB.
    pub max_size: u64,
}

/// What the remote says the reference is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    /// The commit; for an annotated tag the one it points to.
    pub(super) commit: String,
    /// The branch, where it is one.
    pub(super) branch: Option<String>,
}

/// A cache on disk. One process at a time.
pub(super) struct Repository {
    settings: Settings,
    folder: PathBuf,
    lock: OnceCell<File>,
}

impl Repository {
    pub(super) fn new(settings: Settings) -> Self {
        let key = format!("{}\n{}", settings.remote.as_str(), settings.reference);
        let key = crate::model::hex(&Sha256::digest(key.as_bytes()));
        let folder = settings.cache.join(key.get(..16).unwrap_or(&key));
        Self {
            settings,
            folder,
            lock: OnceCell::new(),
        }
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// A call that reads the cache.
    pub(super) fn call(&self, doing: &'static str) -> Call<'_> {
        Call::local(doing, &self.folder, self.settings.timeout)
    }

    /// Makes sure that git is new enough and that the cache is ours alone.
    pub(super) async fn open(&self) -> Result<(), GitError> {
        let open = async {
            check_version(self.settings.timeout).await?;
            make_private(&self.settings.cache).map_err(|error| self.unusable(error))?;
            self.take_lock()
        };
        self.lock.get_or_try_init(|| open).await.map(|_| ())
    }

    fn take_lock(&self) -> Result<File, GitError> {
        let path = self.folder.with_extension("lock");
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path)
            .map_err(|error| self.unusable(error))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(GitError::Busy(self.folder.clone())),
            Err(TryLockError::Error(error)) => Err(self.unusable(error)),
        }
    }

    fn unusable(&self, error: std::io::Error) -> GitError {
        GitError::Cache {
            path: self.folder.clone(),
            source: Arc::new(error),
        }
    }

    /// A call that talks to the remote, and by its protocol only.
    async fn remote_call(&self, doing: &'static str) -> Result<Call<'static>, GitError> {
        let Settings {
            remote,
            access,
            root,
            ..
        } = &self.settings;
        let mut variables = access.variables(remote, root).await?;
        let allowed = remote.protocol().name().to_owned();
        variables.push(("GIT_ALLOW_PROTOCOL".to_owned(), allowed));
        Ok(Call {
            doing,
            folder: None,
            arguments: Vec::new(),
            variables,
            input: Vec::new(),
            most: 4 * 1024 * 1024,
            within: self.settings.timeout,
            room: None,
        })
    }

    /// Asks the remote what the reference is. One round trip, nothing is fetched.
    pub(super) async fn ask(&self) -> Result<Head, GitError> {
        let reference = &self.settings.reference;
        if let Reference::Commit(hash) = reference {
            return Ok(Head {
                commit: hash.clone(),
                branch: None,
            });
        }
        let name = reference.remote_name().unwrap_or_default();
        let peeled = format!("{name}^{{}}");
        let call = self.remote_call("ask the remote for its branches").await?;
        let url = self.settings.remote.as_str();
        let call = call.with(["ls-remote", "--symref", "--", url, &name, &peeled]);
        let answer = call.run().await?;
        let answer = String::from_utf8_lossy(&answer);
        match head(&answer, &name, reference) {
            Some(head) => Ok(head),
            // The default branch is there as soon as anything is.
            None if *reference == Reference::Default => Err(GitError::Empty),
            None => self.why_missing().await,
        }
    }

    /// An empty repository has no branches, and the name is not to blame.
    async fn why_missing(&self) -> Result<Head, GitError> {
        let call = self.remote_call("ask the remote for its branches").await?;
        let url = self.settings.remote.as_str();
        let all = call.with(["ls-remote", "--", url, "HEAD"]).run().await?;
        if all.is_empty() {
            // Either no commits, or a HEAD that names a branch that is not there.
            let call = self.remote_call("ask the remote for its branches").await?;
            let heads = call.with(["ls-remote", "--heads", "--", url]).run().await;
            if heads.is_ok_and(|heads| heads.is_empty()) {
                return Err(GitError::Empty);
            }
        }
        Err(GitError::NoSuchRef(self.settings.reference.to_string()))
    }

    /// Fetches a commit, and returns what came: a branch may have moved on meanwhile.
    pub(super) async fn fetch(&self, head: &Head) -> Result<String, GitError> {
        let fresh = !self.folder.join("HEAD").exists();
        if !fresh && files(&self.folder) <= MOST_FILES {
            sweep(&self.folder);
            match self.fetch_into(&self.folder, head).await {
                // The remote has just answered: it may be the cache.
                Err(GitError::Failed { .. } | GitError::Strange { .. }) => {}
                done => return done,
            }
        }
        self.fetch_anew(head).await
    }

    /// Into a new cache, which takes the place of the old one once it is complete.
    pub(super) async fn fetch_anew(&self, head: &Head) -> Result<String, GitError> {
        let new = self.folder.with_extension("new");
        let discard = |folder: &Path| match std::fs::remove_dir_all(folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(self.unusable(error)),
            _ => Ok(()),
        };
        discard(&new)?;
        self.init(&new, head.commit.len()).await?;
        let fetched = self.fetch_into(&new, head).await;
        if fetched.is_err() {
            discard(&new)?;
            return fetched;
        }
        discard(&self.folder)?;
        std::fs::rename(&new, &self.folder).map_err(|error| self.unusable(error))?;
        fetched
    }

    async fn init(&self, folder: &Path, hash_length: usize) -> Result<(), GitError> {
        let format = if hash_length == 64 { "sha256" } else { "sha1" };
        let format = format!("--object-format={format}");
        let shown = folder.display().to_string();
        let mut call = self.call("make the cache");
        call.folder = None;
        let call = call.with([
            "init",
            "--quiet",
            "--bare",
            "--template=",
            &format,
            "--",
            &shown,
        ]);
        call.run().await.map(|_| ())
    }

    async fn fetch_into(&self, folder: &Path, head: &Head) -> Result<String, GitError> {
        let filter = format!("blob:limit={}", SourceFile::MAX_BYTES);
        self.transfer(folder, head, &["--depth=1", &format!("--filter={filter}")])
            .await?;
        let mut call = self.call("read the fetched commit");
        call.folder = Some(folder);
        let peeled = format!("{CANDIDATE}^{{commit}}");
        let call = call.with(["rev-parse", "--verify", "--quiet", &peeled]);
        let output = call.output().await?;
        let commit = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        if output.code == Some(0) && is_hash(&commit) {
            return Ok(commit);
        }
        Err(GitError::NotACommit(self.settings.reference.to_string()))
    }

    async fn transfer(&self, folder: &Path, head: &Head, options: &[&str]) -> Result<(), GitError> {
        let mut call = self.remote_call("fetch from the remote").await?;
        call.folder = Some(folder);
        call.room = Some((folder.to_owned(), self.settings.max_size));
        let url = format!("remote.origin.url={}", self.settings.remote.as_str());
        // What a filter leaves out is expected to be missing.
        let mut call = call.with(["-c", &url, "-c", "remote.origin.promisor=true", "fetch"]);
        let fixed = [
            "--quiet",
            "--no-tags",
            "--force",
            "--no-write-fetch-head",
            "--no-recurse-submodules",
        ];
        call = call.with(fixed);
        call.arguments
            .extend(options.iter().map(|text| (*text).to_owned()));
        let reference = &self.settings.reference;
        let from = match (reference, &head.branch) {
            (Reference::Default, Some(branch)) => format!("refs/heads/{branch}"),
            _ => reference
                .remote_name()
                .unwrap_or_else(|| head.commit.clone()),
        };
        call.with(["--", "origin", &format!("+{from}:{CANDIDATE}")])
            .run()
            .await
            .map(|_| ())?;
        // A fetch that ended between two looks.
        if size(folder) > self.settings.max_size.saturating_mul(1024 * 1024) {
            return Err(GitError::TooLarge {
                limit: self.settings.max_size,
            });
        }
        Ok(())
    }

    /// Whether a branch went on from an old commit; `None` where that cannot be found out.
    pub(super) async fn went_on(&self, old: &str, new: &str, head: &Head) -> Option<bool> {
        let deepen = format!("--deepen={HISTORY}");
        // Commits alone: a server that cannot filter sends what changed with them.
        let deepened = self
            .transfer(&self.folder, head, &[&deepen, "--filter=tree:0"])
            .await;
        deepened.ok()?;
        let call = self.call("compare two commits");
        let call = call.with(["merge-base", "--is-ancestor", old, new]);
        match call.output().await.ok()?.code? {
            0 => Some(true),
            // 128: the old one is not there, so it is not among the ancestors that are.
            1 | 128 => Some(false),
            _ => None,
        }
    }

    /// The commit that was served last, if the cache still has it.
    pub(super) async fn current(&self) -> Option<String> {
        self.resolve(CURRENT).await
    }

    /// The commit whose files were right last, if the cache still has it.
    pub(super) async fn good(&self) -> Option<String> {
        self.resolve(GOOD).await
    }

    async fn resolve(&self, name: &str) -> Option<String> {
        if !self.folder.join("HEAD").exists() {
            return None;
        }
        let commit = format!("{name}^{{commit}}");
        let call = self.call("read the cache");
        let call = call.with(["rev-parse", "--verify", "--quiet", &commit]);
        let output = call.output().await.ok()?;
        let hash = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        (output.code == Some(0) && is_hash(&hash)).then_some(hash)
    }

    /// Remembers which commit is served, for a start without the remote.
    pub(super) async fn keep(&self, commit: &str) -> Result<(), GitError> {
        sweep(&self.folder);
        self.point(CURRENT, commit).await
    }

    /// Remembers that the files of a commit are right; it stays in the cache until another one is.
    pub(super) async fn keep_good(&self, commit: &str) -> Result<(), GitError> {
        self.point(GOOD, commit).await
    }

    async fn point(&self, name: &str, commit: &str) -> Result<(), GitError> {
        let call = self.call("remember the commit");
        let call = call.with(["update-ref", "--no-deref", name, commit]);
        call.run().await.map(|_| ())
    }
}

/// What `ls-remote` answered: `HASH TAB NAME` lines, and `ref: NAME TAB HEAD`.
fn head(answer: &str, name: &str, reference: &Reference) -> Option<Head> {
    let pairs = || answer.lines().filter_map(|line| line.split_once('\t'));
    let of = |wanted: &str| {
        let found = pairs().find(|(hash, found)| *found == wanted && is_hash(hash));
        found.map(|(hash, _)| hash.to_owned())
    };
    let commit = of(&format!("{name}^{{}}")).or_else(|| of(name))?;
    let branch = match reference {
        Reference::Branch(branch) => Some(branch.clone()),
        Reference::Default => pairs().find_map(|(target, of)| {
            let branch = target.strip_prefix("ref: refs/heads/")?;
            let named = of == "HEAD" && Reference::branch(branch).is_ok();
            named.then(|| branch.to_owned())
        }),
        Reference::Tag(_) | Reference::Commit(_) => None,
    };
    Some(Head { commit, branch })
}

async fn check_version(within: Duration) -> Result<(), GitError> {
    let mut call = Call::local("ask git for its version", Path::new("."), within);
    call.folder = None;
    let answer = call.with(["version"]).run().await?;
    let found = String::from_utf8_lossy(&answer).trim().to_owned();
    let mut numbers = found
        .split_whitespace()
        .nth(2)
        .unwrap_or_default()
        .split('.')
        .map_while(|part| part.parse::<u32>().ok());
    let version = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    if version < NEEDED {
        return Err(GitError::TooOld {
            found,
            needed: "2.31",
        });
    }
    Ok(())
}

fn make_private(folder: &Path) -> std::io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

fn walk(folder: &Path) -> impl Iterator<Item = walkdir::DirEntry> {
    let entries = walkdir::WalkDir::new(folder).into_iter().flatten();
    entries.filter(|entry| entry.file_type().is_file())
}

fn files(folder: &Path) -> usize {
    walk(folder).count()
}

/// Removes what a killed git left behind. We hold the folder's lock, so no other process uses it.
fn sweep(folder: &Path) {
    for entry in walk(folder) {
        let name = entry.file_name().to_string_lossy();
        if name.ends_with(".lock") || name.starts_with("tmp_") {
            // What cannot be removed makes the fetch fail, which says so.
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    const B: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

    fn shown(answer: &str, reference: &Reference) -> String {
        let name = reference.remote_name().unwrap();
        match head(answer, &name, reference) {
            Some(head) => format!("{} {}", &head.commit[..1], head.branch.unwrap_or_default()),
            None => "none".to_owned(),
        }
    }

    #[test]
    fn only_exact_names_count_and_annotated_tags_are_peeled() {
        let branch = Reference::branch("main").unwrap();
        let other = format!("{A}\trefs/remotes/x/refs/heads/main\n");
        assert_eq!(shown(&other, &branch), "none");
        assert_eq!(
            shown(&format!("{other}{B}\trefs/heads/main\n"), &branch),
            "b main"
        );
        let tag = Reference::tag("v1").unwrap();
        let annotated = format!("{A}\trefs/tags/v1\n{B}\trefs/tags/v1^{{}}\n");
        assert_eq!(shown(&annotated, &tag), "b ");
        let head = format!("ref: refs/heads/dev\tHEAD\n{A}\tHEAD\n");
        assert_eq!(shown(&head, &Reference::Default), "a dev");
        let hostile = format!("ref: refs/heads/--x\tHEAD\n{A}\tHEAD\n");
        assert_eq!(shown(&hostile, &Reference::Default), "a ");
        assert_eq!(shown("fatal\tHEAD\n", &Reference::Default), "none");
    }
}
