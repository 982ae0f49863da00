//! The files of the repository, without what is built or fetched.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use walkdir::WalkDir;

/// Folders that git does not keep.
const LEFT_OUT: [&str; 4] = [".git", "target", "node_modules", ".prism-gitops"];

/// A file with its content.
pub(super) struct File {
    /// From the root, with forward slashes.
    pub(super) path: String,
    pub(super) bytes: Vec<u8>,
}

impl File {
    /// The text; empty for a file that is not text.
    pub(super) fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).unwrap_or_default()
    }
}

pub(super) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

pub(super) fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

pub(super) fn all_files() -> Vec<File> {
    let root = root();
    files_below(&root)
        .into_iter()
        .map(|path| {
            let bytes = std::fs::read(&path).expect("a listed file can be read");
            let relative = path.strip_prefix(&root).expect("it is below the root");
            File {
                path: relative.to_string_lossy().replace('\\', "/"),
                bytes,
            }
        })
        .collect()
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| !LEFT_OUT.iter().any(|name| entry.file_name() == *name))
        .map(|entry| entry.expect("the folder can be walked"))
        .filter(|entry| entry.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .collect()
}

pub(super) fn digest(bytes: &[u8]) -> Vec<u8> {
    Sha256::digest(bytes).to_vec()
}

/// The digests of all files below a folder that are not empty.
pub(super) fn digests(folder: &Path) -> BTreeSet<Vec<u8>> {
    files_below(&folder.canonicalize().expect("the folder exists"))
        .iter()
        .map(|path| std::fs::read(path).expect("a listed file can be read"))
        .filter(|bytes| !bytes.is_empty())
        .map(|bytes| digest(&bytes))
        .collect()
}
