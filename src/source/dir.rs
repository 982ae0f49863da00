//! A folder, or a single file.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::read::{MAX_TOTAL, Unread, read};
use super::walk::{Found, Tree, leads_outside, walk};
use super::{References, Snapshot, Source, SourceError, git_info};
use crate::model::SourceFile;

/// How often files are read again that changed while they were read.
const ATTEMPTS: usize = 3;

/// The manifests below a path, and what they refer to.
#[derive(Debug, Clone)]
pub struct DirSource {
    path: PathBuf,
    references: References,
}

impl DirSource {
    /// For a folder or a manifest.
    ///
    /// `references` tells which other files the manifests need: `manifest::references`.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>, references: References) -> Self {
        Self {
            path: path.into(),
            references,
        }
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
        let this = self.clone();
        let read = tokio::task::spawn_blocking(move || this.read());
        let (root, files) = read
            .await
            .map_err(|error| SourceError::Interrupted(error.into()))??;
        let commit = git_info::commit(&root, &files).await;
        Ok(Snapshot::new(files, commit))
    }
}

impl DirSource {
    /// The files, read again if something changed meanwhile: half of a checkout is nobody's intent.
    fn read(&self) -> Result<(PathBuf, Vec<SourceFile>), SourceError> {
        let root = self.root();
        let mut before = self.list(&root)?;
        let mut attempt = 1;
        loop {
            let files = self.read_once(&root, &before);
            let after = self.list(&root)?;
            if after == before || attempt == ATTEMPTS {
                return Ok((root, files));
            }
            before = after;
            attempt += 1;
        }
    }

    /// What is there: everything below a folder, or one file alone.
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

    fn read_once(&self, root: &Path, tree: &Tree) -> Vec<SourceFile> {
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
        let others = referred.into_iter().filter(|path| !known.contains(path));
        files.extend(others.filter_map(|path| read_referred(root, path, &mut left)));
        files
    }
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
