//! The files below a folder, and a fingerprint that shows whether any of them changed.

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use walkdir::{DirEntry, WalkDir};

use super::SourceError;
use super::ignored::{self, Ignored};
use super::read::{Unread, bounded};

/// At most this many files and folders are examined.
const MAX_ENTRIES: usize = 500_000;

/// What the system knows about a file without reading it.
///
/// On Unix the time of the last change of any kind, which no tool can set back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stamp {
    size: u64,
    modified: Option<SystemTime>,
    created: Option<SystemTime>,
    identity: [i64; 4],
}

/// One file that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// A file, through links or not, inside the root.
    File(Stamp),
    /// Something that cannot be read as a file, and why.
    Not(&'static str),
}

impl Found {
    /// How a file looks, if it can be read as one.
    pub(super) fn stamp(&self) -> Option<&Stamp> {
        match self {
            Self::File(stamp) => Some(stamp),
            Self::Not(_) => None,
        }
    }
}

/// What is below a folder; names that begin with a dot left out, and what `.prismgitopsignore` names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Tree {
    /// The files by path relative to the root, with forward slashes.
    pub(super) files: BTreeMap<String, Found>,
    /// The folders, the root among them.
    pub(super) folders: BTreeMap<PathBuf, Stamp>,
}

/// Looks at everything below a folder.
///
/// Links are followed inside the root, as Kubernetes mounts need: there every
/// name is a link through the folder `..data`, which is replaced on a change.
///
/// # Errors
///
/// [`SourceError`] when a folder cannot be read or a link to a folder leads
/// around in circles or outside: what is there is then not known.
pub(super) fn walk(root: &Path) -> Result<Tree, SourceError> {
    let real = root.canonicalize().map_err(|source| match source.kind() {
        ErrorKind::NotFound => SourceError::Missing(root.to_owned()),
        _ => unreadable(root, source),
    })?;
    let mut tree = Tree::default();
    let ignored = ignored_in(root, &real)?;
    let entries = WalkDir::new(root)
        .follow_links(true)
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || !is_left_out(root, entry, &ignored));
    if let Ok(metadata) = root.join(ignored::NAME).metadata() {
        // No manifest, but what changes it changes which files there are.
        let found = Found::File(stamp(&metadata));
        tree.files.insert(ignored::NAME.to_owned(), found);
    }
    for (count, entry) in entries.enumerate() {
        if count >= MAX_ENTRIES {
            return Err(SourceError::TooMany {
                path: root.to_owned(),
                limit: MAX_ENTRIES,
            });
        }
        match entry {
            Ok(entry) => tree.add(root, &real, &entry)?,
            Err(error) => tree.add_error(root, error)?,
        }
    }
    Ok(tree)
}

fn is_left_out(root: &Path, entry: &DirEntry, ignored: &Ignored) -> bool {
    if entry.file_name().to_string_lossy().starts_with('.') {
        return true;
    }
    let path = relative(root, entry.path());
    if entry.file_type().is_dir() {
        ignored.folder(&path)
    } else {
        ignored.file(&path)
    }
}

/// What `.prismgitopsignore` leaves out.
fn ignored_in(root: &Path, real: &Path) -> Result<Ignored, SourceError> {
    let path = root.join(ignored::NAME);
    let refused = |why: String| SourceError::Ignored { why };
    if leads_outside(&path, real) {
        let why = "a symbolic link that leads out of the project";
        return Err(refused(why.to_owned()));
    }
    // Looked at before it is opened: opening a pipe would wait for a writer.
    match path.metadata() {
        Err(error) if error.kind() == ErrorKind::NotFound && !path.is_symlink() => {
            return Ok(Ignored::none());
        }
        Ok(metadata) if !metadata.is_file() => {
            return Err(refused("not a regular file".to_owned()));
        }
        _ => {}
    }
    match bounded(&path, ignored::MAX_BYTES) {
        Ok(bytes) => Ignored::read(&bytes).map_err(refused),
        Err(Unread::Gone) => Err(refused("a symbolic link to nothing".to_owned())),
        Err(Unread::Because(why)) => Err(refused(why)),
    }
}

fn unreadable(path: &Path, source: std::io::Error) -> SourceError {
    SourceError::Unreadable {
        path: path.to_owned(),
        source: source.into(),
    }
}

impl Tree {
    /// One file alone.
    ///
    /// # Errors
    ///
    /// [`SourceError`] when it is not there any more.
    pub(super) fn of_file(path: &Path, name: &str) -> Result<Self, SourceError> {
        let metadata = path
            .metadata()
            .map_err(|_| SourceError::Missing(path.to_owned()))?;
        let mut tree = Self::default();
        tree.files
            .insert(name.to_owned(), Found::File(stamp(&metadata)));
        Ok(tree)
    }

    fn add(&mut self, root: &Path, real: &Path, entry: &DirEntry) -> Result<(), SourceError> {
        let path = entry.path();
        let metadata = match entry.metadata() {
            Ok(metadata) => metadata,
            Err(error) => return self.add_error(root, error),
        };
        let outside = entry.path_is_symlink() && leads_outside(path, real);
        if metadata.is_dir() {
            if outside && entry.depth() > 0 {
                return Err(SourceError::Outside(path.to_owned()));
            }
            self.folders.insert(path.to_owned(), stamp(&metadata));
            return Ok(());
        }
        let found = if outside {
            Found::Not("a symbolic link that leads out of the project")
        } else if metadata.is_file() {
            Found::File(stamp(&metadata))
        } else {
            Found::Not("not a regular file")
        };
        self.files.insert(relative(root, path), found);
        Ok(())
    }

    /// A link to nothing is an error of that file; after any other error the contents are unknown.
    fn add_error(&mut self, root: &Path, error: walkdir::Error) -> Result<(), SourceError> {
        let path = error.path().unwrap_or(root).to_owned();
        if error.loop_ancestor().is_some() {
            return Err(SourceError::Loop(path));
        }
        let dangling = path.is_symlink() && !path.exists();
        if dangling {
            let found = Found::Not("a symbolic link to nothing");
            self.files.insert(relative(root, &path), found);
            return Ok(());
        }
        let source = error
            .into_io_error()
            .unwrap_or_else(|| ErrorKind::Other.into());
        Err(unreadable(&path, source))
    }
}

/// Whether a link leads to something that is not below the root.
pub(super) fn leads_outside(path: &Path, real_root: &Path) -> bool {
    path.canonicalize()
        .is_ok_and(|target| !target.starts_with(real_root))
}

fn relative(root: &Path, path: &Path) -> String {
    let inner = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<_> = inner
        .components()
        .map(|part| part.as_os_str().to_string_lossy())
        .collect();
    parts.join("/")
}

fn stamp(metadata: &Metadata) -> Stamp {
    use std::os::unix::fs::MetadataExt as _;
    let narrow = |number: u64| i64::from_ne_bytes(number.to_ne_bytes());
    Stamp {
        size: metadata.len(),
        modified: metadata.modified().ok(),
        created: metadata.created().ok(),
        identity: [
            narrow(metadata.dev()),
            narrow(metadata.ino()),
            metadata.ctime(),
            metadata.ctime_nsec(),
        ],
    }
}

impl Stamp {
    /// Of a path as it is now, if there is anything.
    pub(super) fn of(path: &Path) -> Option<Self> {
        path.metadata().ok().map(|metadata| stamp(&metadata))
    }

    /// When it was last changed in any way.
    pub(super) fn changed(&self) -> Option<SystemTime> {
        let [_, _, seconds, nanos] = self.identity;
        let other = u64::try_from(seconds).ok().zip(u32::try_from(nanos).ok());
        let other =
            other.map(|(seconds, nanos)| SystemTime::UNIX_EPOCH + Duration::new(seconds, nanos));
        self.modified.max(other)
    }

    #[cfg(test)]
    pub(super) fn changed_at(at: SystemTime) -> Self {
        Self {
            size: 0,
            modified: Some(at),
            created: None,
            identity: [0; 4],
        }
    }

    /// Whether two stamps are of one and the same file or folder, changed or not.
    pub(super) fn same_object(&self, other: &Self) -> bool {
        // The number of a removed folder may be used again; its birth is not.
        self.identity.get(..2) == other.identity.get(..2) && self.created == other.created
    }
}
