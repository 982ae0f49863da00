//! What a commit holds of a folder, and whether given files are that.

use std::collections::BTreeMap;
use std::fs::create_dir;
use std::io;
use std::path::Path;
use std::time::Duration;

use sha2::{Digest as _, Sha256};

use super::checkout::Checkout;
use crate::model::{SourceFile, hex};
use crate::source::git::command::Call;
use crate::source::read::{Unread, bounded};

/// Git answers at once or something is wrong with the disk.
const PATIENCE: Duration = Duration::from_secs(10);
/// Decides which files are read, although it is not read as a manifest.
const IGNORE: &str = ".prismgitopsignore";

/// The files of a folder as a commit has them: what they are and their hash, by path from the top.
#[derive(Debug, Default)]
pub(super) struct Tree(BTreeMap<String, (Sort, String)>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    File,
    Link,
}

impl Tree {
    /// Asks git, which knows nothing of the repository but its objects.
    pub(super) async fn of(checkout: &Checkout) -> Option<Self> {
        let own = tempfile::tempdir().ok()?;
        empty_repository(own.path(), checkout.hash.len() == 64).ok()?;
        let mut call = Call::local("list the files of the commit", own.path(), PATIENCE).with([
            "ls-tree",
            "-r",
            "-z",
            "--full-tree",
            &checkout.hash,
        ]);
        if !checkout.prefix.is_empty() {
            call = call.with(["--", &checkout.prefix]);
        }
        let objects = checkout.objects.to_str()?.to_owned();
        let variables = [
            ("GIT_OBJECT_DIRECTORY", objects.as_str()),
            ("GIT_LITERAL_PATHSPECS", "1"),
        ];
        call.variables
            .extend(variables.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let listing = call.run().await.ok()?;
        Some(Self(
            listing.split(|byte| *byte == 0).filter_map(entry).collect(),
        ))
    }

    /// Whether the commit holds these files, and no manifest besides that is gone from the folder.
    pub(super) fn holds(&self, checkout: &Checkout, files: &[SourceFile]) -> bool {
        files.iter().all(|file| self.holds_file(checkout, file))
            && self.are_there(checkout)
            && self.holds_ignored(checkout)
    }

    fn holds_file(&self, checkout: &Checkout, file: &SourceFile) -> bool {
        let (Ok(bytes), path) = (&file.content, format!("{}{}", checkout.prefix, file.path)) else {
            return false;
        };
        let real = checkout.top.join(&path).canonicalize().ok();
        let real = real.as_deref().and_then(|real| below(&checkout.top, real));
        let Some(real) = real else {
            return false;
        };
        let same = matches!(self.0.get(&real), Some((Sort::File, id)) if is(id, bytes));
        same && (real == path || self.holds_link(checkout, &path))
    }

    /// Whether one of the folders or files that a path names is a link that the commit has too.
    fn holds_link(&self, checkout: &Checkout, path: &str) -> bool {
        let ends = path.match_indices('/').map(|(at, _)| at);
        let parts = ends.chain([path.len()]).filter_map(|end| path.get(..end));
        let mut links = parts.filter_map(|part| match self.0.get(part) {
            Some((Sort::Link, id)) => Some((part, id)),
            _ => None,
        });
        links.any(|(part, id)| {
            let target = std::fs::read_link(checkout.top.join(part)).ok();
            target
                .as_deref()
                .and_then(Path::to_str)
                .is_some_and(|to| is(id, to.as_bytes()))
        })
    }

    /// Whether every manifest of the commit is still in the folder. Hidden files do not count.
    fn are_there(&self, checkout: &Checkout) -> bool {
        let manifests = self.0.keys().filter(|path| {
            SourceFile::holds_manifests(path.strip_prefix(&checkout.prefix).unwrap_or(path))
        });
        let mut places = manifests.map(|path| checkout.top.join(path));
        places.all(|path| path.symlink_metadata().is_ok())
    }

    fn holds_ignored(&self, checkout: &Checkout) -> bool {
        let path = format!("{}{IGNORE}", checkout.prefix);
        let place = checkout.top.join(&path);
        let there = match place.is_file() {
            true => bounded(&place, SourceFile::MAX_BYTES),
            false => Err(Unread::Gone),
        };
        match (there, self.0.get(&path)) {
            (Err(Unread::Gone), None) => true,
            (Ok(bytes), Some((_, id))) => is(id, &bytes),
            _ => false,
        }
    }
}

/// As little as git takes for a repository.
/// A repository that configures nothing, and borrows its objects from elsewhere.
pub(super) fn empty_repository(folder: &Path, sha256: bool) -> io::Result<()> {
    let config = match sha256 {
        false => "[core]\n\trepositoryformatversion = 0\n\tbare = true\n",
        true => {
            "[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tobjectFormat = sha256\n"
        }
    };
    std::fs::write(folder.join("config"), config)?;
    std::fs::write(folder.join("HEAD"), "ref: refs/heads/none\n")?;
    create_dir(folder.join("objects"))?;
    create_dir(folder.join("refs"))
}

/// `100644 blob HASH<tab>PATH`. What is neither file nor link, such as a submodule, is not there.
fn entry(record: &[u8]) -> Option<(String, (Sort, String))> {
    let record = std::str::from_utf8(record).ok()?;
    let (what, path) = record.split_once('\t')?;
    let mut words = what.split(' ');
    let sort = match words.next()? {
        "100644" | "100755" | "100664" => Sort::File,
        "120000" => Sort::Link,
        _ => return None,
    };
    let id = words.nth(1)?;
    Some((path.to_owned(), (sort, id.to_owned())))
}

/// A path relative to the top, as git writes it.
fn below(top: &Path, real: &Path) -> Option<String> {
    let inner = real.strip_prefix(top).ok()?.to_str()?;
    Some(inner.replace(std::path::MAIN_SEPARATOR, "/"))
}

/// Whether bytes have a hash, perhaps with the line ends that git may have put in on checkout.
fn is(id: &str, bytes: &[u8]) -> bool {
    let hash = |bytes: &[u8]| match id.len() {
        64 => sha256(bytes),
        _ => sha1(bytes),
    };
    hash(bytes) == id || without_returns(bytes).is_some_and(|bytes| hash(&bytes) == id)
}

fn without_returns(bytes: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let changed = text.contains("\r\n");
    changed.then(|| text.replace("\r\n", "\n").into_bytes())
}

fn sha1(bytes: &[u8]) -> String {
    let mut hasher = sha1_smol::Sha1::new();
    hasher.update(header(bytes).as_bytes());
    hasher.update(bytes);
    hasher.digest().to_string()
}

fn sha256(bytes: &[u8]) -> String {
    let mut hasher = Sha256::new();
    hasher.update(header(bytes).as_bytes());
    hasher.update(bytes);
    hex(&hasher.finalize())
}

fn header(bytes: &[u8]) -> String {
    format!("blob {}\0", bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_git() {
        let hello = "ce013625030ba8dba906f756967f9e9ca394464a";
        assert!(is(hello, b"hello\n"));
        assert!(is(hello, b"hello\r\n"));
        assert!(!is(hello, b"hello"));
        let long = "2cf8d83d9ee29543b34a87727421fdecb7e3f3a183d337639025de576db9ebb4";
        assert!(is(long, b"hello\n"));
    }

    #[test]
    fn records_are_taken_apart() {
        let id = "ce013625030ba8dba906f756967f9e9ca394464a";
        let record = |mode: &str| entry(format!("{mode} blob {id}\ta b/c\td").as_bytes());
        let expected = ("a b/c\td".to_owned(), (Sort::File, id.to_owned()));
        assert_eq!(record("100644"), Some(expected));
        assert_eq!(record("120000").unwrap().1.0, Sort::Link);
        assert_eq!(record("160000"), None);
        assert_eq!(entry(b""), None);
    }
}
