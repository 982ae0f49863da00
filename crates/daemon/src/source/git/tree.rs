//! The files of a commit, read from git's objects: nothing is checked out, so no
//! link, path or filter of the repository reaches the file system.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::Bound;
use std::sync::Arc;

use super::error::GitError;
use super::repository::Repository;
use crate::model::SourceFile;
use crate::source::References;
use crate::source::ignored::{self, Ignored};
use crate::source::read::MAX_TOTAL;

/// At most this many files below the sub-path are examined.
const MAX_ENTRIES: usize = 200_000;
/// At most this many links in a row are followed.
const MAX_LINKS: usize = 8;

const READING: &str = "read the commit";

/// The files of a commit below the sub-path, and what was left out.
pub(super) struct Contents {
    pub(super) files: Vec<SourceFile>,
    /// For people: submodules and links to folders, which are not followed.
    pub(super) notes: Vec<String>,
}

/// One name in the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Entry {
    File(String),
    Link(String),
    Submodule,
}

/// Reads what manifests are there, and what they refer to.
pub(super) async fn read(
    repository: &Repository,
    commit: &str,
    references: References,
) -> Result<Contents, GitError> {
    let mut reader = Reader::new(repository, commit).await?;
    let ignored = reader.ignored().await?;
    let names: Vec<Arc<str>> = reader.manifests(&ignored);
    let mut files = reader.read(names).await?;
    let known: HashSet<Arc<str>> = files.iter().map(|file| file.path.clone()).collect();
    let referred = references(&files).into_iter();
    let others = referred.filter(|path| !known.contains(path) && reader.knows(path));
    files.extend(reader.read(others.collect()).await?);
    Ok(Contents {
        files,
        notes: reader.notes(),
    })
}

struct Reader<'a> {
    repository: &'a Repository,
    entries: BTreeMap<Arc<str>, Entry>,
    /// Targets of links, by the link's path.
    targets: HashMap<Arc<str>, String>,
    /// Objects that the filter left out: larger than is read.
    missing: HashSet<String>,
    left: usize,
}

impl<'a> Reader<'a> {
    async fn new(repository: &'a Repository, commit: &str) -> Result<Self, GitError> {
        let sub_path = &repository.settings().sub_path;
        let listed = list(repository, commit, sub_path).await?;
        let missing = missing(repository, commit).await?;
        let mut reader = Self {
            repository,
            entries: listed,
            targets: HashMap::new(),
            missing,
            left: MAX_TOTAL,
        };
        reader.targets = reader.link_targets().await?;
        Ok(reader)
    }

    fn manifests(&self, ignored: &Ignored) -> Vec<Arc<str>> {
        let names = self.entries.iter();
        let names = names.filter(|(path, entry)| {
            SourceFile::holds_manifests(path) && **entry != Entry::Submodule && !ignored.below(path)
        });
        names.map(|(path, _)| Arc::clone(path)).collect()
    }

    /// What `.prismgitopsignore` leaves out.
    async fn ignored(&mut self) -> Result<Ignored, GitError> {
        let refused = |why: String| GitError::Ignored { why };
        if !self.entries.contains_key(ignored::NAME) {
            return Ok(Ignored::none());
        }
        let mut read = self.read(vec![ignored::NAME.into()]).await?;
        let bytes = read.pop().map(|file| file.content);
        let bytes = bytes.unwrap_or_else(|| Err("it cannot be read".to_owned()));
        let bytes = bytes.map_err(refused)?;
        if bytes.len() > ignored::MAX_BYTES {
            return Err(refused("it is too large".to_owned()));
        }
        Ignored::read(&bytes).map_err(refused)
    }

    fn knows(&self, path: &str) -> bool {
        let folder = format!("{path}/");
        let from = (Bound::Included(folder.as_str()), Bound::Unbounded);
        let below = self.entries.range::<str, _>(from).next();
        self.entries.contains_key(path) || below.is_some_and(|(name, _)| name.starts_with(&folder))
    }

    async fn link_targets(&self) -> Result<HashMap<Arc<str>, String>, GitError> {
        let links = self.entries.iter().filter_map(|(path, entry)| match entry {
            Entry::Link(object) => Some((Arc::clone(path), object.clone())),
            _ => None,
        });
        let links: Vec<_> = links.collect();
        let objects = links.iter().map(|(_, object)| object.clone()).collect();
        let contents = self.objects(objects).await?;
        let target = |(path, object): (Arc<str>, String)| {
            let bytes = contents.get(&object)?;
            Some((path, String::from_utf8_lossy(bytes).into_owned()))
        };
        Ok(links.into_iter().filter_map(target).collect())
    }

    /// The object at a path, through links that stay inside.
    fn object_of(&self, path: &str) -> Result<String, &'static str> {
        let mut path = path.to_owned();
        for _ in 0..=MAX_LINKS {
            match self.entries.get(path.as_str()) {
                Some(Entry::File(object)) => return Ok(object.clone()),
                Some(Entry::Submodule) => return Err("it is a submodule, which is not read"),
                Some(Entry::Link(_)) => {
                    let target = self.targets.get(path.as_str());
                    let target = target.ok_or("a symbolic link that cannot be read")?;
                    path = follow(&path, target)
                        .ok_or("a symbolic link that leads out of the project")?;
                }
                None if self.knows(&path) => return Err("it is a folder"),
                None => return Err("a symbolic link to nothing"),
            }
        }
        Err("a symbolic link that goes around in circles")
    }

    async fn read(&mut self, paths: Vec<Arc<str>>) -> Result<Vec<SourceFile>, GitError> {
        let found: Vec<_> = paths
            .into_iter()
            .map(|path| {
                let object = self.object_of(&path);
                (path, object)
            })
            .collect();
        let wanted = found.iter().filter_map(|(_, object)| object.clone().ok());
        let contents = self.objects(wanted.collect()).await?;
        let file = |(path, object): (Arc<str>, Result<String, &'static str>)| match object {
            Err(why) => SourceFile::unreadable(path, why),
            Ok(object) => match contents.get(&object) {
                Some(bytes) => self.take(path, bytes),
                None => SourceFile::unreadable(path, too_large()),
            },
        };
        Ok(found.into_iter().map(file).collect())
    }

    fn take(&mut self, path: Arc<str>, bytes: &Arc<[u8]>) -> SourceFile {
        if path.contains(char::REPLACEMENT_CHARACTER) {
            return SourceFile::unreadable(path, "its name is not valid Unicode");
        }
        if bytes.starts_with(b"version https://git-lfs.github.com/spec/") {
            let why = "it is kept in Git LFS, which is not read";
            return SourceFile::unreadable(path, why);
        }
        let Some(left) = self.left.checked_sub(bytes.len()) else {
            let limit = MAX_TOTAL / 1024 / 1024;
            let why = format!("the files before it fill {limit} MiB, the most that is read");
            return SourceFile::unreadable(path, why);
        };
        self.left = left;
        SourceFile::new(path, Arc::clone(bytes))
    }

    /// The contents of objects. Those that are too large are not among them.
    async fn objects(
        &self,
        wanted: BTreeSet<String>,
    ) -> Result<HashMap<String, Arc<[u8]>>, GitError> {
        let there: Vec<_> = wanted
            .into_iter()
            .filter(|o| !self.missing.contains(o))
            .collect();
        let sizes = self
            .batch("--batch-check", &there, 256 * there.len())
            .await?;
        let mut left = MAX_TOTAL;
        let mut small = Vec::new();
        for line in String::from_utf8_lossy(&sizes).lines() {
            let (object, size) = header(line).ok_or(GitError::Strange { doing: READING })?;
            if size <= SourceFile::MAX_BYTES && size <= left {
                left -= size;
                small.push(object.to_owned());
            }
        }
        let most = (MAX_TOTAL - left) + 256 * small.len();
        parse_batch(&self.batch("--batch", &small, most).await?)
            .ok_or(GitError::Strange { doing: READING })
    }

    async fn batch(
        &self,
        kind: &str,
        objects: &[String],
        most: usize,
    ) -> Result<Vec<u8>, GitError> {
        if objects.is_empty() {
            return Ok(Vec::new());
        }
        let mut call = self
            .repository
            .call(READING)
            .with(["cat-file", kind, "--buffer"]);
        call.most = most;
        call.input = objects
            .iter()
            .flat_map(|o| [o, "\n"])
            .collect::<String>()
            .into_bytes();
        call.run().await
    }

    fn notes(&self) -> Vec<String> {
        let of = |wanted: fn(&Self, &str, &Entry) -> bool| {
            let paths = self
                .entries
                .iter()
                .filter(move |(path, entry)| wanted(self, path, entry));
            paths.map(|(path, _)| path.as_ref()).collect::<Vec<_>>()
        };
        let submodules = of(|_, _, entry| *entry == Entry::Submodule);
        let folders = of(|reader, path, entry| {
            matches!(entry, Entry::Link(_)) && reader.object_of(path) == Err("it is a folder")
        });
        [
            note(&submodules, "submodule", "not read"),
            note(&folders, "symbolic link to a folder", "not followed"),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

fn note(paths: &[&str], what: &str, fate: &str) -> Option<String> {
    const SHOWN: usize = 3;
    let shown = paths
        .iter()
        .take(SHOWN)
        .copied()
        .collect::<Vec<_>>()
        .join(", ");
    match paths.len() {
        0 => None,
        1 => Some(format!("a {what} is {fate}: {shown}")),
        n if n <= SHOWN => Some(format!("{n} times a {what} is {fate}: {shown}")),
        n => Some(format!("{n} times a {what} is {fate}: {shown} and others")),
    }
}

fn too_large() -> String {
    format!("larger than {} MiB", SourceFile::MAX_BYTES / 1024 / 1024)
}

/// Everything below the sub-path, but what is hidden there.
async fn list(
    repository: &Repository,
    commit: &str,
    sub_path: &str,
) -> Result<BTreeMap<Arc<str>, Entry>, GitError> {
    // A commit that lacks its own tree is a damaged cache, not a vanished folder.
    let root = format!("{commit}^{{tree}}");
    let there = repository.call(READING).with(["cat-file", "-e", &root]);
    there.run().await?;
    let tree = format!("{commit}:{sub_path}");
    let kind = repository.call(READING).with(["cat-file", "-t", &tree]);
    if kind.output().await?.stdout.trim_ascii() != b"tree" {
        return Err(GitError::NoSuchPath {
            path: sub_path.to_owned(),
            commit: commit.chars().take(7).collect(),
        });
    }
    let listed = repository
        .call(READING)
        .with(["ls-tree", "-r", "-z", "--full-tree", &tree]);
    let entries = parse_list(&listed.run().await?).ok_or(GitError::Strange { doing: READING })?;
    if entries.len() > MAX_ENTRIES {
        return Err(GitError::TooMany {
            commit: commit.chars().take(7).collect(),
            limit: MAX_ENTRIES,
        });
    }
    Ok(entries)
}

/// `MODE TYPE HASH TAB PATH NUL`. With a line of another form the contents are unknown.
fn parse_list(listed: &[u8]) -> Option<BTreeMap<Arc<str>, Entry>> {
    let mut entries = BTreeMap::new();
    for line in listed
        .split(|byte| *byte == 0)
        .filter(|line| !line.is_empty())
    {
        let line = String::from_utf8_lossy(line);
        let (about, path) = line.split_once('\t')?;
        let mut about = about.split(' ');
        let (mode, _, hash) = (about.next()?, about.next()?, about.next()?.to_owned());
        let entry = match mode {
            "160000" => Entry::Submodule,
            "120000" => Entry::Link(hash),
            _ => Entry::File(hash),
        };
        entries.insert(Arc::from(path), entry);
    }
    Some(entries)
}

/// The objects of a commit that the filter of the fetch left out.
async fn missing(repository: &Repository, commit: &str) -> Result<HashSet<String>, GitError> {
    let call = repository.call(READING);
    let arguments = [
        "rev-list",
        "--quiet",
        "--objects",
        "--no-walk",
        "--missing=print",
        commit,
    ];
    let listed = call.with(arguments).run().await?;
    let listed = String::from_utf8_lossy(&listed);
    let missing = listed.lines().filter_map(|line| line.strip_prefix('?'));
    Ok(missing.map(str::to_owned).collect())
}

/// `HASH TYPE SIZE`.
fn header(line: &str) -> Option<(&str, usize)> {
    let mut parts = line.split(' ');
    let (object, kind, size) = (parts.next()?, parts.next()?, parts.next()?);
    (kind == "blob").then_some(())?;
    Some((object, size.parse().ok()?))
}

/// `HEADER LF CONTENT LF`, over and over.
fn parse_batch(mut bytes: &[u8]) -> Option<HashMap<String, Arc<[u8]>>> {
    let mut contents = HashMap::new();
    while !bytes.is_empty() {
        let end = bytes.iter().position(|byte| *byte == b'\n')?;
        let (object, size) = header(std::str::from_utf8(bytes.get(..end)?).ok()?)?;
        let content = bytes.get(end + 1..end + 1 + size)?;
        contents.insert(object.to_owned(), Arc::from(content));
        bytes = bytes.get(end + 2 + size..)?;
    }
    Some(contents)
}

/// Where a link leads, below the root; `None` where that is outside.
fn follow(link: &str, target: &str) -> Option<String> {
    if target.starts_with('/') || target.is_empty() {
        return None;
    }
    let folder = link.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_stay_inside_or_lead_nowhere() {
        for (link, target, found) in [
            ("a.yaml", "b.yaml", Some("b.yaml")),
            ("x/a.yaml", "../b.yaml", Some("b.yaml")),
            ("x/a.yaml", "./y//b.yaml", Some("x/y/b.yaml")),
            ("a.yaml", "../b.yaml", None),
            ("x/a.yaml", "../../x/b.yaml", None),
            ("a.yaml", "/etc/passwd", None),
            ("a.yaml", "", None),
        ] {
            assert_eq!(follow(link, target).as_deref(), found, "{link} -> {target}");
        }
    }

    #[test]
    fn answers_that_are_cut_short_are_not_taken() {
        let whole = b"aa blob 3\nx\ny\nbb blob 0\n\n";
        let read = parse_batch(whole).unwrap();
        assert_eq!(&*read["aa"], b"x\ny");
        assert_eq!(&*read["bb"], b"");
        for cut in [5, 10, 12, whole.len() - 1] {
            assert_eq!(parse_batch(&whole[..cut]), None, "{cut}");
        }
        assert_eq!(parse_batch(b"aa missing\n"), None);
        assert_eq!(parse_list(b"100644 blob aa\0"), None);
        let listed =
            parse_list(b"100644 blob aa\ta b\x00120000 blob bb\tl\x00160000 commit cc\ts\0");
        let kinds = listed.unwrap().into_values().collect::<Vec<_>>();
        let (file, link) = (Entry::File("aa".to_owned()), Entry::Link("bb".to_owned()));
        assert_eq!(kinds, [file, link, Entry::Submodule]);
    }

    #[test]
    fn notes_name_a_few() {
        assert_eq!(note(&[], "x", "y"), None);
        insta::assert_snapshot!(note(&["a"], "submodule", "not read").unwrap(), @"a submodule is not read: a");
        insta::assert_snapshot!(note(&["a", "b", "c", "d"], "submodule", "not read").unwrap(), @"4 times a submodule is not read: a, b, c and others");
    }
}
