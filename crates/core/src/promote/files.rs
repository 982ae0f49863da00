//! The files with the promoted commits in them, and the proof that nothing else changed.

use std::collections::BTreeMap;
use std::sync::Arc;

use similar::TextDiff;

use super::Promoted;
use crate::manifest::{self, ManifestAddress, NotPinned, Rendered};
use crate::model::SourceFile;
use crate::yaml::write::{Leaf, Tree, flow};

/// A file that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// Its path relative to the project's root.
    pub path: Arc<str>,
    /// Its text before.
    pub before: String,
    /// Its text afterwards.
    pub after: String,
    /// What differs, as a unified difference. Lines that may hold a secret are left out.
    pub difference: String,
}

/// Why a change of a file is not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}: {why}")]
pub struct Unprovable {
    /// The manifest it is about.
    pub what: String,
    /// What is in the way.
    pub why: String,
    /// What to do about it.
    pub hint: String,
}

/// The files that change so that the manifests of `environment` say the promoted commits.
///
/// # Errors
///
/// A manifest that cannot be changed in place, or whose change would change anything else in any environment.
pub fn changed(
    files: &[SourceFile],
    environment: &str,
    promoted: &[Promoted],
) -> Result<Vec<Changed>, Unprovable> {
    let declared = manifest::environments(files);
    let places = places(files, Some(environment));
    let mut texts = Texts::default();
    for one in promoted {
        for address in &one.changes {
            let file = declaring(files, &places, address);
            let file = file.ok_or_else(|| undeclared(address, environment))?;
            texts.edit(file, address, |body| {
                manifest::pin(body, address, (environment, &declared), &one.commit)
            })?;
        }
    }
    prove(files, Some(environment), &texts.0, &|expected| {
        promoted.iter().for_each(|one| say(expected, one));
    })?;
    Ok(texts.changed())
}

/// A value under the keys of a manifest's `spec`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// The keys that lead to it, its own the last.
    pub keys: Vec<String>,
    /// What it is.
    pub tree: Tree,
}

/// The files that change so that the manifest of an address says values for an environment.
///
/// # Errors
///
/// As [`changed`].
pub fn with_values(
    files: &[SourceFile],
    environment: Option<&str>,
    address: &ManifestAddress,
    values: &[Value],
) -> Result<Vec<Changed>, Unprovable> {
    let declared = manifest::environments(files);
    let places = places(files, environment);
    let mut texts = Texts::default();
    for value in values {
        let file = declaring(files, &places, address);
        let file = file.ok_or_else(|| undeclared(address, environment.unwrap_or("these files")))?;
        let text = flow(&value.tree);
        texts.edit(file, address, |body| {
            manifest::put(
                body,
                address,
                (environment, &declared),
                (&value.keys, &text),
            )
        })?;
    }
    prove(files, environment, &texts.0, &|expected| {
        let meant = expected
            .iter_mut()
            .find(|it| it.address.as_ref() == Some(address));
        if let Some(Tree::Map(entries)) = meant.map(|one| &mut one.tree)
            && let Some((_, spec)) = entries.iter_mut().find(|(key, _)| is(key, "spec"))
        {
            for value in values {
                let keys: Vec<&str> = value.keys.iter().map(String::as_str).collect();
                put(spec, &keys, value.tree.clone());
            }
        }
    })?;
    Ok(texts.changed())
}

/// The texts of files that change: before and afterwards.
#[derive(Default)]
struct Texts(BTreeMap<Arc<str>, (String, String)>);

impl Texts {
    fn edit(
        &mut self,
        file: &SourceFile,
        address: &ManifestAddress,
        edit: impl FnOnce(&str) -> Result<String, NotPinned>,
    ) -> Result<(), Unprovable> {
        let text = utf8(file).ok_or_else(|| unreadable(address))?;
        let (_, after) = self
            .0
            .entry(file.path.clone())
            .or_insert_with(|| (text.clone(), text));
        // Positions are those of what comes after the mark.
        let (mark, body) = match after.strip_prefix(MARK) {
            Some(body) => (MARK, body),
            None => ("", after.as_str()),
        };
        let edited = edit(body).map_err(|refused| unpinned(address, refused))?;
        *after = format!("{mark}{edited}");
        Ok(())
    }

    fn changed(self) -> Vec<Changed> {
        let changed = self.0.into_iter().map(|(path, (before, after))| Changed {
            difference: difference(&path, &before, &after),
            path,
            before,
            after,
        });
        changed.collect()
    }
}

/// The file that declares an address.
fn declaring<'a>(
    files: &'a [SourceFile],
    places: &BTreeMap<ManifestAddress, Arc<str>>,
    address: &ManifestAddress,
) -> Option<&'a SourceFile> {
    let path = places.get(address)?;
    files.iter().find(|it| it.path == *path)
}

/// Where the manifests of an environment are declared.
fn places(files: &[SourceFile], environment: Option<&str>) -> BTreeMap<ManifestAddress, Arc<str>> {
    let desired = manifest::load_for(files, environment).desired;
    let resources = desired.resources().map(|one| {
        let address = ManifestAddress::Resource(one.address.clone());
        (address, one.location.file.clone())
    });
    let fleets = desired.fleets.iter().map(|one| {
        let address = ManifestAddress::Fleet(one.name.clone());
        (address, one.location.file.clone())
    });
    resources.chain(fleets).collect()
}

/// The byte-order mark that some editors begin a file with. It stays.
const MARK: &str = "\u{feff}";

/// A file's text, if it is in UTF-8: positions in others are not those of its bytes.
fn utf8(file: &SourceFile) -> Option<String> {
    String::from_utf8(file.content.as_ref().ok()?.to_vec()).ok()
}

fn unreadable(address: &ManifestAddress) -> Unprovable {
    Unprovable {
        why: "its file is not in UTF-8".to_owned(),
        hint: "save it as UTF-8".to_owned(),
        what: address.to_string(),
    }
}

fn undeclared(address: &ManifestAddress, environment: &str) -> Unprovable {
    Unprovable {
        why: format!("no file declares it in {environment}"),
        hint: format!("add it to {environment} first: `environments: {{{environment}: {{}}}}`"),
        what: address.to_string(),
    }
}

fn unpinned(address: &ManifestAddress, refused: NotPinned) -> Unprovable {
    Unprovable {
        why: refused.why.to_owned(),
        hint: refused.hint,
        what: address.to_string(),
    }
}

/// Reads everything again, in every environment. `say` makes the manifests of the one that is meant what they should
/// be.
fn prove(
    files: &[SourceFile],
    environment: Option<&str>,
    texts: &BTreeMap<Arc<str>, (String, String)>,
    say: &dyn Fn(&mut [Rendered]),
) -> Result<(), Unprovable> {
    let after: Vec<SourceFile> = files
        .iter()
        .map(|file| match texts.get(&file.path) {
            Some((_, text)) => SourceFile::new(&*file.path, text.as_bytes()),
            None => file.clone(),
        })
        .collect();
    let declared = manifest::environments(files);
    let mut names: Vec<Option<&str>> = declared.iter().map(|name| Some(name.as_str())).collect();
    if !names.contains(&environment) {
        names.push(environment);
    }
    for name in names {
        let mut expected = manifest::rendered(files, name);
        if name == environment {
            say(&mut expected);
        }
        let found = manifest::rendered(&after, name);
        let differs = expected
            .iter()
            .zip(&found)
            .find(|(one, other)| !same(one, other));
        let several = expected.len() != found.len();
        if differs.is_some() || several {
            let name = name.unwrap_or("the project");
            return Err(unproven(name, differs.map(|(one, _)| one)));
        }
    }
    Ok(())
}

fn unproven(environment: &str, what: Option<&Rendered>) -> Unprovable {
    let what = what.map_or_else(
        || "a manifest".to_owned(),
        |one| format!("{}/{}", one.kind, one.name),
    );
    Unprovable {
        what,
        why: format!("changing its text would change more than was meant in {environment}"),
        hint: "it shares text with others, by an anchor or a merge key, or ends in a text whose blank lines count \
               (`|+`): write it by hand"
            .to_owned(),
    }
}

/// Makes the manifests say what is promoted.
fn say(manifests: &mut [Rendered], promoted: &Promoted) {
    for one in manifests {
        let mut changes = promoted.changes.iter();
        let meant = changes.find(|it| one.address.as_ref() == Some(*it));
        let Tree::Map(entries) = &mut one.tree else {
            continue;
        };
        let spec = entries.iter_mut().find(|(key, _)| is(key, "spec"));
        if let (Some((_, spec)), Some(meant)) = (spec, meant) {
            let commit = Tree::map([("commit", Tree::text(&*promoted.commit))]);
            put(spec, meant.version_keys(), commit);
        }
    }
}

/// Puts a value below keys of a mapping.
fn put(tree: &mut Tree, keys: &[&str], value: Tree) {
    let (Tree::Map(entries), [key, deeper @ ..]) = (tree, keys) else {
        return;
    };
    let found = entries.iter().position(|(one, _)| is(one, key));
    let mut below = match found {
        Some(at) if !deeper.is_empty() => entries.remove(at).1,
        Some(at) => {
            entries.remove(at);
            Tree::Map(Vec::new())
        }
        None => Tree::Map(Vec::new()),
    };
    match deeper {
        [] => below = value,
        deeper => put(&mut below, deeper, value),
    }
    entries.push((Leaf::Text((*key).to_owned()), below));
}

fn is(key: &Leaf, word: &str) -> bool {
    matches!(key, Leaf::Text(text) if text == word)
}

/// Whether two manifests say the same, in any order of their keys.
fn same(one: &Rendered, other: &Rendered) -> bool {
    one.kind == other.kind && one.name == other.name && sorted(&one.tree) == sorted(&other.tree)
}

fn sorted(tree: &Tree) -> Tree {
    match tree {
        Tree::Leaf(leaf) => Tree::Leaf(leaf.clone()),
        Tree::List(items) => Tree::List(items.iter().map(sorted).collect()),
        Tree::Map(entries) => {
            let mut entries: Vec<_> = entries
                .iter()
                .map(|(key, value)| (key.clone(), sorted(value)))
                .collect();
            entries.sort_by_key(|(key, _)| format!("{key:?}"));
            Tree::Map(entries)
        }
    }
}

/// A unified difference for people: lines that may hold a secret are not in it.
fn difference(path: &str, before: &str, after: &str) -> String {
    let (before, after) = (manifest::shown(before), manifest::shown(after));
    let path = crate::harmless::line(path);
    let diff = TextDiff::from_lines(&before, &after);
    let mut unified = diff.unified_diff();
    unified.context_radius(2).missing_newline_hint(false);
    unified
        .header(&format!("a/{path}"), &format!("b/{path}"))
        .to_string()
}

#[cfg(test)]
mod tests;
