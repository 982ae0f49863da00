//! A work tree, from the files in its `.git`: where it is, what is checked out, where it came from.

use std::path::{Path, PathBuf};

use super::remote;
use crate::source::git::is_hash;
use crate::source::read::bounded;

/// Files of one or two lines.
const SHORT: usize = 4 * 1024;
/// The configuration.
const CONFIG: usize = 1024 * 1024;
/// The list of all references of a large repository.
const REFERENCES: usize = 64 * 1024 * 1024;
/// At most this many references are followed in a row.
const DEEPEST: usize = 5;

/// What is checked out, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Checkout {
    /// The top of the work tree, without links.
    pub(super) top: PathBuf,
    /// The folder that was asked about, relative to the top, with a slash at its end; empty for the top.
    pub(super) prefix: String,
    /// The full hash of the commit.
    pub(super) hash: String,
    /// The branch, unless the head is detached.
    pub(super) branch: Option<String>,
    /// The remote's URL, without credentials.
    pub(super) remote: Option<String>,
    /// The folder that holds the repository's objects.
    pub(super) objects: PathBuf,
}

impl Checkout {
    /// The work tree that a folder is in; `None` if it is in none, or nothing is checked out.
    pub(super) fn find(folder: &Path) -> Option<Self> {
        let folder = folder.canonicalize().ok()?;
        let (top, own) = folder
            .ancestors()
            .find_map(|top| Some((top, git_folder(top)?)))?;
        // A linked work tree has a head of its own, and all else in common with the first.
        let common = match short(&own.join("commondir")) {
            Some(common) => own.join(common),
            None => own.clone(),
        };
        let inner = folder.strip_prefix(top).ok()?.to_str()?;
        let prefix = match inner {
            "" => String::new(),
            inner => format!("{}/", inner.replace(std::path::MAIN_SEPARATOR, "/")),
        };
        let head = short(&own.join("HEAD"))?;
        let (branch, hash) = match head.strip_prefix("ref:") {
            Some(name) => {
                let name = name.trim();
                let branch = name.strip_prefix("refs/heads/").map(str::to_owned);
                (branch, resolve(&own, &common, name)?)
            }
            None => (None, hash(&head)?),
        };
        let config = text(&common.join("config"), CONFIG);
        Some(Self {
            top: top.to_owned(),
            prefix,
            hash,
            branch,
            remote: config.as_deref().and_then(remote::origin),
            objects: common.join("objects"),
        })
    }
}

/// The folder that `.git` is, or that it names.
fn git_folder(top: &Path) -> Option<PathBuf> {
    let git = top.join(".git");
    let folder = if git.is_dir() {
        git
    } else {
        top.join(short(&git)?.strip_prefix("gitdir:")?.trim())
    };
    folder.join("HEAD").is_file().then_some(folder)
}

/// The commit behind the name of a reference, which may be the name of another.
fn resolve(own: &Path, common: &Path, name: &str) -> Option<String> {
    let mut name = name.to_owned();
    for _ in 0..DEEPEST {
        if !is_reference(&name) {
            return None;
        }
        let loose = short(&own.join(&name)).or_else(|| short(&common.join(&name)));
        match loose {
            Some(found) => match found.strip_prefix("ref:") {
                Some(next) => name = next.trim().to_owned(),
                None => return hash(&found),
            },
            None => return packed(common, &name),
        }
    }
    None
}

fn packed(common: &Path, name: &str) -> Option<String> {
    let all = text(&common.join("packed-refs"), REFERENCES)?;
    let mut named = all.lines().filter_map(|line| line.split_once(' '));
    let (found, _) = named.find(|(_, known)| known.trim_end() == name)?;
    hash(found)
}

/// It becomes a path below the repository, and must not lead out of it.
fn is_reference(name: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty() && !part.starts_with('.') && !part.contains(['\\', ':', '\0'])
    };
    name.starts_with("refs/") && name.split('/').all(plain)
}

/// A hash of either length that git has.
fn hash(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_lowercase();
    is_hash(&text).then_some(text)
}

fn short(path: &Path) -> Option<String> {
    text(path, SHORT).map(|text| text.trim().to_owned())
}

/// A regular file's text. Opening a pipe would wait for its writer.
fn text(path: &Path, limit: usize) -> Option<String> {
    if !path.is_file() {
        return None;
    }
    let bytes = bounded(path, limit).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_stay_below_the_repository() {
        for (name, right) in [
            ("refs/heads/main", true),
            ("refs/heads/feature/x-1", true),
            ("refs/heads/../../x", false),
            ("refs/heads//x", false),
            ("refs/heads/.invalid", false),
            ("/etc/passwd", false),
            ("HEAD", false),
        ] {
            assert_eq!(is_reference(name), right, "{name}");
        }
    }

    #[test]
    fn a_hash_is_one_of_two_lengths() {
        assert!(hash(&"a".repeat(40)).is_some());
        assert!(hash(&format!("{}\n", "B".repeat(64))).is_some());
        assert!(hash(&"a".repeat(41)).is_none());
        assert!(hash(&"g".repeat(40)).is_none());
    }

    #[test]
    fn references_that_name_each_other_come_to_an_end() {
        let folder = tempfile::tempdir().unwrap();
        let heads = folder.path().join("refs/heads");
        std::fs::create_dir_all(&heads).unwrap();
        std::fs::write(heads.join("a"), "ref: refs/heads/b\n").unwrap();
        std::fs::write(heads.join("b"), "ref: refs/heads/a\n").unwrap();
        assert_eq!(resolve(folder.path(), folder.path(), "refs/heads/a"), None);
        std::fs::write(heads.join("b"), "1".repeat(40)).unwrap();
        let found = resolve(folder.path(), folder.path(), "refs/heads/a");
        assert_eq!(found, Some("1".repeat(40)));
        let lines = format!("# pack-refs\n{} refs/heads/c\n", "2".repeat(40));
        std::fs::write(folder.path().join("packed-refs"), lines).unwrap();
        let found = resolve(folder.path(), folder.path(), "refs/heads/c");
        assert_eq!(found, Some("2".repeat(40)));
    }
}
