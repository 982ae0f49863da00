//! A folder, or a single file.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::read::{MAX_TOTAL, Unread, read};
use super::rest::{Look, PATIENCE, Rest, Stamps, Verdict};
use super::walk::{Found, Stamp, Tree, leads_outside, walk};
use super::writing::Writing;
use super::{Absence, References, Snapshot, Source, SourceError, git_info, ignored, midway};
use crate::model::SourceFile;
use crate::runtime::clock::{Clock, SystemClock};

/// The manifests below a path, and what they refer to.
#[derive(Debug, Clone)]
pub struct DirSource {
    path: PathBuf,
    references: References,
    writing: Writing,
    clock: Arc<dyn Clock>,
}

impl DirSource {
    /// For a folder or a manifest.
    ///
    /// `references` lists the other files that the manifests need: `manifest::references`.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>, references: References) -> Self {
        Self {
            path: path.into(),
            references,
            writing: Writing::default(),
            clock: Arc::new(SystemClock),
        }
    }

    /// The same, with what a watch knows of files that are being written.
    #[must_use]
    pub fn heeding(self, writing: Writing) -> Self {
        Self { writing, ..self }
    }

    /// The same, by another clock than the system's.
    #[must_use]
    pub fn by(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock, ..self }
    }

    /// The folder that paths are relative to.
    #[must_use]
    pub fn root(&self) -> PathBuf {
        root_of(&self.path)
    }
}

/// The folder that the paths of a project at `path` are relative to: itself, or a file's folder.
#[must_use]
pub fn root_of(path: &Path) -> PathBuf {
    if !path.is_file() {
        return path.to_owned();
    }
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

#[async_trait::async_trait]
impl Source for DirSource {
    async fn snapshot(&self) -> Result<Snapshot, SourceError> {
        let root = self.root();
        let git = midway::git_folder(&root);
        if let Some(git) = &git {
            midway::unlocked(git).await?;
        }
        let files = self.at_rest(&root).await?;
        let half_way = git.as_deref().and_then(midway::half_way);
        let absence = half_way.map_or(Absence::Momentary, Absence::Midway);
        let commit = git_info::commit(&root, &files).await;
        Ok(Snapshot::new(files, commit).with_absence(absence))
    }
}

/// One reading of the files.
struct Reading {
    files: Vec<SourceFile>,
    /// What the manifests among them refer to.
    referred: BTreeSet<Arc<str>>,
}

impl DirSource {
    /// The files, once none of them is being written: half a file or half a checkout must not be applied.
    async fn at_rest(&self, root: &Path) -> Result<Vec<SourceFile>, SourceError> {
        let mut rest = Rest::new(self.clock.instant());
        let mut referred = BTreeSet::new();
        let mut read: Option<(Vec<SourceFile>, Stamps)> = None;
        loop {
            let (tree, stamps) = self.look(root, &referred).await?;
            if let Verdict::Wait(pause) = self.judge(root, &mut rest, &stamps)? {
                read = None;
                tokio::time::sleep(pause).await;
                continue;
            }
            if let Some((files, _)) = read.take_if(|(_, before)| *before == stamps) {
                return Ok(files);
            }
            // Read again where it made files known that were not looked at before.
            let reading = self.read_tree(root, tree).await?;
            referred = reading.referred;
            read = Some((reading.files, stamps));
        }
    }

    /// Whether these files can be read now.
    fn judge(&self, root: &Path, rest: &mut Rest, stamps: &Stamps) -> Result<Verdict, SourceError> {
        let instant = self.clock.instant();
        let paths = stamps.keys().map(String::as_str);
        let look = Look {
            stamps,
            open: self.writing.among(root, paths, instant),
            now: self.clock.now().into(),
            instant,
        };
        match rest.judge(&look) {
            Verdict::GiveUp(path) => Err(SourceError::Unrest {
                path,
                waited: PATIENCE,
            }),
            verdict => Ok(verdict),
        }
    }

    /// The contents, and the state of the files that matter: manifests, and what they refer to.
    async fn look(
        &self,
        root: &Path,
        referred: &BTreeSet<Arc<str>>,
    ) -> Result<(Tree, Stamps), SourceError> {
        let (this, root, referred) = (self.clone(), root.to_owned(), referred.clone());
        in_background(move || {
            let tree = this.list(&root)?;
            let own = |path: &str| path == ignored::NAME || SourceFile::holds_manifests(path);
            let manifests = tree.files.iter().filter(|(path, _)| own(path));
            let mut stamps: Stamps = manifests
                .map(|(path, found)| (path.clone(), found.stamp().cloned()))
                .collect();
            for path in referred {
                let stamp = || Stamp::of(&root.join(&*path));
                stamps.entry(path.to_string()).or_insert_with(stamp);
            }
            Ok((tree, stamps))
        })
        .await
    }

    async fn read_tree(&self, root: &Path, tree: Tree) -> Result<Reading, SourceError> {
        let (this, root) = (self.clone(), root.to_owned());
        in_background(move || Ok(this.read_once(&root, &tree))).await
    }

    /// The contents: everything below a folder, or one file alone.
    fn list(&self, root: &Path) -> Result<Tree, SourceError> {
        if !self.path.is_file() {
            return walk(root);
        }
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        if !SourceFile::holds_manifests(&name) {
            return Err(SourceError::NotAManifest(self.path.clone()));
        }
        Tree::of_file(&self.path, &name)
    }

    fn read_once(&self, root: &Path, tree: &Tree) -> Reading {
        let mut left = MAX_TOTAL;
        let manifests = tree
            .files
            .iter()
            .filter(|(path, _)| SourceFile::holds_manifests(path));
        let mut files: Vec<_> = manifests
            .map(|(path, found)| read_found(root, path, found, &mut left))
            .collect();
        let known: HashSet<Arc<str>> = files.iter().map(|file| file.path.clone()).collect();
        let referred = (self.references)(&files);
        let others = referred.iter().filter(|path| !known.contains(*path));
        files.extend(others.filter_map(|path| read_referred(root, path.clone(), &mut left)));
        Reading { files, referred }
    }
}

async fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SourceError> + Send + 'static,
) -> Result<T, SourceError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| SourceError::Interrupted(error.into()))?
}

fn read_found(root: &Path, path: &str, found: &Found, left: &mut usize) -> SourceFile {
    if let Found::Not(why) = found {
        return SourceFile::unreadable(path, *why);
    }
    if path.contains(char::REPLACEMENT_CHARACTER) {
        return SourceFile::unreadable(path, "its name is not valid Unicode");
    }
    match read(&root.join(path), left) {
        Ok(bytes) => SourceFile::new(path, bytes),
        Err(Unread::Gone) => SourceFile::unreadable(path, "it vanished while it was read"),
        Err(Unread::Because(why)) => SourceFile::unreadable(path, why),
    }
}

/// A file that manifests refer to. One that is not there is for the manifest's reader to report.
fn read_referred(root: &Path, path: Arc<str>, left: &mut usize) -> Option<SourceFile> {
    let full = root.join(&*path);
    let outside = root
        .canonicalize()
        .is_ok_and(|real| leads_outside(&full, &real));
    if outside {
        let why = "a symbolic link that leads out of the project";
        return Some(SourceFile::unreadable(path, why));
    }
    match read(&full, left) {
        Ok(bytes) => Some(SourceFile::new(path, bytes)),
        Err(Unread::Gone) => None,
        Err(Unread::Because(why)) => Some(SourceFile::unreadable(path, why)),
    }
}

#[cfg(test)]
mod tests;
